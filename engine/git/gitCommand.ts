/**
 * Running single git commands in a folder. Callers pass fixed options and object ids only; text from a person or a
 * repository goes to the object reader, where it can't be taken for an option.
 */
import type { SimpleGit } from 'simple-git';
import { gitError } from './gitErrors.ts';

/** Runs git with these arguments and gives its standard output as it is. */
export type GitCommand = (...args: string[]) => Promise<string>;

/**
 * @param folder an existing folder
 * @throws EngineError from the command, `git.*`, with git's own message
 */
export function gitCommand(folder: string, environment: Readonly<Record<string, string>>): GitCommand {
  let git: Promise<SimpleGit> | undefined;
  return async (...args) => {
    git ??= connect(folder, environment);
    try {
      return await (await git).raw(args);
    } catch (error) {
      throw gitError(error instanceof Error ? error.message : String(error), folder, error);
    }
  };
}

/** Loads the library on the first use only: it takes some 40 ms, which commands without a repository need not pay. */
async function connect(folder: string, environment: Readonly<Record<string, string>>): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git');
  return simpleGit({
    baseDir: folder,
    // A file system monitor is a program that the repository's configuration names; nothing here needs one.
    config: ['core.fsmonitor=false'],
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeConfigPaths: true },
    allowEnvironment: Object.keys(environment),
  }).env({ ...environment });
}
