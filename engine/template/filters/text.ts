/** Filters over text. */

import {
  binary,
  capitalize,
  Dict,
  escapeHtml,
  Failure,
  getAttribute,
  type Host,
  isText,
  isTruthy,
  join,
  justify,
  lengthOf,
  Markup,
  NO_KEYWORDS,
  percentFormat,
  replace,
  rsplit,
  SPACE,
  slice,
  softText,
  splitLines,
  str,
  strip,
  stripTags,
  Tuple,
  textLike,
  textOf,
  toInt,
  toSize,
  typeError,
  typeName,
  Undefined,
  type Value,
} from '../python/index.ts';
import { argumentError, type Filter, filter } from './arguments.ts';
import { wrapText } from './wordwrap.ts';

/** Joins items with a separator; with autoescape, escapes what is not yet escaped as soon as one item is. */
export function joinText(parts: readonly Value[], separator: Value, host: Host): Value {
  if (!host.autoescape) return join(str(separator, host), parts, host);
  const escaped = separator instanceof Markup || parts.some((part) => part instanceof Markup);
  if (!escaped)
    return join(
      str(separator, host),
      parts.map((part) => str(part, host)),
      host,
    );
  const safe = (part: Value) => escapeHtml(softText(part, host), host).text;
  return new Markup(join(safe(separator), parts.map(safe), host));
}

/** Applies a change that keeps an escaped string escaped. */
function changed(value: Value, host: Host, change: (text: string) => string): Value {
  const text = softText(value, host);
  host.spend(textOf(text).length >> 6);
  return textLike(text, change(textOf(text)));
}

const WORD_STARTS = new RegExp(`([-${SPACE}({\\[<]+)`);

function title(value: Value, host: Host): Value {
  const text = textOf(softText(value, host));
  host.spend(text.length >> 2);
  return text
    .split(WORD_STARTS)
    .map((part) => {
      const head = part === '' ? '' : String.fromCodePoint(part.codePointAt(0)!);
      return head.toUpperCase() + part.slice(head.length).toLowerCase();
    })
    .join('');
}

function indent(value: Value, [width, first, blank]: Value[], host: Host): Value {
  if (value instanceof Undefined) value.fail();
  const unit = isText(width!) ? textOf(width) : ' '.repeat(repeatable(width!, host));
  if (!isText(value)) throw typeError(`can't indent a ${typeName(value)}`);
  const lines = splitLines(`${textOf(value)}\n`, false);
  host.spend(lines.length);
  host.fits(textOf(value).length + lines.length * unit.length);
  const [head = '', ...rest] = lines;
  const body = rest.map((line) => `\n${line !== '' || isTruthy(blank!) ? unit : ''}${line}`).join('');
  return textLike(value, `${isTruthy(first!) ? unit : ''}${head}${body}`);
}

function repeatable(width: Value, host: Host): number {
  const size = toInt(width);
  host.fits(size);
  return Math.max(0, Number(size));
}

function truncate(value: Value, [length, killWords, end, leeway]: Value[], host: Host): Value {
  const limit = toSize(length!);
  const tolerance = leeway === null ? 5 : toSize(leeway!);
  const endLength = lengthOf(end!);
  if (limit < endLength) throw new Failure('RuntimeError', `expected length >= ${endLength}, got ${limit}`);
  if (tolerance < 0) throw new Failure('RuntimeError', `expected leeway >= 0, got ${tolerance}`);
  if (lengthOf(value) <= limit + tolerance) return value;
  const cut = slice(value, null, BigInt(limit - endLength), null, host);
  if (isTruthy(killWords!)) return binary('+', cut, end!, host);
  if (!isText(cut)) throw typeError(`can't truncate a ${typeName(value)} at words`);
  const words = textLike(cut, rsplit(textOf(cut), ' ', 1, host)[0]!);
  return binary('+', words, end!, host);
}

const format: Filter = (value, args, keywords, host) => {
  if (args.length > 0 && keywords.size > 0) {
    throw argumentError("can't handle positional and keyword arguments at the same time");
  }
  return percentFormat(softText(value, host), keywords.size > 0 ? Dict.of(keywords) : new Tuple(args), host);
};

