/** `printf`-style formatting: `'%s is %05.1f' % (name, share)`, also behind the filter `format`. */

import { Failure, typeError, valueError } from './failure.ts';
import { floatBody } from './formatSpec.ts';
import { intText, numberOf, toFloat, truncate } from './numbers.ts';
import { ascii, escapeHtml, repr, str } from './printing.ts';
import {
  codePoints,
  Dict,
  type Host,
  isText,
  Markup,
  Range,
  Tuple,
  textLength,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './value.ts';

const DIRECTIVE = /%(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?(.)?/gs;

/** @param template an escaped string escapes what is put in, and the result is escaped */
export function percentFormat(template: string | Markup, values: Value, host: Host): string | Markup {
  const text = textOf(template);
  const render = (value: Value, print: (value: Value, host: Host) => string): string =>
    template instanceof Markup ? escapeHtml(print === str ? value : print(value, host), host).text : print(value, host);
  const args = new Arguments(values);
  let result = '';
  let last = 0;
  DIRECTIVE.lastIndex = 0;
  for (const match of text.matchAll(DIRECTIVE)) {
    const [whole, key, flags = '', widthText, precisionText, type] = match;
    result += text.slice(last, match.index);
    last = match.index + whole.length;
    if (type === undefined) throw valueError('incomplete format');
    if (type === '%' && whole === '%%') {
      result += '%';
      continue;
    }
    if (key !== undefined) args.select(key);
    const starWidth = widthText === '*' ? args.nextSize() : undefined;
    const starPrecision = precisionText === '*' ? args.nextSize() : undefined;
    const left = flags.includes('-') || (starWidth ?? 0) < 0;
    const width = Math.abs(starWidth ?? Number(widthText ?? 0));
    const hasPrecision = /\.(\*|\d*)[hlL]?.$/s.test(whole);
    const precision = hasPrecision ? Math.max(0, starPrecision ?? Number(precisionText ?? 0)) : undefined;
    host.fits(width);
    host.fits(precision ?? 0);
    if (type === '%') {
      result += '%';
      continue;
    }
    result += pad(directive(type, args.next(), flags, precision, render), flags, width, left, type);
    host.fits(result.length);
  }
  args.finish();
  result += text.slice(last);
  return template instanceof Markup ? new Markup(result) : result;
}

/** Walks the right operand: a tuple item by item, a mapping by key, anything else as a single value. */
class Arguments {
  readonly #items: readonly Value[];
  readonly #mapping: Value | undefined;
  #position = 0;
  #selected: Value | undefined;

  constructor(values: Value) {
    this.#items = values instanceof Tuple ? values.items : [values];
    // Python takes whatever has items for a mapping, and an undefined value pretends to have them.
    const mapping =
      values instanceof Dict || Array.isArray(values) || values instanceof Range || values instanceof Undefined;
    this.#mapping = mapping ? values : undefined;
  }

  select(key: string): void {
    if (this.#mapping instanceof Undefined) this.#mapping.fail();
    if (!(this.#mapping instanceof Dict)) throw typeError('format requires a mapping');
    const value = this.#mapping.get(key);
    if (value === undefined) throw new Failure('KeyError', `the format names the key '${key}', which is not there`);
    this.#selected = value;
  }

  next(): Value {
    const selected = this.#selected;
    if (selected !== undefined) {
      this.#selected = undefined;
      return selected;
    }
    if (this.#position >= this.#items.length) throw typeError('not enough arguments for format string');
    return this.#items[this.#position++]!;
  }

  nextSize(): number {
    const value = this.next();
    if (typeof value !== 'bigint') throw typeError('* wants int');
    return Number(value);
  }

  finish(): void {
    if (this.#mapping === undefined && this.#position < this.#items.length) {
      throw typeError('not all arguments converted during string formatting');
    }
  }
}

type Parts = readonly [prefix: string, body: string];

function directive(
  type: string,
  value: Value,
  flags: string,
  precision: number | undefined,
  render: (value: Value, print: (value: Value, host: Host) => string) => string,
): Parts {
  switch (type) {
    case 's':
    case 'r':
    case 'a': {
      const text = render(value, type === 's' ? str : type === 'r' ? repr : ascii);
      const points = codePoints(text);
      const cut =
        precision === undefined
          ? text
          : typeof points === 'string'
            ? points.slice(0, precision)
            : points.slice(0, precision).join('');
      return ['', cut];
    }
    case 'c':
      return ['', character(value)];
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return integer(type, value, flags, precision);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': {
      if (value instanceof Undefined) value.fail();
      const number = numberOf(value);
      if (number === undefined) throw typeError(`must be real number, not ${typeName(value)}`);
      const float = toFloat(number);
      return [sign(float < 0 || Object.is(float, -0), flags), floatBody(float, type, precision, flags.includes('#'))];
    }
    default:
      throw valueError(`unsupported format character '${type}'`);
  }
}

function character(value: Value): string {
  if (isText(value) && textLength(textOf(value)) === 1) return textOf(value);
  if (typeof value !== 'bigint') throw typeError('%c requires int or char');
  if (value < 0n || value > 0x10ffffn) throw new Failure('OverflowError', '%c arg not in range(0x110000)');
  return String.fromCodePoint(Number(value));
}

function integer(type: string, value: Value, flags: string, precision: number | undefined): Parts {
  if (value instanceof Undefined) value.fail();
  const number = numberOf(value);
  const decimal = 'diu'.includes(type);
  if (number === undefined || (typeof number === 'number' && !decimal)) {
    throw typeError(`%${type} format: ${decimal ? 'a real number' : 'an integer'} is required, not ${typeName(value)}`);
  }
  const int = typeof number === 'bigint' ? number : truncate(number);
  const magnitude = int < 0n ? -int : int;
  const radix = type === 'o' ? 8 : decimal ? 10 : 16;
  const digits = (radix === 10 ? intText(magnitude) : magnitude.toString(radix)).padStart(precision ?? 0, '0');
  const prefix = flags.includes('#') && radix !== 10 ? `0${type}` : '';
  return [sign(int < 0n, flags) + prefix, type === 'X' ? digits.toUpperCase() : digits];
}

function sign(negative: boolean, flags: string): string {
  return negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function pad([prefix, body]: Parts, flags: string, width: number, left: boolean, type: string): string {
  const missing = Math.max(0, width - textLength(prefix) - textLength(body));
  if (left) return prefix + body + ' '.repeat(missing);
  const zeros = flags.includes('0') && !'src a'.includes(type);
  return zeros ? prefix + '0'.repeat(missing) + body : ' '.repeat(missing) + prefix + body;
}
