/** Values as people see them: short, and without secrets. Pure. */
import type { Json } from '../../engine/json.ts';
import { SENSITIVE } from '../../engine/redact.ts';

/** Longest text of a value on one line, characters. */
const LONGEST = 80;

/** On one line. */
export function shownValue(value: Json, sensitive: boolean, longest = LONGEST): string {
  if (sensitive) return SENSITIVE;
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** As a block of Markdown. */
export function shownBlock(value: Json, sensitive: boolean): string {
  if (sensitive) return SENSITIVE;
  const text = JSON.stringify(value, null, 2);
  return `\`\`\`json\n${text.length > 2000 ? `${text.slice(0, 2000)}\n…` : text}\n\`\`\``;
}

/** For example "a list of 3". */
export function kindOfValue(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'object') return 'object';
  return typeof value === 'string' ? 'text' : typeof value;
}

/** Text inside Markdown's inline code. */
export const code = (text: string): string => `\`${text.replaceAll('`', 'ˋ')}\``;
