/**
 * AWS's request throttling: one token bucket per account, region and group of operations, refilled by the sandbox's
 * clock. Owns the buckets' levels.
 */
import type { Bucket } from '../service.ts';

interface Level {
  tokens: number;
  at: number;
}

export class Throttle {
  readonly #scale: number;
  readonly #levels = new Map<string, Level>();

  /** @param scale how many times AWS's rates are allowed; more than 0, `Infinity` for no throttling */
  constructor(scale: number) {
    this.#scale = scale;
  }

  /** Takes a token at `now` (ms); false when there is none. */
  take(scope: string, bucket: Bucket, now: number): boolean {
    if (this.#scale === Number.POSITIVE_INFINITY) return true;
    const capacity = bucket.capacity * this.#scale;
    const key = `${scope}/${bucket.name}`;
    const level = this.#levels.get(key) ?? { tokens: capacity, at: now };
    const refilled = level.tokens + ((now - level.at) / 1000) * bucket.refill * this.#scale;
    level.tokens = Math.min(capacity, refilled);
    level.at = now;
    this.#levels.set(key, level);
    // Sums of many small refills end a rounding error below the whole token.
    if (level.tokens < 1 - 1e-9) return false;
    level.tokens -= 1;
    return true;
  }
}
