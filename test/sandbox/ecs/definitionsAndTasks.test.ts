import assert from 'node:assert/strict';
import {
  ConflictException,
  DeleteClusterCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { CHECKED, createCluster, createService, describe1, errorOf, MINUTE, register, startAws } from '../aws.ts';

const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } };

describe('registering a task definition', () => {
  const base: RegisterTaskDefinitionCommandInput = {
    family: 'web',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '.25 vCPU',
    memory: '0.5 GB',
    containerDefinitions: [{ name: 'app', image: 'app:1', portMappings: [{ containerPort: 80 }], ...CHECKED }],
  };

  it('answers it with AWS’s defaults filled in', async () => {
    await using aws = await startAws();
    const { taskDefinition } = await aws.ecs.send(new RegisterTaskDefinitionCommand(base));
    const [container] = taskDefinition?.containerDefinitions ?? [];
    assert.deepEqual([taskDefinition?.revision, taskDefinition?.status], [1, 'ACTIVE']);
    assert.deepEqual([taskDefinition?.cpu, taskDefinition?.memory], ['256', '512']);
    assert.deepEqual(taskDefinition?.compatibilities, ['EC2', 'FARGATE']);
    assert.deepEqual(container?.portMappings, [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }]);
    assert.deepEqual(
      [container?.cpu, container?.essential, container?.environment, container?.mountPoints, container?.volumesFrom],
      [0, true, [], [], []],
    );
    assert.deepEqual(
      [container?.healthCheck?.interval, container?.healthCheck?.timeout, container?.healthCheck?.retries],
      [30, 5, 3],
    );
    assert.ok(taskDefinition?.requiresAttributes?.some(({ name }) => name === 'ecs.capability.task-eni'));
  });

  it('is refused with AWS’s own words', async () => {
    await using aws = await startAws();
    const refusal = (more: Partial<RegisterTaskDefinitionCommandInput>) =>
      errorOf(aws.ecs.send(new RegisterTaskDefinitionCommand({ ...base, ...more })));
    assert.equal(
      await refusal({ memory: '4096' }),
      'ClientException: No Fargate configuration exists for given values: 256 CPU, 4096 memory.',
    );
    assert.equal(
      await refusal({ containerDefinitions: [{ name: 'app' }] }),
      'ClientException: Container.image should not be null or empty.',
    );
    assert.equal(
      await refusal({
        containerDefinitions: [{ name: 'app', image: '123456789012.dkr.ecr.us-west-2.amazonaws.com/a' }],
      }),
      'ClientException: Fargate requires task definition to have execution role ARN to support ECR images.',
    );
    assert.equal(
      await refusal({
        requiresCompatibilities: ['EC2'],
        memory: undefined,
        containerDefinitions: [{ name: 'app', image: 'a' }],
      }),
      "ClientException: Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified.",
    );
    assert.match(await refusal({ containerDefinitions: [] }), /^ClientException/);
  });

  it('counts revisions up, and an inactive one cannot be used or come back', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    await register(aws, 'app:1');
    assert.match(await register(aws, 'app:2'), /:task-definition\/web:2$/);
    await aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:2' }));
    const latest = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web' }));
    assert.equal(latest.taskDefinition?.revision, 1);
    const inactive = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:2' }));
    assert.equal(inactive.taskDefinition?.status, 'INACTIVE');
    assert.equal(await errorOf(createService(aws, 'web:2')), 'ClientException: TaskDefinition is inactive');
    assert.match(await register(aws, 'app:3'), /web:3$/);
    const deletion = await aws.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: ['web:1', 'web:2'] }));
    assert.deepEqual([deletion.taskDefinitions?.[0]?.status, deletion.failures?.length], ['DELETE_IN_PROGRESS', 1]);
    for (const taskDefinition of ['web:9', 'none', 'web:1e0', 'web:0']) {
      assert.equal(
        await errorOf(aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))),
        'ClientException: Unable to describe task definition.',
      );
    }
  });
});

