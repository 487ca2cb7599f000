import assert from 'node:assert/strict';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  ContinueServiceDeploymentCommand,
  DeleteServiceCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { deployPlan } from '../../../engine/deploying.ts';
import type { JsonObject } from '../../../engine/json.ts';
import type { RolloutRecord } from '../../../engine/rollout/index.ts';
import { deployThroughCrash } from './crash.ts';
import {
  BLUE_GREEN,
  CANARY,
  LINEAR,
  native,
  newestDeployment,
  pauseAt,
  SHIFTED_GIVEN,
  type Shifted,
  serviceNow,
  shifted,
} from './shiftedByEcs.ts';
import { Stage } from './stage.ts';

const open = (rules: readonly object[] = []) => Stage.open({ scenario: { given: SHIFTED_GIVEN, rules } });

/** A stage on which the first revision serves. */
async function serving(
  configuration: JsonObject,
  rules: readonly object[] = [],
  deployment: JsonObject = {},
): Promise<{ stage: Stage; front: Shifted }> {
  const stage = await open(rules);
  const front = await shifted(stage);
  const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:1', deployment));
  assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  stage.events.length = 0;
  return { stage, front };
}

/** Does something once, when a record is as it should be. */
function once(is: (record: RolloutRecord) => boolean, act: (record: RolloutRecord) => unknown) {
  let isDone = false;
  return (record: RolloutRecord) => {
    if (isDone || !is(record)) return;
    isDone = true;
    void act(record);
  };
}

const inStage =
  (stage: string) =>
  ({ progress }: RolloutRecord): boolean =>
    progress.stage === stage;

const isPaused = ({ message }: RolloutRecord): boolean => message.startsWith('paused at');

const abort = (stage: Stage) => (record: RolloutRecord) => stage.store.ask(record.id, 'abort', 'ada@laptop');

/** Puts the alarm into ALARM. */
async function ring(stage: Stage): Promise<void> {
  const client = new CloudWatchClient(stage.client);
  await client.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many' }));
  client.destroy();
}

const BACK = { status: 'ACTIVE', runs: 'web:1', counts: [2, 2], rollout: ['COMPLETED'], activeRevisions: 1 };

const told = (stage: Stage, code: string) => stage.events.filter((event) => event.code === code);

const shares = (stage: Stage) => told(stage, 'traffic.shifted').map(({ data }) => data['percent']);

const stagesOf = (stage: Stage) => told(stage, 'ecs.stage').map(({ data }) => data['stage']);

describe("ECS's own traffic shifting", () => {
  const CASES: readonly [name: string, configuration: JsonObject, shares: number[]][] = [
    ['blue/green', BLUE_GREEN, [100]],
    ['canary', CANARY, [10, 100]],
    ['linear', LINEAR, [50, 100]],
  ];
  for (const [name, configuration, expected] of CASES) {
    for (const withTest of [false, true]) {
      it(`creates and updates a ${name} service ${withTest ? 'with' : 'without'} a test listener`, async () => {
        await using stage = await open();
        const front = await shifted(stage, withTest);
        const created = await stage.deploy('dev/web', native(front, configuration));
        assert.deepEqual(
          created.rollouts.map(({ phase, reason }) => [phase, reason]),
          [['succeeded', '2 of 2 tasks run web:1']],
          stage.story().join('\n'),
        );
        const again = await stage.plan('dev/web', native(front, configuration));
        assert.deepEqual([again.workloads[0]?.action, again.workloads[0]?.differences], ['unchanged', []]);
        stage.events.length = 0;

        const next = native(front, configuration, 'shop/web:2');
        const { rollouts } = await stage.deploy('dev/web', next);
        assert.deepEqual(
          rollouts.map(({ phase, reason }) => [phase, reason]),
          [['succeeded', '2 of 2 tasks run web:2']],
          stage.story().join('\n'),
        );
        assert.deepEqual(shares(stage), expected);
        assert.deepEqual(await front.weights(), [0, 100]);
        assert.deepEqual(await serviceNow(stage), {
          status: 'ACTIVE',
          runs: 'web:2',
          counts: [2, 2],
          rollout: ['COMPLETED'],
          activeRevisions: 2,
        });
        const phases = told(stage, 'rollout.phase').map(({ phase }) => phase);
        assert.deepEqual(phases, ['launching', 'stabilizing', 'shifting', 'finishing']);
        assert.deepEqual(stagesOf(stage).slice(-2), ['BAKE_TIME', 'CLEAN_UP']);
        assert.deepEqual((await stage.plan('dev/web', next)).workloads[0]?.differences, []);
      });
    }
  }
});

