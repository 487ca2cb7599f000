/** What Python's `html` module and `markupsafe` do to tags and entities. */

import type { Host } from './value.ts';
import { SPACE } from './whitespace.ts';

/** The entities that real text contains. Numeric ones are all known; other named ones stay as they are. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  deg: '°',
  plusmn: '±',
  times: '×',
  divide: '÷',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  sect: '§',
  para: '¶',
  micro: 'µ',
  szlig: 'ß',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
  larr: '←',
  rarr: '→',
  uarr: '↑',
  darr: '↓',
};

/** `html.unescape(text)`. */
export function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d{1,7});?|#[xX]([0-9a-fA-F]{1,6});?|(\w{1,32});)/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return '\ufffd';
    return String.fromCodePoint(code);
  });
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
