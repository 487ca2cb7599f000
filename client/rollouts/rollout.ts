/** One row of the rollouts view: a workload at a target, with its latest rollout. Types only. */
import type { RolloutRecord } from '../../engine/index.ts';

export interface RolloutRow {
  /** Stable over refreshes. */
  readonly id: string;
  /** The target, for people. */
  readonly place: string;
  readonly record: RolloutRecord;
  /** Somebody runs it; false for what is over, and for what was left unfinished. */
  readonly running: boolean;
}

export interface Rollouts {
  readonly rows: readonly RolloutRow[];
  /** Whether any of the window's folders is in a repository; unknown where there is no store to ask about. */
  readonly inRepository: boolean;
}

/** Reads the rollouts of the window's folders. May be slow, and rejects with an `EngineError`. */
export type ReadRollouts = () => Promise<Rollouts>;
