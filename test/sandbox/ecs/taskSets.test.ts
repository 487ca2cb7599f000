import assert from 'node:assert/strict';
import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  CreateTaskSetCommand,
  type CreateTaskSetCommandInput,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DescribeTaskSetsCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  type TaskSet,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ACCOUNT,
  type Aws,
  createCluster,
  createService,
  describe1,
  errorOf,
  MINUTE,
  REGION,
  register,
  SECOND,
  startAws,
  story,
} from '../aws.ts';

const SERVICE = { cluster: 'main', service: 'web' };
const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-1'] } };

const groupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;

/** A pair of target groups behind one listener. */
const GIVEN = {
  targetGroups: ['blue', 'green'].map((name) => ({
    arn: groupArn(name),
    loadBalancer: 'web',
    deregistrationDelaySeconds: 30,
  })),
};

/** Service `web` with an EXTERNAL controller, and revisions 1 and 2 of its task definition. */
async function externalService(aws: Aws, input: Partial<CreateServiceCommandInput> = {}): Promise<void> {
  await createCluster(aws);
  const ports = { portMappings: [{ containerPort: 80 }] };
  await register(aws, 'app:1', ports);
  await register(aws, 'app:2', ports);
  const command = { cluster: 'main', serviceName: 'web', desiredCount: 2, deploymentController: { type: 'EXTERNAL' } };
  await aws.ecs.send(new CreateServiceCommand({ ...command, ...input } as CreateServiceCommandInput));
}

async function taskSet(aws: Aws, input: Partial<CreateTaskSetCommandInput> = {}): Promise<TaskSet> {
  const { taskSet: made } = await aws.ecs.send(
    new CreateTaskSetCommand({
      ...SERVICE,
      taskDefinition: 'web:1',
      launchType: 'FARGATE',
      networkConfiguration: NETWORK,
      scale: { value: 100, unit: 'PERCENT' },
      ...input,
    }),
  );
  return made!;
}

const behind = (name: string) => ({
  loadBalancers: [{ targetGroupArn: groupArn(name), containerName: 'app', containerPort: 80 }],
});

async function sets(aws: Aws): Promise<TaskSet[]> {
  const { taskSets = [] } = await aws.ecs.send(new DescribeTaskSetsCommand(SERVICE));
  return taskSets;
}

const scale = (aws: Aws, set: TaskSet, value: number) =>
  aws.ecs.send(new UpdateTaskSetCommand({ ...SERVICE, taskSet: set.taskSetArn, scale: { value, unit: 'PERCENT' } }));
const makePrimary = (aws: Aws, set: TaskSet) =>
  aws.ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...SERVICE, primaryTaskSet: set.id }));
const remove = (aws: Aws, set: TaskSet, force = false) =>
  aws.ecs.send(new DeleteTaskSetCommand({ ...SERVICE, taskSet: set.id, force }));

