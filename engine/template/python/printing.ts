/** Python's `str` and `repr`. */

import { Failure } from './failure.ts';
import { floatText, intText } from './numbers.ts';
import { Dict, type Host, isText, Markup, PyObject, Tuple, Undefined, type Value } from './value.ts';

/** How deep lists and dicts may be nested to be printed or compared. CPython's own bound is near 1000. */
const MAX_DEPTH = 500;

/** `str(value)`: a string as it is, everything else as `repr`, except that printing an undefined value fails. */
export function str(value: Value, host: Host): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint': {
      const text = intText(value);
      // Converting a long integer takes time that grows with the square of its length.
      if (text.length > 40) host.spend(text.length);
      return text;
    }
    case 'number':
      return floatText(value);
    case 'boolean':
      return value ? 'True' : 'False';
  }
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) {
    value.use();
    return '';
  }
  return repr(value, host);
}

/** `soft_str(value)`: keeps an escaped string escaped. */
export function softText(value: Value, host: Host): string | Markup {
  return isText(value) ? value : str(value, host);
}

export function repr(value: Value, host: Host): string {
  return write(value, host, 0, []);
}

/** Fails before nesting gets deeper than the stack allows. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new Failure(
      'LimitError',
      `a value is nested more than ${MAX_DEPTH} levels deep`,
      'nest lists and dicts less deeply',
    );
  }
}

function write(value: Value, host: Host, depth: number, open: Value[]): string {
  if (typeof value === 'string') return quote(value);
  if (value === null) return 'None';
  if (typeof value !== 'object') return str(value, host);
  if (value instanceof Markup) return `Markup(${quote(value.text)})`;
  checkDepth(depth);
  const item = (part: Value): string => {
    const text = write(part, host, depth + 1, open);
    host.spend(1 + (text.length >> 4));
    total += text.length + 2;
    host.fits(total);
    return text;
  };
  let total = 0;
  if (value instanceof PyObject) return value.repr(item);
  const elided = Array.isArray(value) ? '[...]' : value instanceof Dict ? '{...}' : '(...)';
  if (open.includes(value)) return elided;
  open.push(value);
  try {
    if (Array.isArray(value)) return `[${value.map(item).join(', ')}]`;
    if (value instanceof Tuple) {
      return value.items.length === 1 ? `(${item(value.items[0]!)},)` : `(${value.items.map(item).join(', ')})`;
    }
    return `{${Array.from(value.entries(), ([key, entry]) => `${item(key)}: ${item(entry)}`).join(', ')}}`;
  } finally {
    open.pop();
  }
}

const PLAIN = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/;
const UNPRINTABLE = /[\\\p{C}\p{Z}]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  ' ': ' ',
};

/** `repr(str)`: single quotes, unless the text has those and no double ones. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, escapeCharacter);
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!.toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

/** `ascii(value)`. */
export function ascii(value: Value, host: Host): string {
  return repr(value, host).replace(/[\u0080-\u{10ffff}]/gu, escapeCharacter);
}

/** HTML escaping as `markupsafe.escape` does it; a string that is escaped already stays as it is. */
export function escapeHtml(value: Value, host: Host): Markup {
  if (value instanceof Markup) return value;
  const text = str(value, host);
  if (!/[&<>'"]/.test(text)) return new Markup(text);
  host.fits(text.length);
  return new Markup(
    text
      .replaceAll('&', '&amp;')
      .replaceAll('>', '&gt;')
      .replaceAll('<', '&lt;')
      .replaceAll("'", '&#39;')
      .replaceAll('"', '&#34;'),
  );
}

/** The same kind of string as `like`, with another text. */
export function textLike(like: string | Markup, text: string): string | Markup {
  return typeof like === 'string' ? text : new Markup(text);
}
