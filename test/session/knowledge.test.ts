/** What is known of AWS accounts, and when AWS is asked for it. */
import assert from 'node:assert/strict';
import { EngineError, type Inventory, type InventoryQuestion } from '../../engine/index.ts';
import { VirtualClock } from '../../sandbox/index.ts';
import { Knowledge } from '../../session/knowledge.ts';

const IRELAND = { region: 'eu-west-1' };

function knowing(answer: (question: InventoryQuestion) => Promise<Partial<Inventory>>) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const said: string[] = [];
  let news = 0;
  const knowledge = new Knowledge(async (question) => {
    asked.push([question.kind, question.account, question.region, question.of].filter(Boolean).join(' '));
    const found = await answer(question);
    return { things: [], complete: true, account: '111111111111', region: question.region ?? 'eu-west-1', ...found };
  }, clock);
  knowledge.listen({ news: () => news++, trouble: (message) => said.push(message) });
  knowledge.reset(true);
  news = 0;
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, asked, said, knowledge, settled, news: () => news };
}

const names = (...ids: string[]) => ({ things: ids.map((id) => ({ id, detail: '' })) });

describe('knowledge of an account', () => {
  it('is nothing at first, asked for once, and then there', async () => {
    const t = knowing(async () => names('prod'));
    assert.deepEqual(t.knowledge.list('cluster', IRELAND), { things: [], complete: false });
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    assert.deepEqual([t.asked, t.news()], [['cluster eu-west-1'], 1]);
    const { things, complete, account, region } = t.knowledge.list('cluster', IRELAND);
    assert.deepEqual(
      [things.map(({ id }) => id), complete, account, region],
      [['prod'], true, '111111111111', 'eu-west-1'],
    );
  });

  it('is of one account, region and container each', async () => {
    const t = knowing(async ({ region }) => names(region ?? 'own'));
    t.knowledge.list('cluster', IRELAND);
    t.knowledge.list('cluster', { region: 'us-east-1' });
    t.knowledge.list('cluster', { ...IRELAND, account: '222222222222' });
    t.knowledge.list('service', IRELAND, 'prod');
    await t.settled();
    await t.settled();
    assert.deepEqual(t.asked, [
      'cluster eu-west-1',
      'cluster us-east-1',
      'cluster 222222222222 eu-west-1',
      'service eu-west-1 prod',
    ]);
    assert.deepEqual(
      t.knowledge.list('cluster', { region: 'us-east-1' }).things.map(({ id }) => id),
      ['us-east-1'],
    );
  });

  it('is asked for again after a minute, by who needs it, and is old meanwhile', async () => {
    let made = 0;
    const t = knowing(async () => names(`cluster-${++made}`));
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    await t.clock.advance(59_999);
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    assert.equal(made, 1);
    await t.clock.advance(1);
    assert.deepEqual(t.knowledge.list('cluster', IRELAND).things[0]?.id, 'cluster-1');
    await t.settled();
    assert.deepEqual(t.knowledge.list('cluster', IRELAND).things[0]?.id, 'cluster-2');
    assert.equal(t.news(), 2);
  });

  it('is asked for less often where it takes long', async () => {
    const waiting: (() => void)[] = [];
    const t = knowing(() => new Promise((resolve) => waiting.push(() => resolve({}))));
    t.knowledge.list('cluster', IRELAND);
    await t.clock.advance(10_000);
    waiting[0]!();
    await t.settled();
    await t.clock.advance(199_999);
    t.knowledge.list('cluster', IRELAND);
    assert.equal(t.asked.length, 1);
    await t.clock.advance(1);
    t.knowledge.list('cluster', IRELAND);
    assert.equal(t.asked.length, 2);
  });

  it('brings no news where nothing is new', async () => {
    const t = knowing(async () => names('prod'));
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    await t.clock.advance(60_000);
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    assert.deepEqual([t.asked.length, t.news()], [2, 1]);
  });

  it('is not complete where AWS refused, is offered as it was, and is told of once', async () => {
    let isRefused = false;
    const t = knowing(async () => {
      if (isRefused) throw new EngineError('aws.error', 'AWS said AccessDenied', { hint: 'allow it' });
      return names('prod');
    });
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    isRefused = true;
    for (let i = 0; i < 3; i++) {
      await t.clock.advance(60_000);
      t.knowledge.list('cluster', IRELAND);
      await t.settled();
    }
    const { things, complete } = t.knowledge.list('cluster', IRELAND);
    assert.deepEqual([things.length, complete], [1, false]);
    assert.deepEqual(t.said, ['AWS knowledge: AWS said AccessDenied; allow it']);
  });

  it('waits with more than a few questions at a time', async () => {
    const waiting: (() => void)[] = [];
    const t = knowing(() => new Promise((resolve) => waiting.push(() => resolve({}))));
    for (const kind of ['cluster', 'alarm', 'role', 'subnet', 'image', 'function'] as const)
      t.knowledge.list(kind, IRELAND);
    await t.settled();
    assert.equal(t.asked.length, 4);
    waiting[0]!();
    await t.settled();
    assert.equal(t.asked.length, 5);
  });

  it('asks nothing of places that are half typed or were never meant', async () => {
    const t = knowing(async () => names('prod'));
    for (const place of [
      { region: 'eu-wes' },
      { region: 'eu-west-' },
      { region: 'evil.example/#-1' },
      { region: '__proto__' },
      { account: '12345' },
      { account: '{{ account }}' },
    ]) {
      assert.equal(t.knowledge.list('cluster', place).complete, false);
    }
    await t.settled();
    assert.deepEqual(t.asked, []);
  });

  it('is forgotten where the settings lead elsewhere, late answers included', async () => {
    const { promise: late, resolve } = Promise.withResolvers<Partial<Inventory>>();
    const t = knowing(() => late);
    t.knowledge.list('cluster', IRELAND);
    t.knowledge.reset(true);
    resolve(names('prod'));
    await t.settled();
    assert.equal(t.knowledge.list('cluster', IRELAND).things.length, 0);
    await t.settled();
    assert.equal(t.knowledge.list('cluster', IRELAND).things.length, 1);
  });

  it('is nothing, and nothing is asked, where nobody wants it', async () => {
    const t = knowing(async () => names('prod'));
    t.knowledge.reset(false);
    t.knowledge.list('cluster', IRELAND);
    await t.settled();
    assert.deepEqual(t.asked, []);
  });
});
