/** Macros, and the `caller` of a call block. Source of the argument rules: `jinja2.runtime.Macro`. */

import { Dict, type Keywords, PyObject, Tuple, typeError, Undefined, type Value } from '../python/index.ts';
import type { Parameter } from '../syntax/index.ts';

export interface MacroDetails {
  /** Absent for the body of a call block. */
  readonly name: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly special: ReadonlySet<string>;
}

/** One argument per name: parameters in order, then the special ones; `undefined` where the default is to be taken. */
export type Arguments = ReadonlyMap<string, Value | undefined>;

export class Macro extends PyObject {
  readonly typeName = 'Macro';
  readonly #details: MacroDetails;
  readonly #invoke: (args: Arguments) => Value;

  constructor(details: MacroDetails, invoke: (args: Arguments) => Value) {
    super();
    this.#details = details;
    this.#invoke = invoke;
  }

  override attribute(name: string): Value | undefined {
    const { special, parameters } = this.#details;
    switch (name) {
      case 'name':
        return this.#details.name ?? null;
      case 'arguments':
        return new Tuple(parameters.map((parameter) => parameter.name));
      case 'catch_kwargs':
        return special.has('kwargs') && !parameters.some((parameter) => parameter.name === 'kwargs');
      case 'catch_varargs':
        return special.has('varargs') && !parameters.some((parameter) => parameter.name === 'varargs');
      case 'caller':
        return special.has('caller');
      default:
        return undefined;
    }
  }

  override repr(): string {
    const { name } = this.#details;
    return `<Macro ${name === undefined ? 'anonymous' : `'${name}'`}>`;
  }

  override call(args: Value[], keywords: Keywords): Value {
    return this.#invoke(this.#bind(args, keywords));
  }

  #bind(args: readonly Value[], keywords: Keywords): Arguments {
    const { parameters, special } = this.#details;
    const bound = new Map<string, Value | undefined>();
    const rest = new Map(keywords);
    const take = (name: string): Value | undefined => {
      const value = rest.get(name);
      rest.delete(name);
      return value;
    };
    for (const [index, { name }] of parameters.entries())
      bound.set(name, index < args.length ? args[index] : take(name));
    if (special.has('caller') && !bound.has('caller')) {
      bound.set(
        'caller',
        take('caller') ?? new Undefined({ name: 'caller', message: 'no caller defined', start: -1, end: -1 }),
      );
    }
    if (special.has('kwargs') && !bound.has('kwargs')) bound.set('kwargs', Dict.of(rest));
    else if (rest.size > 0)
      throw typeError(`${this.#label} takes no keyword argument '${rest.keys().next().value}'`, this.#expectation());
    if (special.has('varargs') && !bound.has('varargs')) bound.set('varargs', new Tuple(args.slice(parameters.length)));
    else if (args.length > parameters.length) {
      throw typeError(`${this.#label} takes not more than ${parameters.length} argument(s)`, this.#expectation());
    }
    return bound;
  }

  get #label(): string {
    return this.#details.name === undefined ? 'the caller' : `the macro '${this.#details.name}'`;
  }

  #expectation(): string {
    const names = this.#details.parameters.map(({ name }) => name);
    return names.length === 0 ? 'it has no parameters' : `its parameters are: ${names.join(', ')}`;
  }
}
