/** The bounds of a rendering. A template that exceeds one gives a finding, not a hang. */

import { Failure } from '../python/index.ts';

export interface Limits {
  /** Units of work: about one per node evaluated or item handled. @default 1000000 */
  readonly steps: number;
  /** Longest text, rendered or intermediate, in UTF-16 code units, and most items in one list. @default 4194304 */
  readonly size: number;
  /** How deep macros, recursive loops and blocks may call each other. @default 200 */
  readonly nesting: number;
  /** Longest range of numbers that is walked. @default 100000, as in Jinja2's own sandbox */
  readonly range: number;
}

export const DEFAULT_LIMITS: Limits = { steps: 1_000_000, size: 4 * 1024 * 1024, nesting: 200, range: 100_000 };

export class Budget {
  readonly #limits: Limits;
  #steps = 0;
  #depth = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#limits.steps) {
      throw exceeded(`rendering takes more than ${this.#limits.steps} steps`, 'make loops shorter');
    }
  }

  fits(size: number | bigint): void {
    if (size > this.#limits.size) {
      throw exceeded(`a text or list of more than ${this.#limits.size} characters or items`, 'produce less output');
    }
  }

  walks(count: bigint): void {
    if (count > this.#limits.range)
      throw exceeded(`a range of ${shortened(count)} numbers`, `walk at most ${this.#limits.range}`);
  }

  nested<T>(run: () => T): T {
    if (this.#depth >= this.#limits.nesting) {
      throw exceeded(
        `macros, loops or blocks call each other more than ${this.#limits.nesting} levels deep`,
        'end the recursion',
      );
    }
    this.#depth++;
    try {
      return run();
    } finally {
      this.#depth--;
    }
  }
}

function exceeded(message: string, hint: string): Failure {
  return new Failure('LimitError', message, hint);
}

function shortened(count: bigint): string {
  const text = count.toString();
  return text.length > 20 ? `more than 10^${text.length - 1}` : text;
}
