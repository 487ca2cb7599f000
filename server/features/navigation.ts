/** Definition, references, highlights, rename and links. */

import { join } from 'node:path';
import {
  DefinitionRequest,
  type DocumentHighlight,
  type DocumentHighlightParams,
  DocumentHighlightRequest,
  type DocumentLink,
  type DocumentLinkParams,
  DocumentLinkRequest,
  type Location,
  type PrepareRenameParams,
  PrepareRenameRequest,
  type Range,
  type ReferenceParams,
  ReferencesRequest,
  type RenameParams,
  RenameRequest,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { Lines } from '../lines.ts';
import { toWorkspaceEdit } from '../lspEdits.ts';
import { answerFromView, Refusal } from '../requests.ts';
import {
  definition,
  documentLinks,
  type FileSpan,
  inputAt,
  prepareRename,
  references,
  rename,
  type WorkloadView,
} from '../service/index.ts';
import type { EdgeView } from '../views.ts';
import { placeKey } from '../workspace.ts';
import type { Feature, Surroundings } from './feature.ts';

type Positions = Pick<EdgeView, 'linesOf' | 'uriOf'>;

const toLocation = (view: Positions, span: FileSpan): Location => ({
  uri: view.uriOf(span.path),
  range: view.linesOf(span.path).rangeOf(span),
});

export const navigation: Feature = {
  capabilities: {
    definitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: { prepareProvider: true },
    documentLinkProvider: {},
  },
  register(surroundings) {
    answerFromView<TextDocumentPositionParams, Location>(
      surroundings,
      DefinitionRequest.method,
      (view, { position }) => {
        const found = definition(view, view.lines.offsetAt(position));
        return found ? toLocation(view, found) : null;
      },
    );
    answerFromView<ReferenceParams, Location[]>(
      surroundings,
      ReferencesRequest.method,
      async (view, { position, context }) => {
        const offset = view.lines.offsetAt(position);
        const others = await sharers(surroundings, view, offset);
        const positions = positionsIn(view, others);
        return references(view, offset, context.includeDeclaration, others).map((span) => toLocation(positions, span));
      },
    );
    answerFromView<DocumentHighlightParams, DocumentHighlight[]>(
      surroundings,
      DocumentHighlightRequest.method,
      (view, { position }) =>
        references(view, view.lines.offsetAt(position), true)
          .filter(({ path }) => path === view.document.path)
          .map((span) => ({ range: view.lines.rangeOf(span) })),
    );
    answerFromView<PrepareRenameParams, { range: Range; placeholder: string }>(
      surroundings,
      PrepareRenameRequest.method,
      (view, { position }) => {
        const found = prepareRename(view, view.lines.offsetAt(position));
        return found ? { range: view.lines.rangeOf(found), placeholder: found.text } : null;
      },
    );
    answerFromView<RenameParams, WorkspaceEdit>(
      surroundings,
      RenameRequest.method,
      async (view, { position, newName }) => {
        const offset = view.lines.offsetAt(position);
        const others = await sharers(surroundings, view, offset);
        const renaming = rename(view, offset, newName, others);
        if (renaming === undefined) return null;
        if ('refused' in renaming) throw new Refusal(renaming.refused);
        return toWorkspaceEdit(positionsIn(view, others), renaming.edits);
      },
    );
    answerFromView<DocumentLinkParams, DocumentLink[]>(surroundings, DocumentLinkRequest.method, (view) =>
      documentLinks(view).map((link) => ({
        range: view.lines.rangeOf(link),
        target: view.uriOf(link.target),
      })),
    );
  },
};

/** Other workloads that get the input at an offset from the same file. */
async function sharers({ workloads, views }: Surroundings, view: EdgeView, offset: number): Promise<WorkloadView[]> {
  const name = inputAt(view, offset)?.symbol.name;
  const origin = name === undefined ? undefined : view.workload.inputs.get(name)?.path;
  if (origin === undefined) return [];
  const others = workloads
    .madeOf(join(view.place.root, origin))
    .filter((place) => placeKey(place) !== placeKey(view.place) && place.root === view.place.root);
  const found: WorkloadView[] = [];
  for (const place of others) {
    const workload = await views.workload(place);
    if (workload) found.push(workload);
  }
  return found;
}

/** Positions in files of a workload and of others: a view knows those of its own. */
function positionsIn(view: EdgeView, others: readonly WorkloadView[]): Positions {
  const documents = new Map(others.flatMap((other) => [...other.documents]));
  return {
    uriOf: view.uriOf,
    linesOf(path) {
      const other = documents.get(path);
      return other ? new Lines(other.text) : view.linesOf(path);
    },
  };
}
