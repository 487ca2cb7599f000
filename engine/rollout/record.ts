/**
 * What is written down about a rollout: plain JSON, small, without secrets. A rollout can be taken up from its record
 * by any process that can read the repository and reach AWS.
 */
import type { FailureClass } from '../diagnose/index.ts';
import type { JsonObject } from '../json.ts';
import type { StrategyName, Target } from '../plan/index.ts';
import type { Action, Outcome } from './actions.ts';
import type { Expected } from './expectation.ts';
import type { Waiting } from './waiting.ts';

export const PHASES = [
  'queued',
  'preparing',
  'launching',
  'stabilizing',
  'shifting',
  'finishing',
  'rolling back',
  'succeeded',
  'rolled back',
  'failed',
  'aborted',
  'superseded',
] as const;

export type Phase = (typeof PHASES)[number];

const FINAL: ReadonlySet<Phase> = new Set(['succeeded', 'rolled back', 'failed', 'aborted', 'superseded']);

export const isFinal = (phase: Phase): boolean => FINAL.has(phase);

/** Why a rollout did not succeed. */
export interface Failure {
  readonly class: FailureClass;
  /** What happened, one sentence. */
  readonly message: string;
  /** Why, most likely; absent where nobody knows. */
  readonly cause?: string;
  /** What AWS said, as it said it; newest last, at most ten. */
  readonly evidence: readonly string[];
  /** What to do next. */
  readonly next: string;
  readonly requestId?: string;
}

export interface Progress {
  /** Tasks of the new revision that run, and how many there should be; absent for Lambda. */
  readonly ready?: number;
  readonly desired?: number;
  /** Tasks of what served before that still run; absent for Lambda, and on the way back. */
  readonly former?: number;
  /** Share of traffic that the new revision gets, percent. */
  readonly trafficPercent?: number;
  /** Where ECS says it is in its own traffic shifting, for example `BAKE_TIME`. */
  readonly stage?: string;
}

/** `fallback` and `return` move what serves to other capacity. */
export type Trigger = 'manual' | 'commit' | 'poll' | 'webhook' | 'rollback' | 'fallback' | 'return';

const WAYS_BACK: ReadonlySet<Trigger> = new Set(['rollback', 'fallback', 'return']);

/** Does a rollout with this trigger put something back, rather than bring a commit? */
export const goesBack = (trigger: Trigger): boolean => WAYS_BACK.has(trigger);

/** Where the files were read from. */
export interface RecordedRevision {
  /** Commit id, 40 or 64 hex digits; undefined for a working tree. */
  readonly commit?: string;
  readonly subject?: string;
  readonly author?: string;
}

export interface RolloutRecord {
  readonly version: 1;
  readonly id: string;
  readonly workload: string;
  readonly kind: 'ecs' | 'lambda';
  /** `identity` is the same on every machine; `root` is where this store's machine has it. */
  readonly repository: { readonly identity: string; readonly root: string };
  readonly revision: RecordedRevision;
  readonly target: Target;
  readonly strategy: StrategyName;
  readonly trigger: Trigger;
  /** When its plan was made, ms since the epoch; absent on moves to other capacity, and in records of old. */
  readonly plannedAt?: number;
  /** Bring it about even where nothing seems to differ; lifts a hold when it succeeds. */
  readonly force: boolean;
  /** Checks of preflight that somebody let through for this rollout, by name. @default none */
  readonly skips?: readonly string[];
  /** On a rollback: the commit (null for any) that is not to be deployed again by itself once it succeeds, and why. */
  readonly hold: { readonly commit: string | null; readonly reason: string } | null;
  /** The rollout whose place this one takes before it came to its end, as it was then. */
  readonly replaced: { readonly rollout: string; readonly state: JsonObject } | null;
  /** Digest of the desired state: a process that takes the rollout up must come to the same. */
  readonly digest: string;
  readonly phase: Phase;
  /** What is happening or what happened, one line for people. */
  readonly message: string;
  readonly progress: Progress;
  /** What is waited for; null while something is done, and in the end. */
  readonly waiting: Waiting | null;
  /** How long it takes, most likely; null where nothing is known. */
  readonly expected: Expected | null;
  /** The strategy's own state; null before it began. */
  readonly state: JsonObject | null;
  /** Decided and written down, perhaps performed: performed again by whoever takes over. */
  readonly pending: Action | null;
  /** How the last action ended; the strategy's next decision consumes it. */
  readonly outcome: Outcome | null;
  /** Times that `pending` was tried in vain for passing reasons. */
  readonly attempts: number;
  readonly failure: Failure | null;
  /** Who paused it; null while it goes on. */
  readonly paused: { readonly by: string; readonly since: number } | null;
  /** Id of the last command that was answered, 0 for none. */
  readonly answered: number;
  /** What a successful rollout put in force: a task definition's ARN, or a function's version. */
  readonly serving: string | null;
  /** Milliseconds since the epoch, on the rollout's clock. */
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt: number | null;
}

export type Level = 'info' | 'warning' | 'error';

/**
 * Codes of a rollout's events. The key is the code, written nowhere else; the text says when it is sent.
 */
export const EVENT_CODES = {
  'rollout.started': 'a rollout was created',
  'rollout.resumed': 'another process took it up',
  'rollout.phase': 'it entered another phase',
  'rollout.progress': 'counts or the traffic share moved',
  'rollout.failed': 'something went wrong; what follows depends on the settings',
  'rollout.aborting': 'somebody asked to abort it',
  'rollout.paused': 'somebody paused it',
  'rollout.continued': 'somebody let it go on after a pause',
  'rollout.promoted': 'somebody had it skip a bake, or let it go on where it waited for a person',
  'rollout.ignored': 'what somebody asked for does not apply now',
  'rollout.ended': 'it reached its final phase',
  'action.started': 'a change is about to be made in AWS',
  'action.done': 'the change was made',
  'action.refused': 'AWS refused the change',
  'action.retrying': 'the change failed for a passing reason and is tried again',
  'observe.failed': 'AWS could not be read; it is tried again',
  'aws.event': 'AWS reported an event of the service',
  'task.failed': 'a new task failed',
  'traffic.shifted': 'the traffic share was changed',
  'ecs.stage': 'ECS entered another stage of its own traffic shifting',
  'ecs.paused': 'a lifecycle hook pauses the deployment until it is answered',
  'capacity.fell-back': 'there is no room on the own capacity of the service: its tasks go to the fallback',
  'capacity.not-marked': 'the tag that tells where the service runs could not be set',
  'alarm.fired': 'a watched alarm is in ALARM',
} as const;

export type EventCode = keyof typeof EVENT_CODES;

export interface RolloutEvent {
  /** Position in the rollout's log, from 1. */
  readonly seq: number;
  /** Milliseconds since the epoch, on the rollout's clock. */
  readonly time: number;
  readonly rollout: string;
  readonly workload: string;
  readonly code: EventCode;
  readonly level: Level;
  readonly phase: Phase;
  readonly message: string;
  readonly data: JsonObject;
}

/** An event before the runner gives it its place, time and rollout. */
export interface EventDraft {
  readonly code: EventCode;
  readonly level?: Level;
  readonly message: string;
  readonly data?: JsonObject;
  /** The phase in which it happened. @default the one that the rollout is now in */
  readonly phase?: Phase;
}
