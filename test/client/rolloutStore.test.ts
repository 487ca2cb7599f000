import assert from 'node:assert/strict';
import type { Rollouts } from '../../client/rollouts/rollout.ts';
import { RolloutStore } from '../../client/rollouts/rolloutStore.ts';

const EMPTY: Rollouts = { rows: [], inRepository: true, failures: [], unversioned: [] };

describe('the store behind the rollouts view', () => {
  it('reads once however many ask, and only when asked', async () => {
    let reads = 0;
    const store = new RolloutStore(
      async () => {
        reads++;
        return EMPTY;
      },
      () => {},
    );
    assert.equal(reads, 0);
    await Promise.all([store.state(), store.state()]);
    await store.state();
    assert.equal(reads, 1);
  });

  it('shows after a refresh what was true when it was asked for', async () => {
    const first = Promise.withResolvers<Rollouts>();
    const answers = [first.promise, Promise.resolve({ ...EMPTY, inRepository: false })];
    let changes = 0;
    const store = new RolloutStore(
      () => answers.shift()!,
      () => changes++,
    );
    const before = store.state();
    const refreshed = store.refresh();
    first.resolve(EMPTY);
    assert.deepEqual(await before, { rollouts: EMPTY });
    await refreshed;
    assert.deepEqual(await store.state(), { rollouts: { ...EMPTY, inRepository: false } });
    assert.equal(changes, 1);
  });

  it('keeps a failure as its state, and recovers', async () => {
    const answers = [Promise.reject(new Error('locked')), Promise.resolve(EMPTY)];
    const store = new RolloutStore(
      () => answers.shift()!,
      () => {},
    );
    assert.ok('failure' in (await store.state()));
    await store.refresh();
    assert.deepEqual(await store.state(), { rollouts: EMPTY });
  });
});
