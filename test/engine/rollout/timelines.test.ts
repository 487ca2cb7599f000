/**
 * Golden timelines: each strategy, in success and in each kind of failure, as a story. `UPDATE_GOLDEN=1` writes them.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DELETION } from './timelines/deletion.ts';
import { ECS_BLUE_GREEN } from './timelines/ecsBlueGreen.ts';
import { ECS_NATIVE } from './timelines/ecsNative.ts';
import { ECS_ROLLING } from './timelines/ecsRolling.ts';
import { LAMBDA } from './timelines/lambda.ts';
import { told } from './timelines/scene.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'timelines');

const UPDATES = process.env['UPDATE_GOLDEN'] === '1';

const STORIES = [...ECS_ROLLING, ...ECS_BLUE_GREEN, ...ECS_NATIVE, ...LAMBDA, ...DELETION];

const goldenFiles = () =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.txt'))
    .map((path) => path.replaceAll('\\', '/'));

describe('golden timelines', () => {
  for (const story of STORIES) {
    it(`${story.file}: ${story.title}`, async () => {
      const path = join(FOLDER, `${story.file}.txt`);
      const text = await told(story);
      if (UPDATES) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
      assert.equal(text, readFileSync(path, 'utf8'), 'UPDATE_GOLDEN=1 writes the story anew');
    });
  }

  it('are all told: no file is left of a story that is gone', () => {
    const expected = STORIES.map(({ file }) => `${file}.txt`).sort();
    const surplus = goldenFiles().filter((path) => !expected.includes(path));
    if (UPDATES) for (const path of surplus) rmSync(join(FOLDER, path));
    assert.deepEqual(goldenFiles().sort(), expected);
  });
});
