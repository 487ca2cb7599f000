/**
 * The last rollouts of workloads, for their lenses: as far as they are known in a moment.
 *
 * Owns: what was told lately.
 */
import type { Clock } from '../engine/clock.ts';
import type { LastRollout } from './protocol.ts';
import type { RolloutProvider } from './providers.ts';
import { placeKey, type WorkloadPlace } from './workspace.ts';

/** What was told does for so long, ms: lenses are asked for with every edit. */
const FRESH_MS = 5_000;
/** Lenses wait for an answer so long, ms; then they do without. */
const PATIENCE_MS = 300;

interface Told {
  /** Null where there was none, undefined where nothing is known. */
  last: LastRollout | null | undefined;
  at: number | undefined;
  asking: Promise<void> | undefined;
}

export interface LastRolloutsOptions {
  readonly rollouts: RolloutProvider;
  readonly clock: Clock;
  /** Told when an answer came that lenses could not wait for. */
  readonly changed: () => void;
}

export class LastRollouts {
  readonly #options: LastRolloutsOptions;
  readonly #told = new Map<string, Told>();

  constructor(options: LastRolloutsOptions) {
    this.#options = options;
  }

  /** What was told is old. */
  forget(): void {
    for (const told of this.#told.values()) told.at = undefined;
  }

  /** @returns null where there was none, undefined where that is not known */
  async of(place: WorkloadPlace): Promise<LastRollout | null | undefined> {
    const { clock } = this.#options;
    const key = placeKey(place);
    const told: Told = this.#told.get(key) ?? { last: undefined, at: undefined, asking: undefined };
    this.#told.set(key, told);
    if (told.at !== undefined && clock.now() - told.at < FRESH_MS) return told.last;
    let isLate = false;
    told.asking ??= this.#ask(place, told).then((hasChanged) => {
      told.asking = undefined;
      if (hasChanged && isLate) this.#options.changed();
    });
    const answered = new AbortController();
    const late = clock.sleepUntil(clock.now() + PATIENCE_MS, answered.signal).then(() => {
      isLate = !answered.signal.aborted;
    });
    await Promise.race([told.asking, late]);
    answered.abort();
    return told.last;
  }

  /** @returns whether something else is known now */
  async #ask(place: WorkloadPlace, told: Told): Promise<boolean> {
    const { rollouts, clock } = this.#options;
    const before = JSON.stringify(told.last);
    // A store that cannot be read tells nothing; what shows rollouts says why.
    told.last = await rollouts.last(place).then(
      (last) => last ?? null,
      () => undefined,
    );
    told.at = clock.now();
    return JSON.stringify(told.last) !== before;
  }
}
