/**
 * The first look at the workspace: finds its workloads and has them checked in the background, with a word of progress.
 *
 * Owns: the list of JSON files, by the folder of the repository they are in.
 */
import { join, relative, sep } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import type { Connection } from 'vscode-languageserver';
import { isInAny } from './below.ts';
import { pauses } from './pauses.ts';
import type { FileNames } from './service/index.ts';
import type { Workloads } from './workloads.ts';
import type { Workspace } from './workspace.ts';

/** Checks between two words of progress. */
const CHECKS_PER_REPORT = 50;
/** Between two looks at how far the checks are, ms. */
const LOOK_EVERY_MS = 25;

export interface ScanOptions {
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly workloads: Workloads;
  /** Whether the client shows progress. */
  readonly showsProgress: boolean;
}

export class Scan {
  readonly #options: ScanOptions;
  /** Absolute. */
  #files = new Set<string>();
  #complete = false;
  #generation = 0;
  #finding: Promise<boolean> = Promise.resolve(true);

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /** Looks at all folders anew. Resolves when every workload has been found and told of, or a newer scan began. */
  async run(): Promise<void> {
    const generation = ++this.#generation;
    const isCurrent = () => generation === this.#generation;
    this.#finding = this.#find(isCurrent);
    if (await this.#finding) await this.#report(isCurrent);
  }

  /** Resolves when all workloads of the workspace are known, checked or not. */
  async found(): Promise<void> {
    // While somebody waits, a newer scan may begin.
    while (!(await this.#finding.catch(() => true)));
  }

  /** @returns false where a newer scan began */
  async #find(isCurrent: () => boolean): Promise<boolean> {
    const { workspace, workloads } = this.#options;
    this.#complete = false;
    const files = await workspace.files();
    if (!isCurrent()) return false;
    this.#files = new Set(files);
    this.#complete = true;
    const pause = pauses();
    for (const path of files) {
      await pause();
      if (!isCurrent()) return false;
      const place = await workspace.locate(path);
      if (place) workloads.add(place);
    }
    return true;
  }

  /** A file came or went. */
  fileChanged(path: string, exists: boolean): void {
    if (exists) this.#files.add(path);
    else this.#files.delete(path);
  }

  /** Folders went, with what was in them. */
  foldersGone(folders: ReadonlySet<string>): void {
    for (const path of this.#files) if (isInAny(path, folders)) this.#files.delete(path);
  }

  /** The JSON files below a repository's folder, from there. */
  filesBelow(root: string): FileNames {
    const below = join(root, sep);
    const paths = [...this.#files]
      .filter((path) => path.startsWith(below))
      .map((path) => relative(root, path).split(sep).join('/'));
    return { paths: paths.sort(), complete: this.#complete };
  }

  async #report(isCurrent: () => boolean): Promise<void> {
    const { connection, workloads, showsProgress } = this.#options;
    const all = workloads.due;
    if (all < CHECKS_PER_REPORT || !showsProgress) return;
    const progress = await connection.window.createWorkDoneProgress();
    progress.begin('Checking workloads', 0);
    for (let last = all; workloads.due > 0 && isCurrent(); ) {
      await rest(LOOK_EVERY_MS);
      if (last - workloads.due < CHECKS_PER_REPORT) continue;
      last = workloads.due;
      progress.report(Math.round(((all - last) / all) * 100), `${Math.max(0, all - last)} of ${all}`);
    }
    progress.done();
  }
}
