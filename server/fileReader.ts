/**
 * How the server reaches files: one narrow port, so that tests and other editors' virtual file systems can supply
 * their own, and the reader of the local disk.
 */
import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileContent } from '../engine/config/index.ts';
import { hasRepository, readRepositoryFile } from '../engine/files/index.ts';

export interface FileReader {
  /** The nearest folder at or above `folder` that holds a Git repository; undefined where there is none. */
  repositoryAbove(folder: string): Promise<string | undefined>;
  /**
   * Reads a file below `root`. Never rejects.
   *
   * @param root absolute
   * @param path from the root, normalized, with `/`
   * @param limitBytes larger files are `too-large` and not held in memory
   */
  read(root: string, path: string, limitBytes: number): Promise<FileContent>;
  /**
   * The JSON files below a folder, without those that no person wrote there: dependencies and what hides. Never rejects.
   *
   * @returns absolute paths
   */
  list(folder: string): Promise<readonly string[]>;
}

/** Most files that are listed: a workspace with more is not one of config files. */
const MOST_FILES = 200_000;

/** Whether a folder of this name is what people write into: dependencies and what hides are not. */
export const isOwnName = (name: string): boolean => !name.startsWith('.') && name !== 'node_modules';

export const diskReader: FileReader = {
  async repositoryAbove(folder) {
    for (let at = folder; ; at = dirname(at)) {
      if (await hasRepository(at)) return at;
      if (dirname(at) === at) return undefined;
    }
  },

  async read(root, path, limitBytes) {
    const base = await realpath(root).catch(() => undefined);
    return base === undefined ? { problem: 'missing' } : readRepositoryFile(base, path, limitBytes);
  },

  async list(folder) {
    const found: string[] = [];
    const folders = [folder];
    for (let at = folders.pop(); at !== undefined && found.length < MOST_FILES; at = folders.pop()) {
      for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
        const path = join(at, entry.name);
        if (entry.isDirectory()) {
          if (isOwnName(entry.name)) folders.push(path);
        } else if (entry.name.endsWith('.json')) found.push(path);
      }
    }
    return found;
  },
};
