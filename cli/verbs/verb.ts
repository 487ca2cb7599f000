/**
 * What a verb is: one file that adds one command to the program. It parses, calls the engine, and prints; everything
 * else is elsewhere.
 */
import type { Command } from 'commander';
import type { ExitStatus } from '../exitStatus.ts';
import type { Context } from '../session/context.ts';

/** Turns a verb's work into an action of the program. Arguments and options come as the verb declares them. */
export type Run = <Words extends unknown[]>(
  work: (context: Context, ...words: Words) => Promise<ExitStatus>,
) => (...words: [...Words, Command]) => Promise<void>;

export type Verb = (program: Command, run: Run) => void;

/** Help of the argument that picks workloads. */
export const WORKLOADS = 'path prefixes (dev/web/web), files, folders or globs; none means all';

/** Said instead of nothing. */
export const NO_WORKLOADS =
  'no workloads in this revision: a workload is made of files such as web_svcdef.json or job_lambdadef.json';