function replaceText(value: Value, [old, by, count]: Value[], host: Host): Value {
  const limit = count === null ? -1 : toSize(count!);
  if (!host.autoescape) return replace(str(value, host), str(old!, host), str(by!, host), limit, host);
  const escaping = old instanceof Markup || (by instanceof Markup && !(value instanceof Markup));
  const text = escaping ? escapeHtml(value, host) : softText(value, host);
  const method = getAttribute(text, 'replace', host)!;
  return host.call(method, [softText(old!, host), softText(by!, host), BigInt(limit)], NO_KEYWORDS);
}

function wordCount(value: Value, host: Host): Value {
  const text = textOf(softText(value, host));
  host.spend(text.length >> 2);
  return BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0);
}

function wordWrap(value: Value, [width, breakLong, wrapString, breakHyphens]: Value[], host: Host): Value {
  if (value instanceof Undefined) value.fail();
  if (!isText(value)) throw new Failure('AttributeError', `can't wrap a ${typeName(value)}`);
  const separator = wrapString === null ? '\n' : str(wrapString!, host);
  const options = {
    width: toSize(width!),
    breakLongWords: isTruthy(breakLong!),
    breakOnHyphens: isTruthy(breakHyphens!),
  };
  host.spend(textOf(value).length);
  const lines = splitLines(textOf(value), false).map((line) => wrapText(line, options).join(separator));
  return join(separator, lines, host);
}

function xmlAttributes(value: Value, autospace: boolean, host: Host): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw new Failure('AttributeError', `'${typeName(value)}' has no items`);
  const parts: string[] = [];
  for (const [key, item] of value.entries()) {
    if (item === null || item instanceof Undefined) continue;
    if (!isText(key)) throw typeError('attribute names must be strings');
    if (/[\s/>=]/.test(textOf(key)))
      throw new Failure('ValueError', `invalid character in attribute name '${textOf(key)}'`);
    parts.push(`${escapeHtml(key, host).text}="${escapeHtml(item, host).text}"`);
  }
  const text = (autospace && parts.length > 0 ? ' ' : '') + join(' ', parts, host);
  return host.autoescape ? new Markup(text) : text;
}

function forceEscape(value: Value, host: Host): Value {
  return escapeHtml(value instanceof Markup ? value.text : str(value, host), host);
}

export const TEXT_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('capitalize', [], [], (value, _, host) => changed(value, host, capitalize)),
  filter('center', ['width'], [80n], (value, [width], host) =>
    changed(value, host, (text) => justify(text, width!, ' ', 'center', host)),
  ),
  filter('e', [], [], (value, _, host) => escapeHtml(value, host)),
  filter('escape', [], [], (value, _, host) => escapeHtml(value, host)),
  filter('forceescape', [], [], (value, _, host) => forceEscape(value, host)),
  ['format', format],
  filter('indent', ['width', 'first', 'blank'], [4n, false, false], indent),
  filter('lower', [], [], (value, _, host) => changed(value, host, (text) => text.toLowerCase())),
  filter('replace', ['old', 'new', 'count'], [null], replaceText),
  filter('safe', [], [], (value, _, host) => new Markup(str(value, host))),
  filter('string', [], [], (value, _, host) => softText(value, host)),
  filter('striptags', [], [], (value, _, host) => stripTags(str(value, host), host)),
  filter('title', [], [], (value, _, host) => title(value, host)),
  filter('trim', ['chars'], [null], (value, [chars], host) => changed(value, host, (text) => strip(text, chars!))),
  filter('truncate', ['length', 'killwords', 'end', 'leeway'], [255n, false, '...', null], truncate),
  filter('upper', [], [], (value, _, host) => changed(value, host, (text) => text.toUpperCase())),
  filter('wordcount', [], [], (value, _, host) => wordCount(value, host)),
  filter(
    'wordwrap',
    ['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'],
    [79n, true, null, true],
    wordWrap,
  ),
  filter('xmlattr', ['autospace'], [true], (value, [autospace], host) =>
    xmlAttributes(value, isTruthy(autospace!), host),
  ),
];
