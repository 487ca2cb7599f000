/** What Python takes for white space and for line ends in text; JavaScript's `\s` differs. */

/** What `str.isspace` accepts, as the body of a regular expression's class. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** What `str.splitlines` ends lines at, as the body of a regular expression's class. */
export const LINE_ENDS = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';

const ONE_SPACE = new RegExp(`[${SPACE}]`);

export type Side = 'both' | 'left' | 'right';

/** Removes white space at the ends. Linear, unlike a regular expression. */
export function trimSpace(text: string, side: Side = 'both'): string {
  let start = 0;
  let end = text.length;
  if (side !== 'right') while (start < end && ONE_SPACE.test(text[start]!)) start++;
  if (side !== 'left') while (end > start && ONE_SPACE.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
