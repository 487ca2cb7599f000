/**
 * The files of a commit. Links are followed within the commit; nothing outside it is ever read.
 */
import { decodeText, type FileContent, isConfigPath } from '../config/index.ts';
import type { GitCommand } from './gitCommand.ts';
import type { GitObject, ObjectReader } from './objectReader.ts';
import type { Tree } from './tree.ts';

/** Modes of tree entries. @see gitformat-index(5) */
const SYMLINK = '120000';
const SUBMODULE = '160000';

/** @param commit a full object id */
export async function openCommitTree(git: GitCommand, objects: ObjectReader, commit: string): Promise<Tree> {
  const listing = await git('ls-tree', '-r', '-z', '--full-tree', commit);
  const ids = new Map<string, string>();
  const paths: string[] = [];
  const submodules: string[] = [];
  for (const entry of listing.split('\0')) {
    const tab = entry.indexOf('\t');
    const path = entry.slice(tab + 1);
    const mode = entry.slice(0, 6);
    if (mode === SUBMODULE) submodules.push(path);
    if (tab < 0 || mode === SUBMODULE || !isConfigPath(path)) continue;
    paths.push(path);
    if (mode !== SYMLINK) ids.set(path, entry.slice(entry.lastIndexOf(' ', tab) + 1, tab));
  }

  const read = async (path: string, limitBytes: number): Promise<FileContent> => {
    // By id where it is known: git then need not walk the folders again, which takes three times as long.
    const object = await objects.read(ids.get(path) ?? `${commit}:${path}`, limitBytes);
    if (
      object.type === 'missing' &&
      submodules.some((submodule) => path === submodule || path.startsWith(`${submodule}/`))
    ) {
      return { problem: 'submodule' };
    }
    return toContent(object);
  };
  return {
    revision: { commit },
    paths: paths.sort(),
    async read(wanted, limitBytes) {
      const contents = [...new Set(wanted)].map(async (path) => [path, await read(path, limitBytes)] as const);
      return new Map(await Promise.all(contents));
    },
  };
}

function toContent(object: GitObject): FileContent {
  if (object.type === 'unfollowable') return { problem: 'symlink' };
  if (object.type === 'missing' || object.type === 'submodule') return { problem: object.type };
  if (!('id' in object) || object.type !== 'blob') return { problem: 'not-a-file' };
  return object.bytes === undefined ? { problem: 'too-large' } : decodeText(object.bytes);
}
