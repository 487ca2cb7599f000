/** What rollouts say that they wait for, at every moment. */
import assert from 'node:assert/strict';
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { EngineError } from '../../../engine/errors.ts';
import type { RolloutRecord, Waiting } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { resize, web } from './fixtures.ts';
import { CANARY, native, pauseAt, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { shortage, spotStage, spotWeb } from './spot.ts';
import { type Files, Stage } from './stage.ts';

interface Moment {
  readonly at: number;
  readonly record: RolloutRecord;
}

/** Deploys, and gives what the record was at every moment at which it was told. */
async function moments(stage: Stage, files: Files | undefined, then = (_: RolloutRecord): void => {}, before?: Files) {
  const told: Moment[] = [];
  const onRecord = (record: RolloutRecord) => {
    told.push({ at: stage.clock.now(), record });
    then(record);
  };
  const { rollouts } = await stage.deploy(files?.['function'] ? 'dev/resize' : 'dev/web', files, before, { onRecord });
  return { told, rollout: rollouts[0]! };
}

/** Nothing goes on for longer than a moment without saying what is waited for, and nobody is told a time that is over. */
function checkAlwaysSaid(told: readonly Moment[]): void {
  for (const [i, { at, record }] of told.entries()) {
    const next = told[i + 1];
    const { waiting, pending, phase, message } = record;
    if (next === undefined) assert.equal(waiting, null, `it is over: ${phase}`);
    if (next === undefined || pending !== null || next.at - at < 1_500) continue;
    assert.ok(waiting, `nothing is said for ${next.at - at} ms: ${phase}, ${message}`);
    assert.ok(waiting.nextLookAt >= next.at - 2_500, `${waiting.text}: looked at later than was said`);
    assert.ok(waiting.since <= at, waiting.text);
    assert.ok(waiting.limit === null || waiting.limit.at >= at, `${waiting.text}: over already`);
    assert.doesNotMatch(waiting.text, /\d+ s more/, 'a text that goes out of date by itself');
  }
}

const waits = (told: readonly Moment[]): Waiting[] => told.flatMap(({ record }) => record.waiting ?? []);

/** `tasks gives up`, each once, in order. */
function kinds(told: readonly Moment[]): string[] {
  const all = waits(told).map((waiting) => [waiting.for, waiting.limit?.ends].filter(Boolean).join(' '));
  return all.filter((kind, i) => kind !== all[i - 1]);
}

describe('what is waited for', () => {
  it('is the deployment to show, then the tasks of a rolling update, until its check gives up', async () => {
    await using stage = await Stage.open();
    const { told } = await moments(stage, web());
    checkAlwaysSaid(told);
    assert.deepEqual(kinds(told), ['settling', 'tasks gives up']);
    const { text, limit, since, lookEveryMs } = waits(told).at(-1)!;
    assert.match(text, /^\d of 2 new tasks run web:1/);
    assert.deepEqual([(limit!.at - since) / 1000, lookEveryMs / 1000], [600, 10]);
  });

  it('is the targets of a blue/green rollout once its tasks run, and then the bakes', async () => {
    const slow = { given: { alarms: [{ name: 'errors', state: 'OK' }] }, rules: [] };
    await using stage = await Stage.open({ scenario: slow });
    const { blue, green, elb } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    const alarms = { alarms: { alarmNames: ['errors'] } };
    const linear = { type: 'LINEAR', percent: 50, waitInterval: 60 };
    const { told } = await moments(stage, external(blue, green, 'shop/web:2', linear, alarms));
    checkAlwaysSaid(told);
    const seen = kinds(told);
    for (const kind of ['tasks gives up', 'targets gives up', 'bake goes on', 'drain goes on'])
      assert.ok(seen.includes(kind), `${kind} is missing: ${seen.join(', ')}`);
    const texts = waits(told).map(({ text }) => text);
    assert.ok(texts.includes('0 of 2 targets healthy'), texts.join('\n'));
    assert.ok(texts.includes('baking at 50 %, then 100 %; watching errors'), texts.join('\n'));
    elb.destroy();
  });

  it("is ECS's own stages, and somebody to answer a pause", async () => {
    await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN, rules: [] } });
    const traffic = await shifted(stage);
    await stage.deploy('dev/web', native(traffic, CANARY));
    const pausing = { ...CANARY, lifecycleHooks: [pauseAt('POST_SCALE_UP', { timeoutInMinutes: 30 })] };
    let asked = false;
    const { told, rollout } = await moments(stage, native(traffic, pausing, 'shop/web:2'), ({ id, waiting }) => {
      if (waiting?.for !== 'person' || asked) return;
      asked = true;
      void stage.store.ask(id, 'promote', 'ada@laptop');
    });
    assert.equal(rollout.phase, 'succeeded', stage.story().join('\n'));
    checkAlwaysSaid(told);
    const person = waits(told).find((waiting) => waiting.for === 'person')!;
    assert.match(person.text, /^paused at POST_SCALE_UP \(hook /);
    assert.deepEqual([person.command, person.limit?.ends], ['promote', 'rolls back']);
    const bake = waits(told).find(({ text }) => text.startsWith('BAKE_TIME'))!;
    const bakes = (bake.limit!.at - bake.since) / 60_000;
    assert.deepEqual([bake.for, bake.limit?.ends, Math.round(bakes)], ['bake', 'goes on', 2]);
  });

  it('is room for tasks that find none, until the fallback is used', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT')]);
    const { told, rollout } = await moments(stage, spotWeb());
    assert.equal(rollout.phase, 'succeeded', stage.story().join('\n'));
    checkAlwaysSaid(told);
    assert.ok(kinds(told).includes('room falls back'), kinds(told).join());
    const moved = stage.events.find(({ code }) => code === 'capacity.fell-back')!;
    const said = waits(told).findLast((waiting) => waiting.for === 'room')!;
    assert.ok(Math.abs(said.limit!.at - moved.time) <= 11_000, `${said.limit!.at} and ${moved.time}`);
    assert.equal(
      said.text,
      '0 of 2 new tasks run web:1, no room for the others on FARGATE_SPOT; without any for 60 s, FARGATE is used',
    );
  });

  it('is the function to settle, its version, and the bakes of its alias', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const shifting = { trafficShiftingConfig: { type: 'CANARY', percent: 10, waitInterval: 120 } };
    const { told } = await moments(stage, resize({ key: 'resize-2.zip', deployment: shifting }));
    checkAlwaysSaid(told);
    assert.deepEqual(
      kinds(told).filter((kind) => !kind.startsWith('settling')),
      ['function gives up', 'bake goes on', 'drain goes on'],
    );
    const bake = waits(told).find((waiting) => waiting.for === 'bake')!;
    assert.equal(bake.text, 'baking at 10 %, then 100 %; no alarm is watched');
    assert.deepEqual([bake.limit!.at - bake.since, bake.command], [120_000, 'promote']);
  });

  it('is a person where a rollout is paused, with what it would do next', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const shifting = { trafficShiftingConfig: { type: 'CANARY', percent: 10, waitInterval: 120 } };
    const asked = new Set<string>();
    const once = (id: string, command: 'pause' | 'continue') => {
      if (!asked.has(command)) void stage.store.ask(id, command, 'ada@laptop');
      asked.add(command);
    };
    const { told } = await moments(stage, resize({ key: 'resize-2.zip', deployment: shifting }), ({ id, waiting }) => {
      if (waiting?.for === 'bake') once(id, 'pause');
      if (waiting?.for === 'person') once(id, 'continue');
    });
    checkAlwaysSaid(told);
    const person = waits(told).find((waiting) => waiting.for === 'person')!;
    assert.deepEqual(
      [person.text, person.command, person.limit],
      ['paused by ada@laptop; next: giving version 2 100 % of the traffic', 'continue', null],
    );
  });

  it('is AWS while it cannot be read, since when, and until when it is tried', async () => {
    await using stage = await Stage.open();
    const ports = stage.ports();
    let reads = 0;
    const observe: typeof ports.aws.observe = (wish, signal) => {
      reads++;
      if (reads >= 3 && reads < 8)
        throw new EngineError('aws.unreachable', 'AWS cannot be reached in eu-west-1', { passing: true });
      return ports.aws.observe(wish, signal);
    };
    const told: Moment[] = [];
    const stored: (Waiting | null)[] = [];
    const onRecord = async (record: RolloutRecord) => {
      told.push({ at: stage.clock.now(), record });
      if (record.waiting?.for === 'aws') stored.push((await stage.store.load(record.id))!.record.waiting);
    };
    const plan = await stage.plan('dev/web', web());
    const { deployPlan } = await import('../../../engine/deploying.ts');
    const flaky = { ...ports, aws: { ...ports.aws, observe } };
    await stage.clock.run(deployPlan(flaky, plan, stage.options({ onRecord })));
    checkAlwaysSaid(told);
    const trouble = waits(told).filter((waiting) => waiting.for === 'aws');
    assert.equal(trouble.length, 5);
    assert.equal(new Set(trouble.map(({ since }) => since)).size, 1);
    assert.deepEqual([trouble[0]!.limit!.at - trouble[0]!.since, trouble[0]!.limit!.ends], [900_000, 'gives up']);
    assert.equal(stored[0]?.text, 'AWS cannot be reached in eu-west-1');
  });

  it('is what is being deleted, until it is gone', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const { told } = await moments(stage, undefined, () => {}, web());
    checkAlwaysSaid(told);
    assert.deepEqual(kinds(told), ['drain gives up']);
  });

  it('costs no write where nothing of it moved', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const shifting = { trafficShiftingConfig: { type: 'CANARY', percent: 10, waitInterval: 3600 } };
    const { told, rollout } = await moments(stage, resize({ key: 'resize-2.zip', deployment: shifting }));
    const looks = told.filter(({ record }) => record.waiting?.for === 'bake');
    assert.ok(looks.length > 50, `${looks.length} looks`);
    // Written once: every later look has the time of the one before it.
    assert.equal(new Set(looks.map(({ record }) => record.updatedAt)).size, 1);
    assert.equal((await stage.store.load(rollout.rollout!))?.record.waiting, null);
  });
});

describe('a blue/green rollout whose service is scaled meanwhile', () => {
  for (const [desiredCount, word] of [
    [4, 'up'],
    [1, 'down'],
  ] as const) {
    it(`follows it ${word}`, async () => {
      await using stage = await Stage.open();
      const { blue, green, elb } = await balanced(stage);
      await stage.deploy('dev/web', external(blue, green));
      let isScaled = false;
      const { told, rollout } = await moments(stage, external(blue, green, 'shop/web:2'), ({ phase, progress }) => {
        if (isScaled || phase !== 'stabilizing' || progress.desired === undefined) return;
        isScaled = true;
        void stage.ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', desiredCount }));
      });
      assert.equal(rollout.phase, 'succeeded', stage.story().join('\n'));
      assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:2', desiredCount, green]]);
      assert.equal(told.at(-1)!.record.progress.desired, desiredCount);
      const finishing = told.find(({ record }) => record.phase === 'finishing')!;
      assert.ok(finishing.at - rollout.startedAt! < 200_000, stage.story().join('\n'));
      elb.destroy();
    });
  }
});
