/**
 * Live states that were read a moment ago, so that a rollout need not read again what its plan has just read. Owns what
 * was read in the last seconds. A state is given out once: who changes the target makes it old.
 */
import type { Clock } from '../clock.ts';
import { type Live, type LiveFailure, targetKey } from '../plan/index.ts';
import type { Wanted } from './live.ts';

/** Nobody takes what is older, ms. */
const KEPT_MS = 30_000;

interface Read {
  readonly at: number;
  readonly wanted: string;
  readonly live: Live;
}

export interface Recently {
  /** Remembers what was found by a reading that began at `at`, ms since the epoch. */
  keep(wanted: readonly Wanted[], found: ReadonlyMap<string, Live | LiveFailure>, at: number): void;
  /** What a reading of the very same found that began at `since` or later. */
  take(wanted: Wanted, since: number): Live | undefined;
}

export function recently(clock: Clock): Recently {
  const reads = new Map<string, Read>();
  return {
    keep(wanted, found, at) {
      for (const [key, read] of reads) if (clock.now() - read.at > KEPT_MS) reads.delete(key);
      for (const one of wanted) {
        const key = targetKey(one.target);
        const live = found.get(key);
        if (live !== undefined && live.kind !== 'failure') reads.set(key, { at, wanted: JSON.stringify(one), live });
      }
    },
    take(wanted, since) {
      const key = targetKey(wanted.target);
      const read = reads.get(key);
      reads.delete(key);
      return read !== undefined && read.at >= since && read.wanted === JSON.stringify(wanted) ? read.live : undefined;
    },
  };
}
