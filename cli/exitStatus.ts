/** The exit statuses of the command: a contract with scripts and continuous integration. */
import type { ErrorKind } from '../engine/index.ts';

export const EXIT = {
  /** Done, nothing wrong. */
  done: 0,
  /** Problems were found, or a rollout did not succeed. */
  problems: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The surroundings are: no repository, no credentials, AWS unreachable, wrong account, store or target in use. */
  surroundings: 3,
  /** Interrupted by a signal. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

const BY_KIND: Record<ErrorKind, ExitStatus> = {
  problem: EXIT.problems,
  usage: EXIT.usage,
  surroundings: EXIT.surroundings,
};

export const exitStatusOf = (kind: ErrorKind): ExitStatus => BY_KIND[kind];
