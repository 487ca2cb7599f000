/** The methods of `list`, `dict`, `tuple`, `int` and `float`. */

import { equals, sorted } from './compare.ts';
import { Failure, typeError, valueError } from './failure.ts';
import { toSize, truncate } from './numbers.ts';
import { itemAt } from './operators.ts';
import { bind, type Signature } from './signature.ts';
import {
  Dict,
  DictView,
  Func,
  type Host,
  isTruthy,
  itemsOf,
  type Keywords,
  NO_KEYWORDS,
  Tuple,
  type Value,
} from './value.ts';

export interface Method<Self> extends Signature {
  readonly run: (self: Self, args: Value[], host: Host) => Value;
}

const positional = (...params: string[]): Signature => ({ params, positionalOnly: true });

function indexOf(items: readonly Value[], [wanted, start, stop]: Value[], host: Host): bigint {
  const bound = (value: Value, otherwise: number) => {
    if (value === null) return otherwise;
    const index = toSize(value);
    return index < 0 ? Math.max(0, index + items.length) : Math.min(index, items.length);
  };
  for (let i = bound(start!, 0); i < bound(stop!, items.length); i++) {
    host.spend(1);
    if (equals(items[i]!, wanted!, host)) return BigInt(i);
  }
  throw valueError('the value is not in the list');
}

function countOf(items: readonly Value[], wanted: Value, host: Host): bigint {
  host.spend(items.length);
  return BigInt(items.filter((item) => equals(item, wanted, host)).length);
}

const INDEX: Signature = { params: ['value', 'start', 'stop'], defaults: [null, null], positionalOnly: true };

function change<Self>(signature: Signature, run: (self: Self, args: Value[], host: Host) => Value): Method<Self> {
  return {
    ...signature,
    run(self, args, host) {
      host.mutated();
      return run(self, args, host);
    },
  };
}

export const LIST_METHODS: ReadonlyMap<string, Method<Value[]>> = new Map<string, Method<Value[]>>([
  [
    'append',
    change(positional('object'), (list, [item], host) => {
      host.fits(list.push(item!));
      return null;
    }),
  ],
  [
    'clear',
    change(positional(), (list) => {
      list.length = 0;
      return null;
    }),
  ],
  ['copy', { ...positional(), run: (list, _, host) => itemsOf(list, host) }],
  ['count', { ...positional('value'), run: (list, [value], host) => countOf(list, value!, host) }],
  [
    'extend',
    change(positional('iterable'), (list, [items], host) => {
      for (const item of itemsOf(items!, host)) host.fits(list.push(item));
      return null;
    }),
  ],
  ['index', { ...INDEX, run: indexOf }],
  [
    'insert',
    change(positional('index', 'object'), (list, [index, item], host) => {
      host.fits(list.length + 1);
      host.spend(list.length >> 4);
      list.splice(toSize(index!), 0, item!);
      return null;
    }),
  ],
  [
    'pop',
    change({ params: ['index'], defaults: [-1n], positionalOnly: true }, (list, [index]) => {
      if (list.length === 0) throw new Failure('IndexError', 'pop from empty list');
      const item = itemAt(list, index!);
      list.splice(toSize(index!), 1);
      return item;
    }),
  ],
  [
    'remove',
    change(positional('value'), (list, [value], host) => {
      list.splice(Number(indexOf(list, [value!, null, null], host)), 1);
      return null;
    }),
  ],
  [
    'reverse',
    change(positional(), (list) => {
      list.reverse();
      return null;
    }),
  ],
  ['sort', change({ params: ['key', 'reverse'], defaults: [null, false] }, sortList)],
]);

function sortList(list: Value[], [key, reverse]: Value[], host: Host): Value {
  const keyOf = (item: Value) => (key === null ? item : host.call(key!, [item], NO_KEYWORDS));
  const ordered = sorted(list, keyOf, isTruthy(reverse!), host);
  list.splice(0, list.length, ...ordered);
  return null;
}

export const TUPLE_METHODS: ReadonlyMap<string, Method<Tuple>> = new Map<string, Method<Tuple>>([
  ['count', { ...positional('value'), run: (tuple, [value], host) => countOf(tuple.items, value!, host) }],
  ['index', { ...INDEX, run: (tuple, args, host) => indexOf(tuple.items, args, host) }],
]);

const KEY: Signature = { params: ['key', 'default'], defaults: [null], positionalOnly: true };

