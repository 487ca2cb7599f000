/** People who asked a rollout to stop, and were not heard; gates that nobody came back from: with our end. */
import assert from 'node:assert/strict';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../engine/json.ts';
import type { RolloutRecord } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from '../rollout/balanced.ts';
import { resize, web } from '../rollout/fixtures.ts';
import { BLUE_GREEN, native, pauseAt, SHIFTED_GIVEN, serviceNow, shifted } from '../rollout/shiftedByEcs.ts';
import { Stage } from '../rollout/stage.ts';
import { askOnce, ecsWorld, lambdaWorld, played, runningTasks } from './world.ts';

const SICK = { when: { image: '*:sick' }, then: { targets: 'failing' } };
const CANARY = { type: 'CANARY', percent: 20, waitInterval: 300 };
const ALARMED: JsonObject = { alarms: { alarmNames: ['errors'] } };
const at = (percent: number) => (record: RolloutRecord) =>
  record.phase === 'shifting' && record.progress.trafficPercent === percent;

describe('an abort', () => {
  it('argo-rollouts #4461: it was ignored once a full promotion had been asked for', async () => {
    await using stage = await Stage.open({ scenario: { rules: [SICK] } });
    const { elb, blue, green, weights } = await balanced(stage);
    await played(stage, external(blue, green));
    const promote = askOnce(stage, 'promote-all', ({ phase }) => phase === 'stabilizing');
    const abort = askOnce(stage, 'abort', ({ phase, startedAt }) => {
      return phase === 'stabilizing' && stage.clock.now() - startedAt > 120_000;
    });
    const onRecord = (record: RolloutRecord) => {
      promote(record);
      abort(record);
    };
    const patient = { gmDeploymentCircuitBreaker: { failureThreshold: 100 } };
    const end = await played(stage, external(blue, green, 'shop/web:sick', CANARY, patient), { onRecord });
    assert.equal(end.phase, 'aborted', end.story);
    assert.ok(end.story.includes('rollout.promoted'), end.story);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    assert.equal((await weights())['green'] ?? 0, 0);
    elb.destroy();
  });

  it('argo-rollouts #1152: during the pause of a canary it was told as done, and the canary was promoted', async () => {
    await using stage = await Stage.open();
    await played(stage, resize());
    const canary = { trafficShiftingConfig: { type: 'CANARY', percent: 20, waitInterval: 300 } };
    const onRecord = askOnce(stage, 'abort', at(20));
    const end = await played(stage, resize({ key: 'resize-2.zip', deployment: canary }), { onRecord });
    assert.deepEqual([end.phase, end.serving], ['aborted', null], end.story);
    await stage.clock.advance(3_600_000);
    assert.deepEqual(await lambdaWorld(stage), { serves: '1', shares: {}, versions: ['$LATEST', '1'] });
  });

  it('argo-rollouts #1259, #941: it was grey, and the new tasks stayed', async () => {
    await using stage = await Stage.open({ scenario: { rules: [SICK] } });
    const { elb, blue, green } = await balanced(stage);
    await played(stage, external(blue, green));
    const onRecord = askOnce(stage, 'abort', ({ phase }) => phase === 'stabilizing');
    const end = await played(stage, external(blue, green, 'shop/web:sick', CANARY), { onRecord });
    assert.equal(end.phase, 'aborted', end.story);
    assert.deepEqual(await runningTasks(stage), { 'web:1': 2 });
    elb.destroy();
  });

  it('argo-rollouts #2048: after it no further revision could be rolled out', async () => {
    await using stage = await Stage.open();
    await played(stage, web());
    const onRecord = askOnce(stage, 'abort', ({ phase }) => phase === 'stabilizing');
    const end = await played(stage, web({ image: 'shop/web:2' }), { onRecord });
    assert.equal(end.phase, 'aborted', end.story);
    const next = await played(stage, web({ image: 'shop/web:3' }));
    assert.equal(next.phase, 'succeeded', next.story);
    assert.equal((await ecsWorld(stage)).image, 'shop/web:3');
  });

  it('argo-rollouts #404: nobody said why it had been aborted', async () => {
    const given = { alarms: [{ name: 'errors', state: 'OK' }] };
    const fires = {
      when: { alarm: 'errors', function: 'resize', deployment: 1 },
      then: { state: 'ALARM', afterSeconds: 60 },
    };
    await using stage = await Stage.open({ scenario: { given, rules: [fires] } });
    const watched: JsonObject = { trafficShiftingConfig: CANARY, ...ALARMED };
    await played(stage, resize());
    const end = await played(stage, resize({ key: 'resize-2.zip', deployment: watched }));
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'alarm'], end.story);
    assert.match(end.message, /in ALARM while traffic was shifting: errors; version 1 serves/);
    assert.match(end.failure?.evidence[0] ?? '', /^alarm errors: ./);
  });

  it('argo-rollouts #1411: the analysis failed, and the rollout went on', async () => {
    const given = { alarms: [{ name: 'errors', state: 'OK' }] };
    // While it bakes with all of the traffic.
    const fires = { when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 480 } };
    await using stage = await Stage.open({ scenario: { given, rules: [fires] } });
    const { elb, blue, green, weights } = await balanced(stage);
    await played(stage, external(blue, green));
    const atOnce = { type: 'ALL_AT_ONCE', waitInterval: 900 };
    const end = await played(stage, external(blue, green, 'shop/web:2', atOnce, ALARMED));
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'alarm'], end.story);
    assert.ok(end.story.includes('100 %'), end.story);
    assert.deepEqual([((await weights())['blue'] ?? 0) > 0, (await weights())['green'] ?? 0], [true, 0]);
    elb.destroy();
  });
});

