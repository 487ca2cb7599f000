/** Has the client ask for code lenses again. */
import { CodeLensRefreshRequest, type Connection } from 'vscode-languageserver';
import type { ClientSettings } from './features/feature.ts';

export function refreshLenses(connection: Connection, { capabilities }: ClientSettings): void {
  if (!capabilities.workspace?.codeLens?.refreshSupport) return;
  // A client that refuses asks again with the next edit.
  connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
}
