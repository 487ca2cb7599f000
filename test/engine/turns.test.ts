import assert from 'node:assert/strict';
import { createTurns } from '../../engine/turns.ts';

const never = () => new AbortController().signal;

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('lets so many at it for each key, and the rest in the order they came', async () => {
    const turns = createTurns(2);
    const order: string[] = [];
    const ends = new Map<string, () => void>();
    for (const [key, name] of [
      ['eu', 'a'],
      ['eu', 'b'],
      ['eu', 'c'],
      ['eu', 'd'],
      ['us', 'e'],
    ] as const) {
      void turns.take(key, never()).then((end) => {
        order.push(name);
        ends.set(name, end);
      });
    }
    await settle();
    assert.deepEqual(order, ['a', 'b', 'e']);
    ends.get('b')!();
    ends.get('b')!();
    await settle();
    assert.deepEqual(order, ['a', 'b', 'e', 'c']);
    ends.get('a')!();
    await settle();
    assert.deepEqual(order, ['a', 'b', 'e', 'c', 'd']);
  });

  it('gives the place of one who leaves to nobody', async () => {
    const turns = createTurns(1);
    const end = await turns.take('eu', never());
    const leaving = new AbortController();
    const left = turns.take('eu', leaving.signal);
    const next = turns.take('eu', never());
    leaving.abort(new DOMException('gone', 'AbortError'));
    await assert.rejects(left, /gone/);
    end();
    (await next)();
    await turns.take('eu', never());
  });
});
