/** Commits for the language server, which has no business with Git itself. */
import { EngineError, readRevisionFiles } from '../engine/index.ts';
import type { RevisionReader } from '../server/index.ts';

export const revisions: RevisionReader = {
  async at(root, revision) {
    const read = (paths: readonly string[], limitBytes: number) => readRevisionFiles(root, revision, paths, limitBytes);
    const isKnown = await read([], 0).then(
      () => true,
      (error: unknown) => {
        if (error instanceof EngineError) return false;
        throw error;
      },
    );
    if (!isKnown) return undefined;
    return {
      repositoryAbove: async () => root,
      read: async (_root, path, limitBytes) => (await read([path], limitBytes)).get(path) ?? { problem: 'missing' },
      list: async () => [],
    };
  },
};
