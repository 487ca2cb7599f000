/**
 * The language server: wires a connection to the features. The one place where the server's parts are put together.
 *
 * Owns: the connection's life. Must not: end the process, or write anywhere but to the connection.
 */
import {
  createConnection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  PositionEncodingKind,
  ProposedFeatures,
  TextDocumentSyncKind,
  type WatchDog,
} from 'vscode-languageserver';
import { createProtocolConnection } from 'vscode-languageserver/node';
import { type Clock, systemClock } from '../engine/clock.ts';
import { Documents } from './documents.ts';
import type { Surroundings } from './features/feature.ts';
import { FEATURES } from './features/index.ts';
import { diskReader, type FileReader } from './fileReader.ts';
import { pathOfUri } from './lsp.ts';
import { OpenWorkloads } from './openWorkloads.ts';
import { type Advertised, PROTOCOL } from './protocol.ts';
import { describe } from './requests.ts';
import { Workspace } from './workspace.ts';

export interface ServerOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** @default the local disk */
  readonly reader?: FileReader;
  /** @default the system's */
  readonly clock?: Clock;
  /** Shown to clients as the server's version. */
  readonly version?: string;
}

export interface RunningServer {
  /** The exit status that LSP asks for, once it is over: 0 after an orderly `shutdown`, else 1. */
  readonly ended: Promise<0 | 1>;
}

/** Serves one client until it says `exit` or its stream ends. */
export function startServer(options: ServerOptions): RunningServer {
  const { input, output, reader = diskReader, clock = systemClock() } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<0 | 1>();
  const watchDog: WatchDog = {
    shutdownReceived: false,
    // A client that dies closes its end of the stream: its process need not be watched.
    initialize() {},
    exit: (status) => end(status === 0 ? 0 : 1),
  };
  for (const event of ['end', 'close']) input.on(event, () => end(watchDog.shutdownReceived ? 0 : 1));

  const connection = createConnection(
    (logger) => createProtocolConnection(input, output, logger),
    watchDog,
    ProposedFeatures.all,
  );
  const documents = new Documents();
  const workspace = new Workspace(reader, documents);
  const openWorkloads = new OpenWorkloads({
    workspace,
    documents,
    clock,
    failed: (what, error) => connection.console.error(`${what} failed: ${describe(error)}`),
  });
  const surroundings: Surroundings = { connection, documents, workspace, openWorkloads, clock };

  connection.onInitialize((params) => {
    workspace.setFolders(foldersOf(params));
    connection.onInitialized(() => followClient(surroundings, params));
    return answerInitialize(options.version);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri } of changes) {
      const path = pathOfUri(uri);
      // An open document counts, not its file.
      if (path !== undefined && !documents.has(path)) openWorkloads.fileChanged(path);
    }
  });
  for (const register of Object.values(FEATURES)) register(surroundings);
  documents.listen(connection, {
    changed: (path) => openWorkloads.documentChanged(path),
    closed: (path) => openWorkloads.documentClosed(path),
  });
  connection.listen();
  return {
    ended: ended.then((status) => {
      openWorkloads.close();
      connection.dispose();
      return status;
    }),
  };
}

function answerInitialize(version: string | undefined): InitializeResult {
  const advertised: Advertised = { protocol: PROTOCOL, features: Object.keys(FEATURES) };
  return {
    serverInfo: { name: 'gitmoxi', ...(version === undefined ? {} : { version }) },
    capabilities: {
      positionEncoding: PositionEncodingKind.UTF16,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      experimental: { gitmoxi: advertised },
    },
  };
}

/** Older clients have one folder, under older names. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  const uris = workspaceFolders ? workspaceFolders.map(({ uri }) => uri) : [rootUri];
  return uris.map(pathOfUri).filter((path) => path !== undefined);
}

/** Subscribes to what the client can tell: files that change on disk, and folders that come and go. */
function followClient(
  { connection, workspace, openWorkloads }: Surroundings,
  { capabilities }: InitializeParams,
): void {
  if (capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration) {
    // Inputs may refer to any file; what Terraform and the CDK write is JSON.
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: '**/*.json' }],
    });
  }
  if (capabilities.workspace?.workspaceFolders) {
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map(({ uri }) => pathOfUri(uri)));
      const come = added.map(({ uri }) => pathOfUri(uri)).filter((path) => path !== undefined);
      workspace.setFolders([...workspace.folders().filter((path) => !gone.has(path)), ...come]);
      openWorkloads.foldersChanged();
    });
  }
}
