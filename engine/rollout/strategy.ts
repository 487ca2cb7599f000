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
import type { Wait } from './waiting.ts';

/** Where a rollout is to bring a service's tasks: leave that as it is, to the service's own capacity, or its fallback. */
export type CapacityWish = 'keep' | 'own' | 'fallback';

/** What a rollout is to bring about. `desired` is absent for deletions. */
export interface RolloutSpec {
  readonly rollout: string;
  readonly target: Target;
  readonly desired: Desired | undefined;
  /** Bring it about even where nothing seems to differ. */
  readonly force: boolean;
  readonly capacity: CapacityWish;
  /** Checks of preflight that are let through, by name. */
  readonly skips: readonly string[];
  /** The state of the rollout whose place this one takes: what that one would have gone back to, this one goes back to. */
  readonly replaced: JsonObject | undefined;
}

/** What people ask of a running rollout. */
export const COMMANDS = {
  abort: 'go back to what served before',
  replace: 'end, because a newer commit takes its place',
  leave: 'stop at once and leave everything as it is',
  pause: 'begin no further change on the way forward; health is still watched, and a failure still goes back',
  continue: 'go on after a pause',
  promote: 'skip the rest of this bake, or answer what waits for a person',
  'promote-all': 'skip every further step and bake',
} as const;

export type Command = keyof typeof COMMANDS;

/** Those that a strategy answers; a pause is the runner's. */
export type StrategyCommand = Exclude<Command, 'pause' | 'continue'>;

/**
 * How much of the world the next decision depends on: nothing, where a change is about to be made or its outcome tells
 * all; what may turn bad at any moment, amid a bake; or everything.
 */
export type Sight = 'none' | 'glance' | 'full';

export interface Seen {
  /** How much was looked at: what the strategy asked for, or everything. */
  readonly sight: Sight;
  /** Undefined where nothing was looked at. */
  readonly observation: Observation | undefined;
  /** How the action of the last decision ended; undefined when there was none. */
  readonly outcome: Outcome | undefined;
  /** The oldest thing asked for that was not answered yet. */
  readonly command: StrategyCommand | undefined;
}

export interface Decision {
  readonly state: JsonObject;
  readonly phase: Phase;
  readonly message: string;
  readonly progress: Progress;
  /** The one change to make next. */
  readonly action?: Action;
  readonly events: readonly EventDraft[];
  /** Was the command answered? Otherwise it is asked again at the next look. */
  readonly answered?: boolean;
  /** When to look again at the latest, ms since the epoch; at once after an action. */
  readonly wakeAt: number;
  /** What is waited for until then. @default nothing */
  readonly waiting?: Wait;
  readonly failure?: Failure;
  /** With `succeeded`: what serves now, a task definition's ARN or a function's version. */
  readonly serving?: string;
}

export interface Strategy {
  /** The first state: what the rollout will do, and everything it will touch as it is now (the way back). */
  begin(spec: RolloutSpec, live: Live): JsonObject;
  /** How much to look at before the next decision. Where there is a command to answer, everything is looked at. */
  sight(state: JsonObject, outcome: Outcome | undefined): Sight;
  /** What to observe for a sight that is not `none`. */
  wish(state: JsonObject, sight: Sight): Wish;
  decide(state: JsonObject, seen: Seen, now: number): Decision;
}
