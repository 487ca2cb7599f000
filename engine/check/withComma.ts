/** What to delete of a text so that a member goes and the rest stays JSON. Pure. */

/** A member with the comma that goes with it, and the space up to what follows. */
export function withComma(text: string, start: number, end: number): { start: number; end: number } {
  const after = /^\s*,\s*/.exec(text.slice(end));
  if (after) return { start, end: end + after[0].length };
  const before = /,\s*$/.exec(text.slice(0, start));
  return before ? { start: before.index, end } : { start, end };
}
