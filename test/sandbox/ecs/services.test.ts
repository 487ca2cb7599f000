import assert from 'node:assert/strict';
import {
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  StopServiceDeploymentCommand,
  StopTaskCommand,
  type Task,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import {
  type Aws,
  CHECKED,
  createCluster,
  createService,
  describe1,
  errorOf,
  MINUTE,
  register,
  SECOND,
  startAws,
  story,
} from '../aws.ts';

/** A cluster, `web:1` with `image`, and service `web` that has become steady. */
async function steadyService(aws: Aws, input: Partial<CreateServiceCommandInput> = {}, image = 'app:1'): Promise<void> {
  await createCluster(aws);
  await createService(aws, await register(aws, image), input);
  await aws.clock.advance(5 * MINUTE);
}

function update(aws: Aws, input: Partial<UpdateServiceCommandInput>) {
  return aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', ...input }));
}

async function tasksOf(aws: Aws, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<Task[]> {
  const { taskArns = [] } = await aws.ecs.send(
    new ListTasksCommand({ cluster: 'main', serviceName: 'web', desiredStatus }),
  );
  if (taskArns.length === 0) return [];
  return (await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }))).tasks ?? [];
}

/** What `look` gives every few seconds of `duration`, without repetitions. */
async function watch<T>(aws: Aws, duration: number, look: (service: Service) => T): Promise<T[]> {
  const step = 4 * SECOND;
  const seen: T[] = [];
  for (let elapsed = 0; elapsed <= duration; elapsed += step) {
    const now = look(await describe1(aws));
    if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now);
    await aws.clock.advance(step);
  }
  return seen;
}

const BREAKER = { enable: true, rollback: true };

describe('a new service', () => {
  it('starts its tasks and becomes steady', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const answer = await createService(aws, await register(aws, 'app:1'), { desiredCount: 2 });
    assert.equal(answer.status, 'ACTIVE');
    assert.equal(answer.deploymentController, undefined);
    assert.equal(answer.deployments?.[0]?.rolloutState, 'IN_PROGRESS');
    assert.deepEqual([answer.runningCount, answer.pendingCount, answer.events?.length], [0, 0, 0]);
    await aws.clock.advance(3 * MINUTE);
    const service = await describe1(aws);
    assert.deepEqual(story(service), [
      'has started 2 tasks: (task A) (task B).',
      '(deployment C) deployment completed.',
      'has reached a steady state.',
    ]);
    assert.equal(service.runningCount, 2);
    assert.match(service.deployments?.[0]?.rolloutStateReason ?? '', /^ECS deployment ecs-svc\/\d{19} completed\.$/);
  });

  it('takes about a minute even with nothing to start', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const { createdAt } = await createService(aws, await register(aws, 'app:1'), { desiredCount: 0 });
    await aws.clock.advance(2 * MINUTE);
    const [completed] = (await describe1(aws)).events?.slice(-2) ?? [];
    const took = (completed!.createdAt!.getTime() - createdAt!.getTime()) / SECOND;
    assert.ok(took >= 63 && took <= 91, `took ${took} s`);
  });

  it('walks its tasks through every state, with their times', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'));
    const states: string[] = [];
    for (let i = 0; i < 90; i++) {
      const [task] = await tasksOf(aws);
      if (task?.lastStatus && states.at(-1) !== task.lastStatus) states.push(task.lastStatus);
      await aws.clock.advance(SECOND);
    }
    assert.deepEqual(states, ['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING']);
    const [task] = await tasksOf(aws);
    const { createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt } = task!;
    const times = [createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt].map((at) => at!.getTime());
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    const took = (startedAt!.getTime() - createdAt!.getTime()) / SECOND;
    assert.ok(took >= 25 && took <= 45, `took ${took} s`);
    assert.equal(task?.group, 'service:web');
    assert.match(task?.startedBy ?? '', /^ecs-svc\/\d{19}$/);
  });

  it('is created once by equal requests, and not by different ones', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const definition = await register(aws, 'app:1');
    const first = await createService(aws, definition);
    const again = await createService(aws, definition, { clientToken: 'retry' });
    assert.deepEqual(again.createdAt, first.createdAt);
    const other = errorOf(createService(aws, definition, { desiredCount: 2 }));
    assert.equal(await other, 'InvalidParameterException: Creation of service was not idempotent.');
  });

  it('is refused with AWS’s own words', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const definition = await register(aws, 'app:1', { portMappings: [{ containerPort: 80 }] });
    const refusal = (input: Partial<CreateServiceCommandInput>) => errorOf(createService(aws, definition, input));
    const lb = (containerName: string, containerPort: number) => ({
      loadBalancers: [{ targetGroupArn: 'arn:tg', containerName, containerPort }],
    });
    assert.equal(await refusal({ cluster: 'none' }), 'ClusterNotFoundException: Cluster not found.');
    assert.equal(await refusal({ taskDefinition: 'none' }), 'ClientException: TaskDefinition not found.');
    assert.equal(
      await refusal({ networkConfiguration: undefined }),
      "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
    assert.equal(
      await refusal({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] }),
      'InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
    assert.equal(
      await refusal(lb('app', 81)),
      'InvalidParameterException: The container app did not have a container port 81 defined.',
    );
    assert.equal(
      await refusal(lb('other', 80)),
      'InvalidParameterException: The container other does not exist in the task definition.',
    );
    assert.match(await refusal({ desiredCount: -1 }), /^InvalidParameterException/);
    assert.match(await refusal({ schedulingStrategy: 'DAEMON' }), /^UnsupportedFeatureException/);
    assert.match(
      await refusal({ deploymentController: { type: 'EXTERNAL' } }),
      /^InvalidParameterException: taskDefinition cannot be specified on services with an EXTERNAL/,
    );
  });

  it('with the EXTERNAL controller has neither deployments nor tasks', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const service = await createService(aws, '', {
      taskDefinition: undefined,
      launchType: undefined,
      networkConfiguration: undefined,
      deploymentController: { type: 'EXTERNAL' },
    });
    assert.deepEqual([service.deployments, service.taskSets, service.launchType], [[], [], 'EC2']);
    assert.deepEqual(service.deploymentController, { type: 'EXTERNAL' });
    await aws.clock.advance(5 * MINUTE);
    assert.deepEqual((await describe1(aws)).events, []);
    assert.equal(
      await errorOf(update(aws, { forceNewDeployment: true })),
      'InvalidParameterException: Cannot force a new deployment on services with an EXTERNAL deployment controller.',
    );
  });
});

