/** The format specification mini-language (`"{:>8.2f}"`), and the number texts it shares with `%` formatting. */

import { Failure, typeError, valueError } from './failure.ts';
import { fixedDigits, floatText, intText, numberOf, signed, significantDigits, toFloat } from './numbers.ts';
import { str } from './printing.ts';
import { codePoints, type Host, isText, textLength, textOf, typeName, type Value } from './value.ts';

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([+\- ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?(.)?$/su;

function parseSpec(text: string, host: Host): Spec {
  const match = SPEC.exec(text);
  if (!match) throw valueError(`invalid format specifier '${text}'`);
  const [, fill, align, sign, , alternate, zero, width, grouping, precision, type] = match;
  host.fits(BigInt(width ?? 0));
  host.fits(BigInt(precision ?? 0));
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero ? '=' : undefined),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
}

/** `format(value, spec)`. */
export function formatValue(value: Value, specText: string, host: Host): string {
  if (specText === '') return str(value, host);
  if (isText(value)) return formatText(textOf(value), parseSpec(specText, host));
  const number = numberOf(value);
  if (number === undefined) throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
  const spec = parseSpec(specText, host);
  if (typeof value === 'boolean' && spec.type === '') return formatText(str(value, host), spec, true);
  if (typeof number === 'bigint' && ['', 'd', 'b', 'o', 'x', 'X', 'c', 'n'].includes(spec.type)) {
    return formatInt(number, spec);
  }
  if (!['', 'e', 'E', 'f', 'F', 'g', 'G', 'n', '%'].includes(spec.type)) {
    throw valueError(`unknown format code '${spec.type}' for object of type '${typeName(value)}'`);
  }
  return formatFloat(toFloat(number), spec);
}

function formatText(text: string, spec: Spec, number = false): string {
  if (!number) {
    if (spec.type !== '' && spec.type !== 's') {
      throw valueError(`unknown format code '${spec.type}' for object of type 'str'`);
    }
    if (spec.sign !== '-') throw valueError('sign not allowed in string format specifier');
    if (spec.alternate) throw valueError('alternate form (#) not allowed in string format specifier');
    if (spec.align === '=' && spec.fill !== '0') {
      throw valueError("'=' alignment not allowed in string format specifier");
    }
    if (spec.grouping !== '') throw valueError(`cannot specify '${spec.grouping}' with 's'`);
  }
  const points = codePoints(text);
  const cut =
    spec.precision === undefined
      ? text
      : typeof points === 'string'
        ? points.slice(0, spec.precision)
        : points.slice(0, spec.precision).join('');
  return pad('', cut, { ...spec, align: spec.align === '=' || spec.align === undefined ? '<' : spec.align });
}

function formatInt(value: bigint, spec: Spec): string {
  if (spec.precision !== undefined) throw valueError('precision not allowed in integer format specifier');
  if (spec.type === 'c') {
    if (value < 0n || value > 0x10ffffn) throw new Failure('OverflowError', '%c arg not in range(0x110000)');
    return pad('', String.fromCodePoint(Number(value)), { ...spec, align: spec.align ?? '<' });
  }
  const magnitude = value < 0n ? -value : value;
  const radix = { b: 2, o: 8, x: 16, X: 16 }[spec.type] ?? 10;
  if (spec.grouping === ',' && radix !== 10) throw valueError(`cannot specify ',' with '${spec.type}'`);
  const digits = radix === 10 ? intText(magnitude) : magnitude.toString(radix);
  const prefix = spec.alternate && radix !== 10 ? `0${spec.type}` : '';
  const body = spec.type === 'X' ? digits.toUpperCase() : digits;
  return pad(signOf(value < 0n, spec.sign) + prefix, body, spec, radix === 10 ? 3 : 4);
}

function formatFloat(value: number, spec: Spec): string {
  const negative = value < 0 || Object.is(value, -0);
  const percent = spec.type === '%';
  const body = floatBody(percent ? value * 100 : value, percent ? 'f' : spec.type, spec.precision, spec.alternate);
  return pad(signOf(negative, spec.sign), percent ? `${body}%` : body, spec);
}

function signOf(negative: boolean, sign: string): string {
  return negative ? '-' : sign === '-' ? '' : sign;
}

/**
 * The magnitude of a float in presentation `type`: `e`, `f`, `g`, their capitals, `n`, or '' for `str` with an optional
 * precision. @param precision digits, 6 where absent
 */
export function floatBody(value: number, type: string, precision: number | undefined, alternate: boolean): string {
  const upper = type === 'E' || type === 'F' || type === 'G';
  if (!Number.isFinite(value)) {
    const special = Number.isNaN(value) ? 'nan' : 'inf';
    return upper ? special.toUpperCase() : special;
  }
  let body: string;
  switch (type.toLowerCase()) {
    case 'f':
      body = fixedDigits(value, precision ?? 6) + (alternate && precision === 0 ? '.' : '');
      break;
    case 'e':
      body = exponential(value, precision ?? 6, alternate);
      break;
    case '':
      body = precision === undefined ? floatText(Math.abs(value)) : general(value, precision, alternate, true);
      break;
    default:
      body = general(value, precision ?? 6, alternate, false);
  }
  return upper ? body.toUpperCase() : body;
}

function exponential(value: number, precision: number, alternate: boolean): string {
  const { digits, exponent } = significantDigits(value, precision + 1);
  const point = digits.length > 1 || alternate ? '.' : '';
  return `${digits[0]}${point}${digits.slice(1)}e${signed(exponent)}`;
}

/** `g`; with `repr`, as `format(value, '.4')` does it: a decimal point stays, and the exponent comes one digit earlier. */
function general(value: number, requested: number, alternate: boolean, repr: boolean): string {
  const precision = requested === 0 ? 1 : requested;
  const { digits, exponent } = significantDigits(value, precision);
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= (repr ? precision - 1 || 1 : precision)) {
    const rest = kept.slice(1);
    return `${kept[0]}${rest || alternate ? '.' : ''}${rest}e${signed(exponent)}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${kept}`;
  const whole = kept.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const rest = kept.slice(exponent + 1);
  return rest ? `${whole}.${rest}` : alternate ? `${whole}.` : repr ? `${whole}.0` : whole;
}

/** Puts sign, digits, grouping and padding together. */
function pad(prefix: string, body: string, spec: Spec, groupSize = 3): string {
  const align = spec.align ?? '>';
  let grouped = body;
  if (spec.grouping !== '') {
    const [, digits, tail] = /^([0-9a-fA-F]*)(.*)$/s.exec(body)! as unknown as [string, string, string];
    const zeroPadded = spec.fill === '0' && align === '=';
    grouped = group(digits, spec.grouping, groupSize, zeroPadded ? spec.width - prefix.length - tail.length : 0) + tail;
  }
  const missing = Math.max(0, spec.width - textLength(prefix) - textLength(grouped));
  if (align === '=') return prefix + spec.fill.repeat(missing) + grouped;
  const left = align === '<' ? 0 : align === '^' ? missing >> 1 : missing;
  return spec.fill.repeat(left) + prefix + grouped + spec.fill.repeat(missing - left);
}

/** Groups digits, adding zeros in front until the text is `width` wide. */
function group(digits: string, separator: string, size: number, width: number): string {
  // Of `width` characters, a separator takes one in every `size + 1`, and may not come first.
  const wanted = width - Math.floor(width / (size + 1)) + (width > 0 && width % (size + 1) === 0 ? 1 : 0);
  const padded = digits.padStart(wanted, '0');
  const first = padded.length % size || size;
  const groups = [padded.slice(0, first)];
  for (let at = first; at < padded.length; at += size) groups.push(padded.slice(at, at + size));
  return groups.join(separator);
}
