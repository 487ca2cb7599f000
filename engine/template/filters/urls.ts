/** `urlencode` and `urlize`. */

import {
  Dict,
  escapeHtml,
  type Host,
  isIterable,
  isText,
  isTruthy,
  itemsOf,
  Markup,
  SPACE,
  str,
  toSize,
  Undefined,
  type Value,
  valueError,
} from '../python/index.ts';
import { argumentError, type Filter, filter } from './arguments.ts';

/** `urllib.parse.quote`: everything but unreserved characters, as UTF-8. */
function quote(text: string, safe: RegExp): string {
  let result = '';
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    result += safe.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}

function urlEncode(value: Value, host: Host): Value {
  if (value instanceof Undefined) value.fail();
  const quotePath = (text: string) => quote(text, /[A-Za-z0-9_.\-~/]/);
  if (isText(value) || !isIterable(value)) {
    const text = str(value, host);
    host.spend(text.length >> 2);
    host.fits(text.length * 3);
    return quotePath(text);
  }
  const pairs = value instanceof Dict ? [...value.entries()] : itemsOf(value, host).map((pair) => itemsOf(pair, host));
  return pairs
    .map((pair) => {
      if (pair.length !== 2) throw valueError('expected pairs of a key and a value');
      return pair.map((part) => quote(str(part, host), /[A-Za-z0-9_.\-~]/).replaceAll('%20', '+')).join('=');
    })
    .join('&');
}

const HTTP =
  /^((https?:\/\/|www\.)(([\p{L}\p{N}_%-]+\.)+)?([a-z]{2,63}|xn--[\p{L}\p{N}_%]{2,59})|([\p{L}\p{N}_%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)|(https?:\/\/)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\])))(?::[\d]{1,5})?(?:[/?#]\S*)?$/iu;
const EMAIL = /^\S+@[\p{L}\p{N}_][\p{L}\p{N}_.-]*\.[\p{L}\p{N}_]+$/u;
const SCHEME = /^([\p{L}\p{N}_.+-]{2,}:(\/){0,2})$/u;
/** A word longer than this is no address; matching it could take long. */
const MAX_ADDRESS = 2000;

interface LinkOptions {
  readonly limit: number | undefined;
  readonly attributes: string;
  readonly schemes: readonly string[];
}

function link(word: string, { limit, attributes, schemes }: LinkOptions): string {
  const trimmed = limit !== undefined && [...word].length > limit ? `${[...word].slice(0, limit).join('')}...` : word;
  if (HTTP.test(word)) {
    const target = /^https?:\/\//.test(word) ? word : `https://${word}`;
    return `<a href="${target}"${attributes}>${trimmed}</a>`;
  }
  if (word.startsWith('mailto:') && EMAIL.test(word.slice(7))) return `<a href="${word}">${word.slice(7)}</a>`;
  if (word.includes('@') && !word.startsWith('www.') && !word.includes(':') && EMAIL.test(word)) {
    return `<a href="mailto:${word}">${word}</a>`;
  }
  let result = word;
  for (const scheme of schemes) {
    if (result !== scheme && result.startsWith(scheme)) result = `<a href="${result}"${attributes}>${result}</a>`;
  }
  return result;
}

const BRACKETS = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Splits leading and trailing punctuation off a word, and gives closing brackets back that belong to the address. */
function splitWord(word: string): [head: string, middle: string, tail: string] {
  const head = /^([(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  let tail = '';
  if (/(?:[)>.,\n]|&gt;)$/.test(middle)) {
    tail = /(?:[)>.,\n]|&gt;)+$/.exec(middle)![0];
    middle = middle.slice(0, middle.length - tail.length);
  }
  for (const [open, close] of BRACKETS) {
    const opened = count(middle, open);
    if (opened <= count(middle, close)) continue;
    for (let moves = Math.min(opened, count(tail, close)); moves > 0; moves--) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return [head, middle, tail];
}

function urlize(value: Value, [limit, nofollow, target, rel, extraSchemes]: Value[], host: Host): Value {
  const relations = new Set((rel === null ? '' : str(rel!, host)).split(/\s+/).filter(Boolean));
  if (isTruthy(nofollow!)) relations.add('nofollow');
  relations.add('noopener');
  const schemes = extraSchemes === null ? [] : itemsOf(extraSchemes!, host).map((scheme) => str(scheme, host));
  for (const scheme of schemes)
    if (!SCHEME.test(scheme)) throw argumentError(`'${scheme}' is not a valid URI scheme prefix`);
  const relAttribute = ` rel="${escapeHtml([...relations].sort().join(' '), host).text}"`;
  const targetAttribute = target === null || !isTruthy(target!) ? '' : ` target="${escapeHtml(target!, host).text}"`;
  const options = {
    limit: limit === null ? undefined : toSize(limit!),
    attributes: relAttribute + targetAttribute,
    schemes,
  };
  const text = escapeHtml(value, host).text;
  host.spend(text.length);
  const words = text.split(new RegExp(`([${SPACE}]+)`)).map((word) => {
    if (word.length > MAX_ADDRESS) return word;
    const [head, middle, tail] = splitWord(word);
    return `${head}${link(middle, options)}${tail}`;
  });
  return host.autoescape ? new Markup(words.join('')) : words.join('');
}

export const URL_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('urlencode', [], [], (value, _, host) => urlEncode(value, host)),
  filter(
    'urlize',
    ['trim_url_limit', 'nofollow', 'target', 'rel', 'extra_schemes'],
    [null, false, null, null, null],
    urlize,
  ),
];
