/** The methods of `str`. They work on plain text; `attributes.ts` keeps escaped strings escaped. */

import { Failure, typeError, valueError } from './failure.ts';
import { intOf, toSize } from './numbers.ts';
import type { Signature } from './signature.ts';
import {
  Bytes,
  codePoints,
  Dict,
  type Host,
  isText,
  isTruthy,
  itemsOf,
  Tuple,
  textLength,
  textOf,
  typeName,
  type Value,
} from './value.ts';
import { LINE_ENDS, type Side, SPACE, trimSpace } from './whitespace.ts';

export interface TextMethod extends Signature {
  readonly run: (text: string, args: Value[], host: Host) => Value;
}

const SPACES = new RegExp(`[${SPACE}]+`, 'g');
const LINE_END = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g');

function plain(value: Value, what: string): string {
  if (!isText(value)) throw typeError(`${what} must be str, not ${typeName(value)}`);
  return textOf(value);
}

/** `str.strip` and its halves. @param chars characters to remove; `null` means white space */
export function strip(text: string, chars: Value, side: Side = 'both'): string {
  if (chars === null) return trimSpace(text, side);
  const points = codePoints(text);
  const removed = new Set(plain(chars, 'strip arg'));
  let start = 0;
  let end = points.length;
  if (side !== 'right') while (start < end && removed.has(points[start]!)) start++;
  if (side !== 'left') while (end > start && removed.has(points[end - 1]!)) end--;
  return typeof points === 'string' ? points.slice(start, end) : points.slice(start, end).join('');
}

/** `str.split`. @param limit number of cuts; negative means all */
export function split(text: string, separator: Value, limit: number, host: Host): string[] {
  host.spend(text.length >> 2);
  if (separator !== null) {
    const by = plain(separator, 'separator');
    if (by === '') throw valueError('empty separator');
    const parts = text.split(by);
    return limit < 0 || parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(by)];
  }
  const rest = strip(text, null, limit < 0 ? 'both' : 'left');
  if (rest === '') return [];
  const parts: string[] = [];
  let last = 0;
  for (const match of rest.matchAll(SPACES)) {
    if (limit >= 0 && parts.length >= limit) break;
    parts.push(rest.slice(last, match.index));
    last = match.index + match[0].length;
  }
  if (last < rest.length) parts.push(rest.slice(last));
  return parts;
}

/** `str.rsplit`: like `split`, but the cuts are counted from the end. */
export function rsplit(text: string, separator: Value, limit: number, host: Host): string[] {
  if (limit < 0) return split(text, separator, limit, host);
  if (separator !== null) {
    const by = plain(separator, 'separator');
    const parts = split(text, by, -1, host);
    return parts.length <= limit + 1
      ? parts
      : [parts.slice(0, parts.length - limit).join(by), ...parts.slice(parts.length - limit)];
  }
  const rest = strip(text, null, 'right');
  if (rest === '') return [];
  const parts: string[] = [];
  let end = rest.length;
  for (const match of [...rest.matchAll(SPACES)].reverse()) {
    if (parts.length >= limit) break;
    parts.unshift(rest.slice(match.index + match[0].length, end));
    end = match.index;
  }
  if (end > 0) parts.unshift(rest.slice(0, end));
  return parts;
}

/** `str.splitlines`. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  let last = 0;
  for (const match of text.matchAll(LINE_END)) {
    lines.push(text.slice(last, keepEnds ? match.index + match[0].length : match.index));
    last = match.index + match[0].length;
  }
  if (last < text.length) lines.push(text.slice(last));
  return lines;
}

/** The part of the text between two indices in code points, and where it starts. */
function between(text: string, start: Value, end: Value): { part: string; offset: number; valid: boolean } {
  if (start === null && end === null) return { part: text, offset: 0, valid: true };
  const points = codePoints(text);
  const clamp = (value: Value, otherwise: number) => {
    if (value === null) return otherwise;
    if (intOf(value) === undefined) throw typeError('slice indices must be integers or None');
    const index = toSize(value);
    return index < 0 ? Math.max(0, index + points.length) : index;
  };
  const from = clamp(start, 0);
  const to = Math.min(points.length, clamp(end, points.length));
  const part = typeof points === 'string' ? points.slice(from, Math.max(from, to)) : points.slice(from, to).join('');
  return { part, offset: from, valid: from <= to };
}

