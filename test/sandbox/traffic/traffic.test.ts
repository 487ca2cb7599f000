import assert from 'node:assert/strict';
import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  type TaskSet,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
} from '@aws-sdk/client-ecs';
import {
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import type { SourceReport } from '../../../sandbox/index.ts';
import {
  ACCOUNT,
  type Aws,
  createCluster,
  createService,
  errorOf,
  MINUTE,
  REGION,
  register,
  SECOND,
  startAws,
} from '../aws.ts';

const arnOf = (name: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;
const [BLUE, GREEN] = [arnOf('blue'), arnOf('green')];

const PER_SECOND = 100;

function balancedAws(rules: readonly object[] = [], delay = 20): Promise<Aws> {
  const pair = [BLUE, GREEN].map((arn) => ({ arn, loadBalancer: 'web', deregistrationDelaySeconds: delay }));
  return startAws({
    given: { targetGroups: pair },
    traffic: [{ loadBalancer: 'web', perSecond: PER_SECOND }],
    rules,
  });
}

const serviceBehind = (targetGroupArn: string, serviceName: string, desiredCount = 2) => ({
  serviceName,
  desiredCount,
  loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 80 }],
});

/** Service `blue` behind the group that has all the weight, and the definition it runs. */
async function serving(aws: Aws, desiredCount = 2): Promise<void> {
  await createCluster(aws);
  const definition = await register(aws, 'app:1', { portMappings: [{ containerPort: 80 }] });
  await createService(aws, definition, serviceBehind(BLUE, 'blue', desiredCount));
  await aws.clock.advance(4 * MINUTE);
}

const update = (aws: Aws, input: object, service = 'blue') =>
  aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service, ...input }));

/** What became of the first source's requests while `during` went on. */
async function counted(aws: Aws, during: () => Promise<unknown>): Promise<Omit<SourceReport, 'parts'>> {
  const empty = { requests: 0, served: 0, failed: 0, failures: {} as Record<string, number> };
  const before = aws.sandbox.traffic[0] ?? empty;
  await during();
  const { parts: _, ...after } = aws.sandbox.traffic[0]!;
  const reasons = Object.entries(after.failures).map(([reason, n]) => [reason, n - (before.failures[reason] ?? 0)]);
  return {
    ...after,
    requests: after.requests - before.requests,
    served: after.served - before.served,
    failed: after.failed - before.failed,
    failures: Object.fromEntries(reasons.filter(([, n]) => Number(n) !== 0)),
  };
}

async function setWeights(aws: Aws, blue: number, green: number): Promise<void> {
  const { LoadBalancers } = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['web'] }));
  const { Listeners } = await aws.elbv2.send(
    new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
  );
  const TargetGroups = [
    { TargetGroupArn: BLUE, Weight: blue },
    { TargetGroupArn: GREEN, Weight: green },
  ];
  await aws.elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
    }),
  );
}

/** Equal but for rounding in the last of the digits that are shown. */
function assertNear(actual: number | undefined, expected: number, what = ''): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-3, `${what} ${actual} is not ${expected}`);
}

