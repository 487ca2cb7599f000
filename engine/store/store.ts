/** What the engine keeps: the runner's port, and what commands ask of it beyond. */
import type { Target } from '../plan/index.ts';
import type { Command, RolloutEvent, StoredRollout, StorePort } from '../rollout/index.ts';

export interface RolloutQuery {
  readonly repository?: string;
  readonly workload?: string;
  readonly target?: Target;
  readonly unfinished?: boolean;
  /** Newest first. @default 1000, and all that are unfinished */
  readonly limit?: number;
}

/** A commit that was processed for a branch. */
export interface Processed {
  readonly branch: string;
  readonly commit: string;
  readonly at: number;
}

/** A workload that is not deployed until somebody releases it or, where `commit` is given, a newer commit comes. */
export interface Hold {
  readonly repository: string;
  readonly kind: 'ecs' | 'lambda';
  readonly workload: string;
  readonly commit: string | undefined;
  readonly reason: string;
  readonly at: number;
}

/** The hold of one workload among all of a repository. */
export const holdOf = (holds: readonly Hold[], kind: Hold['kind'], workload: string): Hold | undefined =>
  holds.find((hold) => hold.kind === kind && hold.workload === workload);

/** An append whose record ends in `succeeded` settles the hold of its workload in the same write. */
export interface Store extends StorePort {
  /** For people: the file, or the table. */
  readonly location: string;
  /**
   * Asks something of an unfinished rollout.
   *
   * @param by who asks, for people
   * @returns false when the rollout is over or unknown
   */
  ask(rollout: string, command: Command, by: string): Promise<boolean>;
  list(query: RolloutQuery): Promise<StoredRollout[]>;
  /** The newest rollout of every target, of one repository or of all. */
  latest(repository?: string): Promise<StoredRollout[]>;
  /** Events with a sequence number above `after`, in order. */
  events(rollout: string, after: number): Promise<RolloutEvent[]>;
  lastProcessed(
    repository: string,
    branch: string,
  ): Promise<{ commit: string; at: number; plannedAt: number | undefined } | undefined>;
  /** Newest first. */
  processed(repository: string, limit: number): Promise<Processed[]>;
  /** @param plannedAt when the commit's plan was made, ms on the rollouts' clock */
  markProcessed(repository: string, branch: string, commit: string, plannedAt?: number): Promise<void>;
  hold(hold: Omit<Hold, 'at'>): Promise<void>;
  releaseHold(repository: string, kind: 'ecs' | 'lambda', workload: string): Promise<boolean>;
  holds(repository: string): Promise<Hold[]>;
  close(): void;
}
