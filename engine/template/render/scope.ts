/** The inputs as a rendering sees them. */

import { Dict, type Value } from '../python/index.ts';

/** A value to render with. */
export interface ScopeValue {
  readonly value: Value;
  readonly sensitive: boolean;
}

/** What a template is rendered with. Make one with `scopeOf`. */
export interface Scope {
  readonly values: ReadonlyMap<string, ScopeValue>;
  /** False when some inputs could not be read: an unknown name may then exist, and is not reported. */
  readonly complete: boolean;
}

/** A copy whose lists and dicts a template may change without anybody noticing. */
export function privateCopy(value: Value): Value {
  if (Array.isArray(value)) return value.map(privateCopy);
  if (!(value instanceof Dict)) return value;
  return Dict.of(Array.from(value.entries(), ([key, member]) => [key, privateCopy(member)] as const));
}