describe('requests through a load balancer', () => {
  it('fail while there is nobody to serve them, and are all served from then on', async () => {
    await using aws = await balancedAws();
    const alone = await counted(aws, async () => {
      await createCluster(aws);
      await errorOf(setWeights(aws, 1, 0));
      await aws.clock.advance(10 * SECOND);
    });
    assert.deepEqual([alone.source, alone.failures], ['web:80', { 'no-target': 1000 }]);
    const definition = await register(aws, 'app:1', { portMappings: [{ containerPort: 80 }] });
    await createService(aws, definition, serviceBehind(BLUE, 'blue'));
    await aws.clock.advance(4 * MINUTE);
    const served = await counted(aws, () => aws.clock.advance(10 * MINUTE));
    assertNear(served.requests, 60_000);
    assert.equal(served.failed, 0);
  });

  it('are all served during a rolling update, and while tasks drain', async () => {
    await using aws = await balancedAws();
    await serving(aws);
    await register(aws, 'app:2', { portMappings: [{ containerPort: 80 }] });
    const during = await counted(aws, async () => {
      await update(aws, { taskDefinition: 'web:2' });
      await aws.clock.advance(10 * MINUTE);
      await update(aws, { desiredCount: 1 });
      await aws.clock.advance(10 * MINUTE);
    });
    assertNear(during.requests, 20 * 60 * PER_SECOND);
    assert.equal(during.failed, 0);
  });

  it('are divided by the weights, a few seconds after these change', async () => {
    await using aws = await balancedAws([{ when: { service: 'green' }, then: { responses: { '5xxPercent': 50 } } }]);
    await serving(aws);
    await createService(aws, 'web:1', serviceBehind(GREEN, 'green'));
    await aws.clock.advance(4 * MINUTE);
    const before = aws.sandbox.traffic[0]!;
    assert.equal(before.parts[GREEN], undefined);
    await setWeights(aws, 90, 10);
    await aws.clock.advance(SECOND);
    assert.equal(aws.sandbox.traffic[0]!.parts[GREEN], undefined);
    await aws.clock.advance(5 * SECOND);
    const shifted = await counted(aws, () => aws.clock.advance(100 * SECOND));
    assertNear(shifted.requests, 10_000);
    assertNear(shifted.failures['5xx'], 500);
    assert.equal(shifted.failed, shifted.failures['5xx']);
  });

  it('fail where no target group has any weight', async () => {
    await using aws = await balancedAws();
    await serving(aws);
    await setWeights(aws, 0, 0);
    await aws.clock.advance(5 * SECOND);
    const none = await counted(aws, () => aws.clock.advance(10 * SECOND));
    assertNear(none.failures['no-weight'], 1000);
    assert.equal(none.served, 0);
  });

  it('are lost when a task ends with them under way, and refused until its target is gone', async () => {
    await using aws = await balancedAws([
      { when: { image: '*:1' }, then: { responses: { latencyMs: 2000 }, exit: { code: 1, afterSeconds: 300 } } },
    ]);
    await serving(aws, 1);
    const crash = await counted(aws, () => aws.clock.advance(120 * SECOND));
    assertNear(crash.failures['closed'], 2 * PER_SECOND, 'closed');
    const refused = crash.failures['refused'] ?? 0;
    assert.ok(refused >= PER_SECOND && refused <= 4 * PER_SECOND, `${refused} refused`);
    assertNear(crash.requests, 120 * PER_SECOND);
  });

  it('are lost when draining is shorter than an answer takes', async () => {
    await using aws = await balancedAws([{ when: {}, then: { responses: { latencyMs: 60_000 } } }], 0);
    await serving(aws);
    const shrink = await counted(aws, async () => {
      await update(aws, { desiredCount: 1 });
      await aws.clock.advance(2 * MINUTE);
    });
    const lost = shrink.failures['closed'] ?? 0;
    // Half of the requests went to the task that left, which then ran for some seconds more.
    assert.ok(lost > 50 * 50 && lost < 60 * 50, `${lost} lost`);
  });

  it('go to all targets where none is healthy', async () => {
    await using aws = await balancedAws([
      { when: {}, then: { targets: 'failing', responses: { '5xxPercent': 25, latencyMs: 10 } } },
    ]);
    await createCluster(aws);
    const definition = await register(aws, 'app:1', { portMappings: [{ containerPort: 80 }] });
    await createService(aws, definition, { ...serviceBehind(BLUE, 'blue'), healthCheckGracePeriodSeconds: 3600 });
    await aws.clock.advance(5 * MINUTE);
    const open = await counted(aws, () => aws.clock.advance(100 * SECOND));
    assertNear(open.failures['5xx'], 2500);
    assertNear(open.served, 7500);
  });

  it('change their fate at the very second that the scenario says', async () => {
    await using aws = await balancedAws([
      { when: {}, then: { startSeconds: 30, responses: { '5xxPercent': 100, afterSeconds: 400 } } },
    ]);
    await serving(aws, 1);
    const { failures } = await counted(aws, () => aws.clock.advance(10 * MINUTE));
    const world = aws.sandbox.world;
    // All that was asked since 400 s after the task was RUNNING, whenever that was.
    const failing = (failures['5xx'] ?? 0) / PER_SECOND;
    const running = (world.now - world.startedAt) / 1000 - 400 - failing;
    assert.ok(running >= 35 && running <= 45, `RUNNING after ${running} s`);
  });

  it('fail when the load balancer is gone', async () => {
    await using aws = await balancedAws();
    await serving(aws);
    const { LoadBalancers } = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['web'] }));
    await aws.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }));
    const gone = await counted(aws, () => aws.clock.advance(10 * SECOND));
    assert.deepEqual(gone.failures, { 'not-found': 1000 });
  });

  it('add up, whatever happens', async () => {
    await using aws = await balancedAws([
      { when: { deployment: 2 }, then: { exit: { code: 1, afterSeconds: 33 }, responses: { latencyMs: 700 } } },
      { when: { deployment: 3 }, then: { targets: { failsAfterSeconds: 77 } } },
    ]);
    await serving(aws, 3);
    const all = await counted(aws, async () => {
      for (let i = 0; i < 3; i++) {
        await update(aws, { forceNewDeployment: true });
        await setWeights(aws, 3, i);
        await aws.clock.advance(7 * MINUTE);
      }
    });
    assertNear(all.requests, 21 * 60 * PER_SECOND);
    assertNear(all.served + all.failed, all.requests);
    const { parts, failures, failed } = aws.sandbox.traffic[0]!;
    assertNear(
      Object.values(failures).reduce((sum, n) => sum + n, 0),
      failed,
    );
    assertNear(
      Object.values(parts).reduce((sum, part) => sum + part.failed, 0),
      failed,
    );
    assert.ok(Object.values(parts).every((part) => part.served >= 0));
  });
});