describe('a rolling update', () => {
  it('at 100/200 starts all new tasks before it stops the old ones', async () => {
    await using aws = await startAws();
    await steadyService(aws, { desiredCount: 4 });
    const before = (await describe1(aws)).events!.length;
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    const running = await watch(aws, 5 * MINUTE, (service) => service.runningCount ?? 0);
    assert.equal(Math.min(...running), 4);
    assert.equal(Math.max(...running), 8);
    const service = await describe1(aws);
    const events = story({ ...service, events: service.events!.slice(0, -before) });
    assert.equal(events[0], 'has started 4 tasks: (task A) (task B) (task C) (task D).');
    assert.deepEqual(events.slice(-2), ['(deployment I) deployment completed.', 'has reached a steady state.']);
    assert.equal(service.deployments?.length, 1);
  });

  it('at 0/100 stops the only task before it starts its successor', async () => {
    await using aws = await startAws();
    await steadyService(aws, { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } });
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(4 * MINUTE);
    const events = story(await describe1(aws)).slice(3);
    assert.deepEqual(events, [
      'has stopped 1 running tasks: (task A).',
      'has started 1 tasks: (task C).',
      '(deployment D) deployment completed.',
      'has reached a steady state.',
    ]);
  });

  it('at 90/110 of ten goes in batches of one or two, and never below nine healthy', async () => {
    await using aws = await startAws();
    await steadyService(aws, {
      desiredCount: 10,
      deploymentConfiguration: { minimumHealthyPercent: 90, maximumPercent: 110 },
    });
    const before = (await describe1(aws)).events!.length;
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    const totals = await watch(aws, 25 * MINUTE, (s) => [s.runningCount ?? 0, s.pendingCount ?? 0]);
    assert.ok(totals.every(([running = 0, pending = 0]) => running >= 9 && running + pending <= 11));
    const service = await describe1(aws);
    assert.equal(service.deployments?.[0]?.rolloutState, 'COMPLETED');
    const started = story({ ...service, events: service.events!.slice(0, -before) })
      .map((event) => /^has started (\d+)/.exec(event)?.[1])
      .filter((count) => count !== undefined);
    assert.ok(
      started.every((count) => Number(count) <= 2),
      started.join(),
    );
    assert.equal(
      started.reduce((sum, count) => sum + Number(count), 0),
      10,
    );
  });

  for (const [desired, minimum, maximum] of [
    [1, 100, 199],
    [2, 75, 100],
    [3, 100, 125],
  ] as const) {
    it(`of ${desired} at ${minimum}/${maximum} is stuck, and says so once`, async () => {
      await using aws = await startAws();
      await steadyService(aws, {
        desiredCount: desired,
        deploymentConfiguration: { minimumHealthyPercent: minimum, maximumPercent: maximum },
        availabilityZoneRebalancing: 'DISABLED',
      });
      await update(aws, { taskDefinition: await register(aws, 'app:2') });
      await aws.clock.advance(30 * MINUTE);
      const service = await describe1(aws);
      assert.deepEqual(story(service).slice(3), [
        'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
      ]);
      assert.equal(service.deployments?.length, 2);
      assert.equal(service.deployments?.[0]?.rolloutState, 'IN_PROGRESS');
    });
  }

  it('is superseded by the next one', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(30 * SECOND);
    await update(aws, { taskDefinition: await register(aws, 'app:3') });
    await aws.clock.advance(6 * MINUTE);
    const service = await describe1(aws);
    assert.match(service.taskDefinition ?? '', /web:3$/);
    assert.equal(service.deployments?.length, 1);
    const { serviceDeployments } = await aws.ecs.send(
      new ListServiceDeploymentsCommand({ cluster: 'main', service: 'web' }),
    );
    assert.deepEqual(
      serviceDeployments?.map(({ status }) => status),
      ['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL'],
    );
  });

  it('begins only when something is to be deployed', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    const idOf = async () => (await describe1(aws)).deployments?.[0]?.id;
    const id = await idOf();
    await update(aws, { taskDefinition: 'web:1', enableExecuteCommand: true });
    assert.equal(await idOf(), id);
    await update(aws, { forceNewDeployment: true });
    assert.notEqual(await idOf(), id);
  });
});