function find(text: string, [wanted, start, end]: Value[], last: boolean): bigint {
  const needle = plain(wanted!, 'argument');
  const { part, offset, valid } = between(text, start!, end!);
  if (!valid) return -1n;
  const at = last ? part.lastIndexOf(needle) : part.indexOf(needle);
  return at < 0 ? -1n : BigInt(textLength(part.slice(0, at)) + offset);
}

function findOrFail(text: string, args: Value[], last: boolean): bigint {
  const at = find(text, args, last);
  if (at < 0n) throw valueError('substring not found');
  return at;
}

function count(text: string, [wanted, start, end]: Value[]): bigint {
  const needle = plain(wanted!, 'argument');
  const { part, valid } = between(text, start!, end!);
  if (!valid) return 0n;
  return BigInt(needle === '' ? textLength(part) + 1 : part.split(needle).length - 1);
}

function affix(
  text: string,
  [wanted, start, end]: Value[],
  matches: (part: string, affix: string) => boolean,
): boolean {
  const { part, valid } = between(text, start!, end!);
  const options = wanted instanceof Tuple ? wanted.items : [wanted!];
  return options.map((option) => plain(option, 'first arg')).some((option) => valid && matches(part, option));
}

/** `str.replace`. @param limit number of replacements; negative means all */
export function replace(text: string, old: string, by: string, limit: number, host: Host): string {
  if (limit === 0) return text;
  host.spend(text.length >> 4);
  const pieces = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
  const cuts = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  host.fits(text.length + cuts * by.length);
  if (cuts === pieces.length - 1) return pieces.join(by);
  return pieces.slice(0, cuts).join(by) + by + pieces.slice(cuts).join(old);
}

/** `str.center`, `ljust` and `rjust`. */
export function justify(
  text: string,
  width: Value,
  fill: Value,
  align: 'left' | 'right' | 'center',
  host: Host,
): string {
  const filler = plain(fill, 'the fill character');
  if (textLength(filler) !== 1) throw typeError('the fill character must be exactly one character long');
  const wanted = toSize(width);
  const missing = Math.max(0, wanted - textLength(text));
  host.fits(missing);
  // CPython puts the odd character left only where both the rest and the width are odd.
  const left = align === 'left' ? 0 : align === 'right' ? missing : (missing >> 1) + (missing & wanted & 1);
  return filler.repeat(left) + text + filler.repeat(missing - left);
}

function partition(text: string, separator: Value, last: boolean): Value {
  const by = plain(separator, 'separator');
  if (by === '') throw valueError('empty separator');
  const at = last ? text.lastIndexOf(by) : text.indexOf(by);
  if (at < 0) return new Tuple(last ? ['', '', text] : [text, '', '']);
  return new Tuple([text.slice(0, at), by, text.slice(at + by.length)]);
}

/** `separator.join(items)`. */
export function join(separator: string, items: readonly Value[], host: Host): string {
  let total = 0;
  const parts = items.map((item, index) => {
    if (!isText(item)) {
      throw typeError(
        `sequence item ${index}: expected str instance, ${typeName(item)} found`,
        'use the filter "| join", which turns items into text',
      );
    }
    total += textOf(item).length + separator.length;
    host.fits(total);
    return textOf(item);
  });
  host.spend(total >> 4);
  return parts.join(separator);
}

export function capitalize(text: string): string {
  const first = text.codePointAt(0);
  if (first === undefined) return text;
  const head = String.fromCodePoint(first);
  // Title case of a character that expands (ß) capitalizes its first letter only.
  const title = head.toUpperCase().replace(/(?<=\p{Lu}).+/su, (rest) => rest.toLowerCase());
  return title + text.slice(head.length).toLowerCase();
}

const CASED = /[\p{Uppercase}\p{Lowercase}\p{Lt}]/u;
const NAME_START = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

function titleCase(text: string): string {
  return text.replace(/[\p{Lu}\p{Ll}\p{Lt}]+/gu, (word) => capitalize(word));
}

