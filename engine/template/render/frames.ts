/** Scopes at run time: variables by name, from inner to outer. Inputs lie behind the outermost. */

import type { Value } from '../python/index.ts';
import type { Body } from '../syntax/index.ts';
import { NO_ORIGIN, type Origin, type Variable } from './recording.ts';

/** A name that is local but not assigned yet. */
const HIDDEN = Symbol('hidden');

export class Frame {
  readonly #outer: Frame | undefined;
  readonly #variables = new Map<string, Variable | typeof HIDDEN>();

  constructor(outer?: Frame, body?: Body) {
    this.#outer = outer;
    if (body) this.hide(body);
  }

  /** Makes the names that a body assigns later undefined until then. */
  hide(body: Body): void {
    for (const name of body.hidden ?? []) if (!this.#variables.has(name)) this.#variables.set(name, HIDDEN);
  }

  set(name: string, value: Value, origin: Origin = NO_ORIGIN): void {
    this.#variables.set(name, { value, origin });
  }

  /** The innermost variable of that name; `hidden` where the name is local but unassigned. */
  find(name: string): Variable | 'hidden' | undefined {
    for (let frame: Frame | undefined = this; frame; frame = frame.#outer) {
      const variable = frame.#variables.get(name);
      if (variable !== undefined) return variable === HIDDEN ? 'hidden' : variable;
    }
    return undefined;
  }

  /** All names that can be read here. */
  names(): string[] {
    return [...this.#variables.keys(), ...(this.#outer?.names() ?? [])];
  }
}
