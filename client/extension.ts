/**
 * The extension: puts its parts together. Activation opens nothing but the connection to the language server, and does
 * not wait for it; without trust in the workspace there are language features only.
 */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { commandTable } from './commands.ts';
import { createLanguageClient } from './languageClient.ts';
import { STORE_SETTING } from './manifestIds.ts';
import { Preview } from './preview.ts';
import { EngineRollouts } from './rollouts/engineRollouts.ts';
import { RolloutTree } from './rollouts/rolloutTree.ts';

/** What `deactivate` has to end and wait for; VS Code gives it nothing. */
let running: { readonly client: LanguageClient; readonly rollouts: EngineRollouts } | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const client = createLanguageClient(context);
  const rollouts = new EngineRollouts({
    folders: () =>
      (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => (uri.scheme === 'file' ? uri.fsPath : [])),
    store: () => vscode.workspace.getConfiguration().get(STORE_SETTING, ''),
  });
  running = { client, rollouts };
  const tree = new RolloutTree(() => rollouts.read());
  const preview = new Preview(client);
  const commands = commandTable({ rollouts: tree, preview });
  context.subscriptions.push(
    tree,
    preview,
    ...commands.map(([id, command]) => vscode.commands.registerCommand(id, command)),
  );
  // Without the server everything else works; the client itself tells the user.
  client.start().catch((error) => client.error('the language server did not start', error));
}

export async function deactivate(): Promise<void> {
  await Promise.all([running?.client.dispose(), running?.rollouts.close()]);
  running = undefined;
}
