import assert from 'node:assert/strict';
import { bringAllBack, keepReturning, returnsOf } from '../../../engine/returning.ts';
import { lostRoom, type RolloutRecord, returnOf, type ServiceSeen } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { BLUE_GREEN, native, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { onSpot, shortage, spotStage, spotWeb, whereRuns } from './spot.ts';
import type { Files, Stage } from './stage.ts';

async function deployed(stage: Stage, files: Files): Promise<void> {
  const { rollouts } = await stage.deploy('dev/web', files);
  assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
}

const latestOf = async (stage: Stage) => (await stage.store.latest()).map(({ record }) => record);

const historyOf = async (stage: Stage) => (await stage.store.list({})).map(({ record }) => record).reverse();

/** Watches until something has happened; gives what was said to people. */
async function watched(stage: Stage, until: (event: string, record: RolloutRecord | undefined) => boolean) {
  const ending = new AbortController();
  const said: string[] = [];
  const options = stage.options({
    signal: ending.signal,
    onEvent(event, record) {
      stage.events.push(event);
      // The rollout that ends has its last words to write first.
      if (until(event.code, record)) setImmediate(() => ending.abort());
    },
    onWaiting(_workload, message) {
      said.push(message);
      if (until('told', undefined)) ending.abort();
    },
  });
  await stage.clock.run(keepReturning(stage.ports(), () => latestOf(stage), options));
  return said;
}

const ended = (trigger: RolloutRecord['trigger']) => (code: string, record: RolloutRecord | undefined) =>
  code === 'rollout.ended' && record?.trigger === trigger;

const minutesBetween = (a: RolloutRecord, b: RolloutRecord): number => (b.startedAt - (a.endedAt ?? 0)) / 60_000;

describe('coming back to the own capacity', () => {
  it('happens by itself when the wait is over and Spot has room', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 0, 600)]);
    await deployed(stage, spotWeb());
    await watched(stage, ended('return'));
    const runs = await whereRuns(stage);
    assert.deepEqual(
      [runs.providers, runs.running, runs.strategy, runs.mark],
      [['FARGATE_SPOT'], 2, ['FARGATE_SPOT'], undefined],
      stage.story().join('\n'),
    );
    const [first, back, ...more] = await historyOf(stage);
    assert.deepEqual([back?.trigger, back?.phase, more.length], ['return', 'succeeded', 0]);
    const waited = minutesBetween(first!, back!);
    assert.ok(waited >= 30 && waited <= 31, `${waited} minutes`);
    assert.deepEqual(await returnsOf(stage.ports(), await latestOf(stage)), []);
  });

  it('goes back to the fallback without losing a task where there is no room, waits longer each time, and gives up', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT')]);
    await deployed(stage, spotWeb({}, { fallbackReturn: { waitInterval: 600, attempts: 3 } }));
    const counts: number[] = [];
    const said = await watched(stage, (code) => {
      void whereRuns(stage).then(({ running }) => counts.push(running));
      return code === 'told';
    });
    assert.match(said[0] ?? '', /3 attempts found no room on FARGATE_SPOT; try again with `gitmoxi return dev\/web`/);
    const records = await historyOf(stage);
    assert.deepEqual(
      records.slice(1).map(({ trigger, phase, failure }) => [trigger, phase, failure?.class]),
      Array(3).fill(['return', 'rolled back', 'capacity']),
      stage.story().join('\n'),
    );
    const waits = records.slice(1).map((record, i) => Math.round(minutesBetween(records[i]!, record) / 10) * 10);
    assert.deepEqual(waits, [10, 20, 40]);
    assert.ok(Math.min(...counts) >= 2, `as few as ${Math.min(...counts)} tasks ran`);
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running], [['FARGATE'], 2]);
    assert.match(runs.mark ?? '', /from FARGATE_SPOT/);
    const [left] = await returnsOf(stage.ports(), await latestOf(stage));
    assert.deepEqual([left?.dueAt, left?.attempt, left?.attempts], [null, 4, 3]);
  });

  it('can be asked for when it has been given up, or is turned off', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 0, 600)]);
    await deployed(stage, spotWeb({}, { fallbackReturn: { enabled: false } }));
    await stage.clock.advance(24 * 3600_000);
    const entries = await returnsOf(stage.ports(), await latestOf(stage));
    assert.deepEqual(
      entries.map(({ dueAt }) => dueAt),
      [null],
    );
    const { rollouts } = await stage.clock.run(bringAllBack(stage.ports(), entries, stage.options()));
    assert.equal(rollouts[0]?.phase, 'succeeded');
    assert.deepEqual((await whereRuns(stage)).providers, ['FARGATE_SPOT']);
  });

  it('makes a task set there, and leaves what serves alone until that is stable', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 300, 900)]);
    const { blue, green } = await balanced(stage);
    await deployed(stage, onSpot(external(blue, green)));
    await stage.clock.advance(300_000);
    await deployed(stage, onSpot(external(blue, green, 'shop/web:2')));
    await watched(stage, ended('return'));
    assert.equal((await historyOf(stage)).at(-1)?.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running, runs.mark], [['FARGATE_SPOT'], 2, undefined]);
    assert.equal((await taskSets(stage)).length, 1);
  });

  it("goes through ECS's own traffic shift, forth and, without room, back", async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 600, 4000)], SHIFTED_GIVEN);
    const front = await shifted(stage);
    const files = (image: string) =>
      onSpot(native(front, BLUE_GREEN, image), { fallbackReturn: { waitInterval: 600 } });
    await deployed(stage, files('shop/web:1'));
    await stage.clock.advance(600_000);
    await deployed(stage, files('shop/web:2'));
    await watched(stage, ended('return'));
    const [, , first] = await historyOf(stage);
    assert.deepEqual([first?.phase, first?.failure?.class], ['rolled back', 'capacity'], stage.story().join('\n'));
    const between = await whereRuns(stage);
    assert.deepEqual([between.providers, between.running], [['FARGATE'], 2]);
    await stage.clock.advance(3600_000);
    await watched(stage, ended('return'));
    assert.equal((await historyOf(stage)).at(-1)?.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running, runs.mark], [['FARGATE_SPOT'], 2, undefined]);
  });
});

