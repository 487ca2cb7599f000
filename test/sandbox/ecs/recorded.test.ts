/**
 * What real ECS was recorded to do, step by step: event texts in order, times in proportion, stages, stop codes and
 * reasons. The recorded story of a failing container health check stands in services.test.ts.
 */
import assert from 'node:assert/strict';
import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServiceDeploymentsCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type Service,
  StopTaskCommand,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  ACCOUNT,
  type Aws,
  CHECKED,
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
import { deployment, GIVEN, served, update as shift } from './shifted.ts';

const BREAKER = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/blue/0123456789abcdef`;
const ONE_GROUP = {
  targetGroups: [{ arn: GROUP, loadBalancer: 'web', healthCheckIntervalSeconds: 5, deregistrationDelaySeconds: 10 }],
};
const BEHIND = { loadBalancers: [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }] };
const PORT = { portMappings: [{ containerPort: 80 }] };

const update = (aws: Aws, input: object) =>
  aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', ...input }));

async function tasksOf(aws: Aws, desiredStatus: 'RUNNING' | 'STOPPED' = 'STOPPED'): Promise<Task[]> {
  const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster: 'main', desiredStatus }));
  if (taskArns.length === 0) return [];
  return (await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }))).tasks ?? [];
}

const oldest = (tasks: readonly Task[]): Task | undefined =>
  [...tasks].sort((a, b) => a.createdAt!.getTime() - b.createdAt!.getTime())[0];

/** A service whose first deployment is complete. */
async function steady(aws: Aws, input: object = {}, image = 'app:1', container: object = PORT): Promise<void> {
  await createCluster(aws);
  await createService(aws, await register(aws, image, container), input);
  await aws.clock.advance(6 * MINUTE);
  assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'COMPLETED');
}

/** Events since the first deployment, letters anew. */
function since(service: Service, before: number): string[] {
  return story({ ...service, events: service.events!.slice(0, service.events!.length - before) });
}

/** Seconds from the first event with one text to the first with another. */
function between(service: Service, from: string, to: string): number {
  const at = (text: string) =>
    service.events!.findLast(({ message }) => message!.includes(text))!.createdAt!.getTime() / SECOND;
  return at(to) - at(from);
}

const newest = async (aws: Aws) => {
  const { serviceDeployments = [] } = await aws.ecs.send(
    new ListServiceDeploymentsCommand({ cluster: 'main', service: 'web' }),
  );
  const arns = [serviceDeployments[0]!.serviceDeploymentArn!];
  return (await aws.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns })))
    .serviceDeployments![0]!;
};

describe('recorded ECS: a rolling deployment', () => {
  it('starts, registers, deregisters, drains, stops, completes and becomes steady, in that order', async () => {
    await using aws = await startAws({ given: ONE_GROUP });
    await steady(aws, BEHIND);
    const before = (await describe1(aws)).events!.length;
    await update(aws, { taskDefinition: await register(aws, 'app:2', PORT) });
    await aws.clock.advance(8 * MINUTE);
    assert.deepEqual(since(await describe1(aws), before), [
      'has started 1 tasks: (task A).',
      `registered 1 targets in (target-group ${GROUP})`,
      `deregistered 1 targets in (target-group ${GROUP})`,
      '(service web, taskSet B) has begun draining connections on 1 tasks.',
      'has stopped 1 running tasks: (task C).',
      '(deployment D) deployment completed.',
      'has reached a steady state.',
    ]);
  });

  it('says why a target is unhealthy, replaces its task first, and then stops it', async () => {
    await using aws = await startAws({ given: ONE_GROUP });
    // Room for a third task: without it the failing one would have to go first.
    await steady(aws, { ...BEHIND, deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 300 } });
    const before = (await describe1(aws)).events!.length;
    aws.rules({ when: { image: '*:2' }, then: { targets: 'failing' } });
    await update(aws, { taskDefinition: await register(aws, 'app:2', PORT) });
    await aws.clock.advance(4 * MINUTE);
    const events = since(await describe1(aws), before);
    const at = (text: RegExp) => events.findIndex((event) => text.test(event));
    const unhealthy = at(
      /^\(task A\) \(port 80\) is unhealthy in \(target-group \S+\) due to \(reason Health checks failed with these codes: \[\d+\]\)\.$/,
    );
    const replaced = at(/^has started 1 tasks: \(task B\)\. Amazon ECS replaced 1 tasks due to an unhealthy status\.$/);
    assert.ok(at(/^has started 1 tasks: \(task A\)\.$/) === 0, events.join('\n'));
    assert.ok(
      unhealthy > 0 && replaced > 0 && at(/^has stopped 1 running tasks: \(task A\)\.$/) > replaced,
      events.join('\n'),
    );
  });
});

describe('recorded ECS: the circuit breaker', () => {
  it('counts to its threshold, goes back, and shows it in every place', async () => {
    await using aws = await startAws({ rules: [{ when: { image: '*:bad' }, then: { pull: 'not-found' } }] });
    await steady(aws, { deploymentConfiguration: BREAKER });
    const before = (await describe1(aws)).events!.length;
    await update(aws, { taskDefinition: await register(aws, 'app:bad') });
    let rolling: string | undefined;
    let statuses = '';
    for (let i = 0; i < 300; i++) {
      await aws.clock.advance(2 * SECOND);
      const [primary] = (await describe1(aws)).deployments!;
      if (primary?.rolloutState === 'IN_PROGRESS' && /rolling back/.test(primary.rolloutStateReason ?? ''))
        rolling = primary.rolloutStateReason?.replace(primary.id!, 'ID');
      const { status } = await newest(aws);
      if (!statuses.endsWith(status!)) statuses += ` ${status}`;
    }
    assert.equal(rolling, 'ECS deployment circuit breaker: rolling back to deploymentId ID.');
    assert.equal(statuses.replace(' PENDING', ''), ' IN_PROGRESS ROLLBACK_IN_PROGRESS ROLLBACK_SUCCESSFUL');
    const record = await newest(aws);
    assert.deepEqual(
      [record.deploymentCircuitBreaker?.status, record.deploymentCircuitBreaker?.failureCount, record.rollback?.reason],
      ['TRIGGERED', 3, 'ECS deployment circuit breaker: tasks failed to start.'],
    );
    const events = since(await describe1(aws), before).filter((event) => !/^has started|unable/.test(event));
    assert.deepEqual(
      events.map((event) => event.replace(/(deployment) [A-Z]\b/g, '$1 #')),
      [
        '(deployment #) deployment failed: tasks failed to start.',
        'rolling back to deployment #.',
        '(deployment #) deployment completed.',
        'has reached a steady state.',
      ],
    );
    const took = between(await describe1(aws), 'unable to place', 'deployment failed');
    assert.ok(took > 30 && took < 10 * 60, `${took} s`);
  });

  it('is silent for three quarters of an hour where there is no room, and then fails the deployment', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const spot = { launchType: undefined, capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] };
    await createService(aws, await register(aws, 'app:1'), { ...spot, deploymentConfiguration: BREAKER });
    await aws.clock.advance(6 * MINUTE);
    const before = (await describe1(aws)).events!.length;
    aws.rules({ when: { image: '*:2' }, then: { capacity: 'unavailable' } });
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(70 * MINUTE);
    const service = await describe1(aws);
    assert.deepEqual(since(service, before).slice(0, 3), [
      'was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.',
      '(deployment A) deployment failed: tasks failed to start.',
      'rolling back to deployment B.',
    ]);
    const minutes = between(service, 'Capacity is unavailable', 'deployment failed') / 60;
    assert.ok(minutes > 46 * 0.8 && minutes < 46 * 1.2, `${minutes} min; 46 were recorded`);
    assert.equal(service.runningCount, 1);
  });
});

describe('recorded ECS: alarms', () => {
  it('fail the deployment, name themselves, and send it back', async () => {
    const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
    await using aws = await startAws({
      given: { alarms: [{ name: 'errors', state: 'OK' }] },
      rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 60 } }],
    });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'), { deploymentConfiguration: { alarms } });
    await aws.clock.advance(10 * MINUTE);
    const before = (await describe1(aws)).events!.length;
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(10 * MINUTE);
    const events = since(await describe1(aws), before);
    const at = (text: RegExp) => events.findIndex((event) => text.test(event));
    assert.ok(at(/deployment failed: alarm detected\.$/) > 0, events.join('\n'));
    assert.equal(at(/^rolling back to deployment/), at(/deployment failed: alarm detected\.$/) + 1);
    assert.deepEqual(events.at(-1), 'has reached a steady state.');
    const record = await newest(aws);
    assert.deepEqual(
      [record.status, record.alarms?.triggeredAlarmNames, record.rollback?.reason],
      ['ROLLBACK_SUCCESSFUL', ['errors'], 'ECS deployment failed: alarm detected.'],
    );
  });
});

describe('recorded ECS: task sets', () => {
  it('tell their own story, from the computed count to the last task stopped', async () => {
    await using aws = await startAws({ given: ONE_GROUP });
    await createCluster(aws);
    const SERVICE = { cluster: 'main', service: 'web' };
    await register(aws, 'app:1', PORT);
    const deploymentController = { type: 'EXTERNAL' as const };
    await aws.ecs.send(
      new CreateServiceCommand({ cluster: 'main', serviceName: 'web', desiredCount: 1, deploymentController }),
    );
    const { taskSet } = await aws.ecs.send(
      new CreateTaskSetCommand({
        ...SERVICE,
        ...BEHIND,
        taskDefinition: 'web:1',
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
        scale: { value: 100, unit: 'PERCENT' },
      }),
    );
    const created = taskSet!.createdAt!.getTime();
    await aws.clock.advance(3 * MINUTE);
    const steadyAt = (await describe1(aws)).events!.find(({ message }) => message!.includes('STEADY_STATE'))!
      .createdAt!;
    const took = (steadyAt.getTime() - created) / SECOND;
    assert.ok(took > 40 && took < 100, `steady after ${took} s; 60 to 90 were recorded`);
    await aws.ecs.send(new DeleteTaskSetCommand({ ...SERVICE, taskSet: taskSet!.id, force: true }));
    await aws.clock.advance(3 * MINUTE);
    assert.deepEqual(story(await describe1(aws)), [
      'updated computedDesiredCount for taskSet A to 1.',
      '(service web, taskSet A) has started 1 tasks: (task B).',
      `(service web, taskSet A) registered 1 targets in (target-group ${GROUP})`,
      '(service web, taskSet A) updated state to STEADY_STATE.',
      'has reached a steady state.',
      'updated computedDesiredCount for taskSet A to 0.',
      `(service web, taskSet A) deregistered 1 targets in (target-group ${GROUP})`,
      '(service web, taskSet A) has begun draining connections on 1 tasks.',
      '(service web, taskSet A) has stopped 1 running tasks: (task B).',
    ]);
    const [stopped] = await tasksOf(aws);
    assert.equal(stopped?.stoppedReason, `Scaling activity initiated by (taskSet ${taskSet!.id})`);
  });
});

describe('recorded ECS: the stages of a service deployment', () => {
  const BEFORE = ['PRE_SCALE_UP', 'SCALE_UP', 'POST_SCALE_UP', 'TEST_TRAFFIC_SHIFT', 'POST_TEST_TRAFFIC_SHIFT'];
  const STEP = ['PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'];
  const AFTER = ['POST_PRODUCTION_TRAFFIC_SHIFT', 'BAKE_TIME', 'CLEAN_UP'];

  for (const [name, steps, configuration] of [
    ['BLUE_GREEN', 1, { strategy: 'BLUE_GREEN' }],
    ['CANARY', 2, { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 } }],
    ['LINEAR', 3, { strategy: 'LINEAR', linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 2 } }],
  ] as const) {
    it(`of ${name} come in order, the production shift ${steps === 1 ? 'once' : `${steps} times`}`, async () => {
      await using aws = await startAws({ given: GIVEN, throttling: false });
      await served(aws, { ...configuration, bakeTimeInMinutes: 1 });
      await shift(aws);
      const stages: string[] = [];
      for (let now = await deployment(aws); now.status !== 'SUCCESSFUL'; now = await deployment(aws)) {
        assert.match(now.status ?? '', /^(?:PENDING|IN_PROGRESS)$/);
        if (now.lifecycleStage !== undefined && stages.at(-1) !== now.lifecycleStage) stages.push(now.lifecycleStage);
        await aws.clock.advance(2 * SECOND);
      }
      assert.deepEqual(stages, [...BEFORE, ...Array.from({ length: steps }, () => STEP).flat(), ...AFTER]);
    });
  }
});

describe('recorded ECS: why tasks stop', () => {
  const failedToStart: readonly (readonly [rule: object, reason: RegExp])[] = [
    [{ init: 'network-timeout' }, /^Timeout waiting for network interface provisioning to complete\.$/],
    [
      { init: 'no-addresses' },
      /^Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet 'subnet-0a1b2c3d': InsufficientFreeAddressesInSubnet$/,
    ],
    [
      { pull: 'not-found' },
      /^CannotPullContainerError: pull image manifest has been retried [157] time\(s\): failed to resolve ref app:1: app:1: not found$/,
    ],
    [{ pull: 'access-denied' }, /^CannotPullContainerError: pull access denied for app:1/],
    [
      { pull: 'wrong-architecture' },
      /^CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux\/amd64'$/,
    ],
    [
      { pull: 'rate-limited' },
      /^CannotPullContainerError: .*toomanyrequests: You have reached your pull rate limit\.$/,
    ],
    [
      { pull: 'no-route' },
      /^ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR\. Check your task network configuration\./,
    ],
    [
      { init: 'secret-denied' },
      /^ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time\(s\): .*api error AccessDeniedException: User.* is not authorized to perform: secretsmanager:GetSecretValue on resource: /,
    ],
    [{ init: 'secret-missing' }, /ResourceNotFoundException: Secrets Manager can't find the specified secret\.$/],
    [{ init: 'parameter-missing' }, /unable to retrieve secrets from ssm: .*invalid ssm parameters: /],
    [
      { init: 'secret-malformed' },
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*invalid character 'p' in literal true \(expecting 'r'\)$/,
    ],
    [
      { init: 'log-group-missing' },
      /^ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: .*The specified log group does not exist\. : exit status 1$/,
    ],
    [
      { init: 'logs-unreachable' },
      /^ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group .* : signal: killed$/,
    ],
    [
      { init: 'entry-point-missing' },
      /^CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: .*exec: "app": executable file not found in \$PATH: unknown$/,
    ],
    [
      { init: 'file-system-unreachable' },
      /^ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: /,
    ],
  ];

  for (const [rule, reason] of failedToStart) {
    it(`before they start: ${Object.values(rule)[0]}`, async () => {
      await using aws = await startAws({ rules: [{ then: rule }] });
      await createCluster(aws);
      await createService(aws, await register(aws, 'app:1'));
      await aws.clock.advance(5 * MINUTE);
      const task = oldest(await tasksOf(aws));
      assert.deepEqual(
        [task?.stopCode, task?.startedAt, task?.lastStatus],
        ['TaskFailedToStart', undefined, 'STOPPED'],
      );
      assert.match(task?.stoppedReason ?? '', reason);
      const [container] = task!.containers!;
      assert.equal(container?.exitCode, undefined);
      // Without a network interface no container was tried.
      assert.equal(container?.reason, task?.connectivityAt === undefined ? undefined : task?.stoppedReason);
    });
  }

  /** The first task that stopped after `what` was done to a steady service. */
  async function stoppedBy(
    rules: readonly object[],
    what: (aws: Aws) => Promise<unknown>,
    input: object = {},
    container: object = PORT,
  ): Promise<Task> {
    await using aws = await startAws({ given: ONE_GROUP });
    await createCluster(aws);
    aws.rules(...rules);
    await createService(aws, await register(aws, 'app:1', container), input);
    await aws.clock.advance(2 * MINUTE);
    await what(aws);
    await aws.clock.advance(4 * MINUTE);
    return oldest(await tasksOf(aws))!;
  }
  const facts = (task: Task) => [task.stopCode, task.stoppedReason, task.containers?.[0]?.exitCode];
  const nothing = async () => {};

  for (const code of [0, 1, 139]) {
    it(`when they run: the program exits with ${code}`, async () => {
      const task = await stoppedBy([{ when: { deployment: 1 }, then: { exit: { code } } }], nothing);
      assert.deepEqual(facts(task), ['EssentialContainerExited', 'Essential container in task exited', code]);
      assert.equal(task.containers?.[0]?.reason, undefined);
    });
  }

  it('when they run: out of memory', async () => {
    const task = await stoppedBy([{ then: { exit: { code: 137 } } }], nothing);
    assert.deepEqual(facts(task), ['EssentialContainerExited', 'Essential container in task exited', 137]);
    assert.equal(task.containers?.[0]?.reason, 'OutOfMemoryError: Container killed due to memory usage');
  });

  it('when they run: failed container health checks', async () => {
    const task = await stoppedBy(
      [{ then: { health: 'failing' } }],
      (aws) => aws.clock.advance(2 * MINUTE),
      {},
      CHECKED,
    );
    assert.deepEqual(facts(task), ['ServiceSchedulerInitiated', 'Task failed container health checks', 137]);
    assert.equal(task.healthStatus, 'UNHEALTHY');
  });

  it('when they run: failed load balancer health checks', async () => {
    const task = await stoppedBy([{ then: { targets: 'failing' } }], nothing, BEHIND);
    assert.deepEqual(facts(task), [
      'ServiceSchedulerInitiated',
      `Task failed ELB health checks in (target-group ${GROUP})`,
      143,
    ]);
  });

  it('when they run: replaced by a new deployment', async () => {
    let old = '';
    const task = await stoppedBy([], async (aws) => {
      old = (await describe1(aws)).deployments![0]!.id!;
      await update(aws, { taskDefinition: await register(aws, 'app:2', PORT) });
    });
    assert.deepEqual(facts(task), [
      'ServiceSchedulerInitiated',
      `Scaling activity initiated by (deployment ${old})`,
      143,
    ]);
  });

  for (const [reason, said] of [
    ['maintenance', 'maintenance'],
    [undefined, 'Task stopped by user'],
  ]) {
    it(`when they run: stopped by somebody, ${reason === undefined ? 'without' : 'with'} a reason`, async () => {
      const task = await stoppedBy([], async (aws) => {
        const [running] = await tasksOf(aws, 'RUNNING');
        const answer = await aws.ecs.send(new StopTaskCommand({ cluster: 'main', task: running!.taskArn, reason }));
        assert.equal(answer.task?.lastStatus, 'DEACTIVATING');
      });
      assert.deepEqual(facts(task), ['UserInitiated', said, 143]);
    });
  }

  it('when they run: Spot capacity is taken back', async () => {
    const spot = { launchType: undefined, capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] };
    const task = await stoppedBy([{ then: { interrupt: { afterSeconds: 30 } } }], nothing, spot);
    assert.deepEqual(facts(task), ['SpotInterruption', 'Your Spot Task was interrupted.', 143]);
  });

  it('when they run: the machine is retired, and the task is replaced', async () => {
    let running = 0;
    const task = await stoppedBy(
      [{ when: { untilSeconds: 60 }, then: { retire: { afterSeconds: 30 } } }],
      async (aws) => {
        await aws.clock.advance(2 * MINUTE);
        running = (await describe1(aws)).runningCount!;
      },
    );
    const [code, reason] = facts(task);
    assert.deepEqual(
      [code, reason],
      [
        'InfrastructureHealth',
        'Amazon ECS is performing maintenance on the underlying infrastructure hosting the task.',
      ],
    );
    assert.equal(running, 1);
  });
});
