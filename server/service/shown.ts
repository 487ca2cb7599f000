/** Values as people see them: short, and without secrets. Pure. */
import type { Json } from '../../engine/json.ts';
import { SENSITIVE } from '../../engine/redact.ts';

/** Longest text of a value on one line, characters. */
const LONGEST = 80;

/** Longest text of a block, characters. */
const LONGEST_BLOCK = 2000;

/** Longest text inside a sentence, such as the source of an expression, characters. */
const LONGEST_CODE = 200;

/**
 * Characters that nobody sees, and that turn the text around them: a value with them looks like another one.
 * Source: Unicode Standard Annex 9, "Directional Formatting Characters"; and the category of control characters.
 */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

const escapeOf = (unseen: string): string => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** With what is unseen as escapes, but for line breaks. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (unseen) => (unseen === '\n' ? unseen : escapeOf(unseen)));

export const shortened = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text;

/** Any text on one line, as labels and titles have it. */
export const shownLine = (text: string, longest = LONGEST_CODE): string =>
  // What is cut away anyway need not be gone through.
  shortened(visible(text.slice(0, 10 * longest).replace(/\s+/g, ' ')), longest);

/** On one line. */
export function shownValue(value: Json, sensitive: boolean, longest = LONGEST): string {
  return sensitive ? SENSITIVE : shownLine(JSON.stringify(value), longest);
}

/** As a block of Markdown: as JSON, no line of a value is the end of it. */
export function shownBlock(value: Json, sensitive: boolean): string {
  if (sensitive) return SENSITIVE;
  const text = JSON.stringify(value, null, 2);
  const shown = text.length > LONGEST_BLOCK ? `${text.slice(0, LONGEST_BLOCK).toWellFormed()}\n…` : text;
  return `\`\`\`json\n${visible(shown)}\n\`\`\``;
}

/** For example "a list of 3". */
export function kindOfValue(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'object') return 'object';
  return typeof value === 'string' ? 'text' : typeof value;
}

/** Any text inside Markdown's inline code, on one line: an empty line in it would end the code. */
export function code(text: string): string {
  const line = shownLine(text).replaceAll('`', 'ˋ');
  return line.trim() === '' ? '(empty)' : `\`${line}\``;
}
