/**
 * Right definitions of many kinds of services, as ECS takes them: none has a finding. Facts follow the Amazon ECS
 * developer guide and API reference.
 */
import { checkFiles, type Definition, PLACE, ROLE, without } from './definitions.ts';

const LISTENER_RULE = `arn:aws:elasticloadbalancing:${PLACE}:listener-rule/app/shop/0aa/0bb/0cc`;
const group = (name: string): string => `arn:aws:elasticloadbalancing:${PLACE}:targetgroup/${name}/0123456789abcdef`;
const BALANCER = { targetGroupArn: group('blue'), containerName: 'web', containerPort: 80 };
const SHIFTING = { alternateTargetGroupArn: group('green'), productionListenerRule: LISTENER_RULE, roleArn: ROLE };

const container = (more: Definition = {}): Definition => ({
  name: 'web',
  image: 'public.ecr.aws/nginx/nginx:1.27',
  essential: true,
  portMappings: [{ containerPort: 80 }],
  ...more,
});

const sidecar = (more: Definition = {}): Definition => ({
  name: 'sidecar',
  image: 'busybox',
  essential: false,
  ...more,
});

const onFargate = (more: Definition = {}, ...containers: readonly Definition[]): Definition => ({
  family: 'web',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  executionRoleArn: ROLE,
  containerDefinitions: containers.length > 0 ? containers : [container()],
  ...more,
});

const onInstances = (more: Definition = {}, ...containers: readonly Definition[]): Definition =>
  onFargate({ networkMode: 'bridge', requiresCompatibilities: ['EC2'], ...more }, ...containers);

const fargateService = (more: Definition = {}): Definition => ({
  cluster: 'prod',
  serviceName: 'web',
  desiredCount: 2,
  launchType: 'FARGATE',
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-0aa'], securityGroups: ['sg-0aa'], assignPublicIp: 'DISABLED' },
  },
  ...more,
});

const instanceService = (more: Definition = {}): Definition =>
  without(fargateService({ launchType: 'EC2', ...more }), 'networkConfiguration');

const daemon = (more: Definition = {}): Definition =>
  without(instanceService({ schedulingStrategy: 'DAEMON', ...more }), 'desiredCount');

const withStrategy = (strategy: readonly Definition[], more: Definition = {}): Definition =>
  without(fargateService({ capacityProviderStrategy: strategy, ...more }), 'launchType');

const mounting = (...names: readonly string[]): Definition =>
  container({ mountPoints: names.map((name) => ({ sourceVolume: name, containerPath: `/${name}` })) });

const logging = (logDriver: string, options: Definition): Definition =>
  container({ logConfiguration: { logDriver, options } });

const SIZES: readonly (readonly [cpu: string, memory: string])[] = [
  ['.25 vCPU', '0.5GB'],
  ['0.25 vCPU', '0.5 GB'],
  ['1 vCPU', '3 GB'],
  ['1vCPU', '3GB'],
  ['1024', '3072'],
  ['4 vcpu', '30 gb'],
  ['8192', '61440'],
  ['16384', '122880'],
  ['32768', '249856'],
  ['32 vCPU', '60 GB'],
];

const SECRETS = [
  `arn:aws:ssm:${PLACE}:parameter/a/b`,
  `arn:aws:ssm:${PLACE}:parameter/a:3`,
  '/a/b',
  '/a/b:stable',
  `arn:aws:secretsmanager:${PLACE}:secret:x-AbCdEf`,
  `arn:aws:secretsmanager:${PLACE}:secret:x-AbCdEf:user::`,
  `arn:aws:secretsmanager:${PLACE}:secret:x-AbCdEf:::d4e5`,
  `arn:aws:secretsmanager:${PLACE}:secret:rds!db-1234-AbCdEf:password::`,
  'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b_c-AbCdEf:k:AWSCURRENT:',
];

const IMAGES = [
  'nginx',
  'library/nginx:latest',
  'ghcr.io/a/b:v1',
  'localhost:5000/a',
  'docker.io/org/a_b/c--d:1.0_x',
  `my-host.example.com:8443/a/b:1@sha256:${'b'.repeat(64)}`,
];

