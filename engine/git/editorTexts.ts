/** An editor's texts over the files of a working tree: what is not saved yet counts. */
import { decodeText, type FileContent, isConfigPath } from '../config/index.ts';
import type { Tree } from './tree.ts';

function contentOf(text: string, limitBytes: number): FileContent {
  return Buffer.byteLength(text) > limitBytes ? { problem: 'too-large' } : decodeText(Buffer.from(text));
}

/** @param texts by path from the repository root, normalized; config files among them count, whether they are saved or not */
export function withTexts(tree: Tree, texts: ReadonlyMap<string, string>): Tree {
  const own = [...texts.keys()].filter(isConfigPath);
  return {
    revision: tree.revision,
    paths: [...new Set([...tree.paths, ...own])].sort(),
    async read(paths, limitBytes) {
      const wanted = new Set(paths);
      const contents = await tree.read(
        [...wanted].filter((path) => !texts.has(path)),
        limitBytes,
      );
      const open = [...wanted].filter((path) => texts.has(path));
      return new Map([...contents, ...open.map((path) => [path, contentOf(texts.get(path)!, limitBytes)] as const)]);
    },
  };
}
