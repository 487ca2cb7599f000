import assert from 'node:assert/strict';
import { VirtualClock } from '../../sandbox/index.ts';

describe('the virtual clock', () => {
  it('wakes sleepers in order of time, each at exactly its own time', async () => {
    const clock = new VirtualClock(0);
    const woken: [string, number][] = [];
    const sleeper = async (name: string, at: number) => {
      await clock.sleepUntil(at);
      woken.push([name, clock.now()]);
    };
    const all = Promise.all([sleeper('late', 3000), sleeper('early', 1000), sleeper('also early', 1000)]);
    await clock.advance(5000);
    await all;
    assert.deepEqual(woken, [
      ['early', 1000],
      ['also early', 1000],
      ['late', 3000],
    ]);
    assert.equal(clock.now(), 5000);
  });

  it('runs an hour of polling without waiting for it', async () => {
    const clock = new VirtualClock(0);
    const polls = await clock.run(
      (async () => {
        let count = 0;
        for (; clock.now() < 3_600_000; count++) await clock.sleepUntil(clock.now() + 15_000);
        return count;
      })(),
    );
    assert.equal(polls, 240);
  });

  it('stands still while work is busy', async () => {
    const clock = new VirtualClock(0);
    const other = clock.sleepUntil(60_000);
    let at = -1;
    const work = clock.busy(
      new Promise<void>((resolve) => {
        setTimeout(() => {
          at = clock.now();
          resolve();
        }, 5);
      }),
    );
    await clock.run(Promise.all([work, other]));
    assert.equal(at, 0);
    assert.equal(clock.now(), 60_000);
  });

  it('ends a sleep when its signal aborts, without moving time', async () => {
    const clock = new VirtualClock(0);
    const abort = new AbortController();
    const sleep = clock.sleepUntil(1000, abort.signal);
    abort.abort();
    await clock.run(sleep);
    assert.equal(clock.now(), 0);
  });

  it('does not go back', async () => {
    const clock = new VirtualClock(1000);
    await assert.rejects(clock.advanceTo(999), { code: 'clock.backwards' });
  });

  it('gives a failed run its error', async () => {
    const clock = new VirtualClock(0);
    const fails = clock.sleepUntil(10).then(() => Promise.reject(new RangeError('broken')));
    await assert.rejects(clock.run(fails), RangeError);
  });
});
