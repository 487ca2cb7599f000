/** What would protect a rollout, and what is going on at its target: refused when planned, and when a rollout begins. */
import assert from 'node:assert/strict';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DeregisterTaskDefinitionCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { cleanUp } from '../git/testRepository.ts';
import { CLIENT, Field, GIVEN, group, IMAGE, resizeFiles, role, TASK, webFiles } from './field.ts';

const IMAGE_2 = IMAGE.replace(':1', ':2');
const release2 = () =>
  webFiles({ task: { containerDefinitions: [{ ...TASK.containerDefinitions[0], image: IMAGE_2 }] } });
const IMAGES = { images: [IMAGE, IMAGE_2] };

const clientOf = (field: Field) => ({ endpoint: field.sandbox.endpoint, ...CLIENT });

async function alarm(field: Field, StateValue: 'OK' | 'ALARM'): Promise<void> {
  const cloudWatch = new CloudWatchClient(clientOf(field));
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'test' }));
  cloudWatch.destroy();
}

/** The first release runs. */
async function running(given: object = {}): Promise<{ field: Field; ecs: ECSClient }> {
  const field = await Field.open({ ...IMAGES, ...given });
  field.commit(webFiles());
  const { rollouts } = await field.deploy();
  assert.deepEqual(
    rollouts.map(({ phase }) => phase),
    ['succeeded'],
    JSON.stringify(rollouts),
  );
  return { field, ecs: new ECSClient(clientOf(field)) };
}

const codes = (found: readonly { code: string }[]) => found.map(({ code }) => code);

describe('preflight of alarms', () => {
  after(cleanUp);

  for (const [kind, files, path] of [
    ['a service', webFiles(), 'dev/web_depdef.json'],
    ['a function', resizeFiles(), 'dev/resize_lambdadepdef.json'],
  ] as const) {
    it(`refuses ${kind} under an alarm that fires already, also with --force, and lets it through unwatched`, async () => {
      await using field = await Field.open({ alarms: [{ name: 'errors', state: 'ALARM' }] });
      field.commit(files);
      const { action, found } = await field.looked();
      assert.deepEqual([action, codes(found), found[0]?.path], ['blocked', ['preflight.alarm-firing'], path]);
      const forced = await field.clock.run(field.engine.plan({ repo: field.repository.root, force: true }));
      assert.equal(forced.workloads[0]?.action, 'blocked');

      const { rollouts } = await field.deploy(['alarm-firing']);
      assert.deepEqual(
        rollouts.map(({ phase }) => phase),
        ['succeeded'],
        JSON.stringify(rollouts),
      );
      const events = await field.engine.events(rollouts[0]!.rollout!);
      assert.match(JSON.stringify(events), /alarm errors is not watched: it is in ALARM already/);
    });

    it(`does not begin ${kind} where an alarm fires between plan and rollout`, async () => {
      await using field = await Field.open();
      field.commit(files);
      const plan = await field.plan();
      assert.equal(plan.workloads[0]?.action, 'create');
      await alarm(field, 'ALARM');
      const before = field.sandbox.calls.length;
      const { rollouts } = await field.roll(plan);
      assert.deepEqual(
        rollouts.map(({ phase }) => phase),
        ['failed'],
      );
      assert.match(rollouts[0]?.reason ?? '', /alarm errors is in ALARM already.*nothing was changed/);
      assert.match(rollouts[0]?.next ?? '', /--skip-preflight alarm-firing/);
      assert.deepEqual(
        field.sandbox.calls.slice(before).filter(({ mutating }) => mutating),
        [],
      );
    });
  }

  it('watches the other alarms when one is let through', async () => {
    const alarms = [
      { name: 'errors', state: 'ALARM' },
      { name: 'latency', state: 'OK' },
    ];
    await using field = await Field.open({ alarms, ...IMAGES }, [
      { when: { alarm: 'latency', function: 'resize', deployment: 1 }, then: { state: 'ALARM', afterSeconds: 30 } },
    ]);
    const deployment = {
      alarms: { alarmNames: ['errors', 'latency'] },
      preflight: { ignore: ['alarm-firing'] },
      trafficShiftingConfig: { type: 'ALL_AT_ONCE', waitInterval: 600 },
    };
    field.commit(resizeFiles({ deployment }));
    const first = await field.deploy();
    field.commit(resizeFiles({ deployment, function: { MemorySize: 256 } }));
    const second = await field.deploy();
    const ends = [...first.rollouts, ...second.rollouts].map(({ phase }) => phase);
    assert.ok(ends.includes('rolled back'), JSON.stringify([first.rollouts, second.rollouts]));
    const last = second.rollouts.at(-1);
    assert.doesNotMatch(last?.reason ?? '', /errors/);
  });
});