const FIRELENS = onFargate(
  { cpu: '512', memory: '1024' },
  container({
    logConfiguration: {
      logDriver: 'awsfirelens',
      options: { Name: 'firehose', region: 'us-west-2', delivery_stream: 's' },
      secretOptions: [{ name: 'apikey', valueFrom: SECRETS[4] }],
    },
  }),
  {
    name: 'log_router',
    image: 'public.ecr.aws/aws-observability/aws-for-fluent-bit:stable',
    essential: true,
    memoryReservation: 50,
    user: '0',
    firelensConfiguration: { type: 'fluentbit', options: { 'enable-ecs-log-metadata': 'true' } },
  },
);

const EVERYTHING_OF_INSTANCES = onInstances(
  { pidMode: 'task' },
  container({
    memory: 128,
    portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
    links: ['sidecar'],
    hostname: 'x',
    dnsServers: ['10.0.0.1'],
    extraHosts: [{ hostname: 'a', ipAddress: '1.2.3.4' }],
    privileged: true,
    linuxParameters: {
      devices: [{ hostPath: '/dev/fuse', containerPath: '/dev/fuse', permissions: ['read'] }],
      sharedMemorySize: 64,
      maxSwap: 100,
      swappiness: 60,
      capabilities: { add: ['SYS_PTRACE'], drop: ['ALL'] },
    },
    ulimits: [{ name: 'nofile', softLimit: 65536, hardLimit: 65536 }],
    systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }],
    resourceRequirements: [{ type: 'GPU', value: '1' }],
  }),
  sidecar({ memory: 64 }),
);

type EcsCase = readonly [what: string, task: Definition, service?: Definition, deployment?: Definition];

