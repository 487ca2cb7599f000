/**
 * What a rollout waits for now, as a value: said by its strategy or its runner, stored with the record, and shown by
 * whoever looks, in its own words and time zone. Pure.
 */
import type { RolloutRecord } from './record.ts';
import type { Command } from './strategy.ts';

/** What can be waited for. The key is said in machine output; the text completes "it waits for". */
export const WAITS = {
  turn: 'its turn among the rollouts of the account and region',
  aws: 'AWS, which cannot be reached or has no room for more requests',
  settling: 'a change to show in AWS',
  tasks: 'the new tasks to be stable',
  targets: 'the targets of the new tasks to be healthy',
  room: 'room for the new tasks',
  drain: 'tasks to drain',
  traffic: 'the load balancer to follow',
  bake: 'a bake at a traffic step',
  stage: "a stage of ECS's own traffic shifting",
  person: 'somebody to let it go on',
  function: 'a change of the function to settle',
  version: 'the published version to be active',
  provisioned: 'provisioned concurrency',
  link: 'an event source to settle',
} as const;

export type WaitKind = keyof typeof WAITS;

/** What happens when the time of a wait is over. */
export type WaitEnd = 'gives up' | 'goes on' | 'falls back' | 'rolls back';

/** A wait, before it is known when it is looked at again. */
export interface Wait {
  readonly for: WaitKind;
  /** How far it is, for people, without any time: `2 of 3 targets healthy`. */
  readonly text: string;
  /** When it began, ms since the epoch. */
  readonly since: number;
  /** When it is over at the latest, ms since the epoch, and what happens then; null where only what is waited for ends it. */
  readonly limit: { readonly at: number; readonly ends: WaitEnd } | null;
  /** What a person can ask for to have it go on. */
  readonly command: Extract<Command, 'continue' | 'promote'> | null;
  /** The longest pause between two looks, ms. */
  readonly lookEveryMs: number;
}

export interface Waiting extends Wait {
  /** Ms since the epoch. It may be over in a record that was read from a store: looks that change nothing are not written. */
  readonly nextLookAt: number;
}

/** Is it the same wait, as far? When it is looked at next does not count. */
export function isSameWait(a: Waiting | null, b: Waiting | null): boolean {
  const withoutLook = (waiting: Waiting | null) => JSON.stringify(waiting && { ...waiting, nextLookAt: 0 });
  return withoutLook(a) === withoutLook(b);
}

/**
 * When it is looked at again, as far as can be told.
 *
 * @returns ms from now, and whether it may also be sooner
 */
export function nextLook({ nextLookAt, lookEveryMs }: Waiting, now: number): { ms: number; isExact: boolean } {
  const isExact = nextLookAt > now;
  return { ms: isExact ? nextLookAt - now : lookEveryMs, isExact };
}

/**
 * How many rollouts of one process come before one that waits for its turn.
 *
 * @param all the rollouts of that process
 */
export function aheadOf({ id, target, waiting }: RolloutRecord, all: readonly RolloutRecord[]): number {
  const since = waiting?.since ?? 0;
  return all.filter(
    (other) =>
      other.id !== id &&
      other.waiting?.for === 'turn' &&
      other.target.account === target.account &&
      other.target.region === target.region &&
      (other.waiting.since < since || (other.waiting.since === since && other.id < id)),
  ).length;
}

/** Whole seconds below two minutes, else minutes. */
const span = (ms: number): string => (ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

const placeWords = (ahead: number): string =>
  ahead === 0 ? 'it is the next' : ahead === 1 ? '1 other comes first' : `${ahead} others come first`;

/**
 * What is waited for, for people: how far it is, when it is looked at next, and when it ends.
 *
 * @param now ms since the epoch; undefined where it is not to be said when it is looked at next
 * @param timeOf a time in the reader's zone
 * @param ahead how many come before it, where it waits for its turn
 */
export function waitWords(
  waiting: Waiting,
  now: number | undefined,
  timeOf: (at: number) => string,
  ahead?: number,
): readonly string[] {
  const { text, limit } = waiting;
  const place = ahead === undefined ? [] : [placeWords(ahead)];
  const look = now === undefined || waiting.for === 'turn' ? [] : [lookWords(waiting, now)];
  return [text, ...place, ...look, ...(limit === null ? [] : [`${limit.ends} at ${timeOf(limit.at)}`])];
}

function lookWords(waiting: Waiting, now: number): string {
  const { ms, isExact } = nextLook(waiting, now);
  return `next check ${isExact ? 'in' : 'within'} ${span(ms)}`;
}