describe('preflight of what runs', () => {
  after(cleanUp);

  it('refuses where what runs is INACTIVE, since there would be no way back', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }));
    field.commit(release2());
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['blocked', ['preflight.rollback-target-inactive']]);
    assert.match(found[0]?.message ?? '', /web:1, which runs now, is INACTIVE: there would be no way back to it/);
    assert.equal((await field.looked(['rollback-target-inactive'])).action, 'update');
    ecs.destroy();
  });

  it('refuses where the image of what runs is gone', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    field.given({ images: [IMAGE_2] });
    await field.clock.advance(120_000);
    field.commit(release2());
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['blocked', ['preflight.rollback-image-missing']]);
    assert.match(found[0]?.message ?? '', /shop\/web:1 of web:1, which runs now, is gone/);
    ecs.destroy();
  });

  it('refuses where what serves has no healthy target, and lets the repair through', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    const elb = new ElasticLoadBalancingV2Client(clientOf(field));
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group('web') }),
    );
    const Targets = TargetHealthDescriptions.map(({ Target }) => Target!);
    assert.equal(Targets.length, 2);
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group('web'), Targets: Targets.slice(0, 1) }));
    field.commit(release2());
    assert.deepEqual((await field.looked()).found, [], 'one healthy target is enough');
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group('web'), Targets: Targets.slice(1) }));
    await field.clock.advance(600_000);
    elb.destroy();
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['blocked', ['preflight.no-healthy-target']]);
    assert.match(found[0]?.message ?? '', /what serves now has no healthy target: no target is registered in/);
    assert.equal((await field.looked(['no-healthy-target'])).action, 'update');
    ecs.destroy();
  });

  it('refuses while another tool deploys, and knows its own deployments', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    field.commit(release2());
    assert.deepEqual((await field.looked()).found, []);
    await ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', forceNewDeployment: true }));
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['blocked', ['preflight.deployment-in-progress']]);
    assert.match(found[0]?.message ?? '', /somebody else is deploying this service right now: IN_PROGRESS, 0 of 2/);
    assert.equal((await field.looked(['deployment-in-progress'])).action, 'update');
    await field.clock.advance(30 * 60_000);
    assert.deepEqual((await field.looked()).found, []);
    ecs.destroy();
  });

  it('goes on after a rollout that was left as it was', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    field.commit(release2());
    const plan = await field.plan();
    const { rollouts } = await field.clock.run(
      field.engine.deploy(plan, {
        signal: new AbortController().signal,
        onEvent: () => {},
        onRecord: ({ id, phase }) => {
          if (phase === 'stabilizing') void field.engine.ask(id, 'leave', 'ada@laptop');
        },
      }),
    );
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['aborted'],
    );
    field.commit(webFiles({ service: { desiredCount: 3 } }));
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['update', []]);
    ecs.destroy();
  });

  it('refuses while somebody else shifts the alias', async () => {
    await using field = await Field.open();
    field.commit(resizeFiles());
    await field.deploy();
    field.commit(resizeFiles({ function: { MemorySize: 256 } }));
    await field.deploy();
    const lambda = new LambdaClient(clientOf(field));
    const at = { FunctionName: 'resize', Name: 'live' };
    const { FunctionVersion } = await lambda.send(new GetAliasCommand(at));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'resize', MemorySize: 512 }));
    await field.clock.advance(60_000);
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: 'resize' }));
    await field.clock.advance(60_000);
    const RoutingConfig = { AdditionalVersionWeights: { [Version!]: 0.2 } };
    await lambda.send(new UpdateAliasCommand({ ...at, FunctionVersion, RoutingConfig }));
    field.commit(resizeFiles({ function: { MemorySize: 1024 } }));
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['blocked', ['preflight.deployment-in-progress']]);
    assert.match(found[0]?.message ?? '', /somebody else is shifting alias live right now/);
    assert.equal((await field.looked(['deployment-in-progress'])).action, 'update');
    lambda.destroy();
  });

  it('tells what would be in the way of a workload that stays as it is', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    field.given({ ...IMAGES, iamRoles: GIVEN.iamRoles.filter(({ name }) => name !== role('web-task')) });
    await field.clock.advance(120_000);
    const { action, found } = await field.looked();
    assert.deepEqual([action, codes(found)], ['unchanged', ['preflight.role-missing']]);
    ecs.destroy();
  });
});

