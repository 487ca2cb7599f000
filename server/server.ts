/**
 * The language server: wires a connection to the features. The one place where the server's parts are put together.
 *
 * Owns: the connection's life. Must not: end the process, or write anywhere but to the connection.
 */
import { isAbsolute, join } from 'node:path';
import {
  type ClientCapabilities,
  type Connection,
  createConnection,
  DidChangeConfigurationNotification,
  type InitializeParams,
  type InitializeResult,
  PositionEncodingKind,
  ProposedFeatures,
  type ServerCapabilities,
  TextDocumentSyncKind,
  type WatchDog,
} from 'vscode-languageserver';
import { createProtocolConnection } from 'vscode-languageserver/node';
import { type Clock, systemClock } from '../engine/clock.ts';
import { followAws } from './awsNews.ts';
import { followDisk, watchDisk } from './diskChanges.ts';
import { Documents } from './documents.ts';
import type { Feature, Surroundings } from './features/feature.ts';
import { FEATURES } from './features/index.ts';
import { diskReader, type FileReader } from './fileReader.ts';
import { gated } from './gate.ts';
import { KeptReader } from './keptReader.ts';
import { refreshLenses } from './lenses.ts';
import { pathOfUri } from './lsp.ts';
import { whenGone } from './parent.ts';
import { type Advertised, PROTOCOL } from './protocol.ts';
import type { AwsSettings, Providers } from './providers.ts';
import { describe } from './requests.ts';
import { Scan } from './scan.ts';
import { NO_AWS_KNOWLEDGE, Schemas } from './service/index.ts';
import { canConfigure, Settings } from './settings.ts';
import { askForShared } from './sharedDocuments.ts';
import { Traffic } from './traffic.ts';
import { Views } from './views.ts';
import { Workloads } from './workloads.ts';
import { Workspace } from './workspace.ts';

/** What is not provided is not there: answers about it are null, and nothing is known. */
export interface ServerOptions extends Partial<Providers> {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** @default the local disk */
  readonly reader?: FileReader;
  /** @default the system's */
  readonly clock?: Clock;
  /** Shown to clients as the server's version. */
  readonly version?: string;
  /** URI of the page that explains the codes of findings, `docs/rules.md`. @default codes lead nowhere */
  readonly rulesPage?: string | undefined;
}

export interface RunningServer {
  /** The exit status that LSP asks for, once it is over: 0 after an orderly `shutdown`, else 1. */
  readonly ended: Promise<0 | 1>;
}

const ALL: readonly Feature[] = Object.values(FEATURES);

/** Serves one client until it says `exit` or its stream ends. */
export function startServer(options: ServerOptions): RunningServer {
  const { input, output, clock = systemClock(), aws = NO_AWS_KNOWLEDGE } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<0 | 1>();
  const over = new AbortController();
  const watchDog: WatchDog = {
    shutdownReceived: false,
    // A client that dies closes its end of the stream, unless something that it started holds it open.
    initialize: ({ processId }) => whenGone(processId, clock, over.signal, () => end(1)),
    exit: (status) => end(status === 0 ? 0 : 1),
  };
  for (const event of ['end', 'close']) input.on(event, () => end(watchDog.shutdownReceived ? 0 : 1));

  const traffic = new Traffic();
  const writer = traffic.writer(output);
  const reading = gated(traffic.reader(input), writer, (text) => connection.console.warn(text));
  const connection = createConnection(
    (logger) => createProtocolConnection(reading, writer, logger),
    watchDog,
    ProposedFeatures.all,
  );
  const reader = new KeptReader(options.reader ?? diskReader);
  const documents = new Documents();
  const workspace = new Workspace(reader, documents);
  const failed = (what: string, error: unknown) => connection.console.error(`${what} failed: ${describe(error)}`);
  const workloads = new Workloads({ workspace, documents, clock, quiet: () => traffic.quiet(), failed });
  const settings = new Settings();
  const follow = (aws: AwsSettings) => options.follow?.(aws);
  let scan: Scan | undefined;
  const files = (root: string) => scan?.filesBelow(root) ?? { paths: [], complete: false };
  const found = async () => scan?.found();
  const views = new Views({ documents, workloads, aws, files, found });
  const surroundings: Surroundings = {
    connection,
    documents,
    workspace,
    workloads,
    views,
    files,
    schemas: new Schemas(),
    aws,
    clock,
    revisions: options.revisions,
    plans: options.plans,
    rollouts: options.rollouts,
    rulesPage: options.rulesPage,
    settings: () => settings.current,
  };

  const look = () => scan?.run().catch((error) => failed('looking at the workspace', error));
  const placesChanged = () => {
    reader.forgetAll();
    workloads.foldersChanged();
    void look();
  };
  const disk = { connection, reader, documents, workspace, workloads, scan: () => scan, placesChanged, failed };
  connection.onInitialize((params) => {
    workspace.setFolders(foldersOf(params));
    settings.initialize(params);
    follow(settings.current.aws);
    connection.onInitialized(() => {
      const showsProgress = params.capabilities.window?.workDoneProgress === true;
      scan = new Scan({ connection, workspace, workloads, showsProgress });
      if (params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration)
        watchDisk(disk).catch((error) => failed('asking to be told of files', error));
      if (params.capabilities.workspace?.workspaceFolders) followFolders(connection, workspace, placesChanged);
      askForShared(connection, params.capabilities).catch((error) => failed('asking for shared files', error));
      followSettings(connection, settings, { workloads, failed, follow });
      void look();
    });
    return answerInitialize(options.version, params.capabilities);
  });
  followDisk(disk);
  for (const { register } of ALL) register(surroundings);
  documents.listen(connection, {
    changed: (path) => workloads.documentChanged(path),
    closed: (path) => workloads.documentClosed(path),
  });
  connection.listen();
  followAws({ aws, workloads, connection, settings, clock, signal: over.signal }).catch((error) =>
    failed('following AWS', error),
  );
  return {
    ended: ended.then((status) => {
      over.abort();
      workloads.close();
      connection.dispose();
      return status;
    }),
  };
}

