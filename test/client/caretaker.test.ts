import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Caretaker, type CaretakerOptions } from '../../client/engine/caretaker.ts';
import type { EngineSession } from '../../client/engine/session.ts';
import type { Engine, StatusEntry } from '../../engine/index.ts';

const OWNER = { id: 'o', host: 'laptop', pid: 1 };

interface Some {
  readonly root?: string;
  readonly endedAt?: number | null;
  readonly owner?: StatusEntry['owner'];
  readonly capacity?: { readonly since: number | null; readonly fallback: readonly unknown[] | null };
}

/** The status of one rollout, as far as it matters here. */
const entry = (id: string, { root = '/shop', endedAt = null, owner, capacity }: Some = {}) =>
  ({
    rollout: { id, endedAt, repository: { identity: root, root }, state: capacity === undefined ? {} : { capacity } },
    owner,
  }) as unknown as StatusEntry;

function caretaker(status: () => Promise<StatusEntry[]>, more: Partial<CaretakerOptions> = {}) {
  const taken: string[][] = [];
  const kept: string[][] = [];
  const failures: unknown[] = [];
  const engine = { status } as unknown as Engine;
  const one = new Caretaker({
    session: { open: async () => ({ engine }) } as unknown as EngineSession,
    folders: () => ['/shop'],
    takeUp: (ids) => taken.push([...ids]),
    keep: (repos) => {
      kept.push([...repos]);
      return new Promise(() => {});
    },
    failed: (error) => failures.push(error),
    ...more,
  });
  return { look: () => one.look(), taken, kept, failures };
}

describe('the caretaker of a window', () => {
  it('takes up what is unfinished and nobody runs', async () => {
    const entries = [entry('left'), entry('running', { owner: OWNER }), entry('over', { endedAt: 1 })];
    const { look, taken } = caretaker(async () => entries);
    await look();
    assert.deepEqual(taken, [['left']]);
  });

  it('leaves rollouts of other repositories to other windows', async () => {
    const entries = [entry('a', { root: '/shop' }), entry('b', { root: '/shopping' }), entry('c', { root: '/' })];
    const { look, taken } = caretaker(async () => entries, { folders: () => ['/shop/services'] });
    await look();
    assert.deepEqual(taken, [['a', 'c']]);
  });

  it('knows the repository of a folder that was opened by a link', async () => {
    const place = realpathSync(mkdtempSync(join(tmpdir(), 'gitmoxi-caretaker-')));
    try {
      const link = join(place, 'link');
      symlinkSync(place, link);
      const { look, taken } = caretaker(async () => [entry('left', { root: place })], { folders: () => [link] });
      await look();
      assert.deepEqual(taken, [['left']]);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it('looks again soon while others roll something out, and seldom at rest', async () => {
    const [moving, over] = [entry('a', { owner: OWNER }), entry('b', { endedAt: 1 })];
    assert.equal(await caretaker(async () => [moving, over]).look(), 2_000);
    const own = entry('c', { owner: { ...OWNER, pid: process.pid } });
    assert.equal(await caretaker(async () => [own]).look(), 15_000);
    assert.equal(await caretaker(async () => [over]).look(), 15_000);
    assert.equal(await caretaker(() => Promise.reject(new Error('locked'))).look(), 15_000);
  });

  it('opens nothing in a window without folders', async () => {
    const { look } = caretaker(() => assert.fail('asked'), { folders: () => [] });
    await look();
  });

  it('keeps services that have a fallback where they belong, once', async () => {
    const own = { since: null, fallback: [{ capacityProvider: 'FARGATE' }] };
    const entries = [entry('a', { endedAt: 1, capacity: own }), entry('b', { endedAt: 1 })];
    const { look, kept } = caretaker(async () => entries);
    await look();
    await look();
    assert.deepEqual(kept, [['/shop']]);
  });

  it('begins to keep them anew when that could not go on', async () => {
    const own = { since: null, fallback: [{ capacityProvider: 'FARGATE' }] };
    let begun = 0;
    const keep = async () => {
      begun += 1;
      throw new Error('the store is locked');
    };
    const { look, failures } = caretaker(async () => [entry('a', { endedAt: 1, capacity: own })], { keep });
    await look();
    await new Promise(setImmediate);
    await look();
    assert.equal(begun, 2);
    assert.match(String(failures[0]), /locked/);
  });

  it('goes on after a look that failed', async () => {
    let looks = 0;
    const { look, taken, failures } = caretaker(async () => {
      looks += 1;
      if (looks === 1) throw new Error('the store is locked');
      return [entry('left')];
    });
    await look();
    await look();
    assert.equal(failures.length, 1);
    assert.deepEqual(taken, [['left']]);
  });
});
