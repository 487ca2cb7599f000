/** Snapshots of what runs, put into another sandbox: what is planned and rolled out there is what would be here. */
import assert from 'node:assert/strict';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { DescribeListenersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../engine/json.ts';
import { snapshotWish, withoutEnvironment } from '../../engine/plan/index.ts';
import { balanced, external, taskSets } from './rollout/balanced.ts';
import { ALL_SOURCES, fed, SURROUNDINGS } from './rollout/connected.ts';
import { resize, web } from './rollout/fixtures.ts';
import { BLUE_GREEN, native, SHIFTED_GIVEN, shifted } from './rollout/shiftedByEcs.ts';
import { type Files, Stage } from './rollout/stage.ts';

/** A stage where everything runs that the files touch on another one, which only answers questions for it. */
async function copyOf(original: Stage, path: string, files: Files, scenario?: object): Promise<Stage> {
  const { workloads } = await original.plan(path, files, undefined, true);
  const before = original.changes.length;
  const wishes = workloads.flatMap((plan) => snapshotWish(plan) ?? []);
  const regions = await original.clock.run(original.clients.aws.snapshot(wishes));
  assert.equal(original.changes.length, before, 'reading a snapshot changes nothing');
  const desired = workloads.flatMap((plan) => plan.desired ?? []);
  const running = { regions: withoutEnvironment(regions, desired) };
  // What comes from a snapshot is plain JSON.
  assert.deepEqual(JSON.parse(JSON.stringify(running)), running);
  return Stage.open({ running, ...(scenario === undefined ? {} : { scenario }) });
}

/** Both say the same of some files: nothing is to be done, or the same differences. */
async function agree(original: Stage, copy: Stage, path: string, files: Files): Promise<void> {
  const [here, there] = [await original.plan(path, files), await copy.plan(path, files)];
  const said = ({ workloads: [plan] }: typeof here) => ({ action: plan?.action, differences: plan?.differences });
  assert.deepEqual(said(there), said(here));
}

async function deployed(stage: Stage, path: string, files: Files): Promise<void> {
  const { rollouts } = await stage.deploy(path, files);
  assert.equal(rollouts[0]?.phase, 'succeeded', rollouts[0]?.reason);
}

const running = async (stage: Stage) => {
  const answer = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const [service] = answer.services ?? [];
  return [service?.runningCount, service?.taskDefinition?.replace(/.*\//, '')];
};

describe('a snapshot of what runs', () => {
  it('is a rolling service that runs in full, under its own revision', async () => {
    await using original = await Stage.open();
    await deployed(original, 'dev/web', web({ image: 'shop/web:1' }));
    await deployed(original, 'dev/web', web({ image: 'shop/web:2' }));
    const present = web({ image: 'shop/web:2', desiredCount: 2 });
    await using copy = await copyOf(original, 'dev/web', present);
    assert.deepEqual(await running(copy), [2, 'web:2']);
    await agree(original, copy, 'dev/web', present);
    const next = web({ image: 'shop/web:3', desiredCount: 3 });
    await agree(original, copy, 'dev/web', next);
    await deployed(copy, 'dev/web', next);
    assert.deepEqual(await running(copy), [3, 'web:3']);
    assert.deepEqual(await running(original), [2, 'web:2']);
  });

  it('goes back in the copy as it would here', async () => {
    await using original = await Stage.open();
    const present = web({ image: 'shop/web:1' });
    await deployed(original, 'dev/web', present);
    const scenario = { rules: [{ when: { service: 'web', deployment: 2 }, then: { exit: { code: 1 } } }] };
    await using copy = await copyOf(original, 'dev/web', present, scenario);
    const { rollouts } = await copy.deploy('dev/web', web({ image: 'shop/web:2' }));
    assert.equal(rollouts[0]?.phase, 'rolled back');
    assert.deepEqual(await running(copy), [2, 'web:1']);
  });

  it('has the half that serves, its listener and its weights', async () => {
    await using original = await Stage.open();
    const { blue, green, listener, weights } = await balanced(original);
    await deployed(original, 'dev/web', external(blue, green, 'shop/web:1'));
    // The second deployment serves from the other half.
    await deployed(original, 'dev/web', external(blue, green, 'shop/web:2'));
    const present = external(blue, green, 'shop/web:2');
    await using copy = await copyOf(original, 'dev/web', present);
    assert.deepEqual(await taskSets(copy), await taskSets(original));
    await agree(original, copy, 'dev/web', present);
    const next = external(blue, green, 'shop/web:3');
    await agree(original, copy, 'dev/web', next);
    await deployed(copy, 'dev/web', next);
    assert.ok(copy.changes.includes('ModifyListener'));
    const { Listeners } = await copy.elb.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
    assert.equal(Listeners?.length, 1);
    assert.deepEqual(await weights(), { blue: 0, green: 100 });
  });

  it('has the half that ECS itself shifted the traffic to', async () => {
    await using original = await Stage.open({ scenario: { given: SHIFTED_GIVEN } });
    const traffic = await shifted(original);
    const at = (image: string) => native(traffic, BLUE_GREEN, image);
    await deployed(original, 'dev/web', at('shop/web:1'));
    await deployed(original, 'dev/web', at('shop/web:2'));
    await using copy = await copyOf(original, 'dev/web', at('shop/web:2'));
    await agree(original, copy, 'dev/web', at('shop/web:2'));
    await agree(original, copy, 'dev/web', at('shop/web:3'));
    await deployed(copy, 'dev/web', at('shop/web:3'));
    assert.deepEqual(await running(copy), [2, 'web:3']);
  });

  it('has a function with its version, alias and tags', async () => {
    await using original = await Stage.open();
    await deployed(original, 'dev/resize', resize({ key: 'resize-1.zip' }));
    await deployed(original, 'dev/resize', resize({ key: 'resize-2.zip' }));
    const present = resize({ key: 'resize-2.zip' });
    await using copy = await copyOf(original, 'dev/resize', present);
    await agree(original, copy, 'dev/resize', present);
    const next = resize({ key: 'resize-3.zip', definition: { MemorySize: 512 } });
    await agree(original, copy, 'dev/resize', next);
    await deployed(copy, 'dev/resize', next);
  });

  it('gives a function its code back on the way back, although only its digest is known', async () => {
    await using original = await Stage.open();
    const present = resize({ key: 'resize-1.zip' });
    await deployed(original, 'dev/resize', present);
    const scenario = { rules: [{ when: { function: 'resize', updateNumber: 2 }, then: { update: 'InternalError' } }] };
    await using copy = await copyOf(original, 'dev/resize', present, scenario);
    const { rollouts } = await copy.deploy('dev/resize', resize({ key: 'resize-2.zip', definition: { Timeout: 9 } }));
    assert.equal(rollouts[0]?.phase, 'rolled back');
    await agree(original, copy, 'dev/resize', present);
  });

  it('has what invokes a function', async () => {
    await using original = await Stage.open({ scenario: SURROUNDINGS });
    const present = fed(ALL_SOURCES);
    await deployed(original, 'dev/resize', present);
    await using copy = await copyOf(original, 'dev/resize', present);
    await agree(original, copy, 'dev/resize', present);
    await deployed(copy, 'dev/resize', fed(ALL_SOURCES, { key: 'resize-2.zip' }));
  });

  it('holds no value of an environment that the files do not have', async () => {
    await using original = await Stage.open();
    const secretive = (password: string, image: string): Files => {
      const files = web({ image });
      const [container] = files['task']!['containerDefinitions'] as JsonObject[];
      const environment = [
        { name: 'LOG', value: 'debug' },
        { name: 'PASSWORD', value: password },
      ];
      return { ...files, task: { ...files['task']!, containerDefinitions: [{ ...container!, environment }] } };
    };
    await deployed(original, 'dev/web', secretive('hunter2', 'shop/web:1'));
    const { workloads } = await original.plan('dev/web', secretive('swordfish', 'shop/web:2'));
    const regions = await original.clock.run(original.clients.aws.snapshot([snapshotWish(workloads[0]!)!]));
    assert.match(JSON.stringify(regions), /hunter2/);
    const text = JSON.stringify(withoutEnvironment(regions, [workloads[0]!.desired!]));
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /"value":"debug"/);
    assert.match(text, /"value":"\(not copied\)"/);
  });

  it('says what cannot be imitated', async () => {
    const region = {
      account: '123456789012',
      region: 'eu-west-1',
      clusters: [{ clusterName: 'prod', capacityProviders: ['FARGATE'] }],
      taskDefinitions: [],
      services: [
        {
          serviceName: 'agent',
          clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/prod',
          schedulingStrategy: 'DAEMON',
        },
      ],
      targetGroups: [],
      listeners: [],
      alarms: [],
      functions: [],
      apis: [],
    };
    await assert.rejects(Stage.open({ running: { regions: [region] } }), {
      code: 'snapshot.not-imitated',
      message: /DAEMON/,
    });
  });
});