function isTitleCase(text: string): boolean {
  let previous = false;
  let any = false;
  for (const character of text) {
    const upper = /[\p{Lu}\p{Lt}]/u.test(character);
    const lower = /\p{Ll}/u.test(character);
    if ((upper && previous) || (lower && !previous)) return false;
    previous = upper || lower;
    any ||= previous;
  }
  return any;
}

export function isLower(text: string): boolean {
  return CASED.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

export function isUpper(text: string): boolean {
  return CASED.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

function swapCase(text: string): string {
  return text.replace(/\p{Uppercase}+|\P{Uppercase}+/gu, (run) =>
    isUpper(run[0]!) ? run.toLowerCase() : run.toUpperCase(),
  );
}

function expandTabs(text: string, size: number, host: Host): string {
  let column = 0;
  let result = '';
  for (const character of text) {
    if (character === '\t') {
      const width = size > 0 ? size - (column % size) : 0;
      host.fits(result.length + width);
      result += ' '.repeat(width);
      column += width;
    } else {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return result;
}

function zeroFill(text: string, width: Value, host: Host): string {
  const missing = Math.max(0, toSize(width) - textLength(text));
  host.fits(missing);
  const signed = /^[+-]/.test(text);
  return (signed ? text[0]! : '') + '0'.repeat(missing) + text.slice(signed ? 1 : 0);
}

function translate(text: string, table: Value): string {
  if (!(table instanceof Dict)) throw typeError(`'${typeName(table)}' object is not a translation table`);
  return Array.from(text, (character) => {
    const mapped = table.get(BigInt(character.codePointAt(0)!));
    if (mapped === undefined) return character;
    if (mapped === null) return '';
    return typeof mapped === 'bigint' ? String.fromCodePoint(Number(mapped)) : plain(mapped, 'character mapping');
  }).join('');
}

function encode(text: string, encoding: Value): Bytes {
  const name = plain(encoding, 'encoding').toLowerCase().replaceAll('_', '-');
  if (name === 'utf-8' || name === 'utf8') return new Bytes(new TextEncoder().encode(text));
  const limit = name === 'ascii' || name === 'us-ascii' ? 128 : name === 'latin-1' || name === 'iso-8859-1' ? 256 : 0;
  if (limit === 0) throw new Failure('ValueError', `unknown encoding: ${name}`, 'use utf-8, ascii or latin-1');
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  if (codes.some((code) => code >= limit)) throw valueError(`'${name}' can't encode all characters`);
  return new Bytes(Uint8Array.from(codes));
}

const NONE: Signature = { params: [], positionalOnly: true };
const SEARCH: Signature = { params: ['sub', 'start', 'end'], defaults: [null, null], positionalOnly: true };
const CHARS: Signature = { params: ['chars'], defaults: [null], positionalOnly: true };
const WIDTH: Signature = { params: ['width', 'fillchar'], defaults: [' '], positionalOnly: true };
const SPLIT: Signature = { params: ['sep', 'maxsplit'], defaults: [null, -1n] };
const ONE: Signature = { params: ['value'], positionalOnly: true };

const simple = (run: (text: string) => Value): TextMethod => ({ ...NONE, run });
/**
 * What Python's `isdigit` takes for digits beside decimal ones: superscripts, subscripts, and numbers in circles. By
 * number, because a bundle with one letter beyond ASCII is held in memory at two bytes a letter.
 */
const DIGITS =
  /^[\p{Nd}\u00B2\u00B3\u00B9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247C\u2488-\u2490\u24EA\u24F5-\u24FD\u24FF\u2776-\u277E\u2780-\u2788\u278A-\u2792]+$/u;

const all = (pattern: RegExp): TextMethod => simple((text) => text !== '' && pattern.test(text));

export const TEXT_METHODS: ReadonlyMap<string, TextMethod> = new Map<string, TextMethod>([
  ['capitalize', simple(capitalize)],
  ['casefold', simple((text) => text.replaceAll('ß', 'ss').replaceAll('ẞ', 'ss').replaceAll('ς', 'σ').toLowerCase())],
  ['center', { ...WIDTH, run: (text, [width, fill], host) => justify(text, width!, fill!, 'center', host) }],
  ['count', { ...SEARCH, run: count }],
  [
    'encode',
    {
      params: ['encoding', 'errors'],
      defaults: ['utf-8', 'strict'],
      run: (text, [encoding]) => encode(text, encoding!),
    },
  ],
  ['endswith', { ...SEARCH, run: (text, args) => affix(text, args, (part, option) => part.endsWith(option)) }],
  [
    'expandtabs',
    { params: ['tabsize'], defaults: [8n], run: (text, [size], host) => expandTabs(text, toSize(size!), host) },
  ],
  ['find', { ...SEARCH, run: (text, args) => find(text, args, false) }],
  ['index', { ...SEARCH, run: (text, args) => findOrFail(text, args, false) }],
  ['isalnum', all(/^[\p{L}\p{N}]+$/u)],
  ['isalpha', all(/^\p{L}+$/u)],
  ['isascii', simple((text) => !/[\u0080-\uffff]/.test(text))],
  ['isdecimal', all(/^\p{Nd}+$/u)],
  ['isdigit', all(DIGITS)],
  ['isidentifier', all(NAME_START)],
  ['islower', simple(isLower)],
  ['isnumeric', all(/^\p{N}+$/u)],
  ['isprintable', simple((text) => !/[\p{C}\p{Z}]/u.test(text.replaceAll(' ', '')))],
  ['isspace', all(new RegExp(`^[${SPACE}]+$`))],
  ['istitle', simple(isTitleCase)],
  ['isupper', simple(isUpper)],
  ['join', { ...ONE, run: (text, [items], host) => join(text, itemsOf(items!, host), host) }],
  ['ljust', { ...WIDTH, run: (text, [width, fill], host) => justify(text, width!, fill!, 'left', host) }],
  ['lower', simple((text) => text.toLowerCase())],
  ['lstrip', { ...CHARS, run: (text, [chars]) => strip(text, chars!, 'left') }],
  ['partition', { ...ONE, run: (text, [separator]) => partition(text, separator!, false) }],
  [
    'removeprefix',
    {
      ...ONE,
      run: (text, [prefix]) =>
        text.startsWith(plain(prefix!, 'prefix')) ? text.slice(plain(prefix!, 'prefix').length) : text,
    },
  ],
  ['removesuffix', { ...ONE, run: (text, [suffix]) => removeSuffix(text, plain(suffix!, 'suffix')) }],
  [
    'replace',
    {
      params: ['old', 'new', 'count'],
      defaults: [-1n],
      positionalOnly: true,
      run: (text, [old, by, limit], host) =>
        replace(text, plain(old!, 'argument 1'), plain(by!, 'argument 2'), toSize(limit!), host),
    },
  ],
  ['rfind', { ...SEARCH, run: (text, args) => find(text, args, true) }],
  ['rindex', { ...SEARCH, run: (text, args) => findOrFail(text, args, true) }],
  ['rjust', { ...WIDTH, run: (text, [width, fill], host) => justify(text, width!, fill!, 'right', host) }],
  ['rpartition', { ...ONE, run: (text, [separator]) => partition(text, separator!, true) }],
  ['rsplit', { ...SPLIT, run: (text, [by, limit], host) => rsplit(text, by!, toSize(limit!), host) }],
  ['rstrip', { ...CHARS, run: (text, [chars]) => strip(text, chars!, 'right') }],
  ['split', { ...SPLIT, run: (text, [by, limit], host) => split(text, by!, toSize(limit!), host) }],
  ['splitlines', { params: ['keepends'], defaults: [false], run: (text, [keep]) => splitLines(text, isTruthy(keep!)) }],
  ['startswith', { ...SEARCH, run: (text, args) => affix(text, args, (part, option) => part.startsWith(option)) }],
  ['strip', { ...CHARS, run: (text, [chars]) => strip(text, chars!) }],
  ['swapcase', simple(swapCase)],
  ['title', simple(titleCase)],
  ['translate', { ...ONE, run: (text, [table]) => translate(text, table!) }],
  ['upper', simple((text) => text.toUpperCase())],
  ['zfill', { ...ONE, run: (text, [width], host) => zeroFill(text, width!, host) }],
]);

function removeSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}
