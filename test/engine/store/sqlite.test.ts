import assert from 'node:assert/strict';
import type { RolloutRecord } from '../../../engine/rollout/index.ts';
import type { Store } from '../../../engine/store/index.ts';
import { openSqliteStore } from '../../../engine/store/sqlite.ts';

const OWNER = { id: 'a', host: 'here', pid: 1 };

function record(id: string, service: string, startedAt: number): RolloutRecord {
  return {
    version: 1,
    id,
    workload: `dev/${service}`,
    kind: 'ecs',
    repository: { identity: 'shop', root: '/shop' },
    revision: { commit: 'c'.repeat(40) },
    target: { kind: 'ecs', account: '123456789012', region: 'eu-west-1', cluster: 'prod', service },
    strategy: 'ecs-rolling',
    trigger: 'manual',
    force: false,
    hold: null,
    digest: 'd',
    phase: 'queued',
    message: '',
    progress: {},
    state: null,
    pending: null,
    outcome: null,
    attempts: 0,
    failure: null,
    replaced: null,
    paused: null,
    waiting: null,
    expected: null,
    answered: 0,
    serving: null,
    startedAt,
    updatedAt: startedAt,
    endedAt: null,
  };
}

async function begin(store: Store, begun: RolloutRecord): Promise<void> {
  assert.ok('claim' in (await store.create(begun, OWNER, { code: 'rollout.started', message: '' })));
}

async function succeed(store: Store, begun: RolloutRecord): Promise<void> {
  const created = await store.create(begun, OWNER, { code: 'rollout.started', message: '' });
  assert.ok('claim' in created);
  const over = { ...begun, phase: 'succeeded' as const, endedAt: begun.startedAt };
  await store.append(created.claim, created.seq, over, []);
}

const ids = (stored: readonly { readonly record: RolloutRecord }[]) => stored.map(({ record: { id } }) => id).sort();

describe('the store', () => {
  it('settles the hold of a workload in the write that ends its rollout', async () => {
    const store = openSqliteStore(':memory:');
    await succeed(store, { ...record('back', 'web', 1), hold: { commit: 'c1', reason: 'went back from c1' } });
    const [held] = await store.holds('shop');
    assert.deepEqual([held?.workload, held?.commit, held?.reason], ['dev/web', 'c1', 'went back from c1']);
    await succeed(store, record('other', 'api', 2));
    assert.equal((await store.holds('shop')).length, 1);
    await succeed(store, { ...record('forced', 'web', 3), force: true });
    assert.deepEqual(await store.holds('shop'), []);
    store.close();
  });

  it('knows the newest rollout of every target, however many others there are since', async () => {
    const store = openSqliteStore(':memory:');
    await succeed(store, record('web-1', 'web', 1));
    for (let i = 0; i < 1_001; i++) await succeed(store, record(`api-${i}`, 'api', 2 + i));
    assert.deepEqual(ids(await store.latest()), ['api-1000', 'web-1']);
    assert.deepEqual(ids(await store.latest('shop')), ['api-1000', 'web-1']);
    assert.deepEqual(await store.latest('other'), []);
    assert.equal((await store.list({})).length, 1_000);
    store.close();
  });

  it('lists every unfinished rollout', async () => {
    const store = openSqliteStore(':memory:');
    for (let i = 0; i < 1_001; i++) await begin(store, record(`r-${i}`, `web-${i}`, i));
    assert.equal((await store.list({ unfinished: true })).length, 1_001);
    assert.equal((await store.list({ unfinished: true, limit: 2 })).length, 2);
    store.close();
  });

  it('keeps what people ask of a rollout in the order they ask, until it is over', async () => {
    const store = openSqliteStore(':memory:');
    await begin(store, record('web-1', 'web', 1));
    await succeed(store, record('api-1', 'api', 1));
    assert.equal(await store.ask('web-1', 'pause', 'ada'), true);
    assert.equal(await store.ask('web-1', 'abort', 'bob'), true);
    assert.deepEqual(
      [await store.ask('api-1', 'abort', 'bob'), await store.ask('none', 'abort', 'bob')],
      [false, false],
    );
    const asked = await store.commands('web-1', 0);
    assert.deepEqual(
      asked.map(({ command, by }) => [command, by]),
      [
        ['pause', 'ada'],
        ['abort', 'bob'],
      ],
    );
    assert.deepEqual(
      (await store.commands('web-1', asked[0]!.id)).map(({ command }) => command),
      ['abort'],
    );
    store.close();
  });
});
