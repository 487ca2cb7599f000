/** Edits of the service as LSP's workspace edits. */
import type { ClientCapabilities, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { SourceEdit } from '../engine/finding.ts';
import type { EdgeView } from './views.ts';

/**
 * @param creates files that are made, with their text
 * @param can what the client can do; one that cannot be asked to make files makes those that it has to write into
 */
export function toWorkspaceEdit(
  view: Pick<EdgeView, 'linesOf' | 'uriOf'>,
  edits: readonly SourceEdit[],
  creates: readonly { readonly path: string; readonly text: string }[] = [],
  can: ClientCapabilities = {},
): WorkspaceEdit {
  const byPath = Map.groupBy(edits, ({ path }) => path);
  const changes = Array.from(byPath, ([path, ofFile]): TextDocumentEdit => {
    const lines = view.linesOf(path);
    return {
      textDocument: { uri: view.uriOf(path), version: null },
      edits: ofFile.map((edit): TextEdit => ({ range: lines.rangeOf(edit), newText: edit.text })),
    };
  });
  const start = { line: 0, character: 0 };
  const made = creates.map(
    ({ path, text }): TextDocumentEdit => ({
      textDocument: { uri: view.uriOf(path), version: null },
      edits: [{ range: { start, end: start }, newText: text }],
    }),
  );
  const { documentChanges = false, resourceOperations = [] } = can.workspace?.workspaceEdit ?? {};
  if (made.length === 0 || !documentChanges || !resourceOperations.includes('create')) {
    return {
      changes: Object.fromEntries(
        [...made, ...changes].map(({ textDocument, edits: list }) => [textDocument.uri, list as TextEdit[]]),
      ),
    };
  }
  const files = made.map(({ textDocument: { uri } }) => ({
    kind: 'create' as const,
    uri,
    options: { ignoreIfExists: true },
  }));
  return { documentChanges: [...files, ...made, ...changes] };
}
