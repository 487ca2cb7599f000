/** The options that every verb takes, before or after its name. */
import { type Command, Option } from 'commander';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Globals {
  readonly repo?: string;
  readonly revision?: string;
  readonly worktree?: true;
  readonly json?: true;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly store?: string;
  readonly logLevel: LogLevel;
}

export function addGlobals(program: Command): void {
  program
    .option('--repo <dir>', 'the Git repository (default: the one around the current folder)')
    .addOption(new Option('--revision <rev>', 'a commit, branch or tag (default: HEAD)').conflicts('worktree'))
    .option('--worktree', 'read the files on disk instead of a commit')
    .option('--json', 'machine output on stdout; text for people goes to stderr')
    .option('--region <region>', 'AWS region, where files do not say')
    .option('--profile <name>', 'AWS profile')
    .option('--endpoint-url <url>', "instead of AWS's own endpoints, for example a sandbox's")
    .addOption(new Option('--store <where>', 'where rollouts are recorded: a file').env('GITMOXI_STORE'))
    .addOption(new Option('--log-level <level>', 'how much goes to stderr').choices(LOG_LEVELS).default('info'));
}
