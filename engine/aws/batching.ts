/**
 * Puts what many rollouts want to know into few calls: who asks within the same moment shares one. Owns what is
 * collected at the moment, and how many have asked lately.
 *
 * One rollout alone is answered at once: a moment is waited for only where others are known to ask as well.
 */
import type { Clock } from '../clock.ts';

/** Others that look at the same time do so within this, ms of the rollouts' clock. */
const MOMENT_MS = 100;

/** Who asked within this is expected to ask again, ms. */
const LATELY_MS = 60_000;

interface Collected<Found> {
  readonly keys: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, Found>>;
  readonly isFull: () => void;
}

export interface BatchOptions<Found> {
  readonly clock: Clock;
  /** Keys in one call, 1 or more. */
  readonly most: number;
  /** One call. A key that is not in the answer does not exist. */
  readonly ask: (group: string, keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>;
  /** May one of the keys be what the whole call failed for? Then each is asked for alone. */
  readonly isOfOne: (error: unknown) => boolean;
}

/** @param group what can be asked together, for example a region and a cluster */
export type Batch<Found> = (group: string, key: string) => Promise<Found | undefined>;

export function createBatch<Found>({ clock, most, ask, isOfOne }: BatchOptions<Found>): Batch<Found> {
  const collecting = new Map<string, Collected<Found>>();
  const lately = new Map<string, Map<string, number>>();

  /** Have others than this one asked of the group lately? */
  function hasCompany(group: string, key: string): boolean {
    const now = clock.now();
    const asked = lately.get(group) ?? new Map<string, number>();
    lately.set(group, asked.set(key, now));
    for (const [other, at] of asked) if (now - at > LATELY_MS) asked.delete(other);
    return asked.size > 1;
  }

  function collect(group: string): Collected<Found> {
    const keys = new Set<string>();
    const full = Promise.withResolvers<void>();
    const answer = Promise.race([full.promise, clock.sleepUntil(clock.now() + MOMENT_MS)]).then(() => {
      if (collecting.get(group)?.keys === keys) collecting.delete(group);
      return ask(group, [...keys]);
    });
    const collected = { keys, answer, isFull: full.resolve };
    collecting.set(group, collected);
    return collected;
  }

  return async (group, key) => {
    if (!hasCompany(group, key)) return (await ask(group, [key])).get(key);
    const collected = collecting.get(group) ?? collect(group);
    collected.keys.add(key);
    if (collected.keys.size >= most) {
      collecting.delete(group);
      collected.isFull();
    }
    try {
      return (await collected.answer).get(key);
    } catch (error) {
      if (collected.keys.size === 1 || !isOfOne(error)) throw error;
      return (await ask(group, [key])).get(key);
    }
  };
}

/** Looks are moved to multiples of this, ms, where others look as well. */
const GRID_MS = 5_000;

/** So few looks are not worth moving. */
const FEW = 3;

export interface Together {
  /** Somebody has looked. */
  looked(group: string, key: string): void;
  /** The last common time for looks before `wakeAt`, where there is company and time for it. */
  lookAt(group: string, wakeAt: number): number;
}

/** Has those who look at the same group look at the same times. Owns who has looked lately. */
export function lookTogether(clock: Clock): Together {
  const lately = new Map<string, Map<string, number>>();
  return {
    looked(group, key) {
      const now = clock.now();
      const looked = lately.get(group) ?? new Map<string, number>();
      lately.set(group, looked.set(key, now));
      for (const [other, at] of looked) if (now - at > LATELY_MS) looked.delete(other);
    },
    lookAt(group, wakeAt) {
      const common = Math.floor(wakeAt / GRID_MS) * GRID_MS;
      const isWorthIt = (lately.get(group)?.size ?? 0) > FEW && common > clock.now();
      return isWorthIt ? common : wakeAt;
    },
  };
}
