/**
 * Recording which inputs an expression read. The rule is conservative: what a sensitive input touched is sensitive, and
 * so is a variable that was set from it or an object that was changed with it. Which branch of an `if` was taken is not
 * followed.
 */

import type { Value } from '../python/index.ts';

/** Where a value comes from. */
export interface Origin {
  readonly names: ReadonlySet<string>;
  readonly sensitive: boolean;
}

export const NO_ORIGIN: Origin = { names: new Set(), sensitive: false };

/** A variable of the template. */
export interface Variable {
  value: Value;
  origin: Origin;
}

/** Something that carries an origin of its own, because it is changed after it was made. */
export interface Carrier {
  origin: Origin;
}

export function union(a: Origin, b: Origin): Origin {
  if (b.names.size === 0 && !b.sensitive) return a;
  if (a.names.size === 0 && !a.sensitive) return b;
  return { names: new Set([...a.names, ...b.names]), sensitive: a.sensitive || b.sensitive };
}

export class Recording implements Origin {
  #names: Set<string> | undefined;
  sensitive = false;
  /** Set when a list or dict was changed in place. */
  mutated = false;
  /** Variables that were read, in case one of their values was changed. */
  readonly #carriers: Carrier[] = [];

  get names(): ReadonlySet<string> {
    return this.#names ?? NO_ORIGIN.names;
  }

  add(origin: Origin): void {
    if (origin.sensitive) this.sensitive = true;
    if (origin.names.size === 0) return;
    this.#names ??= new Set();
    for (const name of origin.names) this.#names.add(name);
  }

  input(name: string, sensitive: boolean): void {
    this.#names ??= new Set();
    this.#names.add(name);
    if (sensitive) this.sensitive = true;
  }

  carrier(carrier: Carrier): void {
    this.#carriers.push(carrier);
    this.add(carrier.origin);
  }

  /** Hands what was recorded to what was changed. */
  settle(): void {
    if (!this.mutated) return;
    const origin: Origin = { names: this.names, sensitive: this.sensitive };
    for (const carrier of this.#carriers) carrier.origin = union(carrier.origin, origin);
  }
}
