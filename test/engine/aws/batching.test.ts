import assert from 'node:assert/strict';
import { createBatch, lookTogether } from '../../../engine/aws/batching.ts';
import { mayHaveStopped } from '../../../engine/aws/observe.ts';
import { VirtualClock } from '../../../sandbox/index.ts';

/** A batch over names, and the calls that it makes. */
function counted(most = 10, failing: readonly string[] = []) {
  const clock = new VirtualClock();
  const calls: string[][] = [];
  const ask = async (_: string, keys: readonly string[]) => {
    calls.push([...keys]);
    if (keys.some((key) => failing.includes(key))) throw new TypeError('not all of these');
    return new Map(keys.filter((key) => key !== 'gone').map((key) => [key, key.toUpperCase()]));
  };
  const many = createBatch({ clock, most, ask, isOfOne: (error) => error instanceof TypeError });
  return { clock, calls, many, batch: async (group: string, key: string) => (await many(group, [key])).get(key) };
}

const NAMES = Array.from({ length: 25 }, (_, i) => `s${i}`);

describe('a batch', () => {
  it('answers one that is alone at once', async () => {
    const { calls, batch } = counted();
    assert.deepEqual([await batch('eu', 'a'), await batch('eu', 'a'), await batch('eu', 'a')], ['A', 'A', 'A']);
    assert.equal(calls.length, 3);
  });

  it('answers one that asks for many at once, in full calls', async () => {
    const { calls, many } = counted();
    assert.equal((await many('eu', [...NAMES, 'gone'])).size, 25);
    assert.deepEqual(
      calls.map((keys) => keys.length),
      [10, 10, 6],
    );
  });

  it('puts those that ask in the same moment into full calls, and gives each its own answer', async () => {
    const { clock, calls, batch } = counted();
    await clock.run(Promise.all(NAMES.map((name) => batch('eu', name))));
    calls.length = 0;
    const answers = await clock.run(Promise.all([...NAMES, 'gone'].map((name) => batch('eu', name))));
    assert.deepEqual(answers, [...NAMES.map((name) => name.toUpperCase()), undefined]);
    assert.deepEqual(
      calls.map((keys) => keys.length),
      [10, 10, 6],
    );
  });

  it('asks for each alone where the caller may not see one of them', async () => {
    const { clock, batch } = counted(10, ['s1']);
    await clock.run(Promise.allSettled(['s0', 's1', 's2'].map((name) => batch('eu', name))));
    const ends = await clock.run(Promise.allSettled(['s0', 's1', 's2'].map((name) => batch('eu', name))));
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });

  it('keeps groups apart', async () => {
    const { clock, calls, batch } = counted();
    const ask = () => clock.run(Promise.all(['eu', 'us'].flatMap((group) => [batch(group, 'a'), batch(group, 'b')])));
    await ask();
    calls.length = 0;
    await ask();
    assert.deepEqual(calls, [
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});

describe('looks of many', () => {
  it('fall on the same times, never later than asked for, and are left alone where there are few', () => {
    const clock = new VirtualClock(1_002_000);
    const together = lookTogether(clock);
    assert.equal(together.lookAt('eu', 1_017_300), 1_017_300);
    for (const name of NAMES) together.looked('eu', name);
    assert.equal(together.lookAt('eu', 1_017_300), 1_015_000);
    assert.equal(together.lookAt('eu', 1_003_000), 1_003_000);
    assert.equal(together.lookAt('us', 1_017_300), 1_017_300);
  });
});

describe('a look at a service', () => {
  const START = 1_000_000;
  const at = (seconds: number, message: string) => ({
    id: message,
    createdAt: new Date(START + seconds * 1000),
    message,
  });
  const service = (runningCount: number, pendingCount: number, messages: readonly string[], failedTasks = 0) => ({
    deployments: [
      { id: 'ecs-svc/2', createdAt: new Date(START), desiredCount: 2, runningCount, pendingCount, failedTasks },
    ],
    events: messages.map((message, i) => at(i + 1, message)).reverse(),
  });
  const asks = (seen: ReturnType<typeof service>, seconds = 30) =>
    mayHaveStopped(seen, ['ecs-svc/2'], START + seconds * 1000);
  const STARTED = '(service web) has started 2 tasks: (task a) (task b).';

  it('asks for stopped tasks only where one may have stopped', () => {
    assert.equal(asks(service(0, 0, [])), false);
    assert.equal(asks(service(0, 2, [STARTED])), false);
    assert.equal(asks(service(2, 0, [STARTED, '(service web) has reached a steady state.'])), false);
  });

  it('asks where a started task is in no count, failed, or was never started', () => {
    assert.equal(asks(service(1, 0, [STARTED])), true);
    assert.equal(asks(service(1, 1, [STARTED, '(service web) has started 1 tasks: (task c).'])), true);
    assert.equal(asks(service(2, 0, [STARTED], 1)), true);
    assert.equal(asks(service(2, 0, [STARTED, '(service web) (task a) failed container health checks.'])), true);
    assert.equal(asks(service(0, 0, ['(service web) was unable to place a task.'])), true);
    assert.equal(asks(service(0, 0, []), 61), true);
  });

  it('asks where it cannot tell', () => {
    assert.equal(mayHaveStopped({}, ['ecs-svc/2'], START), true);
    const many = Array.from({ length: 100 }, (_, i) => `(service web) has reached a steady state. ${i}`);
    assert.equal(asks(service(2, 0, many), 10), true);
  });
});
