/**
 * Keeps the workloads that have an open document checked: a short moment after each change to one of their files, in
 * the editor or on disk, they are read and checked again, and the listeners told.
 *
 * Owns: which workloads are open, and the checks under way. A newer change abandons the check before it.
 */
import { type CheckedWorkload, checkWorkload } from '../engine/check/index.ts';
import type { Clock } from '../engine/clock.ts';
import type { Documents } from './documents.ts';
import { filesOf, type LoadedWorkload, placeKey, type WorkloadPlace, type Workspace } from './workspace.ts';

/** Wait after a change, ms: the keys of a fast typist and the files of one checkout become one check. */
const SETTLE_MS = 20;

export interface CheckedPlace {
  readonly key: string;
  readonly place: WorkloadPlace;
  readonly checked: CheckedWorkload;
  /** Versions of the open documents that were checked, by absolute path. */
  readonly versions: LoadedWorkload['versions'];
}

export interface OpenWorkloadsListener {
  checked(result: CheckedPlace): void;
  /** Its last document was closed. */
  closed(key: string): void;
}

export interface OpenWorkloadsOptions {
  readonly workspace: Workspace;
  readonly documents: Documents;
  readonly clock: Clock;
  /** Told of what must not happen: a check that throws. */
  readonly failed: (what: string, error: unknown) => void;
}

interface OpenWorkload {
  readonly place: WorkloadPlace;
  /** Absolute paths whose change makes a check due. */
  looked: Set<string>;
  /** Abandons the check that is due or under way. */
  pending: AbortController;
}

export class OpenWorkloads {
  readonly #options: OpenWorkloadsOptions;
  readonly #listeners: OpenWorkloadsListener[] = [];
  readonly #open = new Map<string, OpenWorkload>();

  constructor(options: OpenWorkloadsOptions) {
    this.#options = options;
  }

  listen(listener: OpenWorkloadsListener): void {
    this.#listeners.push(listener);
  }

  /** A document was opened or edited. */
  documentChanged(path: string): void {
    this.fileChanged(path);
    if (!this.#owners(path).next().done) return;
    const { workspace, documents, failed } = this.#options;
    workspace
      .locate(path)
      .then((place) => {
        // It may have been closed again, or its sibling opened, in the meantime.
        if (place === undefined || !documents.has(path)) return;
        const key = placeKey(place);
        if (!this.#open.has(key)) {
          this.#open.set(key, { place, looked: new Set(filesOf(place)), pending: new AbortController() });
        }
        this.#schedule(key);
      })
      .catch((error) => failed(`finding the workload of ${path}`, error));
  }

  documentClosed(path: string): void {
    for (const [key, { place, pending }] of this.#owners(path)) {
      if (filesOf(place).some((file) => this.#options.documents.has(file))) continue;
      pending.abort();
      this.#open.delete(key);
      for (const listener of this.#listeners) listener.closed(key);
    }
    this.fileChanged(path);
  }

  /** A file appeared, changed or went on disk, or its document did. */
  fileChanged(path: string): void {
    for (const [key, { looked }] of this.#open) if (looked.has(path)) this.#schedule(key);
  }

  /** Paths may start elsewhere now: every open document is placed anew. */
  foldersChanged(): void {
    for (const [key, { pending }] of this.#open) {
      pending.abort();
      this.#open.delete(key);
      for (const listener of this.#listeners) listener.closed(key);
    }
    for (const path of this.#options.documents.paths()) this.documentChanged(path);
  }

  /** Abandons everything. */
  close(): void {
    for (const { pending } of this.#open.values()) pending.abort();
    this.#open.clear();
  }

  *#owners(path: string): Generator<[string, OpenWorkload]> {
    for (const entry of this.#open) if (filesOf(entry[1].place).includes(path)) yield entry;
  }

  #schedule(key: string): void {
    const workload = this.#open.get(key)!;
    workload.pending.abort();
    workload.pending = new AbortController();
    this.#check(key, workload, workload.pending.signal).catch((error) =>
      this.#options.failed(`checking ${workload.place.path}`, error),
    );
  }

  async #check(key: string, workload: OpenWorkload, signal: AbortSignal): Promise<void> {
    const { clock, workspace } = this.#options;
    await clock.sleepUntil(clock.now() + SETTLE_MS, signal);
    if (signal.aborted) return;
    const looked = new Set<string>();
    const { source, versions } = await workspace.load(workload.place, (path) => {
      looked.add(path);
      // At once, so that a file that changes while it is read makes another check due.
      workload.looked.add(path);
    });
    if (signal.aborted) return;
    workload.looked = looked;
    if (source.files.length === 0) return;
    const result: CheckedPlace = { key, place: workload.place, checked: checkWorkload(source), versions };
    for (const listener of this.#listeners) listener.checked(result);
  }
}
