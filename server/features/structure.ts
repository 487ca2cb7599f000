/** Symbols of documents and of the workspace, folding, selection. */
import { join } from 'node:path';
import {
  type DocumentSymbolParams,
  DocumentSymbolRequest,
  type FoldingRange,
  FoldingRangeRequest,
  type DocumentSymbol as LspSymbol,
  type SelectionRange,
  type SelectionRangeParams,
  SelectionRangeRequest,
  type SymbolInformation,
  SymbolKind,
  type WorkspaceSymbolParams,
  WorkspaceSymbolRequest,
} from 'vscode-languageserver';
import { DEFINITION_SUFFIX } from '../../engine/config/index.ts';
import type { Lines } from '../lines.ts';
import { uriOfPath } from '../lsp.ts';
import { answer, answerFromView } from '../requests.ts';
import {
  type DocumentSymbol,
  documentSymbols,
  foldingRanges,
  type Span,
  selectionRanges,
  sharedSymbols,
  shownLine,
} from '../service/index.ts';
import type { EdgeView } from '../views.ts';
import { filesOf, type WorkloadPlace } from '../workspace.ts';
import type { Feature } from './feature.ts';

const KINDS: Readonly<Record<DocumentSymbol['kind'], SymbolKind>> = {
  object: SymbolKind.Object,
  list: SymbolKind.Array,
  text: SymbolKind.String,
  number: SymbolKind.Number,
  boolean: SymbolKind.Boolean,
  null: SymbolKind.Null,
};

/** Most workloads that one search gives. */
const MOST_FOUND = 500;

export const structure: Feature = {
  capabilities: {
    documentSymbolProvider: true,
    workspaceSymbolProvider: true,
    foldingRangeProvider: true,
    selectionRangeProvider: true,
  },
  register(surroundings) {
    const answered = (found: readonly DocumentSymbol[], lines: Lines, uri: string) => {
      const symbols = found.map((symbol) => toSymbol(symbol, lines));
      const { documentSymbol } = surroundings.settings().capabilities.textDocument ?? {};
      return documentSymbol?.hierarchicalDocumentSymbolSupport ? symbols : flat(symbols, uri);
    };
    answerFromView<DocumentSymbolParams, LspSymbol[] | SymbolInformation[]>(
      surroundings,
      DocumentSymbolRequest.method,
      (view, { textDocument: { uri } }) => answered(documentSymbols(view), view.lines, uri),
      { shared: (file, { textDocument: { uri } }) => answered(sharedSymbols(file), file.lines, uri) },
    );
    answerFromView(
      surroundings,
      FoldingRangeRequest.method,
      (view) => foldingRanges(view.document).flatMap((span) => toFolding(span, view)),
      { fresh: false },
    );
    answerFromView<SelectionRangeParams & { textDocument: { uri: string } }, SelectionRange[]>(
      surroundings,
      SelectionRangeRequest.method,
      (view, { positions }) =>
        positions.map((position) => toSelection(selectionRanges(view.document, view.lines.offsetAt(position)), view)),
      { fresh: false },
    );
    answer<WorkspaceSymbolParams, SymbolInformation[]>(
      surroundings,
      WorkspaceSymbolRequest.method,
      async ({ query }) => {
        const known = new Map<string, ReadonlySet<string>>();
        const filesIn = (root: string) => {
          const files = known.get(root) ?? new Set(surroundings.files(root).paths);
          known.set(root, files);
          return files;
        };
        const found = surroundings.workloads.places().filter(({ path }) => hasInOrder(path, query));
        return found
          .sort((a, b) => (a.path < b.path ? -1 : 1))
          .slice(0, MOST_FOUND)
          .map((place) => ({ ...place, file: firstFileOf(place, filesIn(place.root)) }))
          .map(({ root, path, kind, file }) => ({
            name: path,
            kind: kind === 'ecs' ? SymbolKind.Module : SymbolKind.Function,
            containerName: kind === 'ecs' ? 'ECS service' : 'Lambda function',
            location: {
              uri: uriOfPath(join(root, file)),
              range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
            },
          }));
      },
    );
  },
};

/** The definition, or the first of the files that are there without it. */
function firstFileOf(place: WorkloadPlace, there: ReadonlySet<string>): string {
  const { root, path, kind } = place;
  const definition = path + DEFINITION_SUFFIX[kind];
  const prefix = join(root, path).length;
  const files = [definition, ...filesOf(place).map((file) => path + file.slice(prefix))];
  return files.find((file) => there.has(file)) ?? definition;
}

/** Whether a text has the characters of a query in their order: what is meant exactly, editors choose of these. */
function hasInOrder(text: string, query: string): boolean {
  const characters = text.toLowerCase();
  let at = 0;
  for (const wanted of query.toLowerCase().replace(/\s+/g, '')) {
    at = characters.indexOf(wanted, at) + wanted.length;
    if (at < wanted.length) return false;
  }
  return true;
}

function toSymbol({ name, detail, kind, start, end, selection, children }: DocumentSymbol, lines: Lines): LspSymbol {
  return {
    // Clients refuse a name that is empty.
    name: shownLine(name).trim() === '' ? '""' : shownLine(name),
    detail: shownLine(detail),
    kind: KINDS[kind],
    range: lines.rangeOf({ start, end }),
    selectionRange: lines.rangeOf(selection),
    children: children.map((child) => toSymbol(child, lines)),
  };
}

/** As clients know symbols that do not know them in each other. */
const flat = (symbols: readonly LspSymbol[], uri: string, containerName?: string): SymbolInformation[] =>
  symbols.flatMap(({ name, kind, range, children = [] }) => [
    { name, kind, location: { uri, range }, ...(containerName !== undefined && { containerName }) },
    ...flat(children, uri, name),
  ]);

function toFolding(span: Span, { lines }: EdgeView): FoldingRange[] {
  const { start, end } = lines.rangeOf(span);
  return end.line > start.line + 1 ? [{ startLine: start.line, endLine: end.line - 1 }] : [];
}

/** From the smallest out. */
function toSelection(spans: readonly Span[], { lines }: EdgeView): SelectionRange {
  return spans.reduceRight<SelectionRange | undefined>(
    (parent, span) => ({ range: lines.rangeOf(span), ...(parent && { parent }) }),
    undefined,
  )!;
}