describe('scaling', () => {
  it('starts and stops tasks without a deployment', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    await update(aws, { desiredCount: 3 });
    await aws.clock.advance(3 * MINUTE);
    await update(aws, { desiredCount: 1 });
    await aws.clock.advance(3 * MINUTE);
    const service = await describe1(aws);
    assert.deepEqual(story(service).slice(3), [
      'has started 2 tasks: (task C) (task D).',
      'has reached a steady state.',
      'has stopped 2 running tasks: (task C) (task D).',
      'has reached a steady state.',
    ]);
    const [stopped] = await tasksOf(aws, 'STOPPED');
    assert.equal(stopped?.stopCode, 'ServiceSchedulerInitiated');
    assert.equal(stopped?.stoppedReason, `Scaling activity initiated by (deployment ${service.deployments?.[0]?.id})`);
  });

  it('replaces a task that somebody stops', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    const [task] = await tasksOf(aws);
    const { task: stopping } = await aws.ecs.send(
      new StopTaskCommand({ cluster: 'main', task: task?.taskArn, reason: 'trial' }),
    );
    assert.deepEqual(
      [stopping?.lastStatus, stopping?.stopCode, stopping?.stoppedReason],
      ['DEACTIVATING', 'UserInitiated', 'trial'],
    );
    await aws.clock.advance(3 * MINUTE);
    const [replacement] = await tasksOf(aws);
    assert.notEqual(replacement?.taskArn, task?.taskArn);
    assert.equal((await describe1(aws)).runningCount, 1);
  });
});

