/**
 * The files on disk. Files that Git ignores don't count as config files, but inputs may refer to them: outputs of
 * Terraform are often not committed.
 *
 * Must not: read anything outside the repository's folder, or in Git's own.
 */
import { constants, lstat, open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { decodeText, type FileContent, type FileProblem, parseConfigPath } from '../config/index.ts';
import type { GitCommand } from './gitCommand.ts';
import type { Tree } from './tree.ts';

/** Files read at once: keeps the pool of file system threads busy without holding many files open. */
const PARALLEL_READS = 32;

/** @param root the repository's folder, without symbolic links in its path */
export async function openWorktree(git: GitCommand, root: string): Promise<Tree> {
  const paths = (await worktreeFiles(git)).filter((path) => parseConfigPath(path) !== undefined).sort();
  const listed = new Set(paths);
  return {
    revision: 'worktree',
    paths,
    async read(wanted, limitBytes) {
      const queue = [...new Set(wanted)];
      const contents = new Map<string, FileContent>();
      const work = async () => {
        for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
          // Git lists nothing of repositories inside this one, so only other files have to be looked at for that.
          contents.set(path, await readFile(root, path, limitBytes, listed.has(path)));
        }
      };
      await Promise.all(Array.from({ length: PARALLEL_READS }, work));
      return contents;
    },
  };
}

/** The files of the working tree that are not ignored, tracked or not. */
export async function worktreeFiles(git: GitCommand): Promise<string[]> {
  const list = await git('ls-files', '-z', '-t', '--cached', '--deleted', '--others', '--exclude-standard');
  const files = new Set<string>();
  const deleted: string[] = [];
  for (const entry of names(list)) {
    // A tag, a space and the name; `R` marks what is tracked, but gone from disk.
    if (entry.startsWith('R ')) deleted.push(entry.slice(2));
    else files.add(entry.slice(2));
  }
  for (const path of deleted) files.delete(path);
  return [...files];
}

/** The names in a list that `\0` ends each entry of; a folder (a repository inside this one) is no file. */
export function names(list: string): string[] {
  return list.split('\0').filter((name) => name !== '' && !name.endsWith('/'));
}

async function readFile(root: string, path: string, limitBytes: number, isListed: boolean): Promise<FileContent> {
  try {
    const real = await realpath(join(root, path));
    const inside = relative(root, real);
    if (inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside)) return { problem: 'symlink' };
    if (inside.split(sep).some((segment) => segment.toLowerCase() === '.git')) return { problem: 'outside' };
    if (!isListed && (await isInOtherRepository(root, real))) return { problem: 'submodule' };
    return await readBounded(real, limitBytes);
  } catch (error) {
    return { problem: problemOf(error) };
  }
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

/** Whether a folder between the file and the root has a repository of its own: a commit would not have the file. */
async function isInOtherRepository(root: string, real: string): Promise<boolean> {
  for (let folder = dirname(real); folder.length > root.length; folder = dirname(folder)) {
    const own = await lstat(join(folder, '.git')).catch(() => undefined);
    if (own !== undefined) return true;
  }
  return false;
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
