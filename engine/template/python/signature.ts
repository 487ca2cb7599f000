/** How arguments reach the parameters of a built-in function, filter, test or macro-like object, by Python's rules. */

import { typeError } from './failure.ts';
import type { Keywords, Value } from './value.ts';

export interface Signature {
  readonly params: readonly string[];
  /** Defaults of the last parameters; those before them are required. */
  readonly defaults?: readonly Value[];
  /** Methods written in C often take no keywords at all. */
  readonly positionalOnly?: boolean;
}

/** One value per parameter. @throws Failure `TypeError` for too many, missing, doubled or unknown arguments */
export function bind(name: string, signature: Signature, args: readonly Value[], keywords: Keywords): Value[] {
  const { params, defaults = [], positionalOnly = false } = signature;
  if (args.length > params.length) {
    throw typeError(`${name}() takes at most ${params.length} argument(s), not ${args.length}`);
  }
  if (positionalOnly && keywords.size > 0) throw typeError(`${name}() takes no keyword arguments`);
  for (const key of keywords.keys()) {
    const index = params.indexOf(key);
    if (index < 0) {
      throw typeError(`${name}() got an unexpected keyword argument '${key}'`, expectation(params));
    }
    if (index < args.length) throw typeError(`${name}() got multiple values for argument '${key}'`);
  }
  const required = params.length - defaults.length;
  return params.map((param, index) => {
    if (index < args.length) return args[index]!;
    const value = keywords.get(param);
    if (value !== undefined) return value;
    if (index < required) throw typeError(`${name}() is missing the argument '${param}'`);
    return defaults[index - required]!;
  });
}

function expectation(params: readonly string[]): string {
  return params.length === 0 ? 'it takes no arguments' : `its parameters are: ${params.join(', ')}`;
}