describe('a deployment whose tasks fail their container health check', () => {
  it('tells the story that real ECS told, in order, and rolls back', async () => {
    await using aws = await startAws({ rules: [{ when: { image: '*:bad' }, then: { health: 'failing' } }] });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1', CHECKED), {
      desiredCount: 0,
      deploymentConfiguration: {
        deploymentCircuitBreaker: { ...BREAKER, thresholdConfiguration: { type: 'COUNT', value: 1 } },
      },
    });
    await aws.clock.advance(2 * MINUTE);
    await update(aws, { taskDefinition: await register(aws, 'app:bad', CHECKED), desiredCount: 1 });
    await aws.clock.advance(20 * MINUTE);
    const service = await describe1(aws);
    // Letters in order of appearance; A is the deployment that had completed before.
    assert.deepEqual(story(service).slice(2), [
      'has started 1 tasks: (task B).',
      'has started 1 tasks: (task C). Amazon ECS replaced 1 tasks due to an unhealthy status.',
      '(task B) failed container health checks.',
      'has stopped 1 running tasks: (task B).',
      '(deployment D) deployment failed: tasks failed to start.',
      'rolling back to deployment A.',
      'has started 1 tasks: (task E).',
      '(task C) failed container health checks.',
      'has stopped 1 running tasks: (task C).',
      '(deployment A) deployment completed.',
      'has reached a steady state.',
    ]);
    const gaps = service
      .events!.map(({ createdAt }) => createdAt!.getTime() / SECOND)
      .reverse()
      .slice(2);
    const between = (from: number, to: number) => gaps[to]! - gaps[from]!;
    assert.ok(between(0, 1) > 100 && between(0, 1) < 160, `unhealthy after ${between(0, 1)} s`);
    assert.ok(between(3, 4) > 40 && between(3, 4) < 80, `failed after ${between(3, 4)} s`);
    assert.ok(between(5, 6) > 14 && between(5, 6) < 22, `rolled back after ${between(5, 6)} s`);
    const { serviceDeployments } = await aws.ecs.send(
      new ListServiceDeploymentsCommand({ cluster: 'main', service: 'web' }),
    );
    assert.equal(serviceDeployments?.[0]?.status, 'ROLLBACK_SUCCESSFUL');
    const failed = (await tasksOf(aws, 'STOPPED')).at(0);
    assert.deepEqual(
      [failed?.stopCode, failed?.stoppedReason, failed?.containers?.[0]?.exitCode],
      ['ServiceSchedulerInitiated', 'Task failed container health checks', 137],
    );
  });
});

describe('ECS’s circuit breaker', () => {
  const broken = { when: { image: '*:broken' }, then: { pull: 'not-found' } };

  it('ends a deployment after three failed starts, and rolls it back', async () => {
    await using aws = await startAws({ rules: [broken] });
    await steadyService(aws, { deploymentConfiguration: { deploymentCircuitBreaker: BREAKER } });
    const id = (await describe1(aws)).deployments?.[0]?.id;
    await update(aws, { taskDefinition: await register(aws, 'app:broken') });
    const failures = await watch(
      aws,
      10 * MINUTE,
      (s) => s.deployments?.find((d) => /web:2$/.test(d.taskDefinition ?? ''))?.failedTasks,
    );
    assert.deepEqual([...failures.slice(0, 3), failures.at(-1)], [0, 1, 2, undefined]);
    const service = await describe1(aws);
    assert.equal(service.deployments?.[0]?.id, id);
    assert.match(service.taskDefinition ?? '', /web:1$/);
    const [record] = (await aws.ecs.send(new ListServiceDeploymentsCommand({ cluster: 'main', service: 'web' })))
      .serviceDeployments!;
    const { serviceDeployments } = await aws.ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [record!.serviceDeploymentArn!] }),
    );
    const { status, deploymentCircuitBreaker } = serviceDeployments![0]!;
    assert.equal(status, 'ROLLBACK_SUCCESSFUL');
    assert.deepEqual([deploymentCircuitBreaker?.status, deploymentCircuitBreaker?.threshold], ['TRIGGERED', 3]);
    const [task] = await tasksOf(aws, 'STOPPED');
    assert.equal(task?.stopCode, 'TaskFailedToStart');
    assert.match(task?.stoppedReason ?? '', /^CannotPullContainerError: .*app:broken: not found$/);
    assert.equal(task?.containers?.[0]?.exitCode, undefined);
    assert.equal(task?.containers?.[0]?.reason, task?.stoppedReason);
  });

  it('leaves the service stalled where there is nothing to return to', async () => {
    await using aws = await startAws({ rules: [broken] });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:broken'), {
      deploymentConfiguration: { deploymentCircuitBreaker: BREAKER },
    });
    await aws.clock.advance(30 * MINUTE);
    const service = await describe1(aws);
    assert.equal(service.deployments?.[0]?.rolloutState, 'FAILED');
    assert.equal(
      service.deployments?.[0]?.rolloutStateReason,
      'ECS deployment circuit breaker: tasks failed to start.',
    );
    assert.deepEqual([service.runningCount, service.pendingCount], [0, 0]);
  });

  it('sees a container that exits at once', async () => {
    await using aws = await startAws({ rules: [{ when: { deployment: 2 }, then: { exit: { code: 3 } } }] });
    await steadyService(aws, { deploymentConfiguration: { deploymentCircuitBreaker: BREAKER } });
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(2 * MINUTE);
    const [task] = await tasksOf(aws, 'STOPPED');
    assert.deepEqual(
      [task?.stopCode, task?.stoppedReason, task?.containers?.[0]?.exitCode],
      ['EssentialContainerExited', 'Essential container in task exited', 3],
    );
    await aws.clock.advance(10 * MINUTE);
    assert.match((await describe1(aws)).taskDefinition ?? '', /web:1$/);
  });

  it('without it, starts are retried ever more slowly, and ECS says so', async () => {
    await using aws = await startAws({ rules: [broken] });
    await steadyService(aws);
    await update(aws, { taskDefinition: await register(aws, 'app:broken') });
    await aws.clock.advance(90 * MINUTE);
    const service = await describe1(aws);
    assert.ok(story(service).includes('is unable to consistently start tasks successfully.'));
    const starts = service
      .events!.filter(({ message }) => message?.includes('has started'))
      .map(({ createdAt }) => createdAt!.getTime() / MINUTE)
      .reverse();
    const gaps = starts.slice(1).map((at, i) => at - starts[i]!);
    assert.ok(gaps.at(-1)! > 10 && gaps.at(-1)! < 18, `last gap ${gaps.at(-1)} min`);
    assert.equal(service.deployments?.length, 2);
    assert.equal(service.runningCount, 1);
  });
});