describe('requests to a service whose task sets take turns', () => {
  /** Service `web` with an EXTERNAL controller; its first set serves behind the group that has all the weight. */
  async function firstSet(aws: Aws): Promise<TaskSet> {
    await createCluster(aws);
    const ports = { portMappings: [{ containerPort: 80 }] };
    await register(aws, 'app:1', ports);
    await register(aws, 'app:2', ports);
    const external = { deploymentController: { type: 'EXTERNAL' } } as const;
    await aws.ecs.send(new CreateServiceCommand({ cluster: 'main', serviceName: 'web', desiredCount: 3, ...external }));
    const set = await newSet(aws, 'web:1', BLUE);
    await aws.clock.advance(3 * MINUTE);
    await makePrimary(aws, set);
    return set;
  }
  const service = { cluster: 'main', service: 'web' };
  async function newSet(aws: Aws, taskDefinition: string, group: string): Promise<TaskSet> {
    const { taskSet } = await aws.ecs.send(
      new CreateTaskSetCommand({
        ...service,
        taskDefinition,
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
        loadBalancers: [{ targetGroupArn: group, containerName: 'app', containerPort: 80 }],
        scale: { value: 100, unit: 'PERCENT' },
      }),
    );
    return taskSet!;
  }
  const makePrimary = (aws: Aws, set: TaskSet) =>
    aws.ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...service, primaryTaskSet: set.id }));
  const remove = (aws: Aws, set: TaskSet) =>
    aws.ecs.send(new DeleteTaskSetCommand({ ...service, taskSet: set.id, force: true }));

  it('are all served when weight moves step by step to targets that are healthy', async () => {
    await using aws = await balancedAws();
    const old = await firstSet(aws);
    const rollout = await counted(aws, async () => {
      const next = await newSet(aws, 'web:2', GREEN);
      await aws.clock.advance(2 * MINUTE);
      for (const percent of [20, 60, 100]) {
        await setWeights(aws, 100 - percent, percent);
        await aws.clock.advance(MINUTE);
      }
      await makePrimary(aws, next);
      await remove(aws, old);
      await aws.clock.advance(3 * MINUTE);
    });
    assert.equal(rollout.failed, 0);
    assert.ok((aws.sandbox.traffic[0]?.parts[GREEN]?.served ?? 0) > 4 * 60 * PER_SECOND);
  });

  it('are lost as far as weight points at what is not there yet or any more', async () => {
    await using aws = await balancedAws();
    const old = await firstSet(aws);
    const early = await counted(aws, async () => {
      await setWeights(aws, 0, 100);
      await aws.clock.advance(10 * SECOND);
      await newSet(aws, 'web:2', GREEN);
      await aws.clock.advance(3 * MINUTE);
    });
    assert.ok((early.failures['no-target'] ?? 0) > 30 * PER_SECOND, JSON.stringify(early.failures));
    const late = await counted(aws, async () => {
      await setWeights(aws, 100, 0);
      await remove(aws, old);
      await aws.clock.advance(MINUTE);
    });
    assert.ok((late.failures['no-target'] ?? 0) > 45 * PER_SECOND, JSON.stringify(late.failures));
  });
});

