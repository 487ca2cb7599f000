/** Filters over numbers. */

import {
  absolute,
  binary,
  Failure,
  type FailureKind,
  fixedDigits,
  type Host,
  isFailure,
  isText,
  isTruthy,
  type Num,
  numberOf,
  parseFloatText,
  parseIntText,
  roundNumber,
  textOf,
  toFloat,
  toInt,
  truncate,
  typeError,
  typeName,
  Undefined,
  type Value,
} from '../python/index.ts';
import { argumentError, type Filter, filter } from './arguments.ts';

/** `float(value)`. */
function asFloat(value: Value): number {
  if (value instanceof Undefined) value.fail();
  if (isText(value)) return parseFloatText(textOf(value));
  const number = numberOf(value);
  if (number === undefined) throw typeError(`a ${typeName(value)} is not a number`);
  return toFloat(number);
}

/** `int(value)`. */
function asInt(value: Value): bigint {
  if (value instanceof Undefined) value.fail();
  if (isText(value)) return parseIntText(textOf(value), 10n);
  const number = numberOf(value);
  if (number === undefined) throw typeError(`a ${typeName(value)} is not a number`);
  return typeof number === 'bigint' ? number : truncate(number);
}

function orElse<T>(attempt: () => T, otherwise: () => T, ...kinds: readonly FailureKind[]): T {
  try {
    return attempt();
  } catch (error) {
    if (isFailure(error, ...kinds)) return otherwise();
    throw error;
  }
}

function int(value: Value, [otherwise, base]: Value[]): Value {
  const direct = () => (isText(value) ? parseIntText(textOf(value), toInt(base!)) : asInt(value));
  const viaFloat = () => truncate(asFloat(value));
  const instead = () => otherwise!;
  // Overflow counts as a failed conversion of text since Jinja2 3.1.5; before, it was an error.
  return orElse<Value>(
    direct,
    () => orElse<Value>(viaFloat, instead, 'TypeError', 'ValueError', 'OverflowError'),
    'TypeError',
    'ValueError',
  );
}

function round(value: Value, [precision, method]: Value[], host: Host): Value {
  const how = isText(method!) ? textOf(method) : '';
  if (how !== 'common' && how !== 'ceil' && how !== 'floor')
    throw argumentError('method must be common, ceil or floor');
  if (value instanceof Undefined) value.fail();
  const number = numberOf(value);
  if (number === undefined)
    throw typeError(`type ${typeName(value)} can't be rounded`, 'turn it into a number first with "| float"');
  if (how === 'common') return precision === null ? roundToInt(number) : roundNumber(number, toInt(precision!));
  const factor = binary('**', 10n, precision!, host);
  const scaled = numberOf(binary('*', number, factor, host))!;
  const rounded =
    typeof scaled === 'bigint' ? scaled : truncate(how === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled));
  return binary('/', rounded, factor, host);
}

function roundToInt(number: Num): bigint {
  return typeof number === 'bigint' ? number : truncate(roundNumber(number, 0n) as number);
}

const DECIMAL_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

function fileSize(value: Value, useBinary: boolean): Value {
  const bytes = asFloat(value);
  const base = useBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncate(bytes)} Bytes`;
  const units = useBinary ? BINARY_UNITS : DECIMAL_UNITS;
  let unit = base;
  for (const [index, name] of units.entries()) {
    unit = base ** (index + 2);
    if (bytes < unit || index === units.length - 1) return `${oneDecimal((base * bytes) / unit)} ${name}`;
  }
  throw new Failure('ValueError', 'no unit is large enough');
}

function oneDecimal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : 'inf';
  return (value < 0 ? '-' : '') + fixedDigits(value, 1);
}

function absoluteOf(value: Value): Value {
  if (value instanceof Undefined) value.fail();
  return absolute(value);
}

export const NUMBER_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('abs', [], [], absoluteOf),
  filter('filesizeformat', ['binary'], [false], (value, [useBinary]) => fileSize(value, isTruthy(useBinary!))),
  filter('float', ['default'], [0], (value, [otherwise]) =>
    orElse<Value>(
      () => asFloat(value),
      () => otherwise!,
      'TypeError',
      'ValueError',
    ),
  ),
  filter('int', ['default', 'base'], [0n, 10n], int),
  filter('round', ['precision', 'method'], [0n, 'common'], round),
];