describe('a gate', () => {
  const gated = (timeoutInMinutes: number, action: string) => ({
    ...BLUE_GREEN,
    lifecycleHooks: [pauseAt('POST_TEST_TRAFFIC_SHIFT', { timeoutInMinutes, action })],
  });

  async function paused() {
    const stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN } });
    const front = await shifted(stage);
    await played(stage, native(front, BLUE_GREEN));
    return { stage, front };
  }

  it('flagger #1450, #379: it never timed out, and the canary waited for ever', async () => {
    const { stage, front } = await paused();
    await using _ = stage;
    const end = await played(stage, native(front, gated(60, 'ROLLBACK'), 'shop/web:2'));
    assert.equal(end.phase, 'rolled back', end.story);
    assert.ok(end.endedAt! - end.startedAt < 2 * 3_600_000, end.story);
    const now = await serviceNow(stage);
    assert.deepEqual([now.runs, now.counts], ['web:1', [2, 2]]);
  });

  it('flagger #1432, #724, #413: while it waited nobody looked whether to go back', async () => {
    const { stage, front } = await paused();
    await using _ = stage;
    const onRecord = askOnce(stage, 'abort', ({ startedAt }) => stage.clock.now() - startedAt > 900_000);
    const end = await played(stage, native(front, gated(1440, 'ROLLBACK'), 'shop/web:2'), { onRecord });
    assert.equal(end.phase, 'aborted', end.story);
    assert.ok(end.endedAt! - end.startedAt < 3_600_000, end.story);
    assert.equal((await serviceNow(stage)).runs, 'web:1');
  });

  it('flagger #1017: nobody could let one canary past it', async () => {
    const { stage, front } = await paused();
    await using _ = stage;
    const onRecord = askOnce(stage, 'promote', ({ startedAt }) => stage.clock.now() - startedAt > 900_000);
    const end = await played(stage, native(front, gated(1440, 'ROLLBACK'), 'shop/web:2'), { onRecord });
    assert.equal(end.phase, 'succeeded', end.story);
    assert.equal((await serviceNow(stage)).runs, 'web:2');
  });

  it('ecspresso PR 1063: the tool returned while ECS was still baking', async () => {
    const { stage, front } = await paused();
    await using _ = stage;
    const end = await played(stage, native(front, { ...BLUE_GREEN, bakeTimeInMinutes: 120 }, 'shop/web:2'));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.ok(end.endedAt! - end.startedAt > 120 * 60_000, end.story);
    assert.deepEqual((await serviceNow(stage)).rollout, ['COMPLETED']);
  });

  it('ecspresso PR 663: a rollback during the deployment said that none was in progress', async () => {
    const { stage, front } = await paused();
    await using _ = stage;
    const onRecord = askOnce(stage, 'abort', ({ phase }) => phase === 'launching');
    const end = await played(stage, native(front, BLUE_GREEN, 'shop/web:2'), { onRecord });
    assert.equal(end.phase, 'aborted', end.story);
    assert.deepEqual(await front.weights(), [100, 0]);
    assert.equal((await serviceNow(stage)).runs, 'web:1');
  });

  it('aws-cdk #36764: that it goes back, and why, was to be seen nowhere', async () => {
    await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN, rules: [SICK] } });
    const front = await shifted(stage);
    await played(stage, native(front, BLUE_GREEN));
    const end = await played(stage, native(front, BLUE_GREEN, 'shop/web:sick'));
    assert.equal(end.phase, 'rolled back', end.story);
    const at = (text: RegExp) => stage.events.findIndex(({ code, message }) => text.test(`${code}: ${message}`));
    assert.ok(at(/^rollout\.failed: .*\(health check\)/) >= 0, end.story);
    assert.ok(at(/^rollout\.phase: going back/) > at(/^rollout\.failed/), end.story);
  });
});

describe('a rollback', () => {
  it('copilot #4838: it ended the tasks that still served, and left the health check on the new port', async () => {
    const group = (name: string) => {
      return { name, loadBalancer: name, healthCheckIntervalSeconds: 5, deregistrationDelaySeconds: 10 };
    };
    const given = { targetGroups: [group('old'), group('new')] };
    await using stage = await Stage.open({ scenario: { given, rules: [SICK] } });
    const { TargetGroups = [] } = await stage.elb.send(new DescribeTargetGroupsCommand({}));
    const arnOf = (name: string) => TargetGroups.find((one) => one.TargetGroupName === name)!.TargetGroupArn!;
    const files = (image: string, name: string, healthCheckGracePeriodSeconds: number) =>
      web({
        image,
        service: {
          loadBalancers: [{ targetGroupArn: arnOf(name), containerName: 'web', containerPort: 8080 }],
          healthCheckGracePeriodSeconds,
          enableExecuteCommand: name === 'new',
        },
      });
    await played(stage, files('shop/web:1', 'old', 60));
    const shown = async () => {
      const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
      const { loadBalancers, healthCheckGracePeriodSeconds, enableExecuteCommand } = services![0]!;
      return { loadBalancers, healthCheckGracePeriodSeconds, enableExecuteCommand };
    };
    const before = await shown();
    const serving: number[] = [];
    const onRecord = async () => {
      serving.push((await runningTasks(stage))['web:1'] ?? 0);
    };
    const end = await played(stage, files('shop/web:sick', 'new', 1), { onRecord });
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'health check'], end.story);
    assert.deepEqual(await shown(), before);
    assert.ok(serving.length > 10 && Math.min(...serving) >= 2, `${serving}`);
    assert.deepEqual(await runningTasks(stage), { 'web:1': 2 });
  });
});
