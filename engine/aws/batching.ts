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

/**
 * @param group what can be asked together, for example a region and a cluster
 * @returns what was found, by key
 */
export type Batch<Found> = (group: string, keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>;

export function createBatch<Found>({ clock, most, ask, isOfOne }: BatchOptions<Found>): Batch<Found> {
  const collecting = new Map<string, Collected<Found>>();
  const lately = recently(clock);

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

  async function together(group: string, key: string): Promise<ReadonlyMap<string, Found>> {
    const collected = collecting.get(group) ?? collect(group);
    collected.keys.add(key);
    if (collected.keys.size >= most) {
      collecting.delete(group);
      collected.isFull();
    }
    try {
      return await collected.answer;
    } catch (error) {
      if (collected.keys.size === 1 || !isOfOne(error)) throw error;
      return ask(group, [key]);
    }
  }

  const alone = (group: string, keys: readonly string[]) => batches(keys, most).map((some) => ask(group, some));

  return async (group, keys) => {
    for (const key of keys) lately.saw(group, key);
    const hasCompany = lately.count(group) > keys.length;
    const answers = await Promise.all(hasCompany ? keys.map((key) => together(group, key)) : alone(group, keys));
    const found = answers.flatMap((answer) => [...answer]).filter(([key]) => keys.includes(key));
    return new Map(found);
  };
}

/** @param size of each but the last, 1 or more */
export const batches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Who was seen in which group within `LATELY_MS`. */
function recently(clock: Clock) {
  const seen = new Map<string, Map<string, number>>();
  return {
    saw(group: string, key: string): void {
      const now = clock.now();
      const known = seen.get(group) ?? new Map<string, number>();
      seen.set(group, known.set(key, now));
      for (const [other, at] of known) if (now - at > LATELY_MS) known.delete(other);
    },
    count: (group: string): number => seen.get(group)?.size ?? 0,
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
  const lately = recently(clock);
  return {
    looked: lately.saw,
    lookAt(group, wakeAt) {
      const common = Math.floor(wakeAt / GRID_MS) * GRID_MS;
      const isWorthIt = lately.count(group) > FEW && common > clock.now();
      return isWorthIt ? common : wakeAt;
    },
  };
}
