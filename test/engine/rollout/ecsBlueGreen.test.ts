import assert from 'node:assert/strict';
import { DeleteTaskSetCommand, DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { weightsAt } from '../../../engine/rollout/weights.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { web } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

describe('weights of target groups', () => {
  const forward = (weights: Record<string, number>) => [{ arn: 'l', kind: 'listener' as const, weights }];
  const at = (weights: Record<string, number>, percent: number) =>
    weightsAt(forward(weights), [{ from: 'b', to: 'g' }], percent)[0]?.weights;

  it('divide what the pair has, scaled up where it is too small to be divided', () => {
    assert.deepEqual(at({ b: 1 }, 20), { b: 80, g: 20 });
    assert.deepEqual(at({ b: 100, g: 0 }, 0), { b: 100, g: 0 });
    assert.deepEqual(at({ b: 0, g: 200 }, 25), { b: 150, g: 50 });
  });

  it('leave target groups outside the pair their part', () => {
    assert.deepEqual(at({ b: 1, other: 3 }, 50), { b: 50, other: 300, g: 50 });
    assert.deepEqual(at({ b: 90, other: 10 }, 10), { b: 162, other: 20, g: 18 });
    assert.deepEqual(at({ b: 3, other: 1 }, 50), { b: 51, other: 34, g: 51 });
    assert.deepEqual(at({ b: 1, other: 50 }, 20), { b: 15, other: 950, g: 4 });
    assert.deepEqual(at({ b: 999, g: 999, other: 999 }, 0), { b: 999, g: 0, other: 500 });
  });
});

describe('ECS blue/green rollout', () => {
  it('creates the service with its first task set, and plans nothing more right after', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green, weights } = await balanced(stage);
    const { rollouts } = await stage.deploy('dev/web', external(blue, green));
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    assert.deepEqual(
      Object.entries(await weights())
        .filter(([, weight]) => weight! > 0)
        .map(([name]) => name),
      ['blue'],
    );
    const again = await stage.plan('dev/web', external(blue, green));
    assert.deepEqual([again.workloads[0]?.action, again.workloads[0]?.differences], ['unchanged', []]);
    elb.destroy();
  });

  it('shifts traffic to a new task set in steps, and the halves swap roles each time', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green, weights } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    const seen: string[] = [];
    const onRecord = async () => {
      const now = JSON.stringify(await weights());
      if (seen.at(-1) !== now) seen.push(now);
    };
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:2'), undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:2', 2, green]]);
    assert.deepEqual(seen.slice(-3), ['{"blue":100,"green":0}', '{"blue":50,"green":50}', '{"blue":0,"green":100}']);
    assert.deepEqual((await stage.plan('dev/web', external(blue, green, 'shop/web:2'))).workloads[0]?.differences, []);

    await stage.deploy('dev/web', external(blue, green, 'shop/web:3'));
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:3', 2, blue]]);
    assert.deepEqual(await weights(), { blue: 100, green: 0 });
    elb.destroy();
  });

  it('goes back when new tasks fail, before any traffic was shifted, and leaves nothing behind', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] },
    });
    const { elb, blue, green, weights } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    const before = await weights();
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:broken'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /the circuit breaker trips at 2; what served before serves everything$/);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    assert.deepEqual(await weights(), before);
    elb.destroy();
  });

  it('sends all traffic back when somebody aborts it half-way', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green, weights } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    const onRecord = (record: { id: string; progress: { trafficPercent?: number } }) => {
      if (record.progress.trafficPercent === 50) stage.store.ask(record.id, 'abort', 'test');
    };
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:2'), undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'aborted', stage.story().join('\n'));
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    assert.deepEqual(
      Object.entries(await weights())
        .filter(([, weight]) => weight! > 0)
        .map(([name]) => name),
      ['blue'],
    );
    elb.destroy();
  });

  it('deletes tasks that were kept for a look before new ones take their place, and loses no request', async () => {
    const rules = [
      { when: { image: '*:bad' }, then: { responses: { '5xxPercent': 100 } } },
      {
        when: { alarm: 'errors', service: 'web', deployment: 2 },
        then: { state: 'ALARM', afterSeconds: 150, forSeconds: 60 },
      },
    ];
    const given = { alarms: [{ name: 'errors', state: 'OK' }] };
    const traffic = [{ loadBalancer: 'shop', perSecond: 10 }];
    await using stage = await Stage.open({ scenario: { given, traffic, rules } });
    const { elb, blue, green } = await balanced(stage);
    const canary = { type: 'CANARY', percent: 20, waitInterval: 120 };
    const kept = { alarms: { alarmNames: ['errors'] }, deleteNewUponTrafficShiftFailure: false };
    await stage.deploy('dev/web', external(blue, green));
    const { rollouts: failed } = await stage.deploy('dev/web', external(blue, green, 'shop/web:bad', canary, kept));
    assert.match(failed[0]?.reason ?? '', /kept for a look$/, stage.story().join('\n'));
    assert.deepEqual(
      (await taskSets(stage)).map(([, name, running]) => [name, running]),
      [
        ['web:1', 2],
        ['web:2', 2],
      ],
    );
    const lost = () => stage.sandbox.traffic.reduce((sum, source) => sum + source.failed, 0);
    await stage.clock.advance(5 * 60_000);
    const before = lost();
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:3', canary));
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.equal(lost() - before, 0);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:3', 2, green]]);
    elb.destroy();
  });

  it('leaves nothing behind where AWS refuses every change of the listener', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green, weights } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    const before = await weights();
    const denied = {
      when: { operation: 'elasticloadbalancing:ModifyListener' },
      then: { error: 'AccessDenied', status: 403 },
    };
    stage.setScenario({ rules: [denied] });
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:2'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0]?.reason ?? '', /AccessDenied.*; what served before serves everything$/);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    assert.deepEqual(await weights(), before);
    elb.destroy();
  });

  it('says so when somebody deletes the new task set while traffic shifts', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green, weights } = await balanced(stage);
    await stage.deploy('dev/web', external(blue, green));
    let meddled = false;
    const onEvent = async ({ code }: { code: string }) => {
      if (code !== 'traffic.shifted' || meddled) return;
      meddled = true;
      const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
      const taskSet = services?.[0]?.taskSets?.find(({ status }) => status === 'ACTIVE')?.id;
      await stage.ecs.send(new DeleteTaskSetCommand({ cluster: 'prod', service: 'web', taskSet, force: true }));
    };
    const { rollouts } = await stage.deploy('dev/web', external(blue, green, 'shop/web:2'), undefined, { onEvent });
    assert.equal(rollouts[0]?.phase, 'rolled back');
    assert.match(rollouts[0]?.reason ?? '', /^the new task set is gone: somebody deleted it; what served before/);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    assert.equal((await weights())['green'], 0);
    elb.destroy();
  });

  it('works without a load balancer', async () => {
    await using stage = await Stage.open();
    const files = (image: string): Files => ({
      ...web({ image }),
      service: { ...web().service!, deploymentController: { type: 'EXTERNAL' } },
    });
    assert.equal(
      (await stage.deploy('dev/web', files('shop/web:1'))).rollouts[0]?.phase,
      'succeeded',
      stage.story().join('\n'),
    );
    assert.equal(
      (await stage.deploy('dev/web', files('shop/web:2'))).rollouts[0]?.phase,
      'succeeded',
      stage.story().join('\n'),
    );
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:2', 2, undefined]]);
  });

  it('refuses target groups that it could not shift between', async () => {
    await using stage = await Stage.open();
    const { elb, blue, green } = await balanced(stage);
    const stranger = `${green}0`;
    const { rollouts } = await stage.deploy(
      'dev/web',
      external(blue, green, 'shop/web:1', undefined, { targetGroupArnPairs: [[green, stranger]] }),
    );
    assert.equal(rollouts[0]?.phase, 'failed');
    assert.match(rollouts[0].reason ?? '', /is in none of targetGroupArnPairs; nothing was changed/);
    const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
    assert.deepEqual(services, []);
    elb.destroy();
  });
});
