/** The shared samples, where they are beside the checkout: real files of another team. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkWorkload } from '../../../engine/check/index.ts';
import { groupWorkloads, inputReferences, type ReferencedFile } from '../../../engine/config/index.ts';

const ROOT = join(import.meta.dirname, '../../../../shared/samples/demo');

const pathsBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? pathsBelow(path) : [path];
  });

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function checkAll() {
  return groupWorkloads(pathsBelow('')).map(({ path, kind, files }) => {
    const own = files.map((file) => ({ ...file, text: textOf(file.path) }));
    const input = own.find(({ role }) => role === 'input');
    const references = inputReferences(input?.text ?? '').references.map(
      (written): ReferencedFile => ({ ...written, problem: undefined, text: textOf(written.path) }),
    );
    return checkWorkload({ path, kind, files: own, references });
  });
}

describe('the shared samples', () => {
  it('have no finding but those that are true of them', function () {
    if (!existsSync(ROOT)) this.skip();
    const findings = checkAll().flatMap((checked) => checked.findings);
    const counts = new Map<string, number>();
    for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
    // Python 3.8 is deprecated, the stage variable is misspelt, and three values are used by no template.
    assert.deepEqual([...counts].sort(), [
      ['function.deprecated-runtime', 3],
      ['input.unused', 9],
      ['schema.old-spelling', 1],
    ]);
  });
});
