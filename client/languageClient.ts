/** The connection to the language server, which runs as a process of its own beside the extension host. */
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { LANGUAGE } from './manifestIds.ts';

export function createLanguageClient(context: ExtensionContext): LanguageClient {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.stdio };
  return new LanguageClient(
    // Also the prefix of the setting `gitmoxi.trace.server`.
    'gitmoxi',
    'GitMoxi Language Server',
    { run: server, debug: { ...server, options: { execArgv: ['--nolazy', '--inspect=6009'] } } },
    { documentSelector: [{ scheme: 'file', language: LANGUAGE }] },
  );
}
