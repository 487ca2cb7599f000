/** Python's operators: arithmetic, concatenation, repetition, slices. Comparison is in `compare.ts`. */

import { Failure, typeError, valueError } from './failure.ts';
import {
  announceRepeat,
  floorDivide,
  intOf,
  modulo,
  multiply,
  type Num,
  numberOf,
  power,
  toFloat,
  trueDivide,
} from './numbers.ts';
import { percentFormat } from './percentFormat.ts';
import { escapeHtml, textLike } from './printing.ts';
import {
  codePoints,
  Dict,
  type Host,
  isText,
  Markup,
  Range,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './value.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

const ARITHMETIC: Readonly<Record<BinaryOperator, (a: Num, b: Num) => Num>> = {
  '+': (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? a + b : toFloat(a) + toFloat(b)),
  '-': (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? a - b : toFloat(a) - toFloat(b)),
  '*': multiply,
  '/': trueDivide,
  '//': floorDivide,
  '%': modulo,
  '**': power,
};

export function binary(operator: BinaryOperator, a: Value, b: Value, host: Host): Value {
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== undefined && y !== undefined) return ARITHMETIC[operator](x, y);
  if (operator === '%' && isText(a)) return percentFormat(a, b, host);
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  const result = operator === '+' ? add(a, b, host) : operator === '*' ? repeat(a, b, host) : undefined;
  if (result === undefined) {
    throw typeError(
      `unsupported operand types for ${operator}: '${typeName(a)}' and '${typeName(b)}'`,
      concatHint(operator, a, b),
    );
  }
  return result;
}

function concatHint(operator: BinaryOperator, a: Value, b: Value): string | undefined {
  return operator === '+' && (isText(a) || isText(b))
    ? 'join text and other values with "~" instead of "+"'
    : undefined;
}

function add(a: Value, b: Value, host: Host): Value | undefined {
  if (isText(a) && isText(b)) {
    host.fits(textOf(a).length + textOf(b).length);
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    return new Markup(escapeHtml(a, host).text + escapeHtml(b, host).text);
  }
  if (Array.isArray(a) && Array.isArray(b)) return joinItems(a, b, host);
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple(joinItems(a.items, b.items, host));
  return undefined;
}

function joinItems(a: readonly Value[], b: readonly Value[], host: Host): Value[] {
  host.fits(a.length + b.length);
  host.spend(a.length + b.length);
  return [...a, ...b];
}

function repeat(a: Value, b: Value, host: Host): Value | undefined {
  const times = intOf(b);
  if (times === undefined) return intOf(a) === undefined ? undefined : repeat(b, a, host);
  if (isText(a)) return textLike(a, textOf(a).repeat(announceRepeat(textOf(a).length, times, host)));
  const items = Array.isArray(a) ? a : a instanceof Tuple ? a.items : undefined;
  if (!items) return undefined;
  const count = announceRepeat(items.length, times, host);
  host.spend(count * items.length);
  const repeated = Array.from({ length: count * items.length }, (_, index) => items[index % items.length]!);
  return Array.isArray(a) ? repeated : new Tuple(repeated);
}

export function negate(value: Value): Value {
  if (value instanceof Undefined) value.fail();
  const number = numberOf(value);
  if (number === undefined) throw typeError(`bad operand type for unary -: '${typeName(value)}'`);
  return -number;
}

export function plus(value: Value): Value {
  if (value instanceof Undefined) value.fail();
  const number = numberOf(value);
  if (number === undefined) throw typeError(`bad operand type for unary +: '${typeName(value)}'`);
  return number;
}

/** `abs(value)`. */
export function absolute(value: Value): Value {
  const number = numberOf(value);
  if (number === undefined) throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
  if (typeof number === 'number') return Math.abs(number);
  return number < 0n ? -number : number;
}

/** First index, step and number of items that a slice takes from a sequence of `length` items. */
export function sliceOf(
  length: number,
  start: Value,
  stop: Value,
  step: Value,
): { first: number; step: number; count: number } {
  const stride = bound(step) ?? 1;
  if (stride === 0) throw valueError('slice step cannot be zero');
  const low = stride > 0 ? 0 : -1;
  const high = stride > 0 ? length : length - 1;
  const clamp = (value: number | undefined, otherwise: number) =>
    value === undefined ? otherwise : Math.max(low, Math.min(high, value < 0 ? value + length : value));
  const first = clamp(bound(start), stride > 0 ? low : high);
  const end = clamp(bound(stop), stride > 0 ? high : low);
  return { first, step: stride, count: Math.max(0, Math.ceil((end - first) / stride)) };
}

function bound(value: Value): number | undefined {
  if (value === null) return undefined;
  const int = intOf(value);
  if (int === undefined) throw typeError('slice indices must be integers or None');
  const limit = 2n ** 52n;
  return Number(int > limit ? limit : int < -limit ? -limit : int);
}

/** `value[start:stop:step]`. */
export function slice(value: Value, start: Value, stop: Value, step: Value, host: Host): Value {
  if (value instanceof Undefined) value.fail();
  if (value instanceof Range) {
    const part = sliceOf(value.length(), start, stop, step);
    const first = value.at(BigInt(part.first));
    const stride = value.step * BigInt(part.step);
    return new Range(first, first + stride * BigInt(part.count), stride);
  }
  const items = Array.isArray(value)
    ? value
    : value instanceof Tuple
      ? value.items
      : isText(value)
        ? codePoints(textOf(value))
        : undefined;
  if (items === undefined) {
    throw typeError(
      value instanceof Dict ? "unhashable type: 'slice'" : `'${typeName(value)}' object is not subscriptable`,
    );
  }
  const part = sliceOf(items.length, start, stop, step);
  if (typeof items === 'string' && part.step === 1 && isText(value)) {
    return textLike(value, items.slice(part.first, part.first + part.count));
  }
  host.spend(part.count);
  const taken = Array.from({ length: part.count }, (_, index) => items[part.first + index * part.step]!);
  if (isText(value)) return textLike(value, (taken as string[]).join(''));
  return Array.isArray(value) ? (taken as Value[]) : new Tuple(taken as Value[]);
}

/** A sequence's item by index, negative ones from the end. @throws Failure `IndexError` */
export function itemAt(items: ArrayLike<Value>, index: Value): Value {
  const int = intOf(index);
  if (int === undefined) throw typeError(`indices must be integers, not ${typeName(index)}`);
  const length = BigInt(items.length);
  const position = int < 0n ? int + length : int;
  if (position < 0n || position >= length) throw new Failure('IndexError', `index ${int} is out of range`);
  return items[Number(position)]!;
}
