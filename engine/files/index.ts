/**
 * Files on disk that a repository names, read without trusting it: a path may be a link that leads elsewhere, a pipe, or
 * larger than memory.
 *
 * Must not: read anything outside the repository's folder, in Git's own, or in a repository inside this one.
 */
import { constants, lstat, open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { decodeText, type FileContent, type FileProblem } from '../config/index.ts';

/**
 * Reads one file. Never rejects: what is wrong is the result's `problem`.
 *
 * @param root the repository's folder: absolute, without symbolic links in its path
 * @param path from the root, with `/`
 * @param limitBytes larger files are `too-large`, and not held in memory
 * @param isListed whether Git lists the file: then it is in no repository inside this one, and that is not looked for
 */
export async function readRepositoryFile(
  root: string,
  path: string,
  limitBytes: number,
  isListed = false,
): Promise<FileContent> {
  try {
    const real = await realpath(join(root, path));
    const inside = relative(root, real);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return { problem: 'symlink' };
    if (inside.split(sep).some((segment) => segment.toLowerCase() === '.git')) return { problem: 'outside' };
    if (!isListed && (await isInOtherRepository(root, real))) return { problem: 'submodule' };
    return await readBounded(real, limitBytes);
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Whether a folder is the top of a repository. `.git` is a folder, or a file in submodules and linked worktrees. */
export function hasRepository(folder: string): Promise<boolean> {
  return lstat(join(folder, '.git')).then(
    () => true,
    () => false,
  );
}

/** Whether a folder between the file and the root has a repository of its own: a commit would not have the file. */
async function isInOtherRepository(root: string, real: string): Promise<boolean> {
  for (let folder = dirname(real); folder.length > root.length; folder = dirname(folder)) {
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
