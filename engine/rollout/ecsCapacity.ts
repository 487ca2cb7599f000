/**
 * Room for a service's tasks: seeing that there is none, going over to the fallback of the deployment definition, and
 * coming back. Part of the state of every strategy of an ECS service. Pure.
 *
 * ECS never goes over by itself: it tries again with growing gaps, up to 15 minutes. Source: aws-behaviour, Fargate
 * Spot. Only what ECS itself says about capacity counts; tasks that fail for other reasons would fail elsewhere too.
 */
import { diagnose } from '../diagnose/index.ts';
import type { JsonObject } from '../json.ts';
import {
  capacityWords,
  type EcsDesired,
  type FallbackReturn,
  fallbackMark,
  isAnother,
  type LiveEcs,
  liveMark,
  onFallbackSince,
  strategyWords,
} from '../plan/index.ts';
import type { Action } from './actions.ts';
import { type FailuresKnown, taskFailures } from './ecsEvidence.ts';
import { broken } from './failures.ts';
import type { EcsSeen, ServiceSeen, StoppedTaskSeen } from './observation.ts';
import type { EventDraft, Failure } from './record.ts';
import type { Pass, StepState } from './stepwise.ts';
import type { CapacityWish, RolloutSpec } from './strategy.ts';
import type { Wait } from './waiting.ts';

/** Tasks that find no room. */
interface Lack {
  /** Since when no further one was placed, ms since the epoch. */
  readonly since: number;
  /** Tasks that were placed then. */
  readonly placed: number;
  /** ECS's own words. */
  readonly evidence: readonly string[];
}

export interface Capacity {
  /** Where this rollout is to bring the service. */
  readonly wish: CapacityWish;
  /** CapacityProviderStrategyItem each; null where there is no other capacity than the service's own. */
  readonly fallback: readonly JsonObject[] | null;
  /** How long tasks are without room before something is done about it, ms. */
  readonly afterMs: number;
  readonly returns: FallbackReturn | null;
  /** The service's own capacity, for people and for the tag. */
  readonly own: string;
  readonly service: JsonObject;
  /** Where the tasks that are waited for are placed. */
  readonly on: 'own' | 'fallback';
  /** When the service was moved to its fallback, ms since the epoch; null on its own capacity. */
  readonly since: number | null;
  /** How it was before the rollout, to which a rollback returns. */
  readonly before: { readonly strategy: JsonObject[]; readonly since: number | null };
  /** The tag as it is; null for none. */
  readonly marked: string | null;
  readonly lack: Lack | null;
}

export interface HasCapacity {
  readonly capacity: Capacity;
}

type RoomPass<S extends StepState & HasCapacity> = Pass<S, EcsSeen>;

/** How long a task without room is waited for where the deployment definition names no other capacity, ms. */
const AFTER_MS = 60_000;

/** ECS does not repeat an event that still holds for so long, ms. Source: developer guide, service event messages. */
const REPEATED_MS = 6 * 3600_000;

/** Of a service definition, what tells its capacity. */
const ofCapacity = ({ capacityProviderStrategy, launchType }: JsonObject): JsonObject => ({
  ...(capacityProviderStrategy === undefined ? {} : { capacityProviderStrategy }),
  ...(launchType === undefined ? {} : { launchType }),
});

export function capacityFrom(spec: RolloutSpec, live: LiveEcs): Capacity {
  const desired = spec.desired as EcsDesired;
  const { service, settings } = desired;
  const { fallback } = settings;
  const since = onFallbackSince(live.service, desired);
  const runs = live.service?.['capacityProviderStrategy'];
  const stays = spec.capacity === 'fallback' || (spec.capacity === 'keep' && since !== null);
  const before = spec.replaced === undefined ? undefined : (spec.replaced as Partial<HasCapacity>).capacity?.before;
  return {
    wish: spec.capacity,
    fallback: fallback !== undefined && isAnother(fallback.strategy, service) ? fallback.strategy : null,
    afterMs: fallback === undefined ? AFTER_MS : fallback.afterSeconds * 1000,
    returns: fallback?.return ?? null,
    own: capacityWords(service),
    service: ofCapacity(service),
    on: stays ? 'fallback' : 'own',
    since,
    before: before ?? { strategy: Array.isArray(runs) ? (runs as JsonObject[]) : [], since },
    marked: liveMark(live.service),
    lack: null,
  };
}