function answerInitialize(version: string | undefined, client: ClientCapabilities): InitializeResult {
  const advertised: Advertised = { protocol: PROTOCOL, features: Object.keys(FEATURES) };
  return {
    serverInfo: { name: 'gitmoxi', ...(version === undefined ? {} : { version }) },
    capabilities: {
      ...ALL.reduce<ServerCapabilities>(
        (all, feature) => Object.assign(all, feature.capabilities, feature.capabilitiesFor?.(client)),
        {},
      ),
      positionEncoding: PositionEncodingKind.UTF16,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      experimental: { gitmoxi: advertised },
    },
  };
}

/** Older clients have one folder, under older names. */
function foldersOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): string[] {
  if (!workspaceFolders && !rootUri)
    return typeof rootPath === 'string' && isAbsolute(rootPath) ? [join(rootPath)] : [];
  const uris = workspaceFolders ? workspaceFolders.map(({ uri }) => uri) : [rootUri];
  return uris.map(pathOfUri).filter((path) => path !== undefined);
}

function followFolders(connection: Connection, workspace: Workspace, placesChanged: () => void): void {
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    const gone = new Set(removed.map(({ uri }) => pathOfUri(uri)));
    const come = added.map(({ uri }) => pathOfUri(uri)).filter((path) => path !== undefined);
    workspace.setFolders([...workspace.folders().filter((path) => !gone.has(path)), ...come]);
    placesChanged();
  });
}

interface SettingsFollowers {
  readonly workloads: Workloads;
  readonly failed: (what: string, error: unknown) => void;
  readonly follow: (aws: AwsSettings) => void;
}

function followSettings(
  connection: Connection,
  settings: Settings,
  { workloads, failed, follow }: SettingsFollowers,
): void {
  settings.onChange((before) => {
    const { aws, severities, commands } = settings.current;
    if ([...commands].join() !== [...before.commands].join()) refreshLenses(connection, settings.current);
    if (JSON.stringify(aws) !== JSON.stringify(before.aws)) follow(aws);
    if (JSON.stringify(severities) !== JSON.stringify(before.severities)) workloads.recheckAll();
  });
  const refresh = () => settings.refresh(connection).catch((error) => failed('reading the settings', error));
  connection.onDidChangeConfiguration(({ settings: sent }) => {
    if (canConfigure(settings.current.capabilities)) void refresh();
    else settings.changed(sent);
  });
  if (settings.current.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
    connection.client
      .register(DidChangeConfigurationNotification.type, { section: 'gitmoxi' })
      .catch((error) => failed('asking to be told of settings', error));
  }
  void refresh();
}
