/**
 * Git's own messages as coded errors. Git runs with `LC_ALL=C`, so its messages can be told apart by their words.
 */
import { EngineError } from '../errors.ts';

/** Turns what a git process printed, or why it could not start, into an error. */
export function gitError(output: string, folder: string, cause?: unknown): EngineError {
  const message = firstMessage(output);
  if (/ENOENT/.test(output) && /spawn/.test(output)) {
    return new EngineError('git.not-installed', 'the git command was not found', {
      kind: 'surroundings',
      hint: 'install Git 2.20 or newer and put it in PATH',
      cause,
    });
  }
  if (/dubious ownership|unsafe repository/.test(output)) {
    return new EngineError('git.dubious-ownership', `git refuses the repository: ${message}`, {
      kind: 'surroundings',
      hint: `if you trust it, run: git config --global --add safe.directory ${folder}`,
      cause,
    });
  }
  if (/not a git repository/i.test(output)) return notARepository(folder, cause);
  return new EngineError('git.failed', `git failed: ${message}`, {
    kind: 'surroundings',
    hint: 'run git status in the repository to see whether it is intact',
    cause,
  });
}

export function notARepository(folder: string, cause?: unknown): EngineError {
  return new EngineError('git.not-a-repository', `no git repository at ${folder}`, {
    kind: 'surroundings',
    hint: 'change to a folder inside a repository, or pass --repo DIR',
    cause,
  });
}

/** The line that says what went wrong, without git's prefix and without credentials that a URL in it may carry. */
function firstMessage(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const told = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.find((line) => line !== '') ?? 'no message';
  return told.replace(/^(fatal|error): /, '').replace(/:\/\/[^/@\s]*@/g, '://');
}
