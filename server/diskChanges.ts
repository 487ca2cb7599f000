/**
 * What other programs do to the files of the workspace, as the client tells it: files and whole folders that come,
 * change and go. Of a folder, clients tell no more than that: not what is in it.
 *
 * Owns: nothing. Must not: read files that nobody wrote into the workspace.
 */
import { basename, dirname, sep } from 'node:path';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type DidChangeWatchedFilesRegistrationOptions,
  FileChangeType,
  WatchKind,
} from 'vscode-languageserver';
import { parseConfigPath } from '../engine/config/index.ts';
import type { Documents } from './documents.ts';
import type { KeptReader } from './keptReader.ts';
import { pathOfUri } from './lsp.ts';
import type { Scan } from './scan.ts';
import type { Workloads } from './workloads.ts';
import type { Workspace } from './workspace.ts';

export interface DiskChangesOptions {
  readonly connection: Connection;
  readonly reader: KeptReader;
  readonly documents: Documents;
  readonly workspace: Workspace;
  readonly workloads: Workloads;
  /** There is none before the client has been told of what the server can do. */
  readonly scan: () => Scan | undefined;
  /** Where paths start may be different now. */
  readonly placesChanged: () => void;
  readonly failed: (what: string, error: unknown) => void;
}

/** Inputs may refer to any file, and what Terraform and the CDK write is JSON; folders have any name. */
const WATCHED: DidChangeWatchedFilesRegistrationOptions = {
  watchers: [{ globPattern: '**/*.json' }, { globPattern: '**/*', kind: WatchKind.Create | WatchKind.Delete }],
};

/** Asks the client to tell of changes. From then on, files are read once. */
export async function watchDisk({ connection, reader, workspace }: DiskChangesOptions): Promise<void> {
  await connection.client.register(DidChangeWatchedFilesNotification.type, WATCHED);
  reader.keep((path) => workspace.contains(path));
}

/** Follows what the client tells, asked or not. */
export function followDisk(options: DiskChangesOptions): void {
  options.connection.onDidChangeWatchedFiles(({ changes }) => {
    const told = changes.flatMap(({ uri, type }) => {
      const path = pathOfUri(uri);
      return path === undefined ? [] : [{ path, type }];
    });
    const gone = told.filter(({ path, type }) => type === FileChangeType.Deleted && mayBeFolder(path));
    // All at once, because a program that cleans up deletes thousands.
    if (gone.length > 0) foldersGone(options, new Set(gone.map(({ path }) => path)));
    for (const { path, type } of told)
      follow(options, path, type).catch((error) => options.failed(`following ${path}`, error));
  });
}

const mayBeFolder = (path: string): boolean => !path.endsWith('.json') && basename(path) !== '.git';

function foldersGone(options: DiskChangesOptions, folders: ReadonlySet<string>): void {
  const { reader, workloads, scan } = options;
  reader.forgetIn(folders);
  scan()?.foldersGone(folders);
  for (const file of workloads.lookedAtIn(folders)) fileChanged(options, file, false);
}

async function follow(options: DiskChangesOptions, path: string, type: FileChangeType): Promise<void> {
  const { reader, workspace, placesChanged } = options;
  if (type === FileChangeType.Changed || path.endsWith('.json')) {
    fileChanged(options, path, type !== FileChangeType.Deleted);
    if (type === FileChangeType.Created) await addWorkload(options, path);
  } else if (basename(path) === '.git') {
    placesChanged();
  } else if (type === FileChangeType.Created && workspace.isLookedInto(path)) {
    for (const file of await reader.list(path)) {
      fileChanged(options, file, true);
      await addWorkload(options, file);
    }
  }
}

function fileChanged({ reader, documents, workloads, scan }: DiskChangesOptions, path: string, exists: boolean): void {
  reader.forget(path);
  scan()?.fileChanged(path, exists);
  // An open document counts, not its file.
  if (!documents.has(path)) workloads.fileChanged(path);
}

/** A config file that appeared may begin a workload. */
async function addWorkload({ workspace, workloads }: DiskChangesOptions, path: string): Promise<void> {
  if (parseConfigPath(path.split(sep).join('/')) === undefined || !workspace.isLookedInto(dirname(path))) return;
  const place = await workspace.locate(path);
  if (place) workloads.add(place);
}