describe('a task set', () => {
  it('is answered with no tasks, then computes its count, starts them and becomes steady', async () => {
    await using aws = await startAws();
    await externalService(aws);
    const made = await taskSet(aws, { externalId: 'rollout-1' });
    assert.match(made.id ?? '', /^ecs-svc\/\d{19}$/);
    assert.equal(made.taskSetArn, `arn:aws:ecs:${REGION}:${ACCOUNT}:task-set/main/web/${made.id}`);
    assert.deepEqual(
      [made.status, made.computedDesiredCount, made.runningCount, made.stabilityStatus, made.externalId, made.scale],
      ['ACTIVE', 0, 0, 'STABILIZING', 'rollout-1', { value: 100, unit: 'PERCENT' }],
    );
    await aws.clock.advance(12 * SECOND);
    const [starting] = await sets(aws);
    assert.deepEqual(
      [starting?.computedDesiredCount, starting?.pendingCount, starting?.stabilityStatus],
      [2, 2, 'STABILIZING'],
    );
    await aws.clock.advance(90 * SECOND);
    const [steady] = await sets(aws);
    assert.deepEqual([steady?.runningCount, steady?.stabilityStatus], [2, 'STEADY_STATE']);
    assert.deepEqual(story(await describe1(aws)), [
      'updated computedDesiredCount for taskSet A to 2.',
      '(service web, taskSet A) has started 2 tasks: (task B) (task C).',
      '(service web, taskSet A) updated state to STEADY_STATE.',
      'has reached a steady state.',
    ]);
  });

  it('follows its scale, rounded up, and the service’s desired count', async () => {
    await using aws = await startAws();
    await externalService(aws, { desiredCount: 3 });
    const set = await taskSet(aws, { scale: { value: 34, unit: 'PERCENT' } });
    await aws.clock.advance(2 * MINUTE);
    assert.equal((await sets(aws))[0]?.computedDesiredCount, 2);
    const { taskSet: updated } = await scale(aws, set, 100);
    assert.deepEqual([updated?.computedDesiredCount, updated?.stabilityStatus], [2, 'STABILIZING']);
    await aws.clock.advance(2 * MINUTE);
    assert.equal((await sets(aws))[0]?.runningCount, 3);
    await aws.ecs.send(new UpdateServiceCommand({ ...SERVICE, desiredCount: 1 }));
    await aws.clock.advance(2 * MINUTE);
    const [shrunk] = await sets(aws);
    assert.deepEqual([shrunk?.runningCount, shrunk?.stabilityStatus], [1, 'STEADY_STATE']);
    await scale(aws, set, 0);
    await aws.clock.advance(2 * MINUTE);
    const [empty] = await sets(aws);
    assert.deepEqual(
      [empty?.computedDesiredCount, empty?.runningCount, empty?.stabilityStatus],
      [0, 0, 'STEADY_STATE'],
    );
  });

  it('is not primary by itself, and the service’s own members follow the primary one', async () => {
    await using aws = await startAws();
    await externalService(aws);
    const before = await describe1(aws);
    assert.deepEqual([before.taskDefinition, before.launchType, before.deployments], [undefined, 'EC2', []]);
    const [one, two] = [await taskSet(aws), await taskSet(aws, { taskDefinition: 'web:2' })];
    await makePrimary(aws, one);
    assert.match((await describe1(aws)).taskDefinition ?? '', /web:1$/);
    await makePrimary(aws, two);
    const after = await describe1(aws);
    assert.match(after.taskDefinition ?? '', /web:2$/);
    assert.deepEqual(
      [after.launchType, after.networkConfiguration?.awsvpcConfiguration?.subnets],
      ['FARGATE', ['subnet-1']],
    );
    assert.deepEqual(
      after.taskSets?.map(({ status }) => status),
      ['ACTIVE', 'PRIMARY'],
    );
  });

  it('is deleted at scale 0, or by force while its tasks drain', async () => {
    await using aws = await startAws({ given: GIVEN });
    await externalService(aws);
    const [old, next] = [await taskSet(aws, behind('blue')), await taskSet(aws, behind('green'))];
    await makePrimary(aws, next);
    await aws.clock.advance(3 * MINUTE);
    assert.match(await errorOf(remove(aws, old)), /^InvalidParameterException: .*scaled above 0/);
    assert.match(await errorOf(remove(aws, next)), /^InvalidParameterException: The primary task set/);
    const { taskSet: leaving } = await remove(aws, old, true);
    assert.equal(leaving?.status, 'DRAINING');
    await aws.clock.advance(15 * SECOND);
    const { TargetHealthDescriptions } = await aws.elbv2.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: groupArn('blue') }),
    );
    assert.deepEqual(
      TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State),
      ['draining', 'draining'],
    );
    assert.equal((await sets(aws)).length, 2);
    await aws.clock.advance(2 * MINUTE);
    assert.deepEqual(
      (await sets(aws)).map(({ id }) => id),
      [next.id],
    );
    const events = story(await describe1(aws)).filter((event) => event.includes('taskSet A'));
    assert.deepEqual(events.slice(-4), [
      'updated computedDesiredCount for taskSet A to 0.',
      `(service web, taskSet A) deregistered 2 targets in (target-group ${groupArn('blue')})`,
      '(service web, taskSet A) has begun draining connections on 2 tasks.',
      '(service web, taskSet A) has stopped 2 running tasks: (task B) (task C).',
    ]);
    const gone = await aws.ecs.send(new DescribeTaskSetsCommand({ ...SERVICE, taskSets: [old.taskSetArn!] }));
    assert.deepEqual(gone.failures, [{ arn: old.taskSetArn, reason: 'MISSING' }]);
    assert.match(await errorOf(scale(aws, old, 1)), /^TaskSetNotFoundException/);
  });

  it('is steady only when its targets are healthy', async () => {
    await using aws = await startAws({
      given: GIVEN,
      rules: [{ when: { deployment: 2 }, then: { targets: 'failing' } }],
    });
    await externalService(aws);
    await taskSet(aws, behind('blue'));
    await taskSet(aws, behind('green'));
    await aws.clock.advance(50 * SECOND);
    assert.deepEqual(
      (await sets(aws)).map(({ runningCount, stabilityStatus }) => [runningCount, stabilityStatus]),
      [
        [2, 'STABILIZING'],
        [2, 'STABILIZING'],
      ],
    );
    await aws.clock.advance(40 * SECOND);
    assert.equal((await sets(aws))[0]?.stabilityStatus, 'STEADY_STATE');
    await aws.clock.advance(5 * MINUTE);
    assert.equal((await sets(aws))[1]?.stabilityStatus, 'STABILIZING');
    const events = story(await describe1(aws));
    assert.ok(events.some((event) => /has started \d tasks: .* Amazon ECS replaced \d tasks due to/.test(event)));
  });

  it('waits longer and longer between tasks that never start', async () => {
    await using aws = await startAws({ rules: [{ when: { image: '*:2' }, then: { pull: 'not-found' } }] });
    await externalService(aws, { desiredCount: 1 });
    await taskSet(aws, { taskDefinition: 'web:2' });
    await aws.clock.advance(30 * MINUTE);
    const { events = [] } = await describe1(aws);
    const starts = events
      .filter(({ message }) => message?.includes('has started'))
      .map(({ createdAt }) => Number(createdAt));
    assert.ok(starts.length >= 5 && starts.length <= 20, `${starts.length} starts`);
    assert.ok(events.some(({ message }) => message?.endsWith('is unable to consistently start tasks successfully.')));
    const gaps = starts.slice(0, -1).map((at, i) => at - starts[i + 1]!);
    assert.ok(gaps[0]! > 3 * gaps.at(-1)!, `${gaps}`);
  });

  it('spreads its tasks over the capacity providers of its own strategy', async () => {
    await using aws = await startAws();
    await externalService(aws, { desiredCount: 10 });
    const set = await taskSet(aws, {
      launchType: undefined,
      capacityProviderStrategy: [
        { capacityProvider: 'FARGATE', base: 2, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
    });
    await aws.clock.advance(2 * MINUTE);
    assert.deepEqual([set.launchType, set.capacityProviderStrategy?.length], [undefined, 2]);
    const { taskArns } = await aws.ecs.send(new ListTasksCommand({ cluster: 'main', serviceName: 'web' }));
    const { tasks = [] } = await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }));
    const spot = tasks.filter(({ capacityProviderName }) => capacityProviderName === 'FARGATE_SPOT');
    assert.deepEqual([spot.length, tasks.length], [6, 10]);
    assert.equal((await sets(aws))[0]?.runningCount, 10);
  });

  it('is refused in the wrong service, out of range, twice with one token, and beyond five', async () => {
    await using aws = await startAws();
    await externalService(aws);
    await createService(aws, 'web:1', { serviceName: 'rolling' });
    const refusal = (input: Partial<CreateTaskSetCommandInput>) => errorOf(taskSet(aws, input));
    assert.equal(
      await refusal({ service: 'rolling' }),
      'InvalidParameterException: Amazon ECS only supports task set management on services configured to use external deployment controllers.',
    );
    assert.match(await refusal({ service: 'none' }), /^ServiceNotFoundException/);
    assert.match(await refusal({ scale: { value: 101, unit: 'PERCENT' } }), /^InvalidParameterException: scale value/);
    assert.match(await refusal({ scale: { value: -1, unit: 'PERCENT' } }), /^InvalidParameterException: scale value/);
    assert.match(
      await refusal({ networkConfiguration: undefined }),
      /^InvalidParameterException: Network Configuration/,
    );
    assert.match(await refusal(behind('none')), /^InvalidParameterException: The target group .* does not exist\.$/);
    const first = await taskSet(aws, { clientToken: 'one' });
    assert.equal((await taskSet(aws, { clientToken: 'one' })).id, first.id);
    assert.match(await refusal({ clientToken: 'one', externalId: 'x' }), /not idempotent/);
    for (let i = 0; i < 4; i++) await taskSet(aws);
    assert.equal(
      await refusal({}),
      'InvalidParameterException: 5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.',
    );
  });
});

