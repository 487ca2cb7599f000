/** What Python's `html` module and `markupsafe` do to tags and entities. */

import type { Host } from './value.ts';
import { SPACE } from './whitespace.ts';

/** Names of the characters from U+00A0 to U+00FF, in order. Source: HTML's named character references. */
const LATIN = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 ' +
  'sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc ' +
  'Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve ' +
  'Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute ' +
  'acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ' +
  'ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
).split(' ');

/** Entities that HTML also knows without a semicolon. */
const LEGACY: ReadonlyMap<string, string> = new Map([
  ...LATIN.map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...['amp', 'AMP'].map((name) => [name, '&'] as const),
  ...['lt', 'LT'].map((name) => [name, '<'] as const),
  ...['gt', 'GT'].map((name) => [name, '>'] as const),
  ...['quot', 'QUOT'].map((name) => [name, '"'] as const),
  ['COPY', '©'],
  ['REG', '®'],
]);

/** Those of HTML's two thousand others that real text contains; the rest stay as they are. */
const OTHERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apos: "'",
    trade: '™',
    hellip: '…',
    mdash: '—',
    ndash: '–',
    lsquo: '‘',
    rsquo: '’',
    ldquo: '“',
    rdquo: '”',
    bull: '•',
    euro: '€',
    larr: '←',
    rarr: '→',
    uarr: '↑',
    darr: '↓',
  }),
);

/** `html.unescape(text)`. */
export function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:#(\d+);?|#[xX]([0-9a-fA-F]+);?|([^\t\n\f <&#;]{1,32})(;?))/g,
    (whole, decimal, hex, name, end) => {
      if (name === undefined) return numericEntity(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
      const other = end === ';' ? OTHERS.get(name) : undefined;
      if (other !== undefined) return other;
      if (end === ';' && LEGACY.has(name)) return LEGACY.get(name)!;
      for (let length = name.length; length > 1; length--) {
        const head = name.slice(0, length);
        const character = LEGACY.get(head);
        if (character !== undefined) return character + name.slice(length) + end;
      }
      return whole;
    },
  );
}

/** Numbers that are no characters vanish, and those of Windows' code page 1252 are taken for what they meant. */
function numericEntity(code: number): string {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return '\ufffd';
  if (code >= 0x80 && code < 0xa0) return new TextDecoder('windows-1252').decode(Uint8Array.of(code));
  const control = (code < 0x20 && ![9, 10, 12, 13].includes(code)) || code === 0x7f;
  const noncharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
  return control || noncharacter ? '' : String.fromCodePoint(code);
}

/** `Markup(text).striptags()`: without comments and tags, whitespace in single blanks, entities resolved. */
export function stripTags(text: string, host: Host): string {
  host.spend(text.length >> 2);
  const bare = cut(cut(text, '<!--', '-->'), '<', '>');
  return unescapeHtml(
    bare
      .split(new RegExp(`[${SPACE}]+`))
      .filter(Boolean)
      .join(' '),
  );
}

/** Removes everything from an opening to the next closing mark; linear, unlike a lazy regular expression. */
function cut(text: string, open: string, close: string): string {
  let result = '';
  let last = 0;
  for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, last)) {
    const end = text.indexOf(close, at + open.length);
    if (end < 0) break;
    result += text.slice(last, at);
    last = end + close.length;
  }
  return result + text.slice(last);
}
