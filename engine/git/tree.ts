/**
 * The files of one revision, however they are stored.
 */
import type { FileContent } from '../config/index.ts';

/** Where files are read from: a commit, by its full id, or the working tree. */
export type Revision = { readonly commit: string } | 'worktree';

export interface Tree {
  readonly revision: Revision;
  /** The config files of the revision, from the repository root, sorted. */
  readonly paths: readonly string[];
  /**
   * Reads files, config files or others, each once. The result has an entry for every path.
   *
   * @param paths from the repository root, normalized
   * @param limitBytes larger files are `too-large` and never held in memory
   */
  read(paths: Iterable<string>, limitBytes: number): Promise<ReadonlyMap<string, FileContent>>;
}
