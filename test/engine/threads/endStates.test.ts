/**
 * What users of other tools were told of a deployment's end, and what was so: a success that ECS had taken back, a
 * failure that went on and finished, a revision that was gone. Each test is one public thread, with our end.
 */
import assert from 'node:assert/strict';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../engine/json.ts';
import { web } from '../rollout/fixtures.ts';
import { Stage } from '../rollout/stage.ts';
import { countOf, ecsWorld, played, runningTasks } from './world.ts';

const CRASHING = { rules: [{ when: { image: '*:crash' }, then: { exit: { code: 1, afterSeconds: 2 } } }] };

/** Nothing of our own that would act before ECS does. */
const PATIENT: JsonObject = {
  stabilityCheck: { timeout: 7200, pollInterval: 10 },
  gmDeploymentCircuitBreaker: { failureThreshold: 100 },
};

const breakerOfEcs = (rollback: boolean): JsonObject => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback } },
});

describe('a deployment that ECS took back', () => {
  async function takenBack(stage: Stage) {
    const files = (image: string) => web({ image, service: breakerOfEcs(true), deployment: PATIENT });
    await played(stage, files('shop/web:1'));
    return { end: await played(stage, files('shop/web:crash')), files };
  }

  it('amazon-ecs-deploy-task-definition #191, #494: the build was green although the service had been rolled back', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    const { end } = await takenBack(stage);
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'crash'], end.story);
    assert.match(end.message, /ECS rolled the deployment back/);
    assert.match(end.failure?.evidence.join('\n') ?? '', /Essential container in task exited \[web exit code 1\]/);
    assert.deepEqual((await ecsWorld(stage)).image, 'shop/web:1');
    assert.equal(end.serving, null, 'nothing new serves');
  });

  it('containers-roadmap #328, fabfuel #185: it was called complete, and the revision that serves was deregistered', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    const { files } = await takenBack(stage);
    const world = await ecsWorld(stage);
    assert.deepEqual([world.runs, world.revision, world.active], ['web:1', 'ACTIVE', ['web:1']]);
    // The commit is not taken for deployed, and the next one is deployed as ever.
    const [plan] = (await stage.plan('dev/web', files('shop/web:crash'))).workloads;
    assert.equal(plan?.action, 'update');
    const mended = await played(stage, files('shop/web:2'));
    assert.equal(mended.phase, 'succeeded', mended.story);
    assert.deepEqual((await ecsWorld(stage)).tasks, [2, 2]);
  });

  it('terraform-provider-aws #19519, #20858: the apply succeeded although an alarm had taken the deployment back', async () => {
    await using stage = await Stage.open({
      scenario: {
        given: { alarms: [{ name: 'errors', state: 'OK' }] },
        rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 100 } }],
      },
    });
    const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
    const files = (image: string) =>
      web({ image, service: { deploymentConfiguration: { alarms } }, deployment: PATIENT });
    await played(stage, files('shop/web:1'));
    const end = await played(stage, files('shop/web:2'));
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'alarm'], end.story);
    assert.deepEqual((await ecsWorld(stage)).image, 'shop/web:1');
  });

  it('containers-roadmap #1488: the circuit breaker tripped, and nothing was rolled back', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    const files = (image: string) => web({ image, service: breakerOfEcs(false), deployment: PATIENT });
    await played(stage, files('shop/web:1'));
    const end = await played(stage, files('shop/web:crash'));
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'crash'], end.story);
    const world = await ecsWorld(stage);
    assert.deepEqual([world.runs, world.tasks, world.active], ['web:1', [2, 2], ['web:1']]);
  });

  it('containers-roadmap #1206, copilot #1879: tasks that ran and exited were not counted, so it cycled forever', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    await played(stage, web());
    const end = await played(stage, web({ image: 'shop/web:crash' }));
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'crash'], end.story);
    assert.match(end.message, /2 new tasks failed: the circuit breaker trips at 2/);
  });

  it('containers-roadmap #1573, #1247: it took ten and more restarts until a deployment failed', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    const once = { gmDeploymentCircuitBreaker: { failureThreshold: 1 } };
    await played(stage, web({ desiredCount: 1 }));
    const began = stage.clock.now();
    let failedAt = 0;
    const onRecord = ({ phase }: { phase: string }) => {
      if (phase === 'rolling back' && failedAt === 0) failedAt = stage.clock.now();
    };
    const end = await played(stage, web({ image: 'shop/web:crash', desiredCount: 1, deployment: once }), { onRecord });
    assert.equal(end.phase, 'rolled back', end.story);
    assert.ok(failedAt - began < 120_000, `${(failedAt - began) / 1000} s`);
  });
});

