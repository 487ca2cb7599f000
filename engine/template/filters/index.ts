/** The built-in filters and tests of Jinja2 3.1, by name. */

import { Dict, Failure, isTruthy, Undefined, type Value } from '../python/index.ts';
import { type Filter, filter } from './arguments.ts';
import { toJson } from './json.ts';
import { NUMBER_FILTERS } from './numbers.ts';
import { prettyPrint } from './pprint.ts';
import { SEQUENCE_FILTERS } from './sequences.ts';
import { type Test, test, TESTS as VALUE_TESTS } from './tests.ts';
import { TEXT_FILTERS } from './text.ts';
import { URL_FILTERS } from './urls.ts';

export type { Filter } from './arguments.ts';
export type { Test } from './tests.ts';

function defaultValue(value: Value, [otherwise, boolean]: Value[]): Value {
  if (value instanceof Undefined) {
    value.known();
    return otherwise!;
  }
  return isTruthy(boolean!) && !isTruthy(value) ? otherwise! : value;
}

function refuseRandom(): never {
  throw new Failure('Refused', 'a random choice differs from run to run', 'choose with an input instead');
}

export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...TEXT_FILTERS,
  ...SEQUENCE_FILTERS,
  ...NUMBER_FILTERS,
  ...URL_FILTERS,
  filter('d', ['default_value', 'boolean'], ['', false], defaultValue),
  filter('default', ['default_value', 'boolean'], ['', false], defaultValue),
  filter('pprint', [], [], (value, _, host) => prettyPrint(value, host)),
  filter('random', [], [], refuseRandom),
  filter('tojson', ['indent'], [null], (value, [indent], host) => toJson(value, indent!, host)),
]);

/** A key that is unhashable fails, as a look-up in a dict does. */
function named(name: string, names: ReadonlyMap<string, unknown>): readonly [string, Test] {
  return test(name, [], (value) => {
    new Dict().has(value);
    return typeof value === 'string' && names.has(value);
  });
}

const TEST_NAMES = new Map<string, unknown>([...VALUE_TESTS.keys(), 'filter', 'test'].map((name) => [name, true]));

export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...VALUE_TESTS,
  named('filter', FILTERS),
  named('test', TEST_NAMES),
]);
