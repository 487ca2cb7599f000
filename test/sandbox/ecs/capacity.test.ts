import assert from 'node:assert/strict';
import { DescribeTasksCommand, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ACCOUNT,
  type Aws,
  createCluster,
  createService,
  describe1,
  MINUTE,
  REGION,
  register,
  SECOND,
  startAws,
  story,
} from '../aws.ts';

const GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/blue/0123456789abcdef`;
const spot = (weight = 1) => ({ capacityProvider: 'FARGATE_SPOT', weight });
const fargate = (weight = 1) => ({ capacityProvider: 'FARGATE', weight });

async function tasksOf(aws: Aws, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<Task[]> {
  const { taskArns = [] } = await aws.ecs.send(
    new ListTasksCommand({ cluster: 'main', serviceName: 'web', desiredStatus }),
  );
  if (taskArns.length === 0) return [];
  return (await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }))).tasks ?? [];
}

async function service(aws: Aws, input: object): Promise<void> {
  await createCluster(aws);
  const definition = await register(aws, 'app:1', { portMappings: [{ containerPort: 80 }] });
  await createService(aws, definition, { launchType: undefined, ...input });
}

describe('a capacity provider without room', () => {
  it('keeps its share waiting while the others start theirs, and is tried again after 1, 5 and 15 minutes', async () => {
    await using aws = await startAws({
      rules: [{ when: { capacityProvider: 'FARGATE_SPOT', untilSeconds: 1500 }, then: { capacity: 'unavailable' } }],
    });
    await service(aws, { desiredCount: 4, capacityProviderStrategy: [fargate(), spot()] });
    await aws.clock.advance(20 * MINUTE);
    assert.deepEqual(
      (await tasksOf(aws)).map(({ capacityProviderName }) => capacityProviderName),
      ['FARGATE', 'FARGATE'],
    );
    const events = story(await describe1(aws));
    assert.equal(
      events.find((event) => event.includes('unable to place')),
      'was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.',
    );
    // Tries at about 0, 1, 6, 21 and 36 minutes.
    await aws.clock.advance(15 * MINUTE);
    assert.equal((await tasksOf(aws)).length, 2);
    await aws.clock.advance(5 * MINUTE);
    assert.equal((await tasksOf(aws)).length, 4);
  });
});

describe('a Spot interruption', () => {
  const interrupted = { when: { deployment: 1, untilSeconds: 60 }, then: { interrupt: { afterSeconds: 100 } } };

  it('gives notice, takes the task out of its target group, ends it, and has it replaced', async () => {
    await using aws = await startAws({
      given: { targetGroups: [{ arn: GROUP, loadBalancer: 'web' }] },
      rules: [interrupted],
    });
    await service(aws, {
      capacityProviderStrategy: [spot()],
      loadBalancers: [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }],
    });
    const noticed = async () => (await tasksOf(aws, 'STOPPED'))[0];
    while ((await noticed()) === undefined) await aws.clock.advance(SECOND);
    const told = await noticed();
    assert.deepEqual(
      [told?.lastStatus, told?.desiredStatus, told?.stopCode, told?.stoppedReason],
      ['RUNNING', 'STOPPED', 'SpotInterruption', 'Your Spot Task was interrupted.'],
    );
    const { TargetHealthDescriptions } = await aws.elbv2.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: GROUP }),
    );
    assert.equal(TargetHealthDescriptions?.[0]?.TargetHealth?.State, 'draining');
    await aws.clock.advance(2 * MINUTE);
    const ended = await noticed();
    assert.deepEqual([ended?.lastStatus, ended?.containers?.[0]?.exitCode], ['STOPPED', 143]);
    assert.equal((await tasksOf(aws)).length, 1);
    const events = story(await describe1(aws));
    const from = events.indexOf(`deregistered 1 targets in (target-group ${GROUP})`);
    assert.ok(
      events.slice(from).some((event) => event.startsWith('has started 1 tasks')),
      events.join('\n'),
    );
  });

  it('does not reach tasks on FARGATE', async () => {
    await using aws = await startAws({ rules: [interrupted] });
    await service(aws, { capacityProviderStrategy: [fargate()] });
    await aws.clock.advance(10 * MINUTE);
    assert.deepEqual(await tasksOf(aws, 'STOPPED'), []);
  });
});