describe('hooks that pause a deployment of ECS', () => {
  const paused = (stage: string, timeout: JsonObject = {}) => ({
    ...BLUE_GREEN,
    lifecycleHooks: [pauseAt(stage, timeout)],
  });
  const answers = (stage: Stage) => stage.changes.filter((name) => name === 'ContinueServiceDeployment').length;

  it('wait until somebody promotes the rollout, and are told once with what happens otherwise', async () => {
    const configuration = paused('POST_SCALE_UP', { timeoutInMinutes: 600 });
    const { stage, front } = await serving(configuration);
    await using _ = stage;
    let at = 0;
    const onRecord = once(
      (record) => isPaused(record) && stage.clock.now() - record.startedAt > 25 * 60_000,
      (record) => {
        at = stage.clock.now();
        return stage.store.ask(record.id, 'promote', 'ada@laptop');
      },
    );
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'), undefined, {
      onRecord,
    });
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    const said = told(stage, 'ecs.paused');
    assert.equal(said.length, 1);
    assert.match(
      said[0]!.message,
      /^paused at POST_SCALE_UP until somebody runs `gitmoxi promote \S+` or continues it in ECS; unanswered, ECS rolls back in 10 h \(hook ecs-pause-/,
    );
    assert.equal(said[0]!.level, 'warning');
    assert.equal(answers(stage), 1);
    assert.ok(
      rollouts[0].endedAt! - at < 15 * 60_000,
      'a pause that is longer than the stability check is no lack of progress',
    );
  });

  it('of every step have to be promoted one by one, or all at once', async () => {
    const configuration = { ...LINEAR, lifecycleHooks: [pauseAt('PRE_PRODUCTION_TRAFFIC_SHIFT')] };
    for (const [command, pauses] of [
      ['promote', 2],
      ['promote-all', 1],
    ] as const) {
      const { stage, front } = await serving(configuration);
      await using _ = stage;
      const asked: string[] = [];
      const onRecord = (record: RolloutRecord) => {
        if (!isPaused(record) || asked.includes(record.message.replace(/; unanswered.*\(/, ''))) return;
        asked.push(record.message.replace(/; unanswered.*\(/, ''));
        void stage.store.ask(record.id, command, 'ada@laptop');
      };
      const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'), undefined, {
        onRecord,
      });
      assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
      assert.deepEqual([asked.length, answers(stage)], [pauses, 2]);
    }
  });

  it('are gone past without anybody where the deployment definition says so', async () => {
    const configuration = paused('PRE_PRODUCTION_TRAFFIC_SHIFT');
    const deployment = { pauseHooks: 'continue', alarms: { alarmNames: ['errors'] } };
    const { stage, front } = await serving(configuration);
    await using _ = stage;
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2', deployment));
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.equal(told(stage, 'ecs.paused')[0]?.level, 'info');
    assert.equal(answers(stage), 1);
  });

  it('are not gone past when an alarm is in ALARM: the deployment goes back', async () => {
    const configuration = paused('PRE_PRODUCTION_TRAFFIC_SHIFT');
    const deployment = { alarms: { alarmNames: ['errors'] } };
    const alarm = { when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 400 } };
    const { stage, front } = await serving(configuration, [alarm]);
    await using _ = stage;
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2', deployment));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^in ALARM while ECS deployed: errors; web:1 serves again$/);
    assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
    assert.equal(answers(stage), 0);
  });

  it('answered by somebody else in ECS are no news to the rollout', async () => {
    const configuration = paused('POST_SCALE_UP');
    for (const [action, phase] of [
      ['CONTINUE', 'succeeded'],
      ['ROLLBACK', 'rolled back'],
    ] as const) {
      const { stage, front } = await serving(configuration);
      await using _ = stage;
      const onRecord = once(isPaused, async () => {
        const { serviceDeploymentArn, lifecycleHookDetails } = await newestDeployment(stage);
        const hookId = lifecycleHookDetails?.[0]?.hookId;
        await stage.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }));
      });
      const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'), undefined, {
        onRecord,
      });
      assert.equal(rollouts[0]?.phase, phase, stage.story().join('\n'));
    }
  });

  it('that nobody answers end as they say, and a rollback that follows is reported', async () => {
    for (const [action, phase] of [
      ['CONTINUE', 'succeeded'],
      ['ROLLBACK', 'rolled back'],
    ] as const) {
      const configuration = paused('POST_SCALE_UP', { timeoutInMinutes: 8, action });
      const { stage, front } = await serving(configuration);
      await using _ = stage;
      const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'));
      assert.equal(rollouts[0]?.phase, phase, stage.story().join('\n'));
      if (phase === 'rolled back')
        assert.match(
          rollouts[0].reason ?? '',
          /^nobody answered the pause in time, and ECS rolled the deployment back; web:1 serves again$/,
        );
    }
  });

  it('stay for people when AWS refuses the answer', async () => {
    const configuration = paused('POST_SCALE_UP', { timeoutInMinutes: 6, action: 'CONTINUE' });
    const denied = { when: { operation: 'ecs:ContinueServiceDeployment' }, then: { error: 'AccessDeniedException' } };
    const { stage, front } = await serving(configuration, [denied]);
    await using _ = stage;
    const files = native(front, configuration, 'shop/web:2', { pauseHooks: 'continue' });
    const { rollouts } = await stage.deploy('dev/web', files);
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.equal(told(stage, 'action.refused').length, 1);
  });
});

