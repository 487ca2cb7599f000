/**
 * Asks the client for the documents that inputs may refer to, such as Terraform's output: plain JSON, of which a client
 * tells by itself only where it sends all that it has open. What is not asked for here, such as formatting, stays with
 * the client's own JSON support.
 */
import {
  type ClientCapabilities,
  type Connection,
  DefinitionRequest,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  HoverRequest,
  ReferencesRequest,
  RenameRequest,
  TextDocumentSyncKind,
} from 'vscode-languageserver';

const documentSelector = [{ scheme: 'file', language: 'json' }];

/** Where the client cannot be asked for more, nothing happens. */
export async function askForShared(connection: Connection, { textDocument }: ClientCapabilities): Promise<void> {
  const { synchronization, definition, references, hover, rename } = textDocument ?? {};
  if (synchronization?.dynamicRegistration !== true) return;
  const { client } = connection;
  await Promise.all([
    client.register(DidOpenTextDocumentNotification.type, { documentSelector }),
    client.register(DidChangeTextDocumentNotification.type, {
      documentSelector,
      syncKind: TextDocumentSyncKind.Incremental,
    }),
    client.register(DidCloseTextDocumentNotification.type, { documentSelector }),
    definition?.dynamicRegistration && client.register(DefinitionRequest.type, { documentSelector }),
    references?.dynamicRegistration && client.register(ReferencesRequest.type, { documentSelector }),
    hover?.dynamicRegistration && client.register(HoverRequest.type, { documentSelector }),
    rename?.dynamicRegistration &&
      client.register(RenameRequest.type, { documentSelector, prepareProvider: rename.prepareSupport === true }),
  ]);
}
