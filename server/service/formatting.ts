/** Formatting that keeps Jinja intact: only space between the tokens of JSON changes, never a tag. Pure. */
import { format } from 'jsonc-parser';
import type { SourceEdit } from '../../engine/finding.ts';
import type { ConfigDocument } from './document.ts';
import type { Span } from './knowledge.ts';

export interface FormattingOptions {
  readonly tabSize: number;
  readonly insertSpaces: boolean;
}

/** @param range formats only this part. @default everything */
export function formatting(document: ConfigDocument, options: FormattingOptions, range?: Span): SourceEdit[] {
  const guarded = guard(document);
  if (guarded === undefined) return [];
  const edits = format(guarded, range && { offset: range.start, length: range.end - range.start }, {
    tabSize: options.tabSize,
    insertSpaces: options.insertSpaces,
    eol: document.text.includes('\r\n') ? '\r\n' : '\n',
  });
  const { path } = document;
  const wanted = edits
    .map(({ offset, length, content }) => ({ path, start: offset, end: offset + length, text: content }))
    .filter((edit) => isSpace(edit, document) && guarded.slice(edit.start, edit.end) !== edit.text);
  return wanted;
}

/** An edit that would touch anything but space between tokens is not made. */
function isSpace({ start, end, text }: SourceEdit, { text: source, tags }: ConfigDocument): boolean {
  if (/\S/.test(text) || /\S/.test(source.slice(start, end))) return false;
  return !tags.some((tag) => start < tag.end && tag.start < end);
}

/**
 * The mask with tags that stand between values as comments, which the formatter keeps where they are.
 *
 * @returns undefined where the text is too broken: what is not understood is not moved
 */
function guard(document: ConfigDocument): string | undefined {
  let text = document.mask;
  for (const { kind, start, end, inString } of document.tags) {
    if (kind === 'expression' || inString) continue;
    const isOnOneLine = !/[\r\n]/.test(document.text.slice(start, end));
    if (!isOnOneLine || end - start < 4) return undefined;
    text = `${text.slice(0, start)}/*${' '.repeat(end - start - 4)}*/${text.slice(end)}`;
  }
  const { template } = document;
  return template && template.problems.length > 0 ? undefined : text;
}
