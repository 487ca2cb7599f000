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

  it('show a public address that the file forbids, by word or by silence', () => {
    const network = (assignPublicIp?: string): JsonObject => ({
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-a'], ...(assignPublicIp === undefined ? {} : { assignPublicIp }) },
      },
    });
    const path = '/networkConfiguration/awsvpcConfiguration/assignPublicIp';
    assert.deepEqual(paths(serviceDifferences(network('ENABLED'), network('DISABLED'))), [path]);
    assert.deepEqual(paths(serviceDifferences(network('ENABLED'), network())), [path]);
    assert.deepEqual(serviceDifferences(network('DISABLED'), network()), []);
  });

  it('take a Service Connect that is switched off for none, and show one that runs against it', () => {
    const off = { ...DESIRED, serviceConnectConfiguration: { enabled: false } };
    assert.deepEqual(serviceDifferences(LIVE, off), []);
    const on: JsonObject = {
      ...LIVE,
      deployments: [{ status: 'PRIMARY', serviceConnectConfiguration: { enabled: true, namespace: 'shop' } }],
    };
    assert.deepEqual(paths(serviceDifferences(on, off)), ['/serviceConnectConfiguration']);
  });

  it('leave out what ECS fills into volumes and Service Connect services', () => {
    const volume = { roleArn: 'arn:aws:iam::123456789012:role/ecs', sizeInGiB: 10 };
    const service = { portName: 'http', clientAliases: [{ port: 80 }] };
    const live: JsonObject = {
      ...LIVE,
      deployments: [
        {
          status: 'PRIMARY',
          volumeConfigurations: [{ name: 'data', managedEBSVolume: { ...volume, filesystemType: 'xfs' } }],
          serviceConnectConfiguration: { enabled: true, services: [{ ...service, discoveryName: 'http' }] },
        },
      ],
    };
    const asked = (sizeInGiB: number): JsonObject => ({
      ...DESIRED,
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { ...volume, sizeInGiB } }],
      serviceConnectConfiguration: { enabled: true, services: [service] },
    });
    assert.deepEqual(serviceDifferences(live, asked(10)), []);
    assert.deepEqual(paths(serviceDifferences(live, asked(20))), [
      '/volumeConfigurations/0/managedEBSVolume/sizeInGiB',
    ]);
  });

  it('read placement as ECS does', () => {
    const placed = (...fields: string[]): JsonObject => ({
      ...DESIRED,
      placementStrategy: fields.map((field) => ({ type: field === 'MEMORY' ? 'binpack' : 'spread', field })),
    });
    const live = {
      ...LIVE,
      placementStrategy: [
        { type: 'spread', field: 'instanceId' },
        { type: 'binpack', field: 'memory' },
      ],
    };
    assert.deepEqual(serviceDifferences(live, placed('host', 'MEMORY')), []);
    assert.equal(serviceDifferences(live, placed('attribute:ecs.availability-zone', 'MEMORY')).length, 1);
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

  it('read sizes, roles and defaults as ECS registers them', () => {
    const written: JsonObject = {
      ...desired,
      cpu: '.25 vCPU',
      memory: '0.5 GB',
      executionRoleArn: 'execution',
      volumes: [
        { name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1', authorizationConfig: { iam: 'DISABLED' } } },
      ],
    };
    const registered: JsonObject = {
      ...live,
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      enableFaultInjection: false,
      volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1', rootDirectory: '/' } }],
    };
    assert.deepEqual(taskDefinitionDifferences(LIVE, registered, DESIRED, written), []);
    const other = { ...written, cpu: '1 vCPU', executionRoleArn: 'task', enableFaultInjection: true };
    assert.deepEqual(paths(taskDefinitionDifferences(LIVE, registered, DESIRED, other)).sort(), [
      '/taskDefinition/cpu',
      '/taskDefinition/enableFaultInjection',
      '/taskDefinition/executionRoleArn',
    ]);
  });

  it('keep one port for tcp and for udp apart, and take host port 0 for none', () => {
    const mapping = (portMappings: JsonObject[]): JsonObject => ({
      ...desired,
      containerDefinitions: [{ name: 'dns', image: 'dns:1', portMappings }],
    });
    const registered = mapping([
      { containerPort: 53, hostPort: 53, protocol: 'udp' },
      { containerPort: 53, hostPort: 53, protocol: 'tcp' },
    ]);
    const asked = mapping([{ containerPort: 53, protocol: 'udp', hostPort: 0 }, { containerPort: 53 }]);
    assert.deepEqual(taskDefinitionDifferences(LIVE, registered, DESIRED, asked), []);
    const one = mapping([{ containerPort: 53, protocol: 'udp' }]);
    assert.equal(taskDefinitionDifferences(LIVE, registered, DESIRED, one).length, 1);
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
