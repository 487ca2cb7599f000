/** The command as a whole: its verbs, its global options, and how a verb is run and its failures are reported. */
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { reportError } from './errors.ts';
import { EXIT, type ExitStatus } from './exitStatus.ts';
import { type Context, createContext } from './session/context.ts';
import { addGlobals, type Globals } from './session/globals.ts';
import { deployVerb } from './verbs/deploy.ts';
import { explainVerb } from './verbs/explain.ts';
import { historyVerb } from './verbs/history.ts';
import { holdingVerbs } from './verbs/holding.ts';
import { logsVerb } from './verbs/logs.ts';
import { lspVerb } from './verbs/lsp.ts';
import { planVerb } from './verbs/plan.ts';
import { renderVerb } from './verbs/render.ts';
import { resumeVerb } from './verbs/resume.ts';
import { returnVerb } from './verbs/return.ts';
import { rollbackVerb } from './verbs/rollback.ts';
import { sandboxVerb } from './verbs/sandbox.ts';
import { statusVerb } from './verbs/status.ts';
import { steeringVerbs } from './verbs/steering.ts';
import { validateVerb } from './verbs/validate.ts';
import type { Run } from './verbs/verb.ts';

/** In the order of help: looking, changing, watching. */
const VERBS = [
  renderVerb,
  validateVerb,
  planVerb,
  deployVerb,
  resumeVerb,
  returnVerb,
  rollbackVerb,
  ...steeringVerbs,
  ...holdingVerbs,
  statusVerb,
  historyVerb,
  logsVerb,
  explainVerb,
  sandboxVerb,
  lspVerb,
];

const EXAMPLES = `
Examples:
  gitmoxi plan                          what deploying HEAD would change
  gitmoxi deploy services/web           roll out one workload
  gitmoxi status --watch                what is going on
  gitmoxi sandbox --clock 60x           a simulated AWS to try it on

Exit status: 0 done, 1 problems found or a rollout did not succeed, 2 wrong command line,
3 wrong surroundings (repository, credentials, AWS, store), 130 interrupted.`;

export function buildProgram(run: Run): Command {
  const program = new Command('gitmoxi')
    .description('Deploys Amazon ECS services and AWS Lambda functions from Git.')
    .version(packageJson.version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  addGlobals(program);
  for (const verb of VERBS) verb(program, run);
  return program;
}

/** What a verb works with where no option is given. */
export function contextWithoutOptions(): Context {
  const command = new Command();
  addGlobals(command);
  return createContext(command.parse([], { from: 'user' }).opts<Globals>());
}

/** Is machine output asked for? Also where the command line is too wrong to be parsed. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const options = end < 0 ? words : words.slice(0, end);
  const format = options.indexOf('--format');
  return (
    options.includes('--json') || options.includes('--format=json') || (format >= 0 && options[format + 1] === 'json')
  );
}

/**
 * Runs one command line.
 *
 * @param words without the program's own name
 */
export async function runProgram(words: readonly string[]): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.done;
  const run: Run =
    <Words extends unknown[]>(work: (context: Context, ...words: Words) => Promise<ExitStatus>) =>
    async (...given: [...Words, Command]) => {
      const command = given.at(-1) as Command;
      const words = given.slice(0, -1) as Words;
      status = await work(createContext(command.optsWithGlobals<Globals>()), ...words);
    };
  const program = buildProgram(run);
  try {
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    // Help and version were asked for and printed.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    return reportError(error, { json: wantsJson(words), debug: isDebug(words) });
  }
}

const isDebug = (words: readonly string[]): boolean => /(^|\s)--log-level[ =]debug(\s|$)/.test(words.join(' '));