describe('invocations of an alias', () => {
  async function functionWithVersions(aws: Aws): Promise<void> {
    const role = `arn:aws:iam::${ACCOUNT}:role/r`;
    const code = (key: string) => ({ S3Bucket: 'code', S3Key: key });
    await aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'f',
        Role: role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: code('one.zip'),
      }),
    );
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(new PublishVersionCommand({ FunctionName: 'f' }));
    await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'f', ...code('two.zip') }));
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(new PublishVersionCommand({ FunctionName: 'f' }));
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }));
  }
  const traffic = [{ alias: 'f:live', perSecond: 40 }];
  const shift = (aws: Aws, weight: number) =>
    aws.lambda.send(
      new UpdateAliasCommand({
        FunctionName: 'f',
        Name: 'live',
        RoutingConfig: { AdditionalVersionWeights: weight === 0 ? {} : { 2: weight } },
      }),
    );

  it('are divided by the weights of its versions', async () => {
    await using aws = await startAws({
      traffic,
      rules: [{ when: { code: 's3://code/two.zip' }, then: { invocations: { errorPercent: 40 } } }],
    });
    await functionWithVersions(aws);
    const before = await counted(aws, () => aws.clock.advance(100 * SECOND));
    assert.deepEqual([before.requests, before.failed], [4000, 0]);
    await shift(aws, 0.25);
    const canary = await counted(aws, () => aws.clock.advance(100 * SECOND));
    assertNear(canary.failures['error'], 400);
    assertNear(aws.sandbox.traffic[0]?.parts['2']?.requests, 1000);
    await shift(aws, 0);
    const back = await counted(aws, () => aws.clock.advance(100 * SECOND));
    assert.equal(back.failed, 0);
  });

  it('are throttled beyond reserved concurrency, and fail when the function is gone', async () => {
    await using aws = await startAws({
      traffic,
      rules: [{ when: { function: 'f' }, then: { invocations: { latencyMs: 500 } } }],
    });
    await functionWithVersions(aws);
    await aws.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'f', ReservedConcurrentExecutions: 5 }));
    const limited = await counted(aws, () => aws.clock.advance(10 * SECOND));
    assert.deepEqual(limited.failures, { throttled: 300 });
    await aws.lambda.send(new DeleteFunctionCommand({ FunctionName: 'f' }));
    const gone = await counted(aws, () => aws.clock.advance(10 * SECOND));
    assert.deepEqual(gone.failures, { 'not-found': 400 });
  });
});

describe('the traffic report', () => {
  it('is there for other programs too', async () => {
    await using aws = await balancedAws();
    await serving(aws);
    const answer = await fetch(`${aws.sandbox.endpoint}/_sandbox/traffic`);
    assert.deepEqual(await answer.json(), { sources: aws.sandbox.traffic });
    assert.equal(aws.sandbox.traffic[0]?.account, ACCOUNT);
  });
});
