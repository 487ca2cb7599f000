/**
 * AWS for who plans again and again, as somebody types: what it answered lately will do. Changes and all that a rollout
 * asks go through as they are.
 *
 * Owns: the answers, until they are older than somebody wants them.
 */
import type { Clock } from '../clock.ts';
import { type Live, type LiveFailure, targetKey } from '../plan/index.ts';
import type { Observation, Wish } from '../rollout/index.ts';
import type { Aws } from './index.ts';
import type { Wanted } from './live.ts';

/** Answers by what was asked. One that has not come yet is waited for, however long it takes. */
class Answers<T> {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #kept = new Map<string, { readonly answer: Promise<T>; answeredAt: number | undefined }>();

  constructor(clock: Clock, maxAgeMs: number) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  get(key: string): Promise<T> | undefined {
    const now = this.#clock.now();
    for (const [old, { answeredAt }] of this.#kept) {
      if (answeredAt !== undefined && now - answeredAt >= this.#maxAgeMs) this.#kept.delete(old);
    }
    return this.#kept.get(key)?.answer;
  }

  keep(key: string, answer: Promise<T>): Promise<T> {
    const entry: { readonly answer: Promise<T>; answeredAt: number | undefined } = { answer, answeredAt: undefined };
    this.#kept.set(key, entry);
    const answered = () => {
      entry.answeredAt = this.#clock.now();
    };
    // A refusal is kept as well: asked again with each key that is pressed, AWS would only refuse more.
    answer.then(answered, answered);
    return answer;
  }

  /** What is kept, or what `ask` gives. */
  of(asked: unknown, ask: () => Promise<T>): Promise<T> {
    const key = JSON.stringify(asked);
    return this.get(key) ?? this.keep(key, ask());
  }
}

/** @param maxAgeMs how old an answer may be, ms on `clock` */
export function rememberedAws(aws: Aws, clock: Clock, maxAgeMs: number): Aws {
  const accounts = new Answers<string>(clock, maxAgeMs);
  const reached = new Answers<void>(clock, maxAgeMs);
  const reads = new Answers<Live | LiveFailure | undefined>(clock, maxAgeMs);
  const looks = new Answers<Observation>(clock, maxAgeMs);

  /** What is not known of them is read together. */
  function read(wanted: readonly Wanted[]): Promise<Live | LiveFailure | undefined>[] {
    const known = wanted.map((one) => reads.get(JSON.stringify(one)));
    const fresh = wanted.filter((_, i) => known[i] === undefined);
    const reading = fresh.length === 0 ? undefined : aws.read(fresh);
    return wanted.map(
      (one, i) =>
        known[i] ??
        reads.keep(
          JSON.stringify(one),
          reading!.then((all) => all.get(targetKey(one.target))),
        ),
    );
  }

  return {
    ...aws,
    account: (regions) => accounts.of(regions, () => aws.account(regions)),
    reach: (target) => reached.of(target, () => aws.reach(target)),
    async read(wanted) {
      const found = await Promise.all(read(wanted));
      return new Map(found.flatMap((live, i) => (live === undefined ? [] : [[targetKey(wanted[i]!.target), live]])));
    },
    observe: (wish: Wish, signal) => looks.of(wish, () => aws.observe(wish, signal)),
  };
}
