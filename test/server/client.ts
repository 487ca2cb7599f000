/**
 * A client of the language server in the same process, over a real connection of two streams.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  type TextDocumentContentChangeEvent,
  WorkDoneProgress,
  WorkDoneProgressCreateRequest,
  WorkspaceSymbolRequest,
} from 'vscode-languageserver/node';
import {
  type FileReader,
  type InitializationOptions,
  previewChanged,
  type RunningServer,
  type ServerOptions,
  startServer,
} from '../../server/index.ts';
import { ROOT } from './fixture.ts';

export const uriOf = (path: string) => pathToFileURL(join(ROOT, path)).href;

export interface StartOptions
  extends Pick<ServerOptions, 'aws' | 'clock' | 'follow' | 'plans' | 'revisions' | 'rollouts' | 'rulesPage'> {
  readonly initializationOptions?: InitializationOptions;
  /** @default what an editor of today can do */
  readonly capabilities?: ClientCapabilities;
}

const TODAY: ClientCapabilities = {
  window: { workDoneProgress: true },
  workspace: {
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true, resourceOperations: ['create'] },
  },
  textDocument: {
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  },
};

export interface Published {
  readonly version: number | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export class TestClient {
  readonly connection: ProtocolConnection;
  readonly initialized: InitializeResult;
  /** The last diagnostics of each URI. */
  readonly published = new Map<string, Published>();
  /** Globs that the server asked to be told of. */
  readonly watched: string[] = [];
  /** Methods that the server asked to be used for further documents. */
  readonly registered: string[] = [];
  readonly changedPreviews: string[] = [];
  /** What the server said of its progress. */
  readonly progress: { readonly kind: string; readonly title?: string; readonly percentage?: number }[] = [];
  readonly #server: RunningServer;
  readonly #toServer: PassThrough;
  #arrived = Promise.withResolvers<void>();

  private constructor(
    server: RunningServer,
    toServer: PassThrough,
    connection: ProtocolConnection,
    initialized: InitializeResult,
  ) {
    this.#server = server;
    this.#toServer = toServer;
    this.connection = connection;
    this.initialized = initialized;
    connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics, version }) => {
      this.published.set(uri, { version, diagnostics });
      this.#notice();
    });
    connection.onNotification(previewChanged.method, ({ uris }: { uris: string[] }) => {
      this.changedPreviews.push(...uris);
      this.#notice();
    });
    connection.onRequest(WorkDoneProgressCreateRequest.type, ({ token }) => {
      connection.onProgress(WorkDoneProgress.type, token, (report) => {
        this.progress.push(report);
        this.#notice();
      });
    });
    connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
      for (const { method, registerOptions } of registrations) {
        this.registered.push(method);
        for (const { globPattern } of registerOptions?.watchers ?? []) this.watched.push(globPattern);
      }
      this.#notice();
    });
  }

  static async start(
    reader: FileReader,
    { initializationOptions, capabilities = TODAY, ...more }: StartOptions = {},
  ): Promise<TestClient> {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    const server = startServer({ input: toServer, output: toClient, reader, ...more });
    const connection = createProtocolConnection(toClient, toServer);
    connection.listen();
    const initialized = await connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      ...(initializationOptions && { initializationOptions }),
      capabilities,
      workspaceFolders: [{ uri: pathToFileURL(ROOT).href, name: 'repository' }],
    });
    const client = new TestClient(server, toServer, connection, initialized);
    await connection.sendNotification(InitializedNotification.type, {});
    return client;
  }

  open(path: string, text: string, version = 1): Promise<void> {
    const textDocument = { uri: uriOf(path), languageId: 'gitmoxi', version, text };
    return this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }

  change(path: string, version: number, ...contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    const textDocument = { uri: uriOf(path), version };
    return this.connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument, contentChanges });
  }

  close(path: string): Promise<void> {
    return this.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri: uriOf(path) },
    });
  }

  changedOnDisk(path: string, type: FileChangeType = FileChangeType.Changed): Promise<void> {
    return this.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: uriOf(path), type }],
    });
  }

  /** Waits until what arrived fulfils a condition. */
  async until(fulfilled: () => boolean): Promise<void> {
    while (!fulfilled()) await this.#arrived.promise;
  }

  /** Waits until the diagnostics of a file have exactly these codes. */
  async codes(path: string, ...codes: string[]): Promise<readonly Diagnostic[]> {
    const present = () => this.published.get(uriOf(path))?.diagnostics;
    await this.until(() => JSON.stringify(present()?.map(({ code }) => code)) === JSON.stringify(codes));
    return present()!;
  }

  /** Waits until the scan of the workspace has found a workload. */
  async scanned(workload: string): Promise<void> {
    for (;;) {
      const found = await this.connection.sendRequest(WorkspaceSymbolRequest.type, { query: workload });
      if (found !== null && found.length > 0) return;
    }
  }

  /** Ends the connection in LSP's way. */
  async stop(): Promise<number> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    return this.#release();
  }

  /** Ends the stream without a word, as a client that dies. */
  die(): Promise<number> {
    this.#toServer.end();
    return this.#release();
  }

  async #release(): Promise<number> {
    const status = await this.#server.ended;
    this.connection.dispose();
    return status;
  }

  #notice(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

/** Starts a client for one test and ends it afterwards. */
export async function withClient(
  reader: FileReader,
  use: (client: TestClient) => Promise<void>,
  options: StartOptions = {},
): Promise<void> {
  const client = await TestClient.start(reader, options);
  try {
    await use(client);
  } finally {
    assert.equal(await client.stop(), 0);
  }
}
