/** The tests behind `is`, and behind `select` and `reject`. */

import {
  binary,
  bind,
  contains,
  Dict,
  equals,
  type Host,
  isIterable,
  isLower,
  isOrdered,
  isText,
  isUpper,
  type Keywords,
  Markup,
  numberOf,
  type Order,
  PyObject,
  Range,
  str,
  Tuple,
  Undefined,
  type Value,
} from '../python/index.ts';

export type Test = (value: Value, args: Value[], keywords: Keywords, host: Host) => boolean;

/** A test with parameters behind its value, all of them required. */
export function test(
  name: string,
  params: readonly string[],
  run: (value: Value, args: Value[], host: Host) => boolean,
): readonly [string, Test] {
  const signature = { params };
  return [name, (value, args, keywords, host) => run(value, bind(name, signature, args, keywords), host)];
}

function remainder(value: Value, divisor: Value, host: Host): Value {
  return binary('%', value, divisor, host);
}

/** Comparisons come under their sign and several names. */
function comparison(
  names: readonly string[],
  compare: (a: Value, b: Value, host: Host) => boolean,
): (readonly [string, Test])[] {
  return names.map((name) => [
    name,
    (value, args, keywords, host) => {
      const [other] = bind(name, { params: ['other'], positionalOnly: true }, args, keywords);
      return compare(value, other!, host);
    },
  ]);
}

const ordered = (order: Order) => (a: Value, b: Value, host: Host) => isOrdered(a, order, b, host);

/** Python keeps one object for each of these integers, so that identity and equality agree. */
function isSmall(value: Value): boolean {
  return typeof value === 'bigint' && value >= -5n && value <= 256n;
}

function isSame(a: Value, b: Value): boolean {
  return a === b && (typeof a !== 'bigint' || isSmall(a)) && typeof a !== 'number';
}

function isSequence(value: Value): boolean {
  if (value instanceof Undefined) return false;
  if (value instanceof PyObject) return value instanceof Range || value.item !== undefined;
  return isText(value) || Array.isArray(value) || value instanceof Tuple || value instanceof Dict;
}

function known(value: Value): Value {
  return value instanceof Undefined ? value.known() : value;
}

export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  test('boolean', [], (value) => typeof value === 'boolean'),
  test('callable', [], (value) => value instanceof PyObject && value.call !== undefined),
  test('defined', [], (value) => !(known(value) instanceof Undefined)),
  test('divisibleby', ['num'], (value, [by], host) => equals(remainder(value, by!, host), 0n, host)),
  test('escaped', [], (value) => value instanceof Markup),
  test('even', [], (value, _, host) => equals(remainder(value, 2n, host), 0n, host)),
  test('false', [], (value) => value === false),
  test('float', [], (value) => typeof value === 'number'),
  test('in', ['seq'], (value, [container], host) => contains(container!, value, host)),
  test('integer', [], (value) => typeof value === 'bigint'),
  test('iterable', [], (value) => isIterable(value)),
  test('lower', [], (value, _, host) => isLower(str(value, host))),
  test('mapping', [], (value) => value instanceof Dict),
  test('none', [], (value) => known(value) === null),
  test('number', [], (value) => numberOf(known(value)) !== undefined),
  test('odd', [], (value, _, host) => equals(remainder(value, 2n, host), 1n, host)),
  test('sameas', ['other'], (value, [other]) => isSame(value, other!)),
  test('sequence', [], (value) => isSequence(known(value))),
  test('string', [], (value) => isText(known(value))),
  test('true', [], (value) => value === true),
  test('undefined', [], (value) => known(value) instanceof Undefined),
  test('upper', [], (value, _, host) => isUpper(str(value, host))),
  ...comparison(['==', 'eq', 'equalto'], equals),
  ...comparison(['!=', 'ne'], (a, b, host) => !equals(a, b, host)),
  ...comparison(['<', 'lt', 'lessthan'], ordered('<')),
  ...comparison(['<=', 'le'], ordered('<=')),
  ...comparison(['>', 'gt', 'greaterthan'], ordered('>')),
  ...comparison(['>=', 'ge'], ordered('>=')),
]);
