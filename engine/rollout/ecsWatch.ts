/** What every rollout of an ECS service watches, and within which limits: part of its strategy's state. Pure. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { EcsSettings, LiveEcs } from '../plan/index.ts';
import { type HasCapacity, heardMark } from './ecsCapacity.ts';
import { type FailuresKnown, newEvents, troublesOf } from './ecsEvidence.ts';
import type { EcsSeen } from './observation.ts';
import type { Pass, StepState } from './stepwise.ts';

export interface EcsWatch extends FailuresKnown {
  readonly pollIntervalMs: number;
  readonly timeoutMs: number;
  /** The newest service event that was passed on. */
  readonly lastEventId: string | null;
  /** CloudWatch alarms of the deployment definition that are watched. */
  readonly alarms: readonly string[];
  /** Checks that are let through. Absent in records of earlier versions. */
  readonly skips?: readonly string[];
}

/** The id of the newest event that a live service tells, from which on events are passed on. */
export function newestEventId(live: LiveEcs): string | null {
  const events: Json | undefined = live.service?.['events'];
  const newest = Array.isArray(events) ? (events[0] as JsonObject | undefined) : undefined;
  return newest === undefined ? null : String(newest['id']);
}

/** A watch that begins with what the service has said until now. */
export function watchFrom(
  { stability, breaker, alarmNames }: EcsSettings,
  live: LiveEcs,
  skips: readonly string[],
): EcsWatch {
  return {
    pollIntervalMs: stability.pollIntervalSeconds * 1000,
    timeoutMs: stability.timeoutSeconds * 1000,
    breaker: breaker ?? null,
    failedTasks: [],
    ignoredTasks: [],
    lastEventId: newestEventId(live),
    troubles: [],
    alarms: alarmNames,
    skips,
  };
}

/** Passes on what the service has said since the last look. */
export function hear<S extends StepState & EcsWatch & HasCapacity>(first: Pass<S, EcsSeen>): Pass<S, EcsSeen> {
  const pass = heardMark(first);
  const { state, world } = pass;
  const events = world.service?.events ?? [];
  const fresh = newEvents(events, state.lastEventId);
  const lastEventId = events[0]?.id ?? state.lastEventId;
  return {
    ...pass,
    state: { ...state, lastEventId, troubles: troublesOf(state.troubles, fresh) },
    events: [...fresh, ...pass.events],
  };
}

/** ECS computes the bake from the alarms where none is set: below five minutes. Source: developer guide, deployment alarms. */
const ALARM_BAKE_MS = 5 * 60_000;

/** How long ECS itself bakes a rolling deployment when all tasks are replaced, at most, ms. */
export function bakeMsOf(live: JsonObject | undefined, desired: JsonObject): number {
  const [asked, runs] = [desired['deploymentConfiguration'], live?.['deploymentConfiguration']];
  const setting = (key: string) =>
    (isObject(asked) ? asked[key] : undefined) ?? (isObject(runs) ? runs[key] : undefined);
  const minutes = Number(setting('bakeTimeInMinutes') ?? 0);
  const alarms = setting('alarms');
  return minutes > 0 ? minutes * 60_000 : isObject(alarms) && alarms['enable'] === true ? ALARM_BAKE_MS : 0;
}
