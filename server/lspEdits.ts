/** Edits of the service as LSP's workspace edits. */
import type { TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { SourceEdit } from '../engine/finding.ts';
import type { EdgeView } from './views.ts';

/** @param creates files that are made, with their text */
export function toWorkspaceEdit(
  view: EdgeView,
  edits: readonly SourceEdit[],
  creates: readonly { readonly path: string; readonly text: string }[] = [],
): WorkspaceEdit {
  const byPath = Map.groupBy(edits, ({ path }) => path);
  const changes = Array.from(byPath, ([path, ofFile]): TextDocumentEdit => {
    const lines = view.linesOf(path);
    return {
      textDocument: { uri: view.uriOf(path), version: null },
      edits: ofFile.map((edit): TextEdit => ({ range: lines.rangeOf(edit), newText: edit.text })),
    };
  });
  if (creates.length === 0) {
    return {
      changes: Object.fromEntries(
        changes.map(({ textDocument, edits: list }) => [textDocument.uri, list as TextEdit[]]),
      ),
    };
  }
  const start = { line: 0, character: 0 };
  const made = creates.flatMap(({ path, text }) => {
    const uri = view.uriOf(path);
    return [
      { kind: 'create' as const, uri, options: { ignoreIfExists: true } },
      { textDocument: { uri, version: null }, edits: [{ range: { start, end: start }, newText: text }] },
    ];
  });
  return { documentChanges: [...made, ...changes] };
}
