import assert from 'node:assert/strict';
import {
  DescribeTasksCommand,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DeleteListenerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
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

const groupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;
const BLUE = groupArn('blue');
const behind = (targetGroupArn: string) => ({
  loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 80 }],
});
const PORTS = { portMappings: [{ containerPort: 80 }] };

/** Group `blue` behind a listener, with a deregistration delay of 20 s, and group `lone` behind none. */
const GIVEN = {
  targetGroups: [{ arn: BLUE, loadBalancer: 'web', deregistrationDelaySeconds: 20 }, { arn: groupArn('lone') }],
};

const balancedAws = (...rules: object[]) => startAws({ given: GIVEN, rules });

async function balancedService(aws: Aws, input: object = {}): Promise<void> {
  await createCluster(aws);
  await createService(aws, await register(aws, 'app:1', PORTS), { ...behind(BLUE), ...input });
}

async function health(aws: Aws, TargetGroupArn = BLUE): Promise<string[]> {
  const { TargetHealthDescriptions = [] } = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State ?? '');
}

async function tasksOf(aws: Aws, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<Task[]> {
  const { taskArns = [] } = await aws.ecs.send(
    new ListTasksCommand({ cluster: 'main', serviceName: 'web', desiredStatus }),
  );
  if (taskArns.length === 0) return [];
  return (await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }))).tasks ?? [];
}

const scale = (aws: Aws, desiredCount: number) =>
  aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', desiredCount }));

describe('a service behind a load balancer', () => {
  it('registers its tasks, and drains them before they stop', async () => {
    await using aws = await balancedAws();
    await balancedService(aws);
    await aws.clock.advance(4 * MINUTE);
    assert.deepEqual(await health(aws), ['healthy']);
    await scale(aws, 0);
    await aws.clock.advance(16 * SECOND);
    assert.deepEqual(await health(aws), ['draining']);
    assert.deepEqual(
      (await tasksOf(aws, 'STOPPED')).map(({ lastStatus }) => lastStatus),
      ['DEACTIVATING'],
    );
    await aws.clock.advance(3 * MINUTE);
    assert.deepEqual(await health(aws), []);
    const group = `(target-group ${BLUE})`;
    assert.deepEqual(story(await describe1(aws)), [
      'has started 1 tasks: (task A).',
      `registered 1 targets in ${group}`,
      '(deployment B) deployment completed.',
      'has reached a steady state.',
      `deregistered 1 targets in ${group}`,
      '(service web, taskSet B) has begun draining connections on 1 tasks.',
      'has stopped 1 running tasks: (task A).',
      'has reached a steady state.',
    ]);
  });

  it('completes a deployment only when the new targets are healthy', async () => {
    await using aws = await balancedAws();
    await balancedService(aws);
    await aws.clock.advance(4 * MINUTE);
    await aws.ecs.send(
      new UpdateServiceCommand({
        cluster: 'main',
        service: 'web',
        taskDefinition: await register(aws, 'app:2', PORTS),
      }),
    );
    for (let seconds = 0; seconds < 240; seconds += 5) {
      await aws.clock.advance(5 * SECOND);
      assert.ok((await health(aws)).includes('healthy'), `nothing healthy after ${seconds} s`);
    }
    assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'COMPLETED');
  });

  it('replaces tasks whose checks fail, in words that say why', async () => {
    await using aws = await balancedAws({ when: { service: 'web' }, then: { targets: 'timing-out' } });
    await balancedService(aws);
    await aws.clock.advance(4 * MINUTE);
    const told = story(await describe1(aws)).find((event) => event.includes('is unhealthy in'));
    assert.equal(
      told?.replace(/task \w+/, 'task A'),
      `(task A) (port 80) is unhealthy in (target-group ${BLUE}) due to (reason Request timed out).`,
    );
    const [task] = await tasksOf(aws, 'STOPPED');
    assert.equal(task?.stoppedReason, `Task failed ELB health checks in (target-group ${BLUE})`);
    assert.equal(task?.stopCode, 'ServiceSchedulerInitiated');
  });

  it('forgives failed checks until the grace period is over', async () => {
    await using aws = await balancedAws({ when: { service: 'web' }, then: { targets: 'failing' } });
    await balancedService(aws, { healthCheckGracePeriodSeconds: 600 });
    await aws.clock.advance(9 * MINUTE);
    assert.deepEqual(await health(aws), ['unhealthy']);
    assert.equal((await tasksOf(aws)).length, 1);
    await aws.clock.advance(3 * MINUTE);
    assert.equal((await tasksOf(aws, 'STOPPED')).length, 1);
  });

  it('notices a task that begins to fail later, after the threshold of failed checks', async () => {
    await using aws = await balancedAws({ when: { deployment: 1 }, then: { targets: { failsAfterSeconds: 300 } } });
    await balancedService(aws);
    await aws.clock.advance(5 * MINUTE);
    assert.deepEqual(await health(aws), ['healthy']);
    const [first] = await tasksOf(aws);
    await aws.clock.advance(2.5 * MINUTE);
    const [second] = await tasksOf(aws);
    assert.notEqual(second?.taskArn, first?.taskArn);
  });

  it('takes a task that ended by itself out of its target group', async () => {
    await using aws = await balancedAws({ when: { service: 'web' }, then: { exit: { code: 1, afterSeconds: 120 } } });
    await balancedService(aws);
    await aws.clock.advance(180 * SECOND);
    const events = story(await describe1(aws));
    assert.ok(events.includes(`deregistered 1 targets in (target-group ${BLUE})`), events.join('\n'));
    assert.equal((await health(aws)).filter((state) => state === 'healthy').length, 0);
  });

  it('drains a task that somebody stops', async () => {
    await using aws = await balancedAws();
    await balancedService(aws);
    await aws.clock.advance(4 * MINUTE);
    const [task] = await tasksOf(aws);
    await aws.ecs.send(new StopTaskCommand({ cluster: 'main', task: task?.taskArn }));
    assert.deepEqual(await health(aws), ['draining']);
  });

  it('does not count tasks as healthy once nothing forwards to their group', async () => {
    await using aws = await balancedAws();
    await balancedService(aws);
    await aws.clock.advance(4 * MINUTE);
    const { LoadBalancers } = await aws.elbv2.send(new DescribeLoadBalancersCommand({}));
    const { Listeners } = await aws.elbv2.send(
      new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
    );
    await aws.elbv2.send(new DeleteListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }));
    assert.deepEqual(await health(aws), ['unused']);
    await aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', forceNewDeployment: true }));
    await aws.clock.advance(10 * MINUTE);
    assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'IN_PROGRESS');
  });

  it('is refused without its target group, or while no load balancer uses it', async () => {
    await using aws = await balancedAws();
    await createCluster(aws);
    const definition = await register(aws, 'app:1', PORTS);
    const refusal = (arn: string) => errorOf(createService(aws, definition, behind(arn)));
    assert.equal(
      await refusal(groupArn('none')),
      `InvalidParameterException: The target group ${groupArn('none')} does not exist.`,
    );
    assert.equal(
      await refusal(groupArn('lone')),
      `InvalidParameterException: The target group with targetGroupArn ${groupArn('lone')} does not have an associated load balancer.`,
    );
  });
});
