/** The options that every verb takes, before or after its name. */
import { type Command, InvalidArgumentError, Option } from 'commander';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Globals {
  readonly repo?: string;
  readonly revision?: string;
  readonly worktree?: true;
  readonly json?: true;
  readonly region?: string;
  readonly profile?: string;
  readonly account?: readonly string[];
  readonly accounts?: string;
  readonly endpointUrl?: readonly string[];
  readonly awsTimeout?: number;
  readonly parallel?: number;
  readonly store?: string;
  readonly logLevel: LogLevel;
}

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** @throws InvalidArgumentError, which is told as the command line's mistake */
const numberFrom = (least: number, what: RegExp) => (text: string) => {
  if (what.test(text) && Number(text) >= least) return Number(text);
  throw new InvalidArgumentError(`give a number, ${least} or more`);
};

const wholeNumber = numberFrom(1, /^\d{1,6}$/);
const seconds = numberFrom(0.1, /^\d{1,4}(\.\d{1,3})?$/);

export function addGlobals(program: Command): void {
  program
    .option('--repo <dir>', 'the Git repository (default: the one around the current folder)')
    .addOption(new Option('--revision <rev>', 'a commit, branch or tag (default: HEAD)').conflicts('worktree'))
    .option('--worktree', 'read the files on disk instead of a commit')
    .option('--json', 'machine output on stdout; text for people goes to stderr')
    .option('--region <region>', 'AWS region, where files do not say')
    .option('--profile <name>', 'AWS profile')
    .option('--account <id=access>', 'another account: ID=profile:NAME or ID=role:ARN; repeatable', collected)
    .addOption(
      new Option('--accounts <file>', 'the same for many, as JSON: { "ID": "role:ARN" }').env('GITMOXI_ACCOUNTS'),
    )
    .option(
      '--endpoint-url <url>',
      "instead of AWS's own endpoints, for example a sandbox's; REGION=URL for one region; repeatable",
      collected,
    )
    .addOption(
      new Option(
        '--aws-timeout <seconds>',
        'how long a request to AWS may go unanswered; it is asked up to three times (default: 8)',
      )
        .env('GITMOXI_AWS_TIMEOUT')
        .argParser(seconds),
    )
    .addOption(
      new Option('--parallel <n>', 'rollouts at a time in each account and region (default: 50)')
        .env('GITMOXI_PARALLEL')
        .argParser(wholeNumber),
    )
    .addOption(new Option('--store <where>', 'where rollouts are recorded: a file').env('GITMOXI_STORE'))
    .addOption(new Option('--log-level <level>', 'how much goes to stderr').choices(LOG_LEVELS).default('info'));
}