/** ECS's words about a lack of room that lasts: none that are older than a steady state. */
export function wordsOfLack(service: ServiceSeen | undefined, now: number): { readonly at: number; text: string }[] {
  const events = service?.events ?? [];
  const steady = events.findIndex(({ message }) => /has reached a steady state/.test(message));
  return (steady === -1 ? events : events.slice(0, steady))
    .filter(({ at, message }) => now - at < REPEATED_MS && diagnose(message).class === 'capacity')
    .map(({ at, message }) => ({ at, text: message }))
    .reverse();
}

const textOf = ({ stopCode, stoppedReason }: StoppedTaskSeen): string => `${stopCode ?? ''}: ${stoppedReason ?? ''}`;

/**
 * Sees whether the new tasks find room.
 *
 * @param group the deployment or task set of the new tasks; undefined while ECS does not show it
 */
export function heedCapacity<S extends StepState & HasCapacity>(
  pass: RoomPass<S>,
  group: { readonly id: string; readonly placed: number; readonly wanted: number } | undefined,
): RoomPass<S> {
  const { state, now } = pass;
  const { capacity } = state;
  const lack = group === undefined ? null : lackOf(pass, group);
  const before = capacity.lack;
  const goesOn = lack !== null && before !== null && lack.placed <= before.placed;
  const next = lack && (goesOn ? { ...before, evidence: lack.evidence } : { ...lack, since: now });
  if (next === before) return pass;
  return { ...pass, state: { ...state, capacity: { ...capacity, lack: next } } };
}

function lackOf<S extends StepState & HasCapacity>(
  { state, world, now }: RoomPass<S>,
  { id, placed, wanted }: { readonly id: string; readonly placed: number; readonly wanted: number },
): Lack | null {
  if (placed >= wanted) return null;
  const isOther = taskFailures(world.stoppedTasks, id).some((failure) => failure.class !== 'capacity');
  if (isOther) return null;
  const ofTasks = world.stoppedTasks
    .filter((task) => task.startedBy === id && diagnose(textOf(task)).class === 'capacity')
    .map(textOf);
  // What ECS said before the service went to its fallback was about the other capacity.
  const after = state.capacity.on === 'fallback' ? (state.capacity.since ?? 0) : 0;
  const words = wordsOfLack(world.service, now).filter(({ at }) => at > after);
  const evidence = [...new Set([...words.map(({ text }) => text), ...ofTasks])].slice(-5);
  return evidence.length === 0 ? null : { since: now, placed, evidence };
}

/** Can the tasks that are waited for still go elsewhere? Failures for want of room do not count then. */
export const canFallBack = ({ wish, fallback, on }: Capacity): boolean =>
  fallback !== null && on === 'own' && wish !== 'own';

/** A lack of room says nothing against the new tasks while there is another place for them. */
export function forBreaker<S extends FailuresKnown & HasCapacity>(state: S): FailuresKnown {
  const { breaker, capacity } = state;
  if (breaker === null || !canFallBack(capacity)) return state;
  return { ...state, breaker: { ...breaker, ignore: [...breaker.ignore, 'capacity'] } };
}

/** For how long the tasks have been without room, ms; null while they are not. */
const lackedMs = ({ capacity }: HasCapacity, now: number): number | null =>
  capacity.lack === null ? null : now - capacity.lack.since;

/**
 * Is it time to go over to the fallback?
 *
 * @param isLast there is nothing more to wait for: time has run out, or ECS has given the deployment up
 */
export function goesOver<S extends StepState & HasCapacity>({ state, now }: RoomPass<S>, isLast: boolean): boolean {
  const ms = lackedMs(state, now);
  return ms !== null && canFallBack(state.capacity) && (isLast || ms >= state.capacity.afterMs);
}

