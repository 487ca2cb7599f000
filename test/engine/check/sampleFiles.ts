/** The shared samples, where they are beside the checkout: real files of another team, and what checking finds in them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkWorkload } from '../../../engine/check/index.ts';
import { groupWorkloads, inputReferences, type ReferencedFile } from '../../../engine/config/index.ts';
import type { Finding } from '../../../engine/finding.ts';

const ROOT = join(import.meta.dirname, '../../../../shared/samples/demo');

const pathsBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? pathsBelow(path) : [path];
  });

/** The samples by path; undefined where there are none. */
export function sampleFiles(): Map<string, string> | undefined {
  if (!existsSync(ROOT)) return undefined;
  return new Map(pathsBelow('').map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

/** Everything that is found in all workloads among files. */
export function findingsIn(texts: ReadonlyMap<string, string>): Finding[] {
  return groupWorkloads(texts.keys()).flatMap(({ path, kind, files }) => {
    const own = files.map((file) => ({ ...file, text: texts.get(file.path)! }));
    const input = own.find(({ role }) => role === 'input');
    const references = inputReferences(input?.text ?? '').references.map((written): ReferencedFile => {
      const text = texts.get(written.path);
      return text === undefined
        ? { ...written, problem: written.problem ?? 'missing' }
        : { ...written, problem: undefined, text };
    });
    return checkWorkload({ path, kind, files: own, references }).findings;
  });
}