describe('a service with an EXTERNAL controller', () => {
  it('takes only what is not its task sets’', async () => {
    await using aws = await startAws();
    await externalService(aws);
    const refusal = (input: Partial<UpdateServiceCommandInput>) =>
      errorOf(aws.ecs.send(new UpdateServiceCommand({ ...SERVICE, ...input })));
    assert.match(await refusal({ taskDefinition: 'web:2' }), /^InvalidParameterException: Unable to update task def/);
    assert.match(await refusal({ forceNewDeployment: true }), /^InvalidParameterException: Cannot force/);
    assert.match(await refusal({ enableExecuteCommand: true }), /^InvalidParameterException/);
    assert.equal(
      await refusal({ desiredCount: 5, healthCheckGracePeriodSeconds: 10, propagateTags: 'SERVICE' }),
      'no error',
    );
    assert.equal((await describe1(aws)).desiredCount, 5);
  });

  it('is deleted with its task sets by force only', async () => {
    await using aws = await startAws();
    await externalService(aws);
    await taskSet(aws);
    await aws.clock.advance(2 * MINUTE);
    const removeService = (force: boolean) => aws.ecs.send(new DeleteServiceCommand({ ...SERVICE, force }));
    assert.match(await errorOf(removeService(false)), /scaled above 0/);
    await aws.ecs.send(new UpdateServiceCommand({ ...SERVICE, desiredCount: 0 }));
    assert.match(await errorOf(removeService(false)), /^InvalidParameterException/);
    const { service } = await removeService(true);
    assert.equal(service?.status, 'DRAINING');
    await aws.clock.advance(2 * MINUTE);
    const gone = await describe1(aws);
    assert.deepEqual([gone.status, gone.taskSets], ['INACTIVE', []]);
  });
});
