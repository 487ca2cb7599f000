/** Which part of a rendered text belongs to which part of its template, by the server's map. Pure. */
import type { PreviewPiece, TextPosition, TextRange } from '../server/protocol.ts';

const isBefore = (a: TextPosition, b: TextPosition): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

const touches = (range: TextRange, start: TextPosition, end: TextPosition): boolean =>
  !isBefore(end, range.start) && !isBefore(range.end, start);

const OTHER = { source: 'rendered', rendered: 'source' } as const;

/**
 * The ranges on the other side of what is selected on one side. Of literal text only what is selected counts.
 *
 * @param side where the selection is
 */
export function counterparts(
  map: readonly PreviewPiece[],
  side: 'source' | 'rendered',
  selection: TextRange,
): TextRange[] {
  const other = OTHER[side];
  return map.flatMap((piece) => {
    if (!touches(piece[side], selection.start, selection.end)) return [];
    return [piece.verbatim ? sameLines(piece[side], piece[other], selection) : piece[other]];
  });
}

/** In literal text characters correspond one by one: the part that is selected, line by line. */
function sameLines(here: TextRange, there: TextRange, selection: TextRange): TextRange {
  const start = isBefore(selection.start, here.start) ? here.start : selection.start;
  const end = isBefore(here.end, selection.end) ? here.end : selection.end;
  const over = (position: TextPosition): TextPosition => ({
    line: position.line - here.start.line + there.start.line,
    character:
      position.line === here.start.line
        ? position.character - here.start.character + there.start.character
        : position.character,
  });
  return { start: over(start), end: over(end) };
}
