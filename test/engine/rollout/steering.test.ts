/** What people ask of a running rollout, as another process asks it: through the store. */
import assert from 'node:assert/strict';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { GetAliasCommand } from '@aws-sdk/client-lambda';
import type { Command, RolloutRecord } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { resize, web } from './fixtures.ts';
import { Stage } from './stage.ts';

/** A rule for when somebody asks for something; each is asked once. */
interface Asks {
  readonly when: (record: RolloutRecord, secondsSinceStart: number) => boolean;
  readonly command: Command;
}

/** Listens to a rollout and asks each thing when its time has come, in order. */
function asking(stage: Stage, asks: readonly Asks[]): (record: RolloutRecord) => void {
  let next = 0;
  return (record) => {
    const ask = asks[next];
    if (ask === undefined || !ask.when(record, (stage.clock.now() - record.startedAt) / 1000)) return;
    next++;
    void stage.store.ask(record.id, ask.command, 'ada@laptop');
  };
}

const at =
  (percent: number) =>
  ({ progress, phase }: RolloutRecord) =>
    phase === 'shifting' && progress.trafficPercent === percent;

const isPaused = ({ paused }: RolloutRecord) => paused !== null;

const LINEAR = { trafficShiftingConfig: { type: 'LINEAR', percent: 25, waitInterval: 600 } };
const next = resize({ key: 'resize-2.zip', deployment: LINEAR });
const watched = resize({ key: 'resize-2.zip', deployment: { ...LINEAR, alarms: { alarmNames: ['errors'] } } });

async function lambdaUnder(asks: readonly Asks[]) {
  const stage = await Stage.open();
  await stage.deploy('dev/resize', resize());
  stage.events.length = 0;
  const { rollouts } = await stage.deploy('dev/resize', next, undefined, { onRecord: asking(stage, asks) });
  const alias = await stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));
  const shares = Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    stage,
    rollout: rollouts[0]!,
    serves: [alias.FunctionVersion, ...shares],
    codes: stage.events.map(({ code }) => code),
    seconds: Math.round((rollouts[0]!.endedAt! - rollouts[0]!.startedAt!) / 1000),
    story: stage.story().join('\n'),
  };
}

describe('a rollout that is steered', () => {
  it('holds its traffic while it is paused, and goes on where it was', async () => {
    const hourLater = (_: RolloutRecord, seconds: number) => seconds > 4800;
    const { stage, rollout, codes, seconds, story } = await lambdaUnder([
      { when: at(25), command: 'pause' },
      { when: hourLater, command: 'continue' },
    ]);
    await using _ = stage;
    assert.equal(rollout.phase, 'succeeded', story);
    assert.ok(codes.includes('rollout.paused') && codes.includes('rollout.continued'), story);
    const shifts = stage.events.filter(({ code }) => code === 'traffic.shifted').map(({ data }) => data['percent']);
    assert.deepEqual(shifts, [25, 50, 75, 100], story);
    assert.ok(seconds > 4800 + 2 * 600, `${seconds} s\n${story}`);
  });

  it('still goes back when an alarm fires while it is paused', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [], given: { alarms: [{ name: 'errors', state: 'OK' }] } },
    });
    const cloudWatch = new CloudWatchClient(stage.client);
    await stage.deploy('dev/resize', resize());
    const pausing = asking(stage, [{ when: at(25), command: 'pause' }]);
    const onRecord = (record: RolloutRecord) => {
      pausing(record);
      if (record.paused === null || stage.clock.now() - record.paused.since < 1_200_000) return;
      const alarm = { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many' } as const;
      void cloudWatch.send(new SetAlarmStateCommand(alarm));
    };
    const { rollouts } = await stage.deploy('dev/resize', watched, undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /errors; version 1 serves/);
    cloudWatch.destroy();
  });

  it('goes back when it is aborted while it is paused', async () => {
    const { stage, rollout, serves, story } = await lambdaUnder([
      { when: at(50), command: 'pause' },
      { when: isPaused, command: 'abort' },
    ]);
    await using _ = stage;
    assert.deepEqual([rollout.phase, serves], ['aborted', ['1']], story);
  });

  it('skips the rest of one bake when it is promoted', async () => {
    const { stage, rollout, codes, seconds, story } = await lambdaUnder([{ when: at(25), command: 'promote' }]);
    await using _ = stage;
    assert.equal(rollout.phase, 'succeeded', story);
    assert.ok(codes.includes('rollout.promoted'), story);
    assert.ok(seconds > 1200 && seconds < 1300, `${seconds} s\n${story}`);
  });

  it('skips every further step when it is promoted wholly, also out of a pause', async () => {
    const { stage, rollout, seconds, serves, story } = await lambdaUnder([
      { when: at(50), command: 'pause' },
      { when: isPaused, command: 'promote-all' },
    ]);
    await using _ = stage;
    assert.deepEqual([rollout.phase, serves], ['succeeded', ['2']], story);
    const shifts = stage.events.filter(({ code }) => code === 'traffic.shifted').map(({ data }) => data['percent']);
    assert.deepEqual(shifts, [25, 50, 100], story);
    assert.ok(seconds < 700, `${seconds} s`);
  });

  it('stops at once and leaves everything as it is, when that is asked for, and says what that is', async () => {
    const { stage, rollout, serves, story } = await lambdaUnder([{ when: at(50), command: 'leave' }]);
    await using _ = stage;
    assert.deepEqual([rollout.phase, serves], ['aborted', ['1', '2']], story);
    assert.equal(rollout.reason, 'left as it is; the new revision gets 50 % of the traffic');
    assert.match(rollout.next ?? '', /gitmoxi rollback/);
  });

  it('says so where there is nothing to promote', async () => {
    await using stage = await Stage.open();
    const asks = asking(stage, [{ when: ({ phase }) => phase === 'stabilizing', command: 'promote' }]);
    const { rollouts } = await stage.deploy('dev/web', web(), undefined, { onRecord: asks });
    assert.equal(rollouts[0]?.phase, 'succeeded');
    assert.ok(
      stage.events.some(({ code }) => code === 'rollout.ignored'),
      stage.story().join('\n'),
    );
  });

  it('is taken up paused by another process, and goes on when that is asked for', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const leaving = new AbortController();
    const onRecord = asking(stage, [{ when: at(25), command: 'pause' }]);
    const watching = (record: RolloutRecord) => {
      onRecord(record);
      if (record.paused !== null) leaving.abort();
    };
    const first = await stage.deploy('dev/resize', next, undefined, { onRecord: watching, signal: leaving.signal });
    assert.equal(first.rollouts[0]?.phase, 'unfinished');
    const resumed = stage.clock.run(
      stage.resumeWith(asking(stage, [{ when: (_, s) => s > 3600, command: 'continue' }])),
    );
    const { rollouts } = await resumed;
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.ok(rollouts[0].endedAt! - rollouts[0].startedAt! > 3_600_000);
  });

  it('pauses a blue/green rollout before it shifts, for as long as asked', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green, weights } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    const before = await weights();
    let during: unknown;
    const asks = asking(stage, [
      { when: ({ phase }) => phase === 'stabilizing', command: 'pause' },
      {
        when: (_, seconds) => {
          if (seconds < 3000) return false;
          during = weights();
          return true;
        },
        command: 'continue',
      },
    ]);
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:2'), undefined, {
      onRecord: asks,
    });
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual(await during, { ...before, green: 0 });
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:2', 2, green]]);
    elb.destroy();
  });
});
