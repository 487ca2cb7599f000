/**
 * How the server reaches files: one narrow port, so that tests and other editors' virtual file systems can supply
 * their own, and the reader of the local disk.
 *
 * Must not: read anything outside a repository's folder, or in Git's own; a path from an input file is not trusted.
 */
import { constants, lstat, open, readdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { decodeText, type FileContent, type FileProblem } from '../engine/config/index.ts';

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

export const diskReader: FileReader = {
  async repositoryAbove(folder) {
    for (let at = folder; ; at = dirname(at)) {
      if (await hasRepository(at)) return at;
      if (dirname(at) === at) return undefined;
    }
  },

  async read(root, path, limitBytes) {
    try {
      const base = await realpath(root);
      const real = await realpath(join(root, path));
      const inside = relative(base, real);
      if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return { problem: 'symlink' };
      if (inside.split(sep).some((segment) => segment.toLowerCase() === '.git')) return { problem: 'outside' };
      if (await isInOtherRepository(base, real)) return { problem: 'submodule' };
      return await readBounded(real, limitBytes);
    } catch (error) {
      return { problem: problemOf(error) };
    }
  },

  async list(folder) {
    const found: string[] = [];
    const folders = [folder];
    for (let at = folders.pop(); at !== undefined && found.length < MOST_FILES; at = folders.pop()) {
      for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
        const path = join(at, entry.name);
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.') && entry.name !== 'node_modules') folders.push(path);
        } else if (entry.name.endsWith('.json')) found.push(path);
      }
    }
    return found;
  },
};

/** `.git` is a folder, or a file in submodules and linked worktrees. */
function hasRepository(folder: string): Promise<boolean> {
  return lstat(join(folder, '.git')).then(
    () => true,
    () => false,
  );
}

async function isInOtherRepository(base: string, real: string): Promise<boolean> {
  for (let folder = dirname(real); folder.length > base.length; folder = dirname(folder)) {
    if (await hasRepository(folder)) return true;
  }
  return false;
}

async function readBounded(real: string, limitBytes: number): Promise<FileContent> {
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  const file = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return { problem: 'not-a-file' };
    if (stats.size > limitBytes) return { problem: 'too-large' };
    return decodeText(await file.readFile());
  } finally {
    await file.close();
  }
}

function problemOf(error: unknown): FileProblem {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
      return 'missing';
    case 'ELOOP':
      return 'symlink';
    default:
      return 'unreadable';
  }
}
