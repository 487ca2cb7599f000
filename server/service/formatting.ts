/** Formatting that keeps Jinja intact: only space between the tokens of JSON changes, never a tag. Pure. */
import { format } from 'jsonc-parser';
import type { SourceEdit } from '../../engine/finding.ts';
import { type Body, partsOf } from '../../engine/template/index.ts';
import type { ConfigDocument } from './document.ts';
import type { Span } from './knowledge.ts';

export interface FormattingOptions {
  readonly tabSize: number;
  readonly insertSpaces: boolean;
  /** Whether a file without a line break at its end gets one. @default false */
  readonly insertFinalNewline?: boolean;
}

/** @param range formats only the lines of this part. @default everything */
export function formatting(document: ConfigDocument, options: FormattingOptions, range?: Span): SourceEdit[] {
  const { text, path, template } = document;
  if (text.trim() === '' || (template && template.problems.length > 0)) return [];
  const guarded = guard(document);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = range && wholeLines(text, range);
  const edits = format(guarded.text, lines && { offset: lines.start, length: lines.end - lines.start }, {
    tabSize: options.tabSize,
    insertSpaces: options.insertSpaces,
    eol,
  });
  const end = text.trimEnd().length;
  const inside = edits
    .map(({ offset, length, content }) => ({ path, start: offset, end: offset + length, text: content }))
    .filter(
      (edit) => edit.start < end && isSpace(edit, text, guarded.kept) && text.slice(edit.start, edit.end) !== edit.text,
    );
  return range === undefined ? [...inside, ...ending(document, end, eol, options)] : inside;
}

/** What stands behind the last character: one line break, where there is one or is to be one. */
function ending({ text, path }: ConfigDocument, end: number, eol: string, options: FormattingOptions): SourceEdit[] {
  const wanted = options.insertFinalNewline || /[\r\n]/.test(text.slice(end)) ? eol : '';
  return text.slice(end) === wanted ? [] : [{ path, start: end, end: text.length, text: wanted }];
}

function wholeLines(text: string, { start, end }: Span): Span {
  const rest = text.slice(end).search(/[\r\n]/);
  return { start: text.lastIndexOf('\n', start - 1) + 1, end: rest < 0 ? text.length : end + rest };
}

/** An edit that would touch anything but space between tokens is not made. */
function isSpace({ start, end, text }: SourceEdit, source: string, kept: readonly Span[]): boolean {
  if (/\S/.test(text) || /\S/.test(source.slice(start, end))) return false;
  return !kept.some((span) => start < span.end && span.start < end);
}

/**
 * The mask with what stands between values as comments, which the formatter keeps where they are: tags, and blocks
 * whose text goes elsewhere, where space may matter.
 */
function guard(document: ConfigDocument): { readonly text: string; readonly kept: readonly Span[] } {
  const { mask, tags, template } = document;
  const blocks = [...(template ? blocksIn(template.body) : []), ...rawBlocks(document.text)];
  const between = tags.filter(({ kind, inString }) => kind !== 'expression' && !inString);
  let text = mask;
  // What is too short for a comment is one that somebody begins to write.
  const long = (span: Span) => span.end - span.start >= 4;
  for (const { start, end } of [...between, ...blocks.filter((block) => !isInString(mask, block.start))].filter(long))
    text = `${text.slice(0, start)}/*${'*'.repeat(end - start - 4)}*/${text.slice(end)}`;
  return { text, kept: [...tags, ...blocks] };
}

const OPAQUE: ReadonlySet<string> = new Set(['set-block', 'macro', 'call-block', 'filter-block']);

const blocksIn = (body: Body): Span[] =>
  body.statements.flatMap((statement): Span[] =>
    OPAQUE.has(statement.kind) ? [statement] : partsOf(statement).bodies.flatMap(blocksIn),
  );

const rawBlocks = (text: string): Span[] =>
  Array.from(
    text.matchAll(/\{%[-+]?\s*raw\s*[-+]?%\}[\s\S]*?\{%[-+]?\s*endraw\s*[-+]?%\}/g),
    ({ 0: block, index }) => ({
      start: index,
      end: index + block.length,
    }),
  );

/** Whether an offset of JSON is inside a string, which does not go beyond its line. */
const isInString = (json: string, offset: number): boolean =>
  /^(?:[^"]|"(?:[^"\\]|\\.)*")*"(?:[^"\\]|\\.)*$/.test(json.slice(json.lastIndexOf('\n', offset - 1) + 1, offset));