describe('a deployment that only takes long', () => {
  const slow = (seconds: number) => ({ rules: [{ when: { image: '*:slow' }, then: { startSeconds: seconds } }] });

  it('fabfuel #24, #36, #103: a wait that ran out was reported as a failure, and the deployment went on and finished', async () => {
    await using stage = await Stage.open({ scenario: slow(900) });
    await played(stage, web());
    const end = await played(stage, web({ image: 'shop/web:slow', deployment: { stabilityCheck: { timeout: 120 } } }));
    // Told apart from what was seen to go wrong, with the setting to change.
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'timeout'], end.story);
    assert.match(end.message, /not stable within 120 s/);
    assert.match(`${end.failure?.cause} ${end.failure?.next}`, /nothing was seen to go wrong.*stabilityCheck\.timeout/);
    // And nothing finishes behind the report's back.
    await stage.clock.advance(3_600_000);
    assert.deepEqual(await runningTasks(stage), { 'web:1': 2 });
  });

  it('fabfuel #186, pipecd PR 4548, ECS deploy action #527: no time-out that one sets is long enough', async () => {
    await using stage = await Stage.open({ scenario: slow(5400) });
    await played(stage, web());
    const end = await played(stage, web({ image: 'shop/web:slow', deployment: { stabilityCheck: { timeout: 7200 } } }));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.deepEqual(await runningTasks(stage), { 'web:2': 2 });
  });

  it('ECS deploy action #5, #24, #30, #33: it gave up while the old tasks only drained', async () => {
    const blue = {
      name: 'blue',
      loadBalancer: 'shop',
      healthCheckIntervalSeconds: 5,
      deregistrationDelaySeconds: 1200,
    };
    await using stage = await Stage.open({ scenario: { given: { targetGroups: [blue] } } });
    const { TargetGroups } = await stage.elb.send(new DescribeTargetGroupsCommand({ Names: ['blue'] }));
    const targetGroupArn = TargetGroups![0]!.TargetGroupArn!;
    const loadBalancers = [{ targetGroupArn, containerName: 'web', containerPort: 8080 }];
    const files = (image: string) =>
      web({ image, service: { loadBalancers }, deployment: { stabilityCheck: { timeout: 300 } } });
    await played(stage, files('shop/web:1'));
    const end = await played(stage, files('shop/web:2'));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.ok(end.endedAt! - end.startedAt > 1_200_000, end.story);
    assert.deepEqual(await runningTasks(stage), { 'web:2': 2 });
  });

  it('fabfuel #15: it never finished, because nothing may be stopped and nothing started', async () => {
    await using stage = await Stage.open();
    const files = (image: string) =>
      web({
        image,
        service: { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
        deployment: { stabilityCheck: { timeout: 300 } },
      });
    await played(stage, files('shop/web:1'));
    const end = await played(stage, files('shop/web:2'));
    assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'configuration'], end.story);
    assert.match(end.failure?.next ?? '', /raise maximumPercent or lower minimumHealthyPercent/);
    // Nor does the way back: but nothing was ever replaced.
    assert.match(end.message, /web:1 serves again; left behind: the deployment of ECS that takes the service back/);
    assert.deepEqual(await runningTasks(stage), { 'web:1': 2 });
    const wide = { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 } };
    const mended = await played(stage, web({ image: 'shop/web:2', service: wide }));
    assert.equal(mended.phase, 'succeeded', mended.story);
  });

  it('fabfuel #65: "deployment failed", but the tasks were updated', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    await played(stage, web());
    const end = await played(stage, web({ image: 'shop/web:crash', desiredCount: 4 }));
    assert.equal(end.phase, 'rolled back', end.story);
    assert.deepEqual(await runningTasks(stage), { 'web:1': 2 });
    assert.match(end.message, /web:1 serves again/);
  });

  it('fabfuel #8: the last revision was taken for the last good one', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    await played(stage, web());
    const { containerDefinitions, ...task } = web({ image: 'shop/web:never-run' }).task!;
    await stage.ecs.send(new RegisterTaskDefinitionCommand({ ...task, containerDefinitions } as never));
    const end = await played(stage, web({ image: 'shop/web:crash' }));
    assert.equal(end.phase, 'rolled back', end.story);
    const world = await ecsWorld(stage);
    // Somebody else's revision is left alone.
    assert.deepEqual([world.runs, world.active], ['web:1', ['web:1', 'web:2']]);
  });

  it('fabfuel #109: a revision was created even where the one to use was named', async () => {
    await using stage = await Stage.open();
    await played(stage, web());
    const { task: _none, ...files } = web({ service: { taskDefinition: 'web:1' }, desiredCount: 3 });
    const end = await played(stage, files);
    assert.equal(end.phase, 'succeeded', end.story);
    const world = await ecsWorld(stage);
    assert.deepEqual([world.active, world.tasks, countOf(stage, 'RegisterTaskDefinition')], [['web:1'], [3, 3], 1]);
  });

  it('ecspresso PR 961: a change of attributes and of the image made two deployments', async () => {
    await using stage = await Stage.open();
    await played(stage, web());
    const before = countOf(stage, 'UpdateService');
    const files = web({ image: 'shop/web:2', desiredCount: 3, service: { healthCheckGracePeriodSeconds: 60 } });
    const end = await played(stage, files);
    assert.equal(end.phase, 'succeeded', end.story);
    assert.equal(countOf(stage, 'UpdateService') - before, 1);
  });

  it('ecspresso PR 945: the wait was for a deployment that was not its own', async () => {
    await using stage = await Stage.open({ scenario: slow(300) });
    await played(stage, web());
    const end = await played(stage, web({ image: 'shop/web:slow' }));
    assert.equal(end.phase, 'succeeded', end.story);
    // Told as done when the new tasks run, not when the old deployment still looks complete.
    assert.ok(end.endedAt! - end.startedAt >= 300_000, end.story);
  });

  it('copilot #2041: with every task failing, one had to wait half an hour for the rollback', async () => {
    await using stage = await Stage.open({ scenario: CRASHING });
    await played(stage, web());
    let failed = 0;
    let askedAt = 0;
    const onEvent = (event: { code: string }, record: { id: string }) => {
      if (event.code !== 'task.failed' || ++failed !== 3) return;
      askedAt = stage.clock.now();
      void stage.store.ask(record.id, 'abort', 'ada@laptop');
    };
    const end = await played(stage, web({ image: 'shop/web:crash', deployment: PATIENT }), { onEvent });
    assert.equal(end.phase, 'aborted', end.story);
    assert.ok(stage.clock.now() - askedAt < 180_000, end.story);
    assert.deepEqual(await runningTasks(stage), { 'web:1': 2 });
  });
});
