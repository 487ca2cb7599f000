/** The commas that a new value or member needs. Pure. */
import type { ConfigDocument } from '../document.ts';
import type { Span } from '../knowledge.ts';
import type { Tag } from '../mask.ts';

export interface Separators {
  /** Where a comma is missing before it. */
  readonly before: number | undefined;
  /** Whether one is missing behind it. */
  readonly after: boolean;
}

/** @param span what the new text takes the place of */
export function separatorsAround({ mask, tags, text }: ConfigDocument, { start, end }: Span): Separators {
  const head = mask.slice(0, start).trimEnd();
  const tail = mask.slice(end).trimStart();
  const between = tags.filter((tag) => tag.kind === 'statement' && tag.start >= head.length && tag.end <= start);
  const isAfterValue = /["\w}\]]$/.test(head) || (head.endsWith(',') && isBetweenRounds(text, head.length, between));
  return {
    before: isAfterValue ? (between.length > 0 ? start : head.length) : undefined,
    after: /^["{[\w-]/.test(tail),
  };
}

/** Whether the comma that text ends with stands only between the rounds of a loop, not behind the last. */
function isBetweenRounds(text: string, end: number, after: readonly Tag[]): boolean {
  const [closing] = after;
  return closing !== undefined && /\bloop\.last\b[^%]*%\}\s*,\s*$/.test(text.slice(0, end));
}