describe('losing room long after a rollout', () => {
  it('moves the service to its fallback while somebody watches, and brings it back later', async () => {
    await using stage = await spotStage([
      { when: { capacityProvider: 'FARGATE_SPOT', untilSeconds: 600 }, then: { interrupt: { afterSeconds: 1800 } } },
      shortage('FARGATE_SPOT', 600, 3000),
    ]);
    await deployed(stage, spotWeb());
    await watched(stage, ended('fallback'));
    const away = await whereRuns(stage);
    assert.deepEqual(
      [away.providers, away.running, away.revision],
      [['FARGATE'], 2, 'web:1'],
      stage.story().join('\n'),
    );
    assert.match(away.mark ?? '', /from FARGATE_SPOT/);
    await watched(stage, ended('return'));
    assert.deepEqual((await whereRuns(stage)).providers, ['FARGATE_SPOT']);
  });

  it('is not seen in a service whose tasks start again by themselves', async () => {
    await using stage = await spotStage([
      { when: { capacityProvider: 'FARGATE_SPOT', untilSeconds: 600 }, then: { interrupt: { afterSeconds: 1800 } } },
    ]);
    await deployed(stage, spotWeb());
    const until = stage.clock.now() + 3600_000;
    const ending = new AbortController();
    const options = stage.options({ signal: ending.signal });
    const watching = keepReturning(stage.ports(), () => latestOf(stage), options);
    const end = stage.clock.sleepUntil(until).then(() => ending.abort());
    await stage.clock.run(Promise.all([watching, end]));
    assert.equal((await historyOf(stage)).length, 1);
  });
});

const service = (running: number, events: ServiceSeen['events']): ServiceSeen => ({
  arn: 'arn',
  status: 'ACTIVE',
  desiredCount: 2,
  taskDefinition: 'web:1',
  deployments: [
    {
      id: 'ecs-svc/1',
      status: 'PRIMARY',
      taskDefinition: 'web:1',
      desiredCount: 2,
      runningCount: running,
      pendingCount: 0,
      failedTasks: 0,
      rolloutState: 'COMPLETED',
      rolloutStateReason: undefined,
    },
  ],
  taskSets: [],
  events,
});

const said = (at: number, message: string) => ({ id: String(at), at, message: `(service web) ${message}` });
const NO_ROOM = 'was unable to place a task. Reason: Capacity is unavailable at this time.';

describe('lost room', () => {
  it('is what ECS has said for long enough, and not taken back', () => {
    assert.equal(lostRoom(service(1, [said(1000, NO_ROOM)]), 60_000, 61_000)?.length, 1);
    assert.equal(lostRoom(service(1, [said(1000, NO_ROOM)]), 60_000, 60_000), undefined);
    assert.equal(lostRoom(service(2, [said(1000, NO_ROOM)]), 60_000, 90_000), undefined);
    const steady = said(2000, 'has reached a steady state.');
    assert.equal(lostRoom(service(1, [steady, said(1000, NO_ROOM)]), 60_000, 90_000), undefined);
    assert.equal(
      lostRoom(service(1, [said(1000, 'was unable to place a task. Reason: CannotPullContainerError: x')]), 0, 90_000),
      undefined,
    );
  });
});

describe('when a service comes back', () => {
  const record = (trigger: string, phase: string, endedAt: number, since: number | null): RolloutRecord =>
    ({
      trigger,
      phase,
      endedAt,
      strategy: 'ecs-rolling',
      state: { capacity: { since, own: 'FARGATE_SPOT', returns: { waitSeconds: 100, attempts: 5 }, fallback: [{}] } },
    }) as unknown as RolloutRecord;

  it('counts a return that did not hold for as long as the first wait, so that it does not go to and fro', () => {
    const first = record('manual', 'succeeded', 0, 0);
    const back = record('return', 'succeeded', 100_000, null);
    const soon = record('fallback', 'succeeded', 160_000, 150_000);
    assert.deepEqual(returnOf([soon, back, first])?.dueAt, 160_000 + 200_000);
    const late = record('fallback', 'succeeded', 900_000, 890_000);
    assert.deepEqual(returnOf([late, back, first])?.dueAt, 900_000 + 100_000);
  });

  it('is never while a rollout is under way, nor after a return', () => {
    const first = record('manual', 'succeeded', 0, 0);
    assert.equal(returnOf([record('manual', 'launching', 0, 0), first]), undefined);
    assert.equal(returnOf([{ ...record('return', 'succeeded', 100_000, null), state: null }, first]), undefined);
  });
});
