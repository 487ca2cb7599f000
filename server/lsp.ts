/**
 * The one place where LSP's view of the world is converted: its positions from and to offsets, its URIs from and to
 * absolute paths. Inside the server there are offsets and paths only.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type MarkupContent,
  MarkupKind,
} from 'vscode-languageserver';
import { anchorOf } from '../engine/check/index.ts';
import { type Finding, type LineIndex, lineIndex, type Severity } from '../engine/finding.ts';
import { plainOfMarkdown } from './plain.ts';
import type { PreviewPiece, PreviewProblem, RenderedPreview, TextPosition, TextRange } from './protocol.ts';
import { type Preview, shortened, visible } from './service/index.ts';

/** The absolute path of a `file:` URI; undefined for other schemes and for what is no URI. */
export function pathOfUri(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || !uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export function uriOfPath(path: string): string {
  return pathToFileURL(path).href;
}

function toPosition(index: LineIndex, offset: number): TextPosition {
  const { line, column } = index.at(offset);
  return { line: line - 1, character: column - 1 };
}

function toRange(index: LineIndex, start: number, end: number): TextRange {
  return { start: toPosition(index, start), end: toPosition(index, end) };
}

/** @param formats what the client says that it shows; one that says nothing shows plain text */
export function toMarkup(markdown: string, formats: readonly MarkupKind[] | undefined): MarkupContent {
  return formats?.includes(MarkupKind.Markdown)
    ? { kind: MarkupKind.Markdown, value: markdown }
    : { kind: MarkupKind.PlainText, value: plainOfMarkdown(markdown) };
}

const SEVERITY: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** How editors draw what is found: faded, or struck through. */
const TAGS: Readonly<Record<string, DiagnosticTag>> = {
  'input.unused': DiagnosticTag.Unnecessary,
  'task.unused-volume': DiagnosticTag.Unnecessary,
  'schema.deprecated-key': DiagnosticTag.Deprecated,
  'function.deprecated-runtime': DiagnosticTag.Deprecated,
};

/** Longest message or hint of a diagnostic, characters: names in it are as long as repositories make them. */
const LONGEST_MESSAGE = 1000;

const said = (text: string): string => visible(shortened(text, LONGEST_MESSAGE));

const withHint = (message: string, hint: string | undefined) =>
  hint === undefined ? said(message) : `${said(message)}\n${said(hint)}`;

/** What converting findings needs to know about files. */
export interface FindingPlaces {
  /** Source text of a path that a finding names. */
  text(path: string): string | undefined;
  /** URI of a path that a finding names. */
  uri(path: string): string;
  /** URI of the page that explains codes, for clients that link to it. */
  readonly rulesPage?: string | undefined;
}

export function toDiagnostics(findings: readonly Finding[], places: FindingPlaces): Diagnostic[] {
  const indexes = new Map<string, LineIndex>();
  const indexOf = (path: string) => {
    const known = indexes.get(path) ?? lineIndex(places.text(path) ?? '');
    indexes.set(path, known);
    return known;
  };
  return findings.map(({ path, start, end, severity, code, message, hint, related }) => {
    const diagnostic: Diagnostic = {
      range: toRange(indexOf(path), start, end),
      severity: SEVERITY[severity],
      code,
      source: 'gitmoxi',
      message: withHint(message, hint),
      ...(TAGS[code] !== undefined && { tags: [TAGS[code]] }),
      ...(places.rulesPage !== undefined && { codeDescription: { href: `${places.rulesPage}#${anchorOf(code)}` } }),
    };
    if (related !== undefined && related.length > 0) {
      diagnostic.relatedInformation = related.map((place) => ({
        location: { uri: places.uri(place.path), range: toRange(indexOf(place.path), place.start, place.end) },
        message: said(place.message),
      }));
    }
    return diagnostic;
  });
}

export function toRenderedPreview({ source, text, findings, pieces }: Preview): RenderedPreview {
  const sourceIndex = lineIndex(source);
  const renderedIndex = lineIndex(text ?? '');
  return {
    text: text ?? null,
    problems: findings.map(
      ({ start, end, severity, code, message, hint }): PreviewProblem => ({
        range: toRange(sourceIndex, start, end),
        severity,
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
      }),
    ),
    map: pieces.map(
      (piece): PreviewPiece => ({
        rendered: toRange(renderedIndex, piece.start, piece.end),
        source: toRange(sourceIndex, piece.sourceStart, piece.sourceEnd),
        verbatim: piece.verbatim,
      }),
    ),
  };
}