describe('a deployment of ECS that ECS rolls back by itself', () => {
  it('is a failed rollout with the alarm as its reason, and settings that ECS leaves are put back', async () => {
    const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
    const configuration = { ...BLUE_GREEN, alarms };
    const alarm = { when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 240 } };
    const { stage, front } = await serving(configuration, [alarm]);
    await using _ = stage;
    const next = native(front, configuration, 'shop/web:2', {}, { desiredCount: 3, healthCheckGracePeriodSeconds: 30 });
    const { rollouts } = await stage.deploy('dev/web', next);
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^ECS rolled the deployment back: .*alarm detected; web:1 serves again$/);
    const { record } = (await stage.store.load(rollouts[0].rollout!))!;
    assert.equal(record.failure?.class, 'alarm');
    assert.ok(record.failure.evidence.includes('alarm errors went off'));
    assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
    assert.ok(!stage.changes.includes('StopServiceDeployment'));
    const plan = await stage.plan('dev/web', native(front, configuration));
    assert.deepEqual(plan.workloads[0]?.differences, []);
  });

  it('is one when a lifecycle hook says no', async () => {
    const hook = {
      hookTargetArn: 'arn:aws:lambda:eu-west-1:123456789012:function:check',
      roleArn: 'arn:aws:iam::123456789012:role/hooks',
      lifecycleStages: ['POST_PRODUCTION_TRAFFIC_SHIFT'],
    };
    const configuration = { ...CANARY, lifecycleHooks: [hook] };
    const no = { when: { hook: '*:check', deployment: 2 }, then: { hook: 'FAILED' } };
    const { stage, front } = await serving(configuration, [no]);
    await using _ = stage;
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /POST_PRODUCTION_TRAFFIC_SHIFT ended with FAILED; web:1 serves again$/);
    assert.deepEqual(shares(stage), [10, 100, 0]);
    assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
  });

  it("is one when ECS's own circuit breaker trips, with what became of the tasks", async () => {
    const configuration = { ...BLUE_GREEN, deploymentCircuitBreaker: { enable: true, rollback: true } };
    const broken = { when: { image: '*:2' }, then: { pull: 'not-found' } };
    const patient = { gmDeploymentCircuitBreaker: { failureThreshold: 100 }, stabilityCheck: { timeout: 7200 } };
    const { stage, front } = await serving(configuration, [broken]);
    await using _ = stage;
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2', patient));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    const { record } = (await stage.store.load(rollouts[0].rollout!))!;
    assert.equal(record.failure?.class, 'image');
    assert.match(record.failure.evidence.join('\n'), /circuit breaker of ECS: \d+ failures, its threshold is 3/);
    assert.deepEqual(await serviceNow(stage), BACK);
  });

  it('is put back by the rollout where the circuit breaker of ECS only stops it', async () => {
    const configuration = {
      ...BLUE_GREEN,
      bakeTimeInMinutes: 0,
      deploymentCircuitBreaker: { enable: true, rollback: false },
    };
    const broken = { when: { image: '*:2' }, then: { pull: 'not-found' } };
    const patient = { gmDeploymentCircuitBreaker: { failureThreshold: 100 }, stabilityCheck: { timeout: 7200 } };
    const { stage, front } = await serving(configuration, [broken]);
    await using _ = stage;
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2', patient));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^ECS stopped the deployment without rolling it back: /);
    assert.deepEqual(await serviceNow(stage), BACK);
  });

  it('is one when somebody stops it in ECS', async () => {
    const { stage, front } = await serving(BLUE_GREEN);
    await using _ = stage;
    const onRecord = once(inStage('BAKE_TIME'), async () => {
      const { serviceDeploymentArn } = await newestDeployment(stage);
      await stage.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
    });
    const { rollouts } = await stage.deploy('dev/web', native(front, BLUE_GREEN, 'shop/web:2'), undefined, {
      onRecord,
    });
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^ECS rolled the deployment back: .*StopServiceDeployment/);
    assert.deepEqual(await serviceNow(stage), BACK);
  });
});

