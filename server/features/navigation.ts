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
import { toWorkspaceEdit } from '../lspEdits.ts';
import { answerFromView, Refusal } from '../requests.ts';
import {
  definition,
  documentLinks,
  type FileSpan,
  type InputsView,
  inputAt,
  type Prepared,
  prepareRename,
  prepareSharedRename,
  type Renaming,
  references,
  rename,
  renameShared,
  sharedDefinition,
  sharedReferences,
} from '../service/index.ts';
import { type EdgeView, linesIn, type SharingWorkload } from '../views.ts';
import { placeKey } from '../workspace.ts';
import type { Feature, Surroundings } from './feature.ts';

type Positions = Pick<EdgeView, 'linesOf' | 'uriOf'>;

const toLocation = (view: Positions, span: FileSpan): Location => ({
  uri: view.uriOf(span.path),
  range: view.linesOf(span.path).rangeOf(span),
});

const located = (view: Positions, span: FileSpan | undefined): Location | null =>
  span ? toLocation(view, span) : null;

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
      (view, { position }) => located(view, definition(view, view.lines.offsetAt(position))),
      { shared: (file, { position }) => located(file, sharedDefinition(file, file.lines.offsetAt(position))) },
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
      {
        shared: (file, { position, context }) =>
          sharedReferences(file, file.lines.offsetAt(position), context.includeDeclaration).map((span) =>
            toLocation(file, span),
          ),
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
      (view, { position }) => prepared(view, prepareRename(view, view.lines.offsetAt(position))),
      { shared: (file, { position }) => prepared(file, prepareSharedRename(file, file.lines.offsetAt(position))) },
    );
    answerFromView<RenameParams, WorkspaceEdit>(
      surroundings,
      RenameRequest.method,
      async (view, { position, newName }) => {
        const offset = view.lines.offsetAt(position);
        const others = await sharers(surroundings, view, offset);
        return renamed(positionsIn(view, others), rename(view, offset, newName, others));
      },
      {
        shared: (file, { position, newName }) =>
          renamed(file, renameShared(file, file.lines.offsetAt(position), newName)),
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

function prepared({ lines }: Pick<EdgeView, 'lines'>, found: Prepared | undefined) {
  if (found === undefined) return null;
  if ('refused' in found) throw new Refusal(found.refused);
  return { range: lines.rangeOf(found), placeholder: found.text };
}

function renamed(positions: Positions, renaming: Renaming | undefined): WorkspaceEdit | null {
  if (renaming === undefined) return null;
  if ('refused' in renaming) throw new Refusal(renaming.refused);
  return toWorkspaceEdit(positions, renaming.edits);
}

/** Other workloads that get the input at an offset from the same file. */
async function sharers({ views }: Surroundings, view: EdgeView, offset: number): Promise<readonly SharingWorkload[]> {
  const name = inputAt(view, offset)?.symbol.name;
  const origin = name === undefined ? undefined : view.workload.inputs.get(name)?.path;
  if (origin === undefined) return [];
  const sharing = await views.sharing(join(view.place.root, origin), name);
  return sharing.filter(({ place }) => placeKey(place) !== placeKey(view.place) && place.root === view.place.root);
}

/** Positions in files of a workload and of others: a view knows those of its own. */
function positionsIn(view: EdgeView, others: readonly InputsView[]): Positions {
  const ofOthers = linesIn(others);
  const { documents, sources } = view.workload;
  return {
    uriOf: view.uriOf,
    linesOf: (path) => (documents.has(path) || sources.has(path) ? view.linesOf(path) : ofOthers(path)),
  };
}
