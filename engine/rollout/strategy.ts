/**
 * The contract of a strategy: pure decisions from state, observation and time. Shown the same world twice it decides
 * the same, so a rollout taken up by another process just goes on.
 *
 * A strategy must not do I/O, read a clock or use randomness. It asks for at most one change per decision.
 */
import type { JsonObject } from '../json.ts';
import type { Desired, Live, Target } from '../plan/index.ts';
import type { Action, Outcome } from './actions.ts';
import type { Observation, Wish } from './observation.ts';
import type { EventDraft, Failure, Phase, Progress } from './record.ts';

/** What a rollout is to bring about. `desired` is absent for deletions. */
export interface RolloutSpec {
  readonly rollout: string;
  readonly target: Target;
  readonly desired: Desired | undefined;
  /** Bring it about even where nothing seems to differ. */
  readonly force: boolean;
}

/** What people ask of a running rollout. */
export type Command = 'abort';

export interface Seen {
  readonly observation: Observation;
  /** How the action of the last decision ended; undefined when there was none. */
  readonly outcome: Outcome | undefined;
  readonly command: Command | undefined;
}

export interface Decision {
  readonly state: JsonObject;
  readonly phase: Phase;
  readonly message: string;
  readonly progress: Progress;
  /** The one change to make next. */
  readonly action?: Action;
  readonly events: readonly EventDraft[];
  /** When to look again at the latest, ms since the epoch; at once after an action. */
  readonly wakeAt: number;
  readonly failure?: Failure;
  /** With `succeeded`: what serves now, a task definition's ARN or a function's version. */
  readonly serving?: string;
}

export interface Strategy {
  /** The first state: what the rollout will do, and everything it will touch as it is now (the way back). */
  begin(spec: RolloutSpec, live: Live): JsonObject;
  /** What to observe before the next decision. */
  wish(state: JsonObject): Wish;
  decide(state: JsonObject, seen: Seen, now: number): Decision;
}
