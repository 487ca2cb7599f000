/**
 * Python's numbers: integers of any size as `bigint`, floats as `number`, with Python's rounding, division and text.
 * All decimal conversions are exact (from the binary value, ties to even), as CPython's are.
 */

import { Failure, typeError, valueError } from './failure.ts';
import { type Host, typeName, type Value } from './value.ts';
import { trimSpace } from './whitespace.ts';

/** CPython refuses to convert longer integers from and to text. Source: `sys.get_int_max_str_digits()`. */
const MAX_INT_DIGITS = 4300;

/** Largest integer that is computed, in bits: more than can be printed. */
const MAX_INT_BITS = 20_000n;

export type Num = bigint | number;

/** The number a value is for arithmetic (a bool counts as 0 or 1), or `undefined`. */
export function numberOf(value: Value): Num | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? (value ? 1n : 0n) : undefined;
}

/** The integer a value is, or `undefined`; floats are not integers. */
export function intOf(value: Value): bigint | undefined {
  return typeof value === 'bigint' ? value : typeof value === 'boolean' ? (value ? 1n : 0n) : undefined;
}

/** An integer argument. @throws Failure `TypeError` */
export function toInt(value: Value): bigint {
  const int = intOf(value);
  if (int === undefined) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return int;
}

/** An integer argument as an index or size; far beyond any real size it is clamped. */
export function toSize(value: Value): number {
  const int = toInt(value);
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(int > limit ? limit : int < -limit ? -limit : int);
}

/** @throws Failure `OverflowError` beyond the range of floats */
export function toFloat(value: Num): number {
  if (typeof value === 'number') return value;
  const float = Number(value);
  if (!Number.isFinite(float)) throw new Failure('OverflowError', 'int too large to convert to float');
  return float;
}

function bitLength(value: bigint): bigint {
  return value === 0n ? 0n : BigInt((value < 0n ? -value : value).toString(2).length);
}

function bounded(bits: bigint): void {
  if (bits > MAX_INT_BITS) {
    throw new Failure(
      'LimitError',
      `the result is an integer of more than ${MAX_INT_BITS} bits`,
      'use a smaller number',
    );
  }
}

export function multiply(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (a > 0xffff_ffff_ffffn || b > 0xffff_ffff_ffffn) bounded(bitLength(a) + bitLength(b));
    return a * b;
  }
  return toFloat(a) * toFloat(b);
}

export function trueDivide(a: Num, b: Num): number {
  if (b === 0 || b === 0n) {
    throw new Failure(
      'ZeroDivisionError',
      typeof a === 'bigint' && typeof b === 'bigint' ? 'division by zero' : 'float division by zero',
    );
  }
  if (typeof a === 'number' || typeof b === 'number') return toFloat(a) / toFloat(b);
  const exact = BigInt(Number.MAX_SAFE_INTEGER);
  if (a <= exact && a >= -exact && b <= exact && b >= -exact) return Number(a) / Number(b);
  return divideLarge(a, b);
}

/** Correctly rounded quotient of integers beyond 2^53: a 66-bit quotient with a sticky bit, then scaled. */
function divideLarge(a: bigint, b: bigint): number {
  const negative = a < 0n !== b < 0n;
  const dividend = a < 0n ? -a : a;
  const divisor = b < 0n ? -b : b;
  const shift = 66n - (bitLength(dividend) - bitLength(divisor));
  const scaled = shift > 0n ? dividend << shift : dividend;
  const by = shift > 0n ? divisor : divisor << -shift;
  let quotient = scaled / by;
  if (quotient * by !== scaled) quotient |= 1n;
  const result = Number(quotient) * 2 ** -Number(shift);
  if (!Number.isFinite(result)) throw new Failure('OverflowError', 'integer division result too large for a float');
  return negative ? -result : result;
}

export function floorDivide(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new Failure('ZeroDivisionError', 'integer division or modulo by zero');
    const quotient = a / b;
    return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
  }
  const x = toFloat(a);
  const y = toFloat(b);
  if (y === 0) throw new Failure('ZeroDivisionError', 'float floor division by zero');
  const quotient = (x - (modulo(x, y) as number)) / y;
  if (quotient === 0) return x / y < 0 || Object.is(x / y, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

export function modulo(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new Failure('ZeroDivisionError', 'integer division or modulo by zero');
    const rest = a % b;
    return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
  }
  const x = toFloat(a);
  const y = toFloat(b);
  if (y === 0) throw new Failure('ZeroDivisionError', 'float modulo');
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}

export function power(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n) {
    if (a > 1n || a < -1n) bounded(bitLength(a) * b);
    return a ** b;
  }
  const base = toFloat(a);
  const exponent = toFloat(b);
  if (base === 0 && exponent < 0) {
    throw new Failure('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  }
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw typeError('complex numbers are not supported', 'raise a positive number to this power');
  }
  // JavaScript differs from C's pow, and so from Python, where the base is one.
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1;
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw new Failure('OverflowError', 'numerical result out of range');
  }
  return result;
}

export function intText(value: bigint): string {
  // 10^4300 has 14284.2 bits.
  if (value > 0xffff_ffff_ffffn || value < -0xffff_ffff_ffffn) {
    if (bitLength(value) > 14_280n && value.toString().replace('-', '').length > MAX_INT_DIGITS) {
      throw valueError(`exceeds the limit (${MAX_INT_DIGITS} digits) for integer string conversion`);
    }
  }
  return value.toString();
}