describe('a task with a fate of its own', () => {
  it('starts as slowly as told', async () => {
    await using aws = await startAws({ rules: [{ when: { service: 'web' }, then: { startSeconds: 300 } }] });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'));
    await aws.clock.advance(4 * MINUTE);
    assert.equal((await describe1(aws)).runningCount, 0);
    await aws.clock.advance(2 * MINUTE);
    const [task] = await tasksOf(aws);
    assert.equal(Math.round((task!.startedAt!.getTime() - task!.createdAt!.getTime()) / SECOND), 300);
  });

  it('is replaced before it is stopped when its health check fails later', async () => {
    await using aws = await startAws({
      rules: [{ when: { revision: 1 }, then: { health: { failsAfterSeconds: 600 } } }],
    });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1', CHECKED));
    await aws.clock.advance(10 * MINUTE);
    assert.equal((await tasksOf(aws))[0]?.healthStatus, 'HEALTHY');
    await aws.clock.advance(5 * MINUTE);
    assert.deepEqual(story(await describe1(aws)).slice(3, 6), [
      'has started 1 tasks: (task C). Amazon ECS replaced 1 tasks due to an unhealthy status.',
      '(task A) failed container health checks.',
      'has stopped 1 running tasks: (task A).',
    ]);
  });

  it('keeps a deployment from completing until it was baked', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'), { deploymentConfiguration: { bakeTimeInMinutes: 10 } });
    await aws.clock.advance(9 * MINUTE);
    assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'IN_PROGRESS');
    await aws.clock.advance(5 * MINUTE);
    assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'COMPLETED');
  });
});

describe('capacity', () => {
  it('that is missing stops nothing that runs, and is said once', async () => {
    await using aws = await startAws({
      rules: [{ when: { capacityProvider: 'FARGATE_SPOT' }, then: { capacity: 'unavailable' } }],
    });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'), {
      launchType: undefined,
      desiredCount: 4,
      capacityProviderStrategy: [
        { capacityProvider: 'FARGATE', weight: 1, base: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 2 },
      ],
    });
    await aws.clock.advance(30 * MINUTE);
    const service = await describe1(aws);
    assert.deepEqual([service.runningCount, service.launchType], [2, undefined]);
    assert.equal(story(service).filter((event) => event.includes('Capacity is unavailable at this time')).length, 1);
    aws.rules();
    await aws.clock.advance(30 * MINUTE);
    const providers = (await tasksOf(aws)).map(({ capacityProviderName }) => capacityProviderName).sort();
    assert.deepEqual(providers, ['FARGATE', 'FARGATE', 'FARGATE_SPOT', 'FARGATE_SPOT']);
  });

  it('is switched only by a forced deployment', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    const spot = { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] };
    assert.match(await errorOf(update(aws, spot)), /^InvalidParameterException: When switching from launch type/);
    await update(aws, { ...spot, forceNewDeployment: true });
    await aws.clock.advance(5 * MINUTE);
    assert.equal((await tasksOf(aws))[0]?.capacityProviderName, 'FARGATE_SPOT');
  });
});

