/** The connection to the language server, which runs as a process of its own beside the extension host. */
import type { ExtensionContext } from 'vscode';
import { type LanguageClient as Client, LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { type InitializationOptions, LENS_COMMANDS, SETTINGS_SECTION } from '../server/protocol.ts';
import { LANGUAGE } from './manifestIds.ts';

/** @param isTrusted whether code lenses that deploy are offered */
export function createLanguageClient(context: ExtensionContext, isTrusted: boolean): Client {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.stdio };
  const commands = isTrusted ? Object.values(LENS_COMMANDS) : [LENS_COMMANDS.preview];
  return new LanguageClient(
    // Also the prefix of the setting `gitmoxi.trace.server`.
    SETTINGS_SECTION,
    'GitMoxi Language Server',
    { run: server, debug: { ...server, options: { execArgv: ['--nolazy', '--inspect=6009'] } } },
    {
      documentSelector: [{ scheme: 'file', language: LANGUAGE }],
      initializationOptions: { commands } satisfies InitializationOptions,
    },
  );
}
