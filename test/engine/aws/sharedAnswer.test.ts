import assert from 'node:assert/strict';
import { sharedAnswer } from '../../../engine/aws/sharedAnswer.ts';
import { VirtualClock } from '../../../sandbox/index.ts';

/** Regions that answer when they are told to. */
function regions() {
  const open = new Map<string, PromiseWithResolvers<string>>();
  const asked: string[] = [];
  return {
    asked,
    ask(region: string): Promise<string> {
      asked.push(region);
      const answer = Promise.withResolvers<string>();
      open.set(region, answer);
      return answer.promise;
    },
    answer: (region: string, text: string) => open.get(region)!.resolve(text),
    fail: (region: string) => open.get(region)!.reject(new Error(`${region} is down`)),
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a shared answer', () => {
  it('is asked for once, however many want it in however many regions', async () => {
    const { ask, answer, asked } = regions();
    const shared = sharedAnswer(ask, undefined, new VirtualClock());
    const all = ['eu', 'eu', 'us', 'ap'].map(shared);
    await settle();
    answer('eu', 'me');
    assert.deepEqual(await Promise.all(all), ['me', 'me', 'me', 'me']);
    assert.equal(await shared('sa'), 'me');
    assert.deepEqual(asked, ['eu']);
  });

  it('comes from another region after a second where the first one is silent, and ends its wait too', async () => {
    const clock = new VirtualClock();
    const { ask, answer, asked } = regions();
    const shared = sharedAnswer(ask, undefined, clock);
    const hung = shared('eu');
    const other = shared('us');
    await clock.advanceTo(clock.now() + 999);
    assert.deepEqual(asked, ['eu']);
    await clock.advanceTo(clock.now() + 1);
    await settle();
    assert.deepEqual(asked, ['eu', 'us']);
    answer('us', 'me');
    assert.deepEqual(await Promise.all([hung, other]), ['me', 'me']);
  });

  it('fails in the region that fails, and is asked for elsewhere at once', async () => {
    const { ask, answer, fail, asked } = regions();
    const shared = sharedAnswer(ask, undefined, new VirtualClock());
    const [broken, other] = [shared('eu'), shared('us')];
    await settle();
    fail('eu');
    await assert.rejects(broken, /eu is down/);
    await settle();
    answer('us', 'me');
    assert.equal(await other, 'me');
    assert.equal(await shared('eu'), 'me');
    assert.deepEqual(asked, ['eu', 'us']);
  });

  it('is asked for again once it is no good any more', async () => {
    const { ask, answer, asked } = regions();
    let good = true;
    const shared = sharedAnswer(ask, () => good, new VirtualClock());
    const first = shared('eu');
    answer('eu', 'old');
    assert.equal(await first, 'old');
    good = false;
    const second = shared('us');
    await settle();
    answer('us', 'new');
    assert.equal(await second, 'new');
    assert.deepEqual(asked, ['eu', 'us']);
  });
});