describe('deployment alarms', () => {
  const alarmed = {
    deploymentConfiguration: { alarms: { alarmNames: ['errors'], enable: true, rollback: true } },
  };
  const given = { alarms: [{ name: 'errors', state: 'OK' }] };

  it('roll a deployment back when one goes off', async () => {
    await using aws = await startAws({
      given,
      rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 60 } }],
    });
    await steadyService(aws, alarmed);
    await aws.clock.advance(5 * MINUTE);
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(6 * MINUTE);
    const service = await describe1(aws);
    assert.match(service.taskDefinition ?? '', /web:1$/);
    assert.ok(story(service).some((event) => event.endsWith('deployment failed: alarm detected.')));
  });

  it('are not watched when one is in ALARM from the start', async () => {
    await using aws = await startAws({ given: { alarms: [{ name: 'errors', state: 'ALARM' }] } });
    await steadyService(aws, alarmed);
    await aws.clock.advance(5 * MINUTE);
    assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'COMPLETED');
  });
});

describe('stopping a service deployment', () => {
  it('rolls back to what was there, whatever the service’s own settings', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    await update(aws, { taskDefinition: await register(aws, 'app:2') });
    await aws.clock.advance(20 * SECOND);
    const arn = (await describe1(aws)).currentServiceDeployment!;
    await aws.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn }));
    await aws.clock.advance(5 * MINUTE);
    assert.match((await describe1(aws)).taskDefinition ?? '', /web:1$/);
    const again = errorOf(aws.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn })));
    assert.match(await again, /^ConflictException/);
  });
});

describe('deleting a service', () => {
  it('needs it at zero or force, drains it, and frees its name', async () => {
    await using aws = await startAws();
    await steadyService(aws);
    const remove = (force: boolean) =>
      aws.ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'web', force }));
    assert.equal(
      await errorOf(remove(false)),
      'InvalidParameterException: The service cannot be stopped while it is scaled above 0.',
    );
    const { service } = await remove(true);
    assert.deepEqual([service?.status, service?.desiredCount], ['DRAINING', 0]);
    assert.deepEqual((await aws.ecs.send(new ListServicesCommand({ cluster: 'main' }))).serviceArns, []);
    assert.equal(await errorOf(update(aws, { desiredCount: 1 })), 'ServiceNotActiveException: Service was not ACTIVE.');
    await aws.clock.advance(2 * MINUTE);
    assert.equal((await describe1(aws)).status, 'INACTIVE');
    await createService(aws, 'web:1');
    assert.equal((await describe1(aws)).status, 'ACTIVE');
    await aws.ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'web', force: true }));
    await aws.clock.advance(90 * MINUTE);
    const { failures } = await aws.ecs.send(new DescribeServicesCommand({ cluster: 'main', services: ['web'] }));
    assert.equal(failures?.[0]?.reason, 'MISSING');
  });
});

describe('equal seeds', () => {
  it('give equal worlds, whatever the order of concurrent requests', async () => {
    const run = async () => {
      await using aws = await startAws({ rules: [{ when: { image: '*:2' }, then: { pull: 'rate-limited' } }] });
      await createCluster(aws);
      const definition = await register(aws, 'app:1');
      const names = ['one', 'two', 'three'];
      await Promise.all(names.map((serviceName) => createService(aws, definition, { serviceName, desiredCount: 2 })));
      await aws.clock.advance(3 * MINUTE);
      await register(aws, 'app:2');
      await Promise.all(names.map((service) => update(aws, { service, taskDefinition: 'web:2' })));
      await aws.clock.advance(12 * MINUTE);
      const all = await Promise.all(names.map((name) => describe1(aws, name)));
      return all.map((service) =>
        service.events?.map(({ createdAt, message }) => `${createdAt?.getTime()} ${message}`),
      );
    };
    assert.deepEqual(await run(), await run());
  });
});