/** `repr(float)`: the shortest text that reads back as the same float. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) return `${mantissa}e${signed(exponent)}`;
  const plain =
    exponent < 0 ? value.toFixed(Math.max(0, mantissa.replace(/[-.]/g, '').length - 1 - exponent)) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** An exponent as C prints it: sign and at least two digits. */
export function signed(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A finite float as `mantissa * 2^exponent`, both integers. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10_0000_0000_0000n, exponent: biased - 1075 };
}

/** `|value| * 10^digits`, rounded to an integer with ties to even. */
function scaledRound(value: number, digits: number): bigint {
  const { mantissa, exponent } = decompose(value);
  let above = mantissa;
  let below = 1n;
  if (exponent > 0) above <<= BigInt(exponent);
  else below <<= BigInt(-exponent);
  if (digits > 0) above *= 10n ** BigInt(digits);
  else below *= 10n ** BigInt(-digits);
  return divideHalfEven(above, below);
}

function divideHalfEven(above: bigint, below: bigint): bigint {
  const quotient = above / below;
  const twice = (above % below) * 2n;
  return twice > below || (twice === below && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** `|value|` with so many digits after the point. */
export function fixedDigits(value: number, digits: number): string {
  const text = scaledRound(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `|value|` as so many significant digits and a decimal exponent. */
export function significantDigits(value: number, count: number): { digits: string; exponent: number } {
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 };
  let exponent = Math.floor(Math.log10(Math.abs(value)));
  for (;;) {
    const digits = scaledRound(value, count - 1 - exponent).toString();
    if (digits.length === count) return { digits, exponent };
    exponent += digits.length - count;
  }
}

/** Python's `round(value, digits)`. */
export function roundNumber(value: Num, digits: bigint): Num {
  const places = Number(digits);
  if (typeof value === 'bigint') {
    if (places >= 0) return value;
    if (places < -MAX_INT_DIGITS) return 0n;
    const unit = 10n ** BigInt(-places);
    const rounded = divideHalfEven(value < 0n ? -value : value, unit) * unit;
    return value < 0n ? -rounded : rounded;
  }
  // Beyond these, no digit of a float is left to round, or none remains. Source: CPython's float.__round__.
  if (!Number.isFinite(value) || places > 323) return value;
  if (places < -308) return value < 0 ? -0 : 0;
  const rounded = Number(`${scaledRound(value, places)}e${-places}`);
  if (!Number.isFinite(rounded)) throw new Failure('OverflowError', 'rounded value too large to represent');
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/** `int(float)`: truncates. */
export function truncate(value: number): bigint {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new Failure('OverflowError', 'cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

/** `float(text)`. */
export function parseFloatText(text: string): number {
  const trimmed = trimSpace(text);
  if (/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i.test(trimmed)) {
    return Number(trimmed.replaceAll('_', ''));
  }
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (!special) throw valueError(`could not convert string to float: '${text}'`);
  if (special[2]!.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

/** `int(text, base)`; base 0 reads the prefix. */
export function parseIntText(text: string, base: bigint): bigint {
  if (base !== 0n && (base < 2n || base > 36n)) throw valueError('int() base must be >= 2 and <= 36, or 0');
  const invalid = () => valueError(`invalid literal for int() with base ${base}: '${text}'`);
  const match = /^([+-]?)(0[xob]_?)?([0-9a-z]+(?:_[0-9a-z]+)*)$/i.exec(trimSpace(text));
  if (!match) throw invalid();
  const prefix = match[2]?.slice(0, 2).toLowerCase();
  const prefixBase = prefix === '0x' ? 16n : prefix === '0o' ? 8n : prefix === '0b' ? 2n : undefined;
  let digits = match[3]!.replaceAll('_', '').toLowerCase();
  let radix = base;
  if (prefixBase !== undefined && (base === 0n || base === prefixBase)) radix = prefixBase;
  else {
    digits = (prefix ?? '') + digits;
    if (base === 0n) {
      if (/^0+[1-9a-z]/.test(digits)) throw invalid();
      radix = 10n;
    }
  }
  if (digits.length > MAX_INT_DIGITS) {
    throw valueError(`exceeds the limit (${MAX_INT_DIGITS} digits) for integer string conversion`);
  }
  const result = magnitudeOf(digits, Number(radix));
  if (result === undefined) throw invalid();
  return match[1] === '-' ? -result : result;
}

/** The number that digits in lower case stand for, or `undefined` where one is too large for the radix. */
function magnitudeOf(digits: string, radix: number): bigint | undefined {
  const highest = (radix - 1).toString(radix);
  for (const digit of digits) if (digit > highest) return undefined;
  const prefix = { 2: '0b', 8: '0o', 10: '', 16: '0x' }[radix];
  if (prefix !== undefined) return BigInt(prefix + digits);
  let result = 0n;
  for (const digit of digits) result = result * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return result;
}

/** Announces a repetition of something `unit` long. */
export function announceRepeat(unit: number, times: bigint, host: Host): number {
  if (times <= 0n || unit === 0) return 0;
  host.fits(BigInt(unit) * times);
  return Number(times);
}
