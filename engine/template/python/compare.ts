/** Python's equality, order and membership. */

import { typeError } from './failure.ts';
import { intOf, numberOf } from './numbers.ts';
import { checkDepth } from './printing.ts';
import {
  Bytes,
  Dict,
  DictView,
  type Host,
  isText,
  iterate,
  PyObject,
  Range,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './value.ts';

export function equals(a: Value, b: Value, host: Host, depth = 0): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  if (a instanceof Undefined || b instanceof Undefined) return undefinedEquals(a, b);
  const x = numberOf(a);
  if (x !== undefined) {
    const y = numberOf(b);
    // Loose equality compares an integer and a float exactly.
    // biome-ignore lint/suspicious/noDoubleEquals: the two may be of different types
    return y !== undefined && x == y;
  }
  if (isText(a)) return isText(b) && textOf(a) === textOf(b);
  if (a === null || b === null || isText(b) || numberOf(b) !== undefined) return a === b;
  checkDepth(depth);
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b, host, depth);
  if (a instanceof Tuple) return b instanceof Tuple && sameItems(a.items, b.items, host, depth);
  if (a instanceof Dict) return b instanceof Dict && sameEntries(a, b, host, depth);
  if (a instanceof Range && b instanceof Range) {
    return a.count === b.count && (a.count === 0n || (a.start === b.start && (a.count === 1n || a.step === b.step)));
  }
  if (a instanceof Bytes && b instanceof Bytes) return a.repr() === b.repr();
  if (a instanceof DictView && b instanceof DictView && a.typeName !== 'dict_values' && a.length() === b.length()) {
    for (const it = a.iterate(), next = { value: it.next() }; !next.value.done; next.value = it.next()) {
      if (!contains(b, next.value.value, host)) return false;
    }
    return a.typeName === b.typeName;
  }
  return a === b;
}

function undefinedEquals(a: Value, b: Value): boolean {
  for (const side of [a, b]) if (side instanceof Undefined) side.use();
  return a instanceof Undefined && b instanceof Undefined;
}

/** Identity or equality, as containers compare their items. */
function matches(a: Value, b: Value, host: Host, depth = 0): boolean {
  return (a === b && typeof a === 'object') || equals(a, b, host, depth);
}

function sameItems(a: readonly Value[], b: readonly Value[], host: Host, depth: number): boolean {
  if (a.length !== b.length) return false;
  host.spend(a.length);
  return a.every((item, index) => matches(item, b[index]!, host, depth + 1));
}

function sameEntries(a: Dict, b: Dict, host: Host, depth: number): boolean {
  if (a.size !== b.size) return false;
  host.spend(a.size);
  for (const [key, value] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !matches(value, other, host, depth + 1)) return false;
  }
  return true;
}

export type Order = '<' | '<=' | '>' | '>=';

/** @throws Failure `TypeError` for types that have no order */
export function isOrdered(a: Value, operator: Order, b: Value, host: Host, depth = 0): boolean {
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== undefined && y !== undefined) {
    return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y;
  }
  if (isText(a) && isText(b)) return decide(compareText(textOf(a), textOf(b)), operator);
  const left = sequenceItems(a);
  const right = sequenceItems(b);
  if (left && right && Array.isArray(a) === Array.isArray(b)) {
    checkDepth(depth);
    host.spend(Math.min(left.length, right.length));
    for (let i = 0; i < left.length && i < right.length; i++) {
      if (!matches(left[i]!, right[i]!, host, depth + 1))
        return isOrdered(left[i]!, operator, right[i]!, host, depth + 1);
    }
    return decide(left.length - right.length, operator);
  }
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function sequenceItems(value: Value): readonly Value[] | undefined {
  return Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
}

function decide(comparison: number, operator: Order): boolean {
  if (operator === '<') return comparison < 0;
  if (operator === '<=') return comparison <= 0;
  return operator === '>' ? comparison > 0 : comparison >= 0;
}

/** By code point, which differs from JavaScript's order where there are characters beyond U+FFFF. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a.codePointAt(i)!;
    const y = b.codePointAt(i)!;
    if (x !== y) return x - y;
  }
  return a.length - b.length;
}

/** Python's stable sort, ascending or descending; compares with `<` only. */
export function sorted(items: readonly Value[], keyOf: (item: Value) => Value, reverse: boolean, host: Host): Value[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  host.spend(keyed.length);
  keyed.sort((a, b) => {
    host.spend(1);
    const direction = reverse ? -1 : 1;
    return isOrdered(a.key, '<', b.key, host) ? -direction : isOrdered(b.key, '<', a.key, host) ? direction : 0;
  });
  return keyed.map(({ item }) => item);
}

/** `item in container`. */
export function contains(container: Value, item: Value, host: Host): boolean {
  if (isText(container)) {
    if (!isText(item)) throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    host.spend(textOf(container).length >> 6);
    return textOf(container).includes(textOf(item));
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.typeName === 'dict_keys') return container.dict.has(item);
  if (container instanceof Range) {
    const int = intOf(item);
    if (int !== undefined) return container.contains(int);
    if (typeof item === 'number') return Number.isInteger(item) && container.contains(BigInt(item));
  }
  if (container instanceof Undefined) container.use();
  const walkable =
    Array.isArray(container) || container instanceof Tuple || (container instanceof PyObject && container.iterate);
  if (!walkable) throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  const iterator = iterate(container, host);
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    host.spend(1);
    if (matches(item, next.value, host)) return true;
  }
  return false;
}
