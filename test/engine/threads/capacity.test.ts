/** Spot that runs out, and settings of a service that a deployment loses: thread by thread, with our end. */
import assert from 'node:assert/strict';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { deployPlan } from '../../../engine/deploying.ts';
import type { JsonObject } from '../../../engine/json.ts';
import { keepReturning } from '../../../engine/returning.ts';
import { web } from '../rollout/fixtures.ts';
import { ON_DEMAND, SPOT, shortage, spotStage, spotWeb, whereRuns } from '../rollout/spot.ts';
import { Stage } from '../rollout/stage.ts';
import { countOf, ecsWorld, played, runningTasks } from './world.ts';

const settings = async (stage: Stage) => {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  return services![0]!;
};

describe('capacity', () => {
  it('containers-roadmap #852: tasks on Spot were simply not launched, and nothing ran on demand instead', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT')]);
    const end = await played(stage, spotWeb());
    assert.equal(end.phase, 'succeeded', end.story);
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running], [['FARGATE'], 2]);
    assert.match(end.story, /there is no room on FARGATE_SPOT.* go to FARGATE; ECS said: /);
  });

  it('containers-roadmap #773: whoever fell back to on-demand never came back to Spot in the morning', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 0, 3600)]);
    await played(stage, spotWeb());
    assert.deepEqual((await whereRuns(stage)).providers, ['FARGATE']);
    const ending = new AbortController();
    const options = stage.options({
      signal: ending.signal,
      onEvent: ({ code }, record) => {
        if (code === 'rollout.ended' && record?.phase === 'succeeded') setImmediate(() => ending.abort());
      },
    });
    const latest = async () => (await stage.store.latest()).map(({ record }) => record);
    await stage.clock.run(keepReturning(stage.ports(), latest, options));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running, runs.mark], [['FARGATE_SPOT'], 2, undefined]);
    assert.ok(stage.clock.now() > 3_600_000, `${stage.clock.now() / 1000} s`);
  });

  it('containers-roadmap #1273: a lack of capacity tripped the circuit breaker', async () => {
    await using stage = await Stage.open();
    await played(stage, web());
    stage.setScenario({
      rules: [{ when: { image: '*:2', fromSeconds: 0, untilSeconds: 600 }, then: { init: 'network-timeout' } }],
    });
    const ignoring: JsonObject = {
      stabilityCheck: { timeout: 3600 },
      gmDeploymentCircuitBreaker: { failureThreshold: 1, ignore: ['capacity'] },
    };
    const end = await played(stage, web({ image: 'shop/web:2', deployment: ignoring }));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.ok(end.story.includes('task.failed'), end.story);
    assert.deepEqual(await runningTasks(stage), { 'web:2': 2 });
  });

  it('pipecd PR 6331, PR 6385: a change of the capacity strategy was refused, since nobody forced a deployment', async () => {
    await using stage = await spotStage([]);
    const { service, ...rest } = web();
    const { launchType: _none, ...plain } = service!;
    const on = (capacityProviderStrategy: JsonObject[]) => ({
      ...rest,
      service: { ...plain, capacityProviderStrategy },
    });
    await played(stage, web());
    for (const [strategy, provider] of [
      [SPOT, 'FARGATE_SPOT'],
      [ON_DEMAND, 'FARGATE'],
    ] as const) {
      const end = await played(stage, on(strategy));
      assert.equal(end.phase, 'succeeded', end.story);
      assert.deepEqual((await whereRuns(stage)).providers, [provider]);
    }
  });
});

describe('what a deployment leaves of a service', () => {
  it('ecspresso PR 856: its Service Connect configuration was gone after the deployment', async () => {
    await using stage = await Stage.open();
    const serviceConnectConfiguration = { enabled: true, namespace: 'shop', services: [] };
    await played(stage, web({ service: { serviceConnectConfiguration } }));
    const before = (await settings(stage)).deployments?.[0]?.serviceConnectConfiguration;
    const end = await played(stage, web({ image: 'shop/web:2', service: { serviceConnectConfiguration } }));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.deepEqual((await settings(stage)).deployments?.[0]?.serviceConnectConfiguration, before);
    assert.equal(before?.namespace, 'shop');
    const again = await stage.plan('dev/web', web({ image: 'shop/web:2', service: { serviceConnectConfiguration } }));
    assert.deepEqual(again.workloads[0]?.differences, []);
  });

  it('ecspresso PR 978: a deployment that was to be forced was none', async () => {
    await using stage = await Stage.open();
    await played(stage, web());
    const before = (await settings(stage)).deployments?.[0]?.id;
    const { workloads, ...report } = await stage.plan('dev/web', web(), undefined, true);
    assert.equal(workloads[0]?.action, 'update');
    const { rollouts } = await stage.clock.run(deployPlan(stage.ports(), { ...report, workloads }, stage.options()));
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.notEqual((await settings(stage)).deployments?.[0]?.id, before);
    assert.equal(countOf(stage, 'UpdateService'), 1);
    assert.deepEqual((await ecsWorld(stage)).tasks, [2, 2]);
  });
});
