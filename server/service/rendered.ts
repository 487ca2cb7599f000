/** What ranges of a template gave when its workload was last checked. Pure. */
import type { SourceMap } from '../../engine/template/index.ts';
import type { ConfigDocument } from './document.ts';
import type { Span, WorkloadView } from './knowledge.ts';

/** What a tag gave, in the order of the rendered text. */
export const piecesOf = (map: SourceMap, { start, end }: Span) =>
  map.pieces.filter((piece) => !piece.verbatim && piece.sourceStart >= start && piece.sourceEnd <= end);

/**
 * A range of a file with what its tags gave in their places, in the first round of loops.
 *
 * @returns undefined where the last check was of another text, or could not render it
 */
export function renderedRange(
  { checked }: WorkloadView,
  document: ConfigDocument,
  { start, end }: Span,
): { readonly text: string; readonly sensitive: boolean } | undefined {
  const source = document.text.slice(start, end);
  if (!document.hasTag(start, end)) return { text: source, sensitive: false };
  const file = checked.files.find(({ path }) => path === document.path);
  if (file?.map === undefined || file.text === undefined || file.source !== document.text) return undefined;
  const { map, text } = file;
  let sensitive = false;
  const tags = document.tags.filter((tag) => tag.start >= start && tag.end <= end).reverse();
  const shown = tags.reduce((shown, tag) => {
    const [piece] = piecesOf(map, tag);
    if (piece?.sensitive) sensitive = true;
    const value = piece === undefined ? '' : piece.sensitive ? '(sensitive)' : text.slice(piece.start, piece.end);
    return shown.slice(0, tag.start - start) + value + shown.slice(tag.end - start);
  }, source);
  return { text: shown, sensitive };
}
