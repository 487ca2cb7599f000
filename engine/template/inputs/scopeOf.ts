/** The bridge from inputs to rendering. */

import type { Scope } from '../render/index.ts';
import type { Inputs } from './readInputs.ts';

/** What templates are rendered with. */
export function scopeOf({ values, complete }: Pick<Inputs, 'values' | 'complete'>): Scope {
  return {
    values: new Map(Array.from(values, ([name, { exact, sensitive }]) => [name, { value: exact, sensitive }] as const)),
    complete,
  };
}