/** Does what a rollback puts back lack room, where there is another place for it? */
export function backGoesOver<S extends StepState & HasCapacity>({ state, now }: RoomPass<S>): boolean {
  const { fallback, before, afterMs } = state.capacity;
  const ms = lackedMs(state, now);
  return ms !== null && ms >= afterMs && fallback !== null && before.since === null;
}

/** A return that finds no room after all. */
export function noRoomYet<S extends StepState & HasCapacity>({ state, now }: RoomPass<S>): Failure | undefined {
  const { capacity } = state;
  const ms = lackedMs(state, now);
  if (ms === null || capacity.wish !== 'own' || ms < capacity.afterMs) return undefined;
  return broken(`there is still no room on ${capacity.own}`, capacity.lack!.evidence, 'capacity');
}

/** Behind what is waited for: why, and until when. */
export function lackWords({ capacity }: HasCapacity): string {
  if (capacity.lack === null) return '';
  const then = canFallBack(capacity)
    ? `; without any for ${capacity.afterMs / 1000} s, ${fallbackWords(capacity)} is used`
    : '';
  return `, no room for the others on ${capacity.on === 'own' ? capacity.own : fallbackWords(capacity)}${then}`;
}

/** Of the wait for tasks that find no room: that it is for room, and until when; nothing while they find some. */
export function lackWait({ capacity }: HasCapacity): Partial<Wait> {
  const { lack, afterMs, wish } = capacity;
  if (lack === null) return {};
  const at = lack.since + afterMs;
  if (canFallBack(capacity)) return { for: 'room', limit: { at, ends: 'falls back' } };
  return wish === 'own' ? { for: 'room', limit: { at, ends: 'gives up' } } : { for: 'room' };
}

const fallbackWords = ({ fallback }: Capacity): string => strategyWords(fallback === null ? [] : [...fallback]);

/** Says that the service goes over. */
export function toldFallback({ own, lack, ...capacity }: Capacity): EventDraft {
  const evidence = lack?.evidence ?? [];
  const to = fallbackWords({ own, lack, ...capacity });
  const why = evidence.length === 0 ? '' : `; ECS said: ${evidence.at(-1)}`;
  const message = `there is no room on ${own}: the tasks go to ${to}${why}`;
  return { code: 'capacity.fell-back', level: 'warning', message, data: { from: own, to, evidence: [...evidence] } };
}

/** On its fallback from now on, with everything counted anew. */
export const onFallback = (capacity: Capacity, now: number): Capacity => ({
  ...capacity,
  on: 'fallback',
  since: capacity.since ?? now,
  lack: null,
});

/** Where the service is once its new tasks were asked for, or a rollback has undone that. */
export const asWished = (capacity: Capacity, now: number): Capacity =>
  capacity.on === 'fallback' ? onFallback(capacity, now) : { ...capacity, since: null, lack: null };

export const asBefore = (capacity: Capacity): Capacity => ({
  ...capacity,
  since: capacity.before.since,
  on: capacity.before.since === null ? 'own' : 'fallback',
  lack: null,
});

const wantedMark = ({ since, service }: Capacity): string | null =>
  since === null ? null : fallbackMark(since, service);

/** Makes the tag say what is so; undefined where it does. */
export function marking({ rollout, capacity }: StepState & HasCapacity): Action | undefined {
  const mark = wantedMark(capacity);
  return mark === capacity.marked ? undefined : { type: 'ecs.mark-fallback', key: rollout, mark };
}

/** Takes in how tagging went: a tag that AWS refuses keeps no service from having room. */
export function heardMark<S extends StepState & HasCapacity>(pass: RoomPass<S>): RoomPass<S> {
  const { outcome, ...seen } = pass.seen;
  if (outcome?.type !== 'ecs.mark-fallback') return pass;
  const { capacity } = pass.state;
  const told: EventDraft[] = outcome.ok
    ? []
    : [
        {
          code: 'capacity.not-marked',
          level: 'warning',
          message: `the service could not be tagged (${outcome.error.code}): elsewhere, its capacity will look like drift`,
        },
      ];
  const state = { ...pass.state, capacity: { ...capacity, marked: wantedMark(capacity) } };
  return { ...pass, state, seen: { ...seen, outcome: undefined }, events: [...pass.events, ...told] };
}
