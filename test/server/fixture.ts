/**
 * Files written in one text: `//- path` begins a file, `$0…$0` marks a range in it, and `$0` alone a cursor. And a reader that has exactly
 * these files.
 */
import { join } from 'node:path';
import type { FileReader } from '../../server/index.ts';

/** Where the fixtures' files are said to be. */
export const ROOT = join(import.meta.dirname, 'repository');

export interface Mark {
  /** From the root. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export interface Fixture {
  /** By path from the root, without marks. */
  readonly files: Map<string, string>;
  /** In the order written. */
  readonly marks: readonly Mark[];
}

export function parseFixture(text: string): Fixture {
  const files = new Map<string, string>();
  const marks: Mark[] = [];
  for (const [, path, marked] of text.matchAll(/^\/\/- (\S+)\n([\s\S]*?)(?=^\/\/- |$(?![\s\S]))/gm)) {
    const [before = '', ...rest] = marked!.split('$0');
    let clean = before;
    for (let i = 0; i < rest.length; i += 2) {
      const start = clean.length;
      clean += rest[i];
      marks.push({ path: path!, start, end: i === rest.length - 1 ? start : clean.length });
      clean += rest[i + 1] ?? '';
    }
    files.set(path!, clean);
  }
  return { files, marks };
}

/** Reads the files of a fixture as they are at the time, and notes what it was asked for. */
export function memoryReader(files: ReadonlyMap<string, string>, asked: string[] = []): FileReader {
  return {
    repositoryAbove: async (folder) => (`${folder}/`.startsWith(`${ROOT}/`) ? ROOT : undefined),
    read: async (_root, path) => {
      asked.push(path);
      const text = files.get(path);
      return text === undefined ? { problem: 'missing' } : { text };
    },
    list: async (folder) =>
      Array.from(files.keys(), (path) => join(ROOT, path)).filter((path) => path.startsWith(`${folder}/`)),
  };
}
