/** The shared samples as they are, and copies of them with one mistake each. */
import assert from 'node:assert/strict';
import type { Finding } from '../../../engine/finding.ts';
import { RARER } from './rarerSampleMistakes.ts';
import { findingsIn, sampleFiles } from './sampleFiles.ts';
import { SEEDED } from './sampleMistakes.ts';

const ALL = [...SEEDED, ...RARER];

const identity = ({ path, code, message }: Finding) => JSON.stringify([path, code, message]);

describe('the shared samples', () => {
  const texts = sampleFiles();

  it('have no finding but those that are true of them', function () {
    if (texts === undefined) this.skip();
    const counts = new Map<string, number>();
    for (const { code } of findingsIn(texts)) counts.set(code, (counts.get(code) ?? 0) + 1);
    // Python 3.8 is deprecated, the stage variable is misspelt, and three values are used by no template.
    assert.deepEqual([...counts].sort(), [
      ['function.deprecated-runtime', 3],
      ['input.unused', 9],
      ['schema.old-spelling', 1],
    ]);
  });

  for (const { code, what, path, from, to, besides } of ALL) {
    it(`with a mistake, ${what}: ${code}`, function () {
      if (texts === undefined) this.skip();
      const known = new Set(findingsIn(texts).map(identity));
      const changed = new Map(texts);
      const text = texts.get(path)!;
      assert.ok(text.includes(from), `${path} has no ${from}`);
      const [before = '', marked = '', after = ''] = to.split('$0');
      changed.set(
        path,
        text.replace(from, () => before + marked + after),
      );
      const start = text.indexOf(from) + before.length;
      const found = findingsIn(changed).filter((finding) => !known.has(identity(finding)));
      const [wanted] = found.filter((finding) => finding.code === code && finding.path === path);
      assert.deepEqual([wanted?.start, wanted?.end], [start, start + marked.length], JSON.stringify(found, null, 1));
      const others = found.filter((finding) => finding.code !== code && !besides.includes(finding.code));
      assert.deepEqual(others, []);
    });
  }

  it('are mistaken in 120 ways here, each for a rule of its own', () => {
    assert.ok(new Set(ALL.map(({ code }) => code)).size >= 120);
  });
});