describe('preflight of a rollout that begins', () => {
  after(cleanUp);

  it('looks at what files name although nobody planned with preflight, and changes nothing', async () => {
    await using field = await Field.open({ subnets: [] });
    for (const files of [webFiles(), resizeFiles()]) field.commit(files);
    const plan = await field.clock.run(field.engine.plan({ repo: field.repository.root }));
    assert.deepEqual(
      plan.workloads.map(({ action }) => action),
      ['create', 'create'],
    );
    const { rollouts } = await field.roll(plan);
    assert.deepEqual(
      rollouts.map(({ phase, reason }) => [phase, /there is no subnet.*nothing was changed/.test(reason ?? '')]),
      [
        ['failed', true],
        ['failed', true],
      ],
    );
    assert.deepEqual(
      field.sandbox.calls.filter(({ mutating }) => mutating),
      [],
    );
    const { rollout } = await field.engine.rollout(rollouts[0]!.rollout!);
    assert.match(rollout.failure?.next ?? '', /--skip-preflight subnet-missing/);
    const { outcome, failure } = await field.clock.run(field.engine.explain(rollout.id));
    assert.deepEqual([outcome, failure?.class], ['failed', 'configuration']);
    assert.match(failure?.message ?? '', /there is no subnet subnet-a/);
  });

  it('asks for nothing twice that was found a moment ago', async () => {
    await using field = await Field.open();
    for (const files of [webFiles(), resizeFiles()]) field.commit(files);
    const { rollouts } = await field.deploy();
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['succeeded', 'succeeded'],
    );
    const asked = field.sandbox.calls.map(({ operation }) => operation);
    const count = (name: string) => asked.filter((operation) => operation === name).length;
    assert.deepEqual(
      ['DescribeSubnets', 'DescribeSecurityGroups', 'GetRole', 'DescribeImages', 'DescribeSecret', 'HeadObject'].map(
        count,
      ),
      [1, 1, 3, 1, 1, 1],
    );
  });

  it('asks nothing about what stays as it is, unless somebody plans with preflight', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    await field.clock.advance(120_000);
    const asked = async (preflight: 'changes' | 'all') => {
      const before = field.sandbox.calls.length;
      const plan = await field.clock.run(field.engine.plan({ repo: field.repository.root, preflight }));
      assert.equal(plan.workloads[0]?.action, 'unchanged');
      return field.sandbox.calls.slice(before).filter(({ operation }) => operation === 'GetRole').length;
    };
    assert.deepEqual([await asked('changes'), await asked('all')], [0, 2]);
    ecs.destroy();
  });

  it('goes back although alarms fire: that is what a rollback is for', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    field.commit(release2());
    await field.deploy();
    await alarm(field, 'ALARM');
    const plan = await field.clock.run(
      field.engine.planRollback({ repo: field.repository.root, selectors: ['dev/web'] }),
    );
    assert.equal(plan.workloads[0]?.action, 'update', JSON.stringify(plan.workloads[0]?.problems));
    const { rollouts } = await field.roll(plan);
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['succeeded'],
      JSON.stringify(rollouts),
    );
    ecs.destroy();
  });

  it('refuses a second time what it refused a first time', async () => {
    const { field, ecs } = await running();
    await using _ = field;
    field.commit(release2());
    await ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', forceNewDeployment: true }));
    for (const _again of [1, 2]) {
      const plan = await field.clock.run(field.engine.plan({ repo: field.repository.root }));
      const { rollouts } = await field.roll(plan);
      assert.deepEqual(
        rollouts.map(({ phase }) => phase),
        ['failed'],
      );
      assert.match(rollouts[0]?.reason ?? '', /somebody else is deploying this service right now/);
    }
    ecs.destroy();
  });
});
