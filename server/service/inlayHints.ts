/** Inlay hints: what each expression gives, behind it. Pure. */
import { sampleOf } from './jinja/sample.ts';
import { isInLoop } from './jinja/scope.ts';
import type { FileView, Span } from './knowledge.ts';
import { piecesOf } from './rendered.ts';
import { shownLine, shownValue } from './shown.ts';

export interface InlayHint {
  readonly offset: number;
  readonly text: string;
}

/** Longest hint, characters: it stands in the line that somebody is writing. */
const LONGEST = 40;

export function inlayHints(view: FileView, { start, end }: Span): InlayHint[] {
  const { document, workload } = view;
  const file = workload.checked.files.find(({ path }) => path === document.path);
  const isCurrent = file?.source === document.text && file.text !== undefined;
  return document.tags.flatMap((tag): InlayHint[] => {
    if (tag.kind !== 'expression' || tag.end < start || tag.start > end) return [];
    const text = isCurrent && file.map ? renderedHint(view, tag, file.text!) : sampledHint(view, tag);
    return text === undefined || text === '' ? [] : [{ offset: tag.end, text }];
  });
}

function renderedHint({ document, workload }: FileView, tag: Span, rendered: string): string | undefined {
  const { map } = workload.checked.files.find(({ path }) => path === document.path)!;
  const pieces = piecesOf(map!, tag);
  if (pieces.length === 0) return undefined;
  const values = pieces
    .slice(0, 3)
    .map(({ start, end, sensitive }) => (sensitive ? '(sensitive)' : rendered.slice(start, end)));
  return shownLine(`${values.join(', ')}${pieces.length > 3 ? ', …' : ''}`, LONGEST);
}

function sampledHint(
  { document, workload }: FileView,
  tag: { readonly innerStart: number; readonly innerEnd: number; readonly start: number },
): string | undefined {
  const source = document.text.slice(tag.innerStart, tag.innerEnd).replace(/^[-+]|[-+]$/g, '');
  if (source.trim() === '' || isInLoop(document.template!, tag.start)) return undefined;
  const sample = sampleOf(source, tag.start, document.template!, workload.inputs);
  if (sample === undefined) return undefined;
  return typeof sample.value === 'string' && !sample.sensitive
    ? shownLine(sample.value, LONGEST)
    : shownValue(sample.value, sample.sensitive, LONGEST);
}
