import assert from 'node:assert/strict';
import { inSlices } from '../../engine/slices.ts';

describe('work in slices', () => {
  it('is all done, in order, whether it is waited for or not', async () => {
    const items = Array.from({ length: 35 }, (_, i) => i);
    assert.deepEqual(
      await inSlices(items, (item, i) => [item, i]),
      items.map((i) => [i, i]),
    );
    assert.deepEqual(
      await inSlices(items, async (item) => item * 2),
      items.map((i) => i * 2),
    );
    assert.deepEqual(await inSlices([], () => 1), []);
  });

  it('lets others have their turn before it is done', async () => {
    const seen: number[] = [];
    let done = 0;
    setImmediate(() => seen.push(done));
    await inSlices(Array.from({ length: 35 }), () => {
      done += 1;
    });
    assert.deepEqual(seen, [10]);
  });

  it('ends with the first failure', async () => {
    let done = 0;
    const work = inSlices(Array.from({ length: 35 }), (_, i) => {
      done += 1;
      if (i === 12) throw new RangeError('thirteen');
    });
    await assert.rejects(work, /thirteen/);
    assert.equal(done, 13);
  });
});
