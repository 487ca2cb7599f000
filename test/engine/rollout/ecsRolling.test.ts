import assert from 'node:assert/strict';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { web } from './fixtures.ts';
import { Stage } from './stage.ts';

async function running(stage: Stage) {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const service = services?.[0];
  const described = service?.taskDefinition
    ? await stage.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }))
    : undefined;
  return { service, image: described?.taskDefinition?.containerDefinitions?.[0]?.image };
}

const revisions = async (stage: Stage, status: 'ACTIVE' | 'INACTIVE') =>
  (await stage.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status }))).taskDefinitionArns?.length;

describe('ECS rolling rollout', () => {
  it('creates a service, and plans nothing more right after', async () => {
    await using stage = await Stage.open();
    const { rollouts } = await stage.deploy('dev/web', web());
    assert.deepEqual(
      rollouts.map(({ phase, reason }) => [phase, reason]),
      [['succeeded', '2 of 2 tasks run web:1']],
    );
    assert.deepEqual(stage.changes, ['CreateCluster', 'RegisterTaskDefinition', 'CreateService']);

    const again = await stage.plan('dev/web', web());
    assert.deepEqual([again.workloads[0]?.action, again.workloads[0]?.differences], ['unchanged', []]);
  });

  it('updates the task definition and the changed members in one call', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const next = web({ image: 'shop/web:2', desiredCount: 3, service: { healthCheckGracePeriodSeconds: 30 } });
    const plan = await stage.plan('dev/web', next);
    assert.deepEqual(plan.workloads[0]?.differences.map(({ path }) => path).sort(), [
      '/desiredCount',
      '/healthCheckGracePeriodSeconds',
      '/taskDefinition/containerDefinitions/0/image',
    ]);
    const { rollouts } = await stage.deploy('dev/web', next);
    assert.equal(rollouts[0]?.phase, 'succeeded');
    const { service, image } = await running(stage);
    assert.deepEqual(
      [image, service?.desiredCount, service?.runningCount, service?.healthCheckGracePeriodSeconds],
      ['shop/web:2', 3, 3, 30],
    );
    assert.deepEqual(stage.changes.slice(3), ['RegisterTaskDefinition', 'UpdateService']);
  });

  it('rolls everything back when the circuit breaker trips, and leaves no revision behind', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] },
    });
    await stage.deploy('dev/web', web());
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:broken', desiredCount: 4 }));
    const [rollout] = rollouts;
    assert.equal(rollout?.phase, 'rolled back');
    assert.match(rollout.reason ?? '', /2 new tasks failed: the circuit breaker trips at 2; web:1 serves again/);
    const { service, image } = await running(stage);
    assert.deepEqual([image, service?.desiredCount, service?.runningCount], ['shop/web:1', 2, 2]);
    assert.deepEqual([await revisions(stage, 'ACTIVE'), await revisions(stage, 'INACTIVE')], [1, 1]);
    const record = await stage.store.load(rollout.rollout!);
    assert.equal(record?.record.failure?.class, 'image');
    assert.match(record.record.failure.evidence.join('\n'), /CannotPullContainerError/);
  });

  it('deletes the service it created when that fails', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] },
    });
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:broken' }));
    assert.equal(rollouts[0]?.phase, 'rolled back');
    assert.equal((await running(stage)).service?.status, 'INACTIVE');
    assert.equal(await revisions(stage, 'ACTIVE'), 0);
  });

  it('keeps the service it created for a look where deleteNewUponFailure is false', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] },
    });
    const { rollouts } = await stage.deploy(
      'dev/web',
      web({ image: 'shop/web:broken', deployment: { deleteNewUponFailure: false } }),
    );
    assert.equal(rollouts[0]?.phase, 'failed');
    assert.equal((await running(stage)).service?.status, 'ACTIVE');
  });

  it('rolls back when the wait runs out, and says that it was the wait', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:slow' }, then: { startSeconds: 3600 } }] },
    });
    await stage.deploy('dev/web', web());
    const { rollouts } = await stage.deploy(
      'dev/web',
      web({ image: 'shop/web:slow', deployment: { stabilityCheck: { timeout: 120 } } }),
    );
    assert.equal(rollouts[0]?.phase, 'rolled back');
    assert.match(rollouts[0].reason ?? '', /not stable within 120 s/);
    const record = await stage.store.load(rollouts[0].rollout!);
    assert.equal(record?.record.failure?.class, 'timeout');
  });

  it("reports a rollback by ECS's own circuit breaker as a failed rollout, and does not fight it", async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:crash' }, then: { exit: { code: 1, afterSeconds: 2 } } }] },
    });
    const breaker = {
      service: { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
    };
    const patient = {
      deployment: { gmDeploymentCircuitBreaker: { failureThreshold: 100 }, stabilityCheck: { timeout: 7200 } },
    };
    await stage.deploy('dev/web', web({ ...breaker, ...patient }));
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:crash', ...breaker, ...patient }));
    assert.equal(rollouts[0]?.phase, 'rolled back');
    assert.match(rollouts[0].reason ?? '', /ECS rolled the deployment back/);
    assert.equal((await running(stage)).image, 'shop/web:1');
  });

  const ALARM = {
    given: { alarms: [{ name: 'errors', state: 'OK' }] },
    rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 400 } }],
  };

  it("goes back when an alarm of the deployment definition goes off, also while ECS's own bake lasts", async () => {
    const bake = {
      service: { deploymentConfiguration: { bakeTimeInMinutes: 20 } },
      deployment: { stabilityCheck: { timeout: 300 }, alarms: { alarmNames: ['errors'] } },
    };
    await using stage = await Stage.open({ scenario: ALARM });
    await stage.deploy('dev/web', web(bake));
    stage.events.length = 0;
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:2', ...bake }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.equal(rollouts[0].reason, 'in ALARM while the tasks were replaced: errors; web:1 serves again');
    const fired = stage.events.find(({ code }) => code === 'alarm.fired')!;
    assert.ok(fired.time - stage.events[0]!.time > 300_000, 'a bake is no lack of stability');
    assert.equal((await running(stage)).image, 'shop/web:1');
  });

  it("waits for ECS's own bake, and reports it when ECS's alarm ends it", async () => {
    const bake = {
      service: {
        deploymentConfiguration: {
          bakeTimeInMinutes: 20,
          alarms: { alarmNames: ['errors'], enable: true, rollback: true },
        },
      },
      deployment: { stabilityCheck: { timeout: 300 } },
    };
    await using stage = await Stage.open({ scenario: ALARM });
    const created = await stage.deploy('dev/web', web(bake));
    assert.equal(created.rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:2', ...bake }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^ECS rolled the deployment back: .*alarm detected; web:1 serves again$/);
    assert.ok(rollouts[0].endedAt! - rollouts[0].startedAt! > 400_000);
    assert.equal((await running(stage)).image, 'shop/web:1');
  });

  it("puts the service back where ECS's own circuit breaker leaves it stalled", async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] },
    });
    const stalling = {
      service: { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } } },
      deployment: { gmDeploymentCircuitBreaker: { failureThreshold: 100 }, stabilityCheck: { timeout: 7200 } },
    };
    await stage.deploy('dev/web', web(stalling));
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:broken', ...stalling }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(
      rollouts[0].reason ?? '',
      /^ECS reports the deployment as failed: ECS deployment circuit breaker: tasks failed to start; web:1 serves again$/,
    );
    assert.equal((await running(stage)).image, 'shop/web:1');
  });

  it("leaves somebody else's deployment alone", async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    await stage.deploy('dev/web', web({ image: 'shop/web:2' }));
    let interfered = false;
    const onRecord = (record: { phase: string }) => {
      if (record.phase !== 'stabilizing' || interfered) return;
      interfered = true;
      stage.ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', taskDefinition: 'web:2' }));
    };
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:3' }), undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'superseded');
    assert.equal((await running(stage)).image, 'shop/web:2');
  });

  it('ends without a change when AWS refuses the first one', async () => {
    await using stage = await Stage.open({ clusters: [] });
    const { rollouts } = await stage.deploy('dev/web', web());
    assert.deepEqual(rollouts, []);
    const plan = await stage.plan('dev/web', web());
    assert.equal(plan.workloads[0]?.action, 'blocked');
    assert.match(plan.workloads[0]?.reason ?? '', /ClusterNotFoundException: Cluster not found.*request/);
  });

  it('goes back when somebody aborts it', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const onRecord = (record: { phase: string; id: string }) => {
      if (record.phase === 'stabilizing') stage.store.ask(record.id, 'abort', 'test');
    };
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:2' }), undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'aborted');
    assert.equal((await running(stage)).image, 'shop/web:1');
  });

  it('deletes the service of a deleted definition', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const { rollouts } = await stage.deploy('dev/web', undefined, web());
    assert.equal(rollouts[0]?.phase, 'succeeded');
    assert.equal((await running(stage)).service?.status, 'INACTIVE');
  });
});
