import assert from 'node:assert/strict';
import type { JsonObject } from '../../../engine/json.ts';
import { replacementMembers, serviceDifferences, taskDefinitionDifferences } from '../../../engine/plan/ecs.ts';

const paths = (found: readonly { path: string }[]) => found.map(({ path }) => path);

/** DescribeServices' answer for a plain Fargate service, as ECS gives it. */
const LIVE: JsonObject = {
  serviceArn: 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web',
  serviceName: 'web',
  clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/prod',
  status: 'ACTIVE',
  desiredCount: 2,
  runningCount: 2,
  launchType: 'FARGATE',
  platformVersion: 'LATEST',
  platformFamily: 'Linux',
  taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7',
  deploymentConfiguration: {
    deploymentCircuitBreaker: { enable: false, rollback: false },
    maximumPercent: 200,
    minimumHealthyPercent: 100,
  },
  loadBalancers: [],
  serviceRegistries: [],
  placementConstraints: [],
  placementStrategy: [],
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-b', 'subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
  },
  schedulingStrategy: 'REPLICA',
  enableECSManagedTags: false,
  propagateTags: 'NONE',
  enableExecuteCommand: false,
  tags: [{ key: 'aws:cloudformation:stack', value: 'x' }],
};

const DESIRED: JsonObject = {
  cluster: 'prod',
  serviceName: 'web',
  desiredCount: 2,
  launchType: 'FARGATE',
  deploymentController: { type: 'ECS' },
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'], securityGroups: ['sg-1'] } },
};

describe('differences of an ECS service', () => {
  it('are none where the file asks for what runs, in whatever order and with whatever defaults', () => {
    assert.deepEqual(serviceDifferences(LIVE, DESIRED), []);
  });

  it('leave to others what the file leaves out', () => {
    const { desiredCount: _count, ...rest } = DESIRED;
    assert.deepEqual(serviceDifferences({ ...LIVE, desiredCount: 9 }, rest), []);
  });

  it('show what the file asks for and does not run', () => {
    assert.deepEqual(serviceDifferences(LIVE, { ...DESIRED, desiredCount: 3 }), [
      { path: '/desiredCount', live: 2, desired: 3 },
    ]);
    const partial = { ...DESIRED, deploymentConfiguration: { maximumPercent: 150 } };
    assert.deepEqual(serviceDifferences(LIVE, partial), [
      { path: '/deploymentConfiguration/maximumPercent', live: 200, desired: 150 },
    ]);
  });

  it('show a load balancer that was taken out of the file', () => {
    const loadBalancers = [{ targetGroupArn: 'arn:tg', containerName: 'web', containerPort: 80 }];
    assert.deepEqual(paths(serviceDifferences({ ...LIVE, loadBalancers }, DESIRED)), ['/loadBalancers']);
  });

  it('name what AWS cannot change in place', () => {
    const found = serviceDifferences(LIVE, {
      ...DESIRED,
      launchType: 'EC2',
      schedulingStrategy: 'DAEMON',
      desiredCount: 5,
    });
    assert.deepEqual(replacementMembers(found).sort(), ['launchType', 'schedulingStrategy']);
  });

  it('compare tags without those of AWS and of GitMoxi', () => {
    const tags = [{ key: 'team', value: 'shop' }];
    assert.deepEqual(
      paths(
        serviceDifferences(
          { ...LIVE, tags: [...tags, { key: 'gitmoxi:rollout', value: 'ro-1' }] },
          { ...DESIRED, tags },
        ),
      ),
      [],
    );
    assert.deepEqual(paths(serviceDifferences(LIVE, { ...DESIRED, tags })), ['/tags/0']);
  });
});

describe('differences of a task definition', () => {
  const desired: JsonObject = {
    family: 'web',
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      {
        name: 'web',
        image: 'web:1',
        portMappings: [{ containerPort: 80 }],
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
    ],
  };
  const live: JsonObject = {
    ...desired,
    taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7',
    revision: 7,
    status: 'ACTIVE',
    compatibilities: ['EC2', 'FARGATE'],
    requiresAttributes: [{ name: 'x' }],
    volumes: [],
    placementConstraints: [],
    registeredAt: 1,
    containerDefinitions: [
      {
        name: 'web',
        image: 'web:1',
        cpu: 0,
        essential: true,
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
        environment: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
      },
    ],
    tags: [{ key: 'gitmoxi:rollout', value: 'ro-1' }],
  };

  it('are none for what ECS made of the same file', () => {
    assert.deepEqual(taskDefinitionDifferences(LIVE, live, DESIRED, desired), []);
  });

  it('name the member of the container by its place in the file', () => {
    const next = {
      ...desired,
      containerDefinitions: [{ ...(desired['containerDefinitions'] as JsonObject[])[0], image: 'web:2' }],
    };
    assert.deepEqual(taskDefinitionDifferences(LIVE, live, DESIRED, next), [
      { path: '/taskDefinition/containerDefinitions/0/image', live: 'web:1', desired: 'web:2' },
    ]);
  });

  it('show what would be lost: registering replaces everything', () => {
    const found = taskDefinitionDifferences(LIVE, { ...live, taskRoleArn: 'arn:role' }, DESIRED, desired);
    assert.deepEqual(found, [{ path: '/taskDefinition/taskRoleArn', live: 'arn:role', desired: null }]);
  });

  it('accept a named task definition by ARN, by family and revision, or by family', () => {
    for (const named of ['web', 'web:7', 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7']) {
      assert.deepEqual(
        taskDefinitionDifferences(LIVE, live, { ...DESIRED, taskDefinition: named }, undefined),
        [],
        named,
      );
    }
    assert.equal(taskDefinitionDifferences(LIVE, live, { ...DESIRED, taskDefinition: 'web:8' }, undefined).length, 1);
  });
});