describe('a task of one’s own', () => {
  it('is run once per client token, exits as the scenario says, and is gone after an hour', async () => {
    await using aws = await startAws({
      rules: [{ when: { family: 'web' }, then: { exit: { code: 137, afterSeconds: 10 } } }],
    });
    await createCluster(aws);
    await register(aws, 'app:1');
    const run = (more: object = {}) =>
      aws.ecs.send(
        new RunTaskCommand({
          cluster: 'main',
          taskDefinition: 'web',
          launchType: 'FARGATE',
          networkConfiguration: NETWORK,
          clientToken: 'one',
          ...more,
        }),
      );
    const { tasks: [task] = [] } = await run();
    assert.equal((await run()).tasks?.[0]?.taskArn, task?.taskArn);
    await assert.rejects(
      run({ count: 2 }),
      (error) => error instanceof ConflictException && error.resourceIds?.[0] === task?.taskArn,
    );
    await aws.clock.advance(3 * MINUTE);
    const describeTask = () => aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: [task!.taskArn!] }));
    const { tasks: [stopped] = [] } = await describeTask();
    assert.deepEqual([stopped?.lastStatus, stopped?.stopCode], ['STOPPED', 'EssentialContainerExited']);
    assert.deepEqual(
      [stopped?.containers?.[0]?.exitCode, stopped?.containers?.[0]?.reason],
      [137, 'OutOfMemoryError: Container killed due to memory usage'],
    );
    await aws.clock.advance(90 * MINUTE);
    assert.equal((await describeTask()).failures?.[0]?.reason, 'MISSING');
  });

  for (const [rule, reason] of [
    [{ pull: 'wrong-architecture' }, /^CannotPullContainerError: image Manifest does not contain descriptor matching/],
    [{ pull: 'rate-limited' }, /toomanyrequests: You have reached your pull rate limit\.$/],
    [{ init: 'secret-denied' }, /^ResourceInitializationError: .*AccessDeniedException/],
    [{ init: 'log-group-missing' }, /^ResourceInitializationError: failed to validate logger args/],
    [{ init: 'network-timeout' }, /^Timeout waiting for network interface provisioning to complete\.$/],
    [{ init: 'entry-point-missing' }, /^CannotStartContainerError: /],
  ] as const) {
    it(`that fails with ${Object.values(rule)[0]} says why`, async () => {
      await using aws = await startAws({ rules: [{ then: rule }] });
      await createCluster(aws);
      await register(aws, 'app:1');
      const input = {
        cluster: 'main',
        taskDefinition: 'web',
        launchType: 'FARGATE',
        networkConfiguration: NETWORK,
      } as const;
      const { tasks: [task] = [] } = await aws.ecs.send(new RunTaskCommand(input));
      await aws.clock.advance(5 * MINUTE);
      const { tasks: [stopped] = [] } = await aws.ecs.send(
        new DescribeTasksCommand({ cluster: 'main', tasks: [task!.taskArn!] }),
      );
      assert.deepEqual([stopped?.lastStatus, stopped?.stopCode], ['STOPPED', 'TaskFailedToStart']);
      assert.match(stopped?.stoppedReason ?? '', reason);
      assert.equal(stopped?.startedAt, undefined);
    });
  }

  it('needs a well-formed id to be looked at', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const look = (tasks: string[]) => errorOf(aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks })));
    assert.equal(await look([]), 'InvalidParameterException: Tasks cannot be empty.');
    assert.equal(await look(['abc']), 'InvalidParameterException: taskId length should be one of [32,36]');
  });
});

describe('an older deployment’s task', () => {
  it('that ends while the new ones cannot start is replaced by its like', async () => {
    await using aws = await startAws({ rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] });
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'));
    await aws.clock.advance(4 * MINUTE);
    await aws.ecs.send(
      new UpdateServiceCommand({ cluster: 'main', service: 'web', taskDefinition: await register(aws, 'app:broken') }),
    );
    await aws.clock.advance(MINUTE);
    const startedBy = (await describe1(aws)).deployments?.find(({ status }) => status === 'ACTIVE')?.id;
    const { taskArns: [old] = [] } = await aws.ecs.send(new ListTasksCommand({ cluster: 'main', startedBy }));
    await aws.ecs.send(new StopTaskCommand({ cluster: 'main', task: old }));
    await aws.clock.advance(3 * MINUTE);
    const service = await describe1(aws);
    assert.equal(service.runningCount, 1);
    assert.equal(service.deployments?.find(({ id }) => id === startedBy)?.runningCount, 1);
  });
});

describe('a cluster', () => {
  it('has tags, keeps the providers that services use, and is deleted only when empty', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const service = await createService(aws, await register(aws, 'app:1'), {
      launchType: undefined,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    });
    const resourceArn = service.clusterArn;
    await aws.ecs.send(
      new TagResourceCommand({
        resourceArn,
        tags: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      }),
    );
    await aws.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    const { tags } = await aws.ecs.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(tags, [{ key: 'b', value: '2' }]);
    const providers = { cluster: 'main', capacityProviders: ['FARGATE'], defaultCapacityProviderStrategy: [] };
    assert.match(
      await errorOf(aws.ecs.send(new PutClusterCapacityProvidersCommand(providers))),
      /^ResourceInUseException/,
    );
    assert.match(
      await errorOf(aws.ecs.send(new DeleteClusterCommand({ cluster: 'main' }))),
      /^ClusterContainsServicesException/,
    );
  });

  it('given by the scenario is there from the start', async () => {
    await using aws = await startAws({ given: { clusters: ['main'] } });
    const service = await createService(aws, await register(aws, 'app:1'));
    assert.match(service.clusterArn ?? '', /cluster\/main$/);
  });
});