export const DICT_METHODS: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  [
    'clear',
    change(positional(), (dict) => {
      dict.clear();
      return null;
    }),
  ],
  [
    'copy',
    {
      ...positional(),
      run: (dict, _, host) => {
        host.spend(dict.size);
        return Dict.of(dict.entries());
      },
    },
  ],
  [
    'fromkeys',
    { ...KEY, run: (_, [keys, value], host) => Dict.of(itemsOf(keys!, host).map((key) => [key, value!] as const)) },
  ],
  ['get', { ...KEY, run: (dict, [key, otherwise]) => (dict.has(key!) ? dict.get(key!)! : otherwise!) }],
  ['items', { ...positional(), run: (dict) => new DictView('dict_items', dict) }],
  ['keys', { ...positional(), run: (dict) => new DictView('dict_keys', dict) }],
  [
    'popitem',
    change(positional(), (dict, _, host) => {
      host.spend(dict.size);
      const last = [...dict.entries()].at(-1);
      if (!last) throw new Failure('KeyError', 'popitem(): dictionary is empty');
      dict.delete(last[0]);
      return new Tuple([...last]);
    }),
  ],
  [
    'setdefault',
    change(KEY, (dict, [key, value], host) => {
      if (!dict.has(key!)) dict.set(key!, value!);
      host.fits(dict.size);
      return dict.get(key!)!;
    }),
  ],
  ['values', { ...positional(), run: (dict) => new DictView('dict_values', dict) }],
]);

/** `dict.pop` and `dict.update`, whose parameters no signature can describe. */
export const DICT_FUNCTIONS: ReadonlyMap<string, (dict: Dict, args: Value[], keywords: Keywords, host: Host) => Value> =
  new Map([
    ['pop', popKey],
    ['update', update],
  ]);

function popKey(dict: Dict, args: Value[], keywords: Keywords, host: Host): Value {
  const [key, otherwise] = bind(
    'pop',
    { params: ['key', 'default'], defaults: [null], positionalOnly: true },
    args,
    keywords,
  );
  host.mutated();
  const value = dict.get(key!);
  if (value === undefined) {
    if (args.length < 2) throw new Failure('KeyError', 'the dict has no such key');
    return otherwise!;
  }
  dict.delete(key!);
  return value;
}

function update(dict: Dict, args: Value[], keywords: Keywords, host: Host): Value {
  host.mutated();
  for (const [key, value] of entriesOf('update', args, keywords, host)) dict.set(key, value);
  host.fits(dict.size);
  return null;
}

/** What `dict(…)`, `dict.update(…)` and `namespace(…)` are given: a mapping or pairs, then keywords. */
export function entriesOf(
  name: string,
  args: readonly Value[],
  keywords: Keywords,
  host: Host,
): (readonly [Value, Value])[] {
  if (args.length > 1) throw typeError(`${name} expected at most 1 argument, got ${args.length}`);
  const [source] = args;
  const entries: (readonly [Value, Value])[] = [];
  if (source instanceof Dict) entries.push(...source.entries());
  else if (source !== undefined) {
    for (const pair of itemsOf(source, host)) {
      const items = itemsOf(pair, host);
      if (items.length !== 2)
        throw valueError(`dictionary update sequence element has length ${items.length}; 2 is required`);
      entries.push([items[0]!, items[1]!]);
    }
  }
  host.spend(entries.length);
  return [...entries, ...keywords];
}

const NO_ARGUMENTS: Signature = { params: [], positionalOnly: true };

/** Attributes of numbers; those that are methods come as functions. */
export function numberAttribute(value: bigint | number, name: string): Value | undefined {
  const method = (run: () => Value) =>
    new Func(name, (args, keywords) => {
      bind(name, NO_ARGUMENTS, args, keywords);
      return run();
    });
  switch (name) {
    case 'real':
      return value;
    case 'imag':
      return typeof value === 'bigint' ? 0n : 0;
    case 'conjugate':
      return method(() => value);
    case 'as_integer_ratio':
      return method(() => ratio(value));
  }
  if (typeof value === 'number') {
    return name === 'is_integer' ? method(() => Number.isInteger(value)) : undefined;
  }
  const bits = (value < 0n ? -value : value).toString(2);
  switch (name) {
    case 'numerator':
      return value;
    case 'denominator':
      return 1n;
    case 'bit_length':
      return method(() => (value === 0n ? 0n : BigInt(bits.length)));
    case 'bit_count':
      return method(() => BigInt(bits.replaceAll('0', '').length));
    default:
      return undefined;
  }
}

function ratio(value: bigint | number): Value {
  if (typeof value === 'bigint') return new Tuple([value, 1n]);
  let scale = 1n;
  let scaled = value;
  if (!Number.isFinite(value)) truncate(value);
  for (; !Number.isInteger(scaled); scaled *= 2) scale *= 2n;
  return new Tuple([BigInt(scaled), scale]);
}
