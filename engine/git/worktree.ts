/**
 * The files on disk. Files that Git ignores don't count as config files, but inputs may refer to them: outputs of
 * Terraform are often not committed.
 */
import { type FileContent, isConfigPath } from '../config/index.ts';
import { readRepositoryFile } from '../files/index.ts';
import type { GitCommand } from './gitCommand.ts';
import type { Tree } from './tree.ts';

/** Files read at once: keeps the pool of file system threads busy without holding many files open. */
const PARALLEL_READS = 32;

/** @param root the repository's folder, without symbolic links in its path */
export async function openWorktree(git: GitCommand, root: string): Promise<Tree> {
  const paths = (await worktreeFiles(git)).filter(isConfigPath).sort();
  const listed = new Set(paths);
  return {
    revision: 'worktree',
    paths,
    async read(wanted, limitBytes) {
      const queue = [...new Set(wanted)];
      const contents = new Map<string, FileContent>();
      const work = async () => {
        for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
          contents.set(path, await readRepositoryFile(root, path, limitBytes, listed.has(path)));
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
