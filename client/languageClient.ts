/** The connection to the language server, which runs as a process of its own beside the extension host. */
import type { ExtensionContext } from 'vscode';
import { type LanguageClient as Client, LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { type InitializationOptions, rolloutsChanged, SETTINGS_SECTION } from '../server/protocol.ts';
import { LANGUAGE } from './manifestIds.ts';

/** @param settings as they are now, beside what the person has set under the section */
export function createLanguageClient(context: ExtensionContext, settings: () => InitializationOptions): Client {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.stdio };
  return new LanguageClient(
    // Also the prefix of the setting `gitmoxi.trace.server`.
    SETTINGS_SECTION,
    'GitMoxi Language Server',
    { run: server, debug: { ...server, options: { execArgv: ['--nolazy', '--inspect=6009'] } } },
    {
      documentSelector: [{ scheme: 'file', language: LANGUAGE }],
      initializationOptions: settings,
      middleware: {
        workspace: {
          async configuration(params, token, next) {
            const answers: unknown = await next(params, token);
            if (!Array.isArray(answers)) return [];
            return params.items.map(({ section }, i) =>
              section === SETTINGS_SECTION ? { ...answers[i], ...settings() } : answers[i],
            );
          },
        },
      },
    },
  );
}

/** What only the window knows, for its server. Where the server does not run there is nobody to tell. */
export interface LanguageNews {
  /** The settings are others: trust was given, or the window works somewhere else. */
  settingsChanged(): void;
  rolloutsChanged(): void;
}

export function languageNews(client: Client): LanguageNews {
  const tell = (method: string, params: object) => {
    if (client.isRunning()) client.sendNotification(method, params).catch(() => {});
  };
  return {
    // The server asks for what has changed.
    settingsChanged: () => tell('workspace/didChangeConfiguration', { settings: null }),
    rolloutsChanged: () => tell(rolloutsChanged.method, {}),
  };
}