describe('a deployment of ECS that the rollout has rolled back', () => {
  it('goes back when the circuit breaker of the deployment definition trips, before any traffic was shifted', async () => {
    const { stage, front } = await serving(BLUE_GREEN, [{ when: { image: '*:2' }, then: { pull: 'not-found' } }]);
    await using _ = stage;
    const { rollouts } = await stage.deploy('dev/web', native(front, BLUE_GREEN, 'shop/web:2'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(
      rollouts[0].reason ?? '',
      /^2 new tasks failed: the circuit breaker trips at 2.*; web:1 serves again$/,
    );
    assert.deepEqual(shares(stage), []);
    assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
    assert.ok(stage.changes.includes('StopServiceDeployment'));
  });

  it('goes back when no new task comes up, and says so; a long bake is no such thing', async () => {
    const deployment = { stabilityCheck: { timeout: 120, pollInterval: 10 } };
    const slow = { when: { image: '*:slow' }, then: { startSeconds: 3600 } };
    const { stage, front } = await serving({ ...BLUE_GREEN, bakeTimeInMinutes: 90 }, [slow], deployment);
    await using _ = stage;
    const files = (image: string) => native(front, { ...BLUE_GREEN, bakeTimeInMinutes: 90 }, image, deployment);
    const baked = await stage.deploy('dev/web', files('shop/web:2'));
    assert.equal(baked.rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    const { rollouts } = await stage.deploy('dev/web', files('shop/web:slow'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^no progress within 120 s: 0 of 2 new tasks running; web:2 serves again$/);
    const { record } = (await stage.store.load(rollouts[0].rollout!))!;
    assert.equal(record.failure?.class, 'timeout');
  });

  for (const at of [
    'PRE_SCALE_UP',
    'SCALE_UP',
    'POST_SCALE_UP',
    'TEST_TRAFFIC_SHIFT',
    'PRE_PRODUCTION_TRAFFIC_SHIFT',
    'PRODUCTION_TRAFFIC_SHIFT',
    'BAKE_TIME',
    'CLEAN_UP',
  ]) {
    it(`goes back from ${at} when somebody aborts it`, async () => {
      const { stage, front } = await serving(CANARY);
      await using _ = stage;
      const options = { onRecord: once(inStage(at), abort(stage)) };
      const { rollouts } = await stage.deploy('dev/web', native(front, CANARY, 'shop/web:2'), undefined, options);
      assert.equal(rollouts[0]?.phase, 'aborted', stage.story().join('\n'));
      assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
    });
  }

  it('goes back by an update where AWS refuses to stop it, past the pauses of the way', async () => {
    const configuration = {
      ...BLUE_GREEN,
      bakeTimeInMinutes: 1,
      lifecycleHooks: [pauseAt('PRE_PRODUCTION_TRAFFIC_SHIFT', { timeoutInMinutes: 600 })],
    };
    const denied = { when: { operation: 'ecs:StopServiceDeployment' }, then: { error: 'AccessDeniedException' } };
    const { stage, front } = await serving(configuration, [denied]);
    await using _ = stage;
    const options = { onRecord: once(isPaused, abort(stage)) };
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'), undefined, options);
    assert.equal(rollouts[0]?.phase, 'aborted', stage.story().join('\n'));
    assert.deepEqual((await serviceNow(stage)).runs, 'web:1');
    assert.deepEqual((await serviceNow(stage)).rollout, ['COMPLETED']);
  });

  it('deletes the service that it created when that fails', async () => {
    await using stage = await open([{ when: { image: '*:broken' }, then: { pull: 'not-found' } }]);
    const front = await shifted(stage);
    const { rollouts } = await stage.deploy('dev/web', native(front, CANARY, 'shop/web:broken'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    const { status, activeRevisions } = await serviceNow(stage);
    assert.deepEqual([status, activeRevisions], ['INACTIVE', 0]);
  });

  it('keeps it for a look where deleteNewUponFailure is false', async () => {
    await using stage = await open([{ when: { image: '*:broken' }, then: { pull: 'not-found' } }]);
    const front = await shifted(stage);
    const files = native(front, CANARY, 'shop/web:broken', { deleteNewUponFailure: false });
    const { rollouts } = await stage.deploy('dev/web', files);
    assert.equal(rollouts[0]?.phase, 'failed', stage.story().join('\n'));
    assert.equal((await serviceNow(stage)).status, 'ACTIVE');
  });
});

describe('a deployment of ECS in a world of its own will', () => {
  it("leaves somebody else's newer deployment alone, also one of the same revision", async () => {
    for (const input of [{ taskDefinition: 'web:1' }, { forceNewDeployment: true }]) {
      const { stage, front } = await serving(BLUE_GREEN);
      await using _ = stage;
      const onRecord = once(inStage('BAKE_TIME'), () =>
        stage.ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', ...input })),
      );
      const { rollouts } = await stage.deploy('dev/web', native(front, BLUE_GREEN, 'shop/web:2'), undefined, {
        onRecord,
      });
      assert.equal(rollouts[0]?.phase, 'superseded', stage.story().join('\n'));
      assert.match(rollouts[0].reason ?? '', /^somebody else deployed this service meanwhile: web:[12] is in force/);
      assert.ok(!stage.changes.includes('StopServiceDeployment'));
    }
  });

  it('ends when somebody deletes the service', async () => {
    const { stage, front } = await serving(BLUE_GREEN);
    await using _ = stage;
    const onRecord = once(inStage('SCALE_UP'), () =>
      stage.ecs.send(new DeleteServiceCommand({ cluster: 'prod', service: 'web', force: true })),
    );
    const { rollouts } = await stage.deploy('dev/web', native(front, BLUE_GREEN, 'shop/web:2'), undefined, {
      onRecord,
    });
    assert.equal(rollouts[0]?.phase, 'superseded', stage.story().join('\n'));
  });

  it('refuses to begin while an alarm rings that it could not watch, or that does not exist', async () => {
    const { stage, front } = await serving(BLUE_GREEN);
    await using _ = stage;
    await ring(stage);
    const files = (alarm: string) => native(front, BLUE_GREEN, 'shop/web:2', { alarms: { alarmNames: [alarm] } });
    const before = stage.changes.length;
    const ringing = await stage.deploy('dev/web', files('errors'));
    assert.match(
      ringing.rollouts[0]?.reason ?? '',
      /^alarm errors is in ALARM already.*: too many; nothing was changed$/,
    );
    const missing = await stage.deploy('dev/web', files('nobody'));
    assert.equal(missing.rollouts[0]?.reason, 'there is no alarm nobody; nothing was changed');
    assert.equal(stage.changes.length, before);
  });

  it('comes to the same end when reads lag behind, in success and when it is aborted', async () => {
    const lag = { when: { operation: 'ecs:Describe*' }, then: { lagSeconds: 12 } };
    const listLag = { when: { operation: 'ecs:List*' }, then: { lagSeconds: 12 } };
    for (const at of [undefined, 'SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT']) {
      const { stage, front } = await serving(CANARY);
      await using _ = stage;
      stage.setScenario({ given: SHIFTED_GIVEN, rules: [lag, listLag] });
      const options = at === undefined ? {} : { onRecord: once(inStage(at), abort(stage)) };
      const { rollouts } = await stage.deploy('dev/web', native(front, CANARY, 'shop/web:2'), undefined, options);
      stage.setScenario({ given: SHIFTED_GIVEN, rules: [] });
      assert.equal(rollouts[0]?.phase, at === undefined ? 'succeeded' : 'aborted', stage.story().join('\n'));
      if (at === undefined) {
        const stages = stagesOf(stage);
        assert.equal(new Set(stages).size + 2, stages.length, 'each stage is told once, the two of the steps twice');
      } else {
        assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
      }
    }
  });

  it('needs no deployment where only settings change that begin none', async () => {
    const { stage, front } = await serving(BLUE_GREEN);
    await using _ = stage;
    const named = (service: JsonObject) => {
      const { task: _task, ...files } = native(
        front,
        BLUE_GREEN,
        'shop/web:1',
        {},
        { taskDefinition: 'web:1', ...service },
      );
      return files;
    };
    const { rollouts } = await stage.deploy('dev/web', named({ desiredCount: 3 }));
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual((await serviceNow(stage)).counts, [3, 3]);
  });
});

describe('a deployment of ECS whose answers are lost', () => {
  it('goes on when the answer to the update was lost, and is rolled back when it never comes', async () => {
    for (const phase of ['succeeded', 'rolled back'] as const) {
      const { stage, front } = await serving(BLUE_GREEN);
      await using _ = stage;
      const lost = { when: { operation: 'ecs:UpdateService', nth: 1 }, then: { loseAnswer: true } };
      stage.setScenario({ given: SHIFTED_GIVEN, rules: phase === 'succeeded' ? [lost] : [] });
      const ports = stage.ports();
      const error = { code: 'ECONNRESET', message: 'socket hang up', requestId: undefined, passing: true };
      let isDone = false;
      const deaf: typeof ports.aws.perform = async (action, ...rest) => {
        if (action.type !== 'ecs.update-service') return ports.aws.perform(action, ...rest);
        if (!isDone) await ports.aws.perform(action, ...rest);
        isDone = true;
        return { type: action.type, ok: false, error };
      };
      const aws = phase === 'succeeded' ? ports.aws : { ...ports.aws, perform: deaf };
      const plan = await stage.plan('dev/web', native(front, BLUE_GREEN, 'shop/web:2'));
      const { rollouts } = await stage.clock.run(deployPlan({ ...ports, aws }, plan, stage.options()));
      assert.equal(rollouts[0]?.phase, phase, stage.story().join('\n'));
      if (phase === 'rolled back') assert.deepEqual([await serviceNow(stage), await front.weights()], [BACK, [100, 0]]);
    }
  });

  it('is promoted once though the answer to the promotion was lost', async () => {
    const configuration = { ...BLUE_GREEN, lifecycleHooks: [pauseAt('POST_SCALE_UP')] };
    const lost = { when: { operation: 'ecs:ContinueServiceDeployment', nth: 1 }, then: { loseAnswer: true } };
    const { stage, front } = await serving(configuration, [lost]);
    await using _ = stage;
    const onRecord = once(isPaused, ({ id }) => stage.store.ask(id, 'promote', 'ada@laptop'));
    const { rollouts } = await stage.deploy('dev/web', native(front, configuration, 'shop/web:2'), undefined, {
      onRecord,
    });
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.equal(told(stage, 'action.refused').length, 0);
  });

  it('is not begun again by a process that comes when ECS has rolled it back', async () => {
    const configuration = { ...BLUE_GREEN, deploymentCircuitBreaker: { enable: true, rollback: true } };
    const { stage, front } = await serving(configuration, [{ when: { image: '*:2' }, then: { pull: 'not-found' } }]);
    await using _ = stage;
    const files = native(front, configuration, 'shop/web:2');
    const before = stage.changes.filter((name) => name === 'UpdateService').length;
    // Touches: begin, decide, register, outcome, decide, update (5): gone right after the update, for two hours.
    const point = { touch: 5, when: 'after' } as const;
    const { report, crashed } = await deployThroughCrash(stage, 'dev/web', files, point, {}, 2 * 3_600_000);
    assert.ok(crashed);
    assert.equal(report.rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(report.rollouts[0].reason ?? '', /^ECS rolled the deployment back: /);
    assert.equal(stage.changes.filter((name) => name === 'UpdateService').length - before, 1);
    assert.deepEqual(await serviceNow(stage), BACK);
  });
});
