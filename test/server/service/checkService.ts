/** Checks of the language service by marked text. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type CheckedWorkload, checkWorkload } from '../../../engine/check/index.ts';
import { Documents } from '../../../server/documents.ts';
import { findingsByPath, previewOf } from '../../../server/service/index.ts';
import { Workspace } from '../../../server/workspace.ts';
import { memoryReader, parseFixture, ROOT } from '../fixture.ts';

async function checked(files: ReadonlyMap<string, string>): Promise<CheckedWorkload> {
  const workspace = new Workspace(memoryReader(files), new Documents());
  const place = await workspace.locate(join(ROOT, [...files.keys()][0]!));
  assert.ok(place, 'the first file of the fixture has to be a config file');
  return checkWorkload((await workspace.load(place)).source);
}

/**
 * The workload of the fixture's first file has exactly the marked problems.
 *
 * @param expected per mark, the finding's code
 */
export async function checkProblems(fixture: string, expected: readonly string[]): Promise<void> {
  const { files, marks } = parseFixture(fixture);
  assert.equal(marks.length, expected.length, 'every mark needs a code');
  const found = [...findingsByPath(await checked(files))].flatMap(([, findings]) =>
    findings.map(({ path, start, end, code }) => ({ path, code, marked: files.get(path)?.slice(start, end), start })),
  );
  const wanted = marks.map(({ path, start, end }, i) => ({
    path,
    code: expected[i],
    marked: files.get(path)?.slice(start, end),
    start,
  }));
  const order = (a: { path: string; start: number }, b: { path: string; start: number }) =>
    a.path.localeCompare(b.path) || a.start - b.start;
  assert.deepEqual(found.sort(order), wanted.sort(order));
}

/**
 * The preview of the fixture's first file.
 *
 * @param pieces the parts that expressions gave, as `template => rendered`
 */
export async function checkPreview(
  fixture: string,
  expected: { readonly text: string | undefined; readonly pieces?: readonly string[] },
): Promise<void> {
  const { files } = parseFixture(fixture);
  const preview = previewOf(await checked(files), [...files.keys()][0]!);
  assert.ok(preview);
  assert.equal(preview.text, expected.text);
  const pieces = preview.pieces
    .filter(({ verbatim }) => !verbatim)
    .map(
      ({ start, end, sourceStart, sourceEnd }) =>
        `${preview.source.slice(sourceStart, sourceEnd)} => ${preview.text?.slice(start, end)}`,
    );
  if (expected.pieces !== undefined) assert.deepEqual(pieces, expected.pieces);
}
