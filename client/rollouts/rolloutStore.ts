/**
 * What the rollouts view shows, and when it is read anew: on request, and by itself while somebody looks.
 *
 * Owns: the last reading, and the timer of the next.
 */
import type { ReadRollouts, Rollouts } from './rollout.ts';

/** Time between readings while a rollout is in progress, and while none is, ms. */
const IN_PROGRESS_MS = 1_000;
const AT_REST_MS = 5_000;

export type RolloutsState = { readonly rollouts: Rollouts } | { readonly failure: unknown };

export class RolloutStore {
  readonly #read: ReadRollouts;
  readonly #changed: () => void;
  #state: RolloutsState | undefined;
  #reading: Promise<RolloutsState> | undefined;
  #watching = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param changed told whenever there is another reading */
  constructor(read: ReadRollouts, changed: () => void) {
    this.#read = read;
    this.#changed = changed;
  }

  /** The last reading; the first one where there is none yet. Never rejects. */
  async state(): Promise<RolloutsState> {
    return this.#state ?? this.#readOnce();
  }

  /** Reads anew. Never rejects: a failure is a state. */
  async refresh(): Promise<void> {
    // A reading that is under way may have begun before what the caller wants to see.
    await this.#reading;
    await this.#readOnce();
    this.#changed();
  }

  /** Begins or ends reading by itself. */
  watch(watching: boolean): void {
    if (this.#watching === watching) return;
    this.#watching = watching;
    clearTimeout(this.#timer);
    if (watching && this.#state !== undefined) void this.refresh();
  }

  dispose(): void {
    this.watch(false);
  }

  #readOnce(): Promise<RolloutsState> {
    this.#reading ??= this.#read()
      .then(
        (rollouts): RolloutsState => ({ rollouts }),
        (failure: unknown): RolloutsState => ({ failure }),
      )
      .then((state) => {
        this.#state = state;
        this.#reading = undefined;
        this.#readLater(state);
        return state;
      });
    return this.#reading;
  }

  #readLater(state: RolloutsState): void {
    clearTimeout(this.#timer);
    if (!this.#watching) return;
    const inProgress = 'rollouts' in state && state.rollouts.rows.some(({ record }) => record?.endedAt === null);
    this.#timer = setTimeout(() => void this.refresh(), inProgress ? IN_PROGRESS_MS : AT_REST_MS);
  }
}
