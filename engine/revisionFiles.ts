/** Reading single files of a commit, for who shows them: the editor's preview. Owns nothing beyond the call. */
import type { FileContent } from './config/index.ts';
import { openRepository } from './git/index.ts';

/**
 * @param repo a folder in the repository
 * @param paths from the repository root, normalized
 * @param limitBytes larger files are `too-large`
 * @returns an entry for every path
 * @throws EngineError where there is no repository, or no such revision
 */
export async function readRevisionFiles(
  repo: string,
  revision: string,
  paths: readonly string[],
  limitBytes: number,
): Promise<ReadonlyMap<string, FileContent>> {
  await using repository = await openRepository(repo);
  const { id } = await repository.resolve(revision);
  const tree = await repository.tree({ commit: id });
  return await tree.read(paths, limitBytes);
}