const ECS: readonly EcsCase[] = [
  ...SIZES.map(([cpu, memory]): EcsCase => [`${cpu} with ${memory}`, onFargate({ cpu, memory })]),
  [
    'Windows on Fargate',
    onFargate({
      cpu: '1024',
      memory: '2048',
      runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE', cpuArchitecture: 'X86_64' },
    }),
  ],
  [
    'Windows on instances, where the size of the task is ignored',
    onInstances(
      { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2019_FULL' } },
      container({ cpu: 512, memory: 1024 }),
    ),
    instanceService(),
  ],
  [
    'hard limits that together are above the memory of the task, of containers that reserve less',
    onFargate({}, container({ memory: 512, memoryReservation: 128 }), sidecar({ memory: 512, memoryReservation: 128 })),
  ],
  ['ARM64', onFargate({ runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: 'ARM64' } })],
  [
    'an access point of EFS',
    onFargate(
      {
        volumes: [
          {
            name: 'd',
            efsVolumeConfiguration: {
              fileSystemId: 'fs-12345678',
              transitEncryption: 'ENABLED',
              authorizationConfig: { accessPointId: 'fsap-0123', iam: 'ENABLED' },
            },
          },
        ],
      },
      mounting('d'),
    ),
    fargateService({ platformVersion: '1.4.0' }),
  ],
  [
    'an EBS volume that the service configures',
    onFargate({ volumes: [{ name: 'd', configuredAtLaunch: true }] }, mounting('d')),
    fargateService({
      volumeConfigurations: [
        { name: 'd', managedEBSVolume: { roleArn: ROLE, sizeInGiB: 20, volumeType: 'gp3', filesystemType: 'ext4' } },
      ],
    }),
  ],
  [
    'bind mounts on Fargate',
    onFargate(
      { volumes: [{ name: 'd' }, { name: 'e', host: {} }] },
      mounting('d', 'e'),
      sidecar({ volumesFrom: [{ sourceContainer: 'web', readOnly: true }] }),
    ),
  ],
  [
    'volumes of Docker and of the host',
    onInstances(
      {
        volumes: [
          { name: 'd', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true, driver: 'local' } },
          { name: 'h', host: { sourcePath: '/var/x' } },
        ],
      },
      mounting('d', 'h'),
    ),
    instanceService(),
  ],
  ['FireLens', FIRELENS],
  ['splunk', onFargate({}, logging('splunk', { 'splunk-url': 'https://x' }))],
  ['json-file on instances', onInstances({}, logging('json-file', { 'max-size': '10m' })), instanceService()],
  [
    'awslogs without a prefix on instances',
    onInstances({}, logging('awslogs', { 'awslogs-group': 'g', 'awslogs-region': 'us-gov-west-1' })),
    instanceService(),
  ],
  [
    'secrets of each form',
    onFargate({}, container({ secrets: SECRETS.map((valueFrom, i) => ({ name: `S${i}`, valueFrom })) })),
  ],
  ['images of each form', onFargate({}, container(), ...IMAGES.map((image, i) => sidecar({ name: `c${i}`, image })))],
  [
    'an App Mesh proxy',
    onFargate(
      {
        proxyConfiguration: {
          type: 'APPMESH',
          containerName: 'envoy',
          properties: [{ name: 'IgnoredUID', value: '1337' }],
        },
      },
      container({ dependsOn: [{ containerName: 'envoy', condition: 'HEALTHY' }] }),
      sidecar({
        name: 'envoy',
        essential: true,
        healthCheck: { command: ['CMD-SHELL', 'true'], interval: 5, timeout: 2 },
      }),
    ),
  ],
  [
    'a container that runs before another',
    onFargate({}, container({ dependsOn: [{ containerName: 'sidecar', condition: 'SUCCESS' }] }), sidecar()),
  ],
  [
    'a grace period for the health check of a container',
    onFargate({}, container({ healthCheck: { command: ['CMD-SHELL', 'true'] } })),
    fargateService({ healthCheckGracePeriodSeconds: 60 }),
  ],
  ['a check of the image turned off', onFargate({}, container({ healthCheck: { command: ['NONE'] } }))],
  ['a range of ports', onFargate({}, container({ portMappings: [{ containerPortRange: '8000-8010' }] }))],
  [
    '200 GiB of storage',
    onFargate({ ephemeralStorage: { sizeInGiB: 200 }, enableFaultInjection: true, pidMode: 'task' }),
  ],
  [
    'a restart policy',
    onFargate(
      {},
      container({
        restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 },
        stopTimeout: 120,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
      }),
    ),
  ],
  [
    'all that only instances have',
    EVERYTHING_OF_INSTANCES,
    instanceService({
      loadBalancers: [BALANCER],
      placementStrategy: [{ type: 'binpack', field: 'MEMORY' }],
      placementConstraints: [{ type: 'distinctInstance' }],
      role: 'ecsServiceRole',
      healthCheckGracePeriodSeconds: 30,
    }),
  ],
  [
    'one host port for each protocol',
    onInstances(
      {},
      container({
        portMappings: [
          { containerPort: 53, hostPort: 53, protocol: 'tcp' },
          { containerPort: 53, hostPort: 53, protocol: 'udp' },
        ],
      }),
    ),
    instanceService(),
  ],
  [
    'one container port at two ports of the host',
    onInstances({}, container({ portMappings: [8080, 8081].map((hostPort) => ({ containerPort: 80, hostPort })) })),
    instanceService(),
  ],
  ['no network mode on instances', without(onInstances(), 'networkMode'), instanceService()],
  [
    'the network of the host',
    onInstances(
      { networkMode: 'host', pidMode: 'host', ipcMode: 'host' },
      container({ portMappings: [{ containerPort: 80, hostPort: 80 }] }),
    ),
    instanceService(),
  ],
  ['awsvpc on instances', onFargate({ requiresCompatibilities: ['EC2'] }), fargateService({ launchType: 'EC2' })],
  [
    'memory only reserved',
    without(onInstances({}, container({ memoryReservation: 128 })), 'cpu', 'memory'),
    instanceService(),
  ],
  ['a daemon', onInstances(), daemon({ deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 } })],
  [
    'external instances',
    onInstances({ requiresCompatibilities: ['EXTERNAL'] }),
    instanceService({ launchType: 'EXTERNAL' }),
  ],
  [
    'managed instances',
    onFargate(
      { requiresCompatibilities: ['MANAGED_INSTANCES'] },
      container({ resourceRequirements: [{ type: 'GPU', value: 'ALL' }] }),
    ),
    withStrategy([{ capacityProvider: 'gpus', weight: 1 }]),
  ],
  [
    'capacity providers of two groups of instances',
    onInstances(),
    without(
      withStrategy([
        { capacityProvider: 'one', weight: 1, base: 1 },
        { capacityProvider: 'two', weight: 2 },
      ]),
      'networkConfiguration',
    ),
  ],
  [
    'Spot besides Fargate',
    onFargate(),
    withStrategy([
      { capacityProvider: 'FARGATE', base: 1, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', weight: 4, base: 0 },
    ]),
  ],
  [
    'Service Connect',
    onFargate({}, container({ portMappings: [{ name: 'http', containerPort: 80, appProtocol: 'http' }] })),
    fargateService({
      serviceConnectConfiguration: {
        enabled: true,
        services: [{ portName: 'http', discoveryName: 'web', clientAliases: [{ port: 80, dnsName: 'web' }] }],
      },
    }),
  ],
  ['Service Connect for a client', onFargate(), fargateService({ serviceConnectConfiguration: { enabled: true } })],
  [
    'VPC Lattice',
    onFargate({}, container({ portMappings: [{ name: 'http', containerPort: 80 }] })),
    fargateService({
      vpcLatticeConfigurations: [
        { roleArn: ROLE, targetGroupArn: `arn:aws:vpc-lattice:${PLACE}:targetgroup/tg-1`, portName: 'http' },
      ],
    }),
  ],
  [
    'Cloud Map',
    onFargate(),
    fargateService({ serviceRegistries: [{ registryArn: `arn:aws:servicediscovery:${PLACE}:service/srv-1` }] }),
  ],
  ...[{ port: 80 }, { containerName: 'web' }, { containerName: 'web', containerPort: 80 }].map(
    (port): EcsCase => [
      `Cloud Map, given ${Object.keys(port).join(' and ')}`,
      onFargate({}, container({ portMappings: [{ containerPort: 80 }] })),
      fargateService({
        serviceRegistries: [{ registryArn: `arn:aws:servicediscovery:${PLACE}:service/srv-1`, ...port }],
      }),
    ],
  ),
  [
    'endpoints of Service Connect that differ by name or port',
    onFargate(
      {},
      container({
        portMappings: [
          { name: 'http', containerPort: 80 },
          { name: 'admin', containerPort: 81 },
        ],
      }),
    ),
    fargateService({
      serviceConnectConfiguration: {
        enabled: true,
        services: [
          { portName: 'http', clientAliases: [{ port: 80, dnsName: 'web' }] },
          { portName: 'admin', discoveryName: 'operations', clientAliases: [{ port: 81, dnsName: 'web' }] },
        ],
      },
    }),
  ],
  [
    'a Classic Load Balancer',
    onInstances(),
    instanceService({ loadBalancers: [{ ...without(BALANCER, 'targetGroupArn'), loadBalancerName: 'old' }] }),
  ],
  [
    "ECS's own blue/green",
    onFargate(),
    fargateService({
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        bakeTimeInMinutes: 5,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { enable: true, rollback: true, alarmNames: ['a'] },
      },
      loadBalancers: [{ ...BALANCER, advancedConfiguration: { ...SHIFTING, testListenerRule: LISTENER_RULE } }],
    }),
  ],
  [
    "ECS's own blue/green without a load balancer",
    onFargate(),
    fargateService({ deploymentConfiguration: { strategy: 'BLUE_GREEN' } }),
  ],
  [
    'one task that is stopped before its successor starts',
    onFargate(),
    fargateService({ desiredCount: 1, deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 } }),
  ],
  [
    'no task yet',
    onFargate(),
    fargateService({ desiredCount: 0, deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 100 } }),
  ],
  [
    'task sets behind a load balancer',
    onFargate(),
    fargateService({ deploymentController: { type: 'EXTERNAL' }, loadBalancers: [BALANCER] }),
    { trafficShiftingConfig: { type: 'CANARY' }, targetGroupArnPairs: [[group('blue'), group('green')]] },
  ],
  [
    'the European sovereign cloud',
    onFargate({ executionRoleArn: 'arn:aws-eusc:iam::123456789012:role/x' }),
    fargateService({ cluster: 'arn:aws-eusc:ecs:eusc-de-east-1:123456789012:cluster/x' }),
    { environment: { region: 'eusc-de-east-1', account: '123456789012' } },
  ],
];

describe('a right ECS workload', () => {
  for (const [what, task, service = fargateService(), deployment] of ECS)
    it(`has no finding: ${what}`, () =>
      checkFiles({
        'web_taskdef.json': task,
        'web_svcdef.json': service,
        ...(deployment && { 'web_depdef.json': deployment }),
      }));
});
