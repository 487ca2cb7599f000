/** Mistakes put into right workloads, one or more per rule: each is found at its place, and nothing else is. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../../engine/check/index.ts';
import { RULE_DOCUMENTATION } from '../../../../engine/check/rules/index.ts';
import { parseFixture } from '../../../server/fixture.ts';
import { checkFine, sourceOf } from './checkRule.ts';
import { RIGHT, type Right } from './workloads.ts';

type Change = readonly [suffix: string, from: string, to: string];

interface Mistake {
  readonly code: string;
  readonly in: Right;
  /** In a file, a text and what stands there instead; `$0…$0` in it is what has to be found. */
  readonly changes: readonly Change[];
  readonly message: string | undefined;
  /** What the quick fix writes in place of what is marked. */
  readonly fix: string | undefined;
  /** Other findings that follow from the same mistake. */
  readonly besides: readonly string[];
}

interface More {
  readonly message?: string;
  readonly fix?: string;
  readonly besides?: readonly string[];
}

const mistake = (code: string, workload: Right, changes: readonly Change[], more: More = {}): Mistake => ({
  code,
  in: workload,
  changes,
  message: more.message,
  fix: more.fix,
  besides: more.besides ?? [],
});

const one = (code: string, workload: Right, suffix: string, from: string, to: string, more: More = {}) =>
  mistake(code, workload, [[suffix, from, to]], more);

const SVC = '_svcdef.json';
const TASK = '_taskdef.json';
const DEP = '_depdef.json';
const FN = '_lambdadef.json';
const EVENT = '_lambdaeventsourcedef.json';

const ON_EC2: readonly Change[] = [
  [TASK, '"FARGATE"', '"EC2"'],
  [SVC, '"launchType": "FARGATE"', '"launchType": "EC2"'],
  [SVC, '"ENABLED"', '"DISABLED"'],
];
const BRIDGE: readonly Change[] = [...ON_EC2, [TASK, '"networkMode": "awsvpc"', '"networkMode": "bridge"']];
const NETWORK = /"networkConfiguration": \{[\s\S]*?\n {2}\},\n/.exec(RIGHT.rolling['web_svcdef.json']!)![0];
/** On EC2 in bridge mode, where the service gives no subnets. */
const WITHOUT_NETWORK: readonly Change[] = [[SVC, NETWORK, ''], ...BRIDGE.filter(([, from]) => from !== '"ENABLED"')];
const ON_EXTERNAL: readonly Change[] = WITHOUT_NETWORK.map(
  ([suffix, from, to]): Change => [suffix, from, to.replace('EC2', 'EXTERNAL')],
);
const CODE = '"S3Bucket": "code", "S3Key": "jobs.zip"';
const LOG_OPTIONS = /"options": .*/.exec(RIGHT.rolling['web_taskdef.json']!)![0];
const QUEUE = '"EventSourceArn": "{{ queue }}"';
const arn = (service: string, rest: string) => `"arn:aws:${service}:eu-west-1:123456789012:${rest}"`;
const MAPPING = /"EventSourceMapping": (\{.*\})/.exec(RIGHT.lambda['jobs_lambdaeventsourcedef.json']!)![1]!;

const REGISTRY = arn('servicediscovery', 'service/srv-0123456789abcdef');
const CREDENTIALS = `"SourceAccessConfigurations": [{ "Type": "BASIC_AUTH", "URI": ${arn('secretsmanager', 'secret:broker')} }]`;

const PULL = /"PullEventSources": \{[\s\S]*?\n {2}\}/.exec(RIGHT.lambda['jobs_lambdaeventsourcedef.json']!)![0];

const MISTAKES: readonly Mistake[] = [
  one('task.fargate-size', 'rolling', TASK, '"1024"', '$0"4500"$0', { fix: '"4096"', message: 'cpu "512"' }),
  one('task.fargate-size', 'rolling', TASK, '"512"', '$0"500"$0', { message: 'no size that Fargate offers' }),
  one('task.fargate-size', 'rolling', TASK, '"1024"', '$0"0.5 GB"$0', { fix: '"1024"' }),
  mistake(
    'task.fargate-size',
    'rolling',
    [
      [TASK, '"512"', '"32 vCPU"'],
      [TASK, '"1024"', '$0"64 GB"$0'],
    ],
    { fix: '"122880"', message: 'cpu "32 vCPU"' },
  ),
  one(
    'task.unknown-dependency',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "volumesFrom": [{ "sourceContainer": $0"sidcar"$0 }],',
    {
      fix: '"sidecar"',
    },
  ),
  mistake(
    'task.unknown-dependency',
    'rolling',
    [...WITHOUT_NETWORK, [TASK, '"essential": true,', '"essential": true, "links": [$0"sidcar:s"$0],']],
    { fix: '"sidecar:s"' },
  ),
  one(
    'task.dependency-cycle',
    'rolling',
    TASK,
    '"dependsOn": [{ "containerName": "web"',
    '$0"dependsOn"$0: [{ "containerName": "sidecar"',
    {
      message: 'container sidecar waits for itself',
    },
  ),
  mistake(
    'task.duplicate-port',
    'rolling',
    [
      ...WITHOUT_NETWORK,
      [
        TASK,
        '"containerPort": {{ port }}, "protocol": "tcp" }',
        '"containerPort": {{ port }}, "hostPort": 8080 }, { "containerPort": 81, "hostPort": $08080$0 }',
      ],
    ],
    { message: 'hostPort 8080' },
  ),
  one(
    'task.secret-source',
    'rolling',
    TASK,
    '"logDriver": "awslogs",',
    '"logDriver": "awslogs", "secretOptions": [{ "name": "token", "valueFrom": $0"arn:aws:s3:::tokens"$0 }],',
  ),
  mistake('service.unknown-port', 'blueGreen', [
    [TASK, '"containerPort": {{ port }}', '"containerPortRange": "8000-8010"'],
    [SVC, '"containerPort": {{ port }}', '"containerPort": {{ $0port$0 }}'],
  ]),
  one(
    'service.strategy-controller',
    'blueGreen',
    SVC,
    '"desiredCount": 4',
    '"desiredCount": 4, "deploymentConfiguration": { $0"strategy"$0: "ROLLING" }',
    {
      message: 'no effect',
    },
  ),
  one(
    'deployment.fallback-equals-primary',
    'blueGreen',
    DEP,
    '"fallbackCapacityProviderStrategy": [{ "capacityProvider": "FARGATE", "weight": 1',
    '$0"fallbackCapacityProviderStrategy"$0: [{ "capacityProvider": "FARGATE_SPOT", "weight": 3',
  ),
  one('task.fargate-no-size', 'rolling', TASK, '"512"', '$0""$0', { message: 'cpu of the task is empty' }),
  one('task.memory-exceeded', 'rolling', TASK, '"memoryReservation": 128', '"memory": $02000$0', {
    message: 'more than the 1024 MiB of the task',
  }),
  mistake(
    'task.log-options',
    'rolling',
    [
      [TASK, '"awslogs",', '$0"awslogs"$0'],
      [TASK, LOG_OPTIONS, ''],
    ],
    { message: 'the options awslogs-group and awslogs-region and awslogs-stream-prefix' },
  ),
  one(
    'event.filter',
    'lambda',
    EVENT,
    QUEUE,
    `${QUEUE}, "FilterCriteria": { "Filters": [{ "Pattern": "{}" }, { "Pattern": $0"{ body: 1 }"$0 }] }`,
  ),
  one(
    'event.pollers',
    'lambda',
    EVENT,
    QUEUE,
    `${QUEUE}, "ProvisionedPollerConfig": { "MinimumPollers": $020$0, "MaximumPollers": 5 }`,
  ),
  one(
    'event.pollers',
    'lambda',
    EVENT,
    QUEUE,
    `${QUEUE}, "ProvisionedPollerConfig": { "MinimumPollers": 2 }, $0"ScalingConfig"$0: { "MaximumConcurrency": 5 }`,
    { fix: '' },
  ),
  one('function.code', 'lambda', FN, '"S3Bucket": "code"', '"S3Bucket": $0"s3://code"$0'),
  mistake('function.code', 'lambda', [
    [FN, CODE, '"ImageUri": $0"docker.io/library/jobs:1"$0'],
    [FN, '"PackageType": "Zip"', '"PackageType": "Image"'],
    [FN, '"Runtime": "python3.13",', ''],
    [FN, '"Handler": "app.handler",', ''],
  ]),
  mistake('service.daemon', 'rolling', [
    ...ON_EXTERNAL,
    [SVC, '"desiredCount": 4', '"schedulingStrategy": $0"DAEMON"$0'],
    [SVC, '"minimumHealthyPercent": 50, "maximumPercent": 200', '"minimumHealthyPercent": 50'],
  ]),
  mistake(
    'service.daemon',
    'rolling',
    [
      ...ON_EXTERNAL.map(([suffix, from, to]): Change => [suffix, from, to.replace('EXTERNAL', 'EC2')]),
      [SVC, '"desiredCount": 4', '"schedulingStrategy": "DAEMON"'],
      [SVC, '"maximumPercent": 200', '"maximumPercent": $0200$0'],
    ],
    { fix: '100' },
  ),
  mistake('service.external-instances', 'rolling', [
    [SVC, '"launchType": "FARGATE"', '"launchType": "EXTERNAL"'],
    [TASK, '"FARGATE"', '"EXTERNAL"'],
    [TASK, '"networkMode": "awsvpc"', '"networkMode": $0"awsvpc"$0'],
  ]),
  mistake('service.external-instances', 'rolling', [
    ...ON_EXTERNAL,
    [
      SVC,
      '"desiredCount": 4,',
      '"desiredCount": 4, $0"loadBalancers"$0: [{ "targetGroupArn": "{{ tgs.blue }}", "containerName": "web", "containerPort": {{ port }} }],',
    ],
  ]),
  mistake(
    'service.platform-version',
    'rolling',
    [
      [TASK, '"cpu": "512"', '"ephemeralStorage": { "sizeInGiB": 50 }, "cpu": "512"'],
      [SVC, '"launchType": "FARGATE"', '"launchType": "FARGATE", "platformVersion": $0"1.3.0"$0'],
    ],
    { fix: '"LATEST"', message: 'storage' },
  ),
  one(
    'service.strategy-controller',
    'blueGreen',
    SVC,
    '"desiredCount": 4',
    '"desiredCount": 4, "deploymentConfiguration": { $0"bakeTimeInMinutes"$0: 5 }',
  ),
  mistake(
    'task.windows-fargate',
    'rolling',
    [
      [
        TASK,
        '"cpu": "512"',
        '"runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" }, "cpu": $0"8192"$0',
      ],
      [TASK, '"memory": "1024"', '"memory": "16384"'],
    ],
    { fix: '"4096"', message: 'too large' },
  ),
  one(
    'task.fargate-parameter',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "linuxParameters": { "capabilities": { "add": ["SYS_PTRACE", $0"NET_ADMIN"$0] } },',
  ),
  mistake('environment.other-region', 'lambda', [
    [FN, '"Timeout": 15', '"Layers": [$0"arn:aws:lambda:us-east-1:123456789012:layer:tools:1"$0], "Timeout": 15'],
  ]),
  one(
    'event.option',
    'lambda',
    EVENT,
    QUEUE,
    `${QUEUE}, $0"SelfManagedEventSource"$0: { "Endpoints": { "KAFKA_BOOTSTRAP_SERVERS": ["a:9092"] } }`,
    {},
  ),
  one('function.code', 'lambda', FN, CODE, '"ZipFile": $0"ZGVmIGhhbmRsZXI="$0', { message: 'no ZIP archive' }),
  mistake('function.code', 'lambda', [
    [FN, '"Code"', '$0"Code"$0'],
    [FN, '"S3Bucket": "code", ', ''],
  ]),
  one('function.memory', 'lambda', FN, '"MemorySize": 128', '"MemorySize": $064$0', { fix: '128' }),
  one('function.timeout', 'lambda', FN, '"Timeout": 15', '"Timeout": $00$0', { fix: '1' }),
  mistake('task.fargate-no-size', 'rolling', [
    [TASK, '{\n  "family"', '$0{$0\n  "family"'],
    [TASK, '"cpu": "512",', ''],
  ]),
  one('task.fargate-network-mode', 'rolling', TASK, '"awsvpc"', '$0"host"$0', { fix: '"awsvpc"', besides: [] }),
  mistake('task.fargate-network-mode', 'rolling', [
    [TASK, '{\n  "family"', '$0{$0\n  "family"'],
    [TASK, '"networkMode": "awsvpc",', ''],
  ]),
  one('task.fargate-parameter', 'rolling', TASK, '"essential": true,', '"essential": true, $0"privileged"$0: true,', {
    fix: '',
  }),
  one(
    'task.fargate-parameter',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "linuxParameters": { $0"devices"$0: [{ "hostPath": "/dev/fuse" }] },',
  ),
  one('task.fargate-parameter', 'rolling', TASK, '"cpu"', '$0"ipcMode"$0: "task", "cpu"'),
  one('task.fargate-log-driver', 'rolling', TASK, '"awslogs"', '$0"syslog"$0', { fix: '"awslogs"' }),
  mistake('task.no-execution-role', 'rolling', [
    [TASK, '{ "name": "TOKEN"', '$0{$0 "name": "TOKEN"'],
    [TASK, ',\n  "executionRoleArn": "{{ role }}"', ''],
  ]),
  mistake('task.no-execution-role', 'rolling', [
    [TASK, '"awslogs"', '$0"awslogs"$0'],
    [TASK, /"secrets".*\n/.exec(RIGHT.rolling['web_taskdef.json']!)![0], ''],
    [TASK, ',\n  "executionRoleArn": "{{ role }}"', ''],
  ]),
  one('task.no-essential-container', 'rolling', TASK, '"essential": true', '"essential": $0false$0', { fix: 'true' }),
  mistake('task.no-memory', 'rolling', [
    ...ON_EC2,
    [TASK, '"memory": "1024",', ''],
    [TASK, '"name": "web",', '"name": $0"web"$0,'],
  ]),
  mistake(
    'task.memory-exceeded',
    'rolling',
    [
      [TASK, '"memoryReservation": 128', '"memoryReservation": 2000'],
      [TASK, '"1024"', '$0"1024"$0'],
    ],
    { message: '2000 MiB reserved together, the task has 1024' },
  ),
  mistake('task.cpu-exceeded', 'rolling', [
    [TASK, '"memoryReservation": 128', '"cpu": 600'],
    [TASK, '"512"', '$0"512"$0'],
  ]),
  one(
    'task.unknown-volume',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "mountPoints": [{ "sourceVolume": $0"data"$0, "containerPath": "/data" }],',
  ),
  one('task.unused-volume', 'rolling', TASK, '"cpu"', '"volumes": [{ "name": $0"data"$0 }], "cpu"'),
  one(
    'task.windows-fargate',
    'rolling',
    TASK,
    '"cpu": "512"',
    '"runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" }, "cpu": $0"512"$0',
    { fix: '"1024"' },
  ),
  mistake(
    'task.windows-fargate',
    'rolling',
    [
      [
        TASK,
        '"cpu": "512"',
        '"runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": $0"ARM64"$0 }, "cpu": "1024"',
      ],
      [TASK, '"memory": "1024"', '"memory": "2048"'],
    ],
    { fix: '"X86_64"' },
  ),

  one('task.duplicate-container', 'rolling', TASK, '"name": "sidecar"', '"name": $0"web"$0', {
    besides: ['task.dependency-cycle'],
  }),
  one('task.unknown-dependency', 'rolling', TASK, '"containerName": "web"', '"containerName": $0"wep"$0', {
    fix: '"web"',
    message: '"wep"',
  }),
  one(
    'task.dependency-cycle',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, $0"dependsOn"$0: [{ "containerName": "sidecar", "condition": "START" }],',
    { message: 'web → sidecar → web' },
  ),
  one('task.dependency-condition', 'rolling', TASK, '"START"', '$0"SUCCESS"$0', { message: 'is essential' }),
  mistake(
    'task.dependency-condition',
    'rolling',
    [
      [TASK, '"START"', '$0"HEALTHY"$0'],
      [TASK, /"healthCheck".*\n/.exec(RIGHT.rolling['web_taskdef.json']!)![0], ''],
    ],
    { fix: '"START"' },
  ),
  one(
    'task.duplicate-port',
    'rolling',
    TASK,
    '"memoryReservation": 128',
    '"portMappings": [{ "containerPort": $080$0 }]',
  ),
  one('task.host-port', 'rolling', TASK, '"protocol": "tcp"', '"hostPort": $08080$0', { fix: '80' }),
  one('task.log-options', 'rolling', TASK, '"options": { "awslogs-group": "{{ log_group }}", ', '$0"options"$0: { ', {
    message: 'awslogs-group',
  }),
  one(
    'task.log-options',
    'rolling',
    TASK,
    '"options": { "awslogs-group": "{{ log_group }}", "awslogs-region": "{{ region }}", "awslogs-stream-prefix": "ecs" }',
    '$0"options"$0: { "awslogs-group": "g", "awslogs-region": "eu-west-1" }',
    { message: 'awslogs-stream-prefix' },
  ),
  one(
    'task.unknown-log-option',
    'rolling',
    TASK,
    '"awslogs-stream-prefix": "ecs"',
    '"awslogs-stream-prefix": "ecs", $0"awslogs-creat-group"$0: "true"',
    { fix: '"awslogs-create-group"' },
  ),
  one('task.no-log-router', 'rolling', TASK, '"logDriver": "awslogs",', '"logDriver": $0"awsfirelens"$0,'),
  one(
    'task.secret-source',
    'rolling',
    TASK,
    '"arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"',
    '$0"arn:aws:secretsmanager:eu-west-1:secret:token"$0',
  ),
  one(
    'task.secret-source',
    'rolling',
    TASK,
    '"arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"',
    '$0"arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf:key"$0',
  ),
  one('task.duplicate-variable', 'rolling', TASK, '"name": "TOKEN"', '"name": $0"MODE"$0'),
  one(
    'task.plain-secret',
    'rolling',
    TASK,
    '"name": "MODE", "value": "prod"',
    '"name": "DB_PASSWORD", "value": $0"hunter2"$0',
  ),
  one(
    'task.efs-root',
    'rolling',
    TASK,
    '"cpu"',
    '"volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-0123456789abcdef0", "rootDirectory": $0"/a"$0, "transitEncryption": "ENABLED", "authorizationConfig": { "accessPointId": "fsap-0123456789abcdef0" } } }], "cpu"',
    { besides: ['task.unused-volume'], fix: '"/"' },
  ),
  ...(
    [
      ['$0"managedEBSVolume"$0: { "roleArn": "{{ role }}" }', 'no size'],
      ['"managedEBSVolume": { "roleArn": "{{ role }}", "sizeInGiB": 9, "volumeType": $0"io2"$0 }', 'iops is missing'],
      [
        '"managedEBSVolume": { "roleArn": "{{ role }}", "sizeInGiB": 9, "volumeType": "gp2", $0"iops"$0: 3000 }',
        'not for gp2',
      ],
      [
        '"managedEBSVolume": { "roleArn": "{{ role }}", "snapshotId": "snap-0123456789abcdef0", "volumeType": "io1", "iops": 3000, $0"throughput"$0: 125 }',
        'not for io1',
      ],
    ] as const
  ).map(([volume, message]) =>
    mistake(
      'service.managed-volume',
      'rolling',
      [
        [TASK, '"cpu"', '"volumes": [{ "name": "data", "configuredAtLaunch": true }], "cpu"'],
        [SVC, '"launchType"', `"volumeConfigurations": [{ "name": "data", ${volume} }], "launchType"`],
      ],
      { message, besides: ['task.unused-volume'] },
    ),
  ),
  one('task.image', 'rolling', TASK, '"envoy:v1.30"', '$0"https://docker.io/envoy:v1.30"$0', {
    message: 'is not the name',
  }),
  one('task.image', 'rolling', TASK, '"envoy:v1.30"', '$0"envoy: v1.30"$0'),
  one('task.health-check-command', 'rolling', TASK, '"CMD-SHELL", "curl -f localhost"', '$0"curl -f localhost"$0', {
    fix: '"CMD-SHELL", "curl -f localhost"',
  }),
  one('task.health-check-timing', 'rolling', TASK, '"interval": 30, "timeout": 5', '"interval": 10, "timeout": $020$0'),

  one('service.unknown-container', 'blueGreen', SVC, '"containerName": "web"', '"containerName": $0"wbe"$0', {
    fix: '"web"',
  }),
  one('service.unknown-port', 'blueGreen', SVC, '"containerPort": {{ port }}', '"containerPort": $08080$0', {
    fix: '80',
    message: 'does not map port 8080',
  }),
  mistake('service.no-network', 'rolling', [
    [SVC, NETWORK, ''],
    [SVC, '{\n', '$0{$0\n'],
  ]),
  mistake('service.useless-network', 'rolling', [
    ...BRIDGE,
    [SVC, '"networkConfiguration"', '$0"networkConfiguration"$0'],
  ]),
  one('service.subnets', 'rolling', SVC, '"subnets": {{ subnets | tojson }}', '$0"subnets"$0: []'),
  one(
    'service.subnets',
    'rolling',
    SVC,
    '"securityGroups": {{ groups | tojson }}',
    '$0"securityGroups"$0: ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"]',
  ),
  one('service.subnet-id', 'rolling', SVC, '{{ groups | tojson }}', '[$0"subnet-0aa"$0]'),
  mistake(
    'service.public-ip',
    'rolling',
    [
      [TASK, '"FARGATE"', '"EC2"'],
      [SVC, '"launchType": "FARGATE"', '"launchType": "EC2"'],
      [SVC, '"ENABLED"', '$0"ENABLED"$0'],
    ],
    { fix: '"DISABLED"' },
  ),
  one(
    'service.launch-type-and-strategy',
    'rolling',
    SVC,
    '"launchType": "FARGATE"',
    '$0"launchType"$0: "FARGATE", "capacityProviderStrategy": [{ "capacityProvider": "FARGATE", "weight": 1 }]',
    { fix: '' },
  ),
  mistake('service.not-on-fargate', 'rolling', [
    [TASK, '"requiresCompatibilities": ["FARGATE"]', '$0"requiresCompatibilities"$0: ["EC2"]'],
  ]),
  one('service.daemon', 'rolling', SVC, '"desiredCount": 4', '"schedulingStrategy": $0"DAEMON"$0', {
    fix: '"REPLICA"',
  }),
  one(
    'service.cannot-replace',
    'rolling',
    SVC,
    '"minimumHealthyPercent": 50, "maximumPercent": 200',
    '"minimumHealthyPercent": 100, "maximumPercent": $0110$0',
    { message: 'has to keep 4 and may run 4' },
  ),
  one(
    'service.percent-order',
    'rolling',
    SVC,
    '"minimumHealthyPercent": 50, "maximumPercent": 200',
    '"minimumHealthyPercent": 110, "maximumPercent": $0100$0',
    { besides: ['service.cannot-replace'] },
  ),
  mistake(
    'service.grace-period',
    'rolling',
    [
      [TASK, /"healthCheck".*\n/.exec(RIGHT.rolling['web_taskdef.json']!)![0], ''],
      [SVC, '"launchType"', '$0"healthCheckGracePeriodSeconds"$0: 60, "launchType"'],
    ],
    { fix: '' },
  ),
  one(
    'service.placement-on-fargate',
    'rolling',
    SVC,
    '"launchType"',
    '$0"placementStrategy"$0: [{ "type": "spread", "field": "attribute:ecs.availability-zone" }], "launchType"',
  ),
  mistake('service.platform-version', 'rolling', [
    ...ON_EC2,
    [SVC, '"launchType"', '$0"platformVersion"$0: "1.4.0", "launchType"'],
  ]),
  one('service.role', 'rolling', SVC, '"launchType"', '$0"role"$0: "ecs", "launchType"'),
  one(
    'service.capacity-strategy',
    'blueGreen',
    SVC,
    '"weight": 1 }]',
    '"weight": 1, "base": 1 }, { "capacityProvider": "FARGATE", "base": $01$0 }]',
  ),
  one(
    'service.capacity-strategy',
    'blueGreen',
    SVC,
    '"weight": 1 }]',
    '"weight": 1 }, { "capacityProvider": $0"spot-fleet"$0, "weight": 1 }]',
    { besides: [] },
  ),
  one(
    'service.strategy-controller',
    'blueGreen',
    SVC,
    '"desiredCount": 4,',
    '"desiredCount": 4, "deploymentConfiguration": { $0"strategy"$0: "BLUE_GREEN" },',
  ),
  one(
    'service.strategy-options',
    'rolling',
    SVC,
    '"maximumPercent": 200',
    '"maximumPercent": 200, "strategy": "LINEAR", $0"canaryConfiguration"$0: { "canaryPercent": 10 }',
    { besides: ['service.nothing-to-shift'] },
  ),
  mistake('service.no-alternate-target-group', 'native', [
    [SVC, '"loadBalancers": [{', '"loadBalancers": [$0{$0'],
    [SVC, /,\s*"advancedConfiguration": \{[\s\S]*?\n {4}\}/.exec(RIGHT.native['web_svcdef.json']!)![0], ''],
  ]),
  one(
    'service.same-target-group',
    'native',
    SVC,
    `"alternateTargetGroupArn": "{{ tgs['green'] }}"`,
    `"alternateTargetGroupArn": $0"{{ tgs['blue'] }}"$0`,
  ),
  mistake(
    'service.nothing-to-shift',
    'native',
    [
      [SVC, /"loadBalancers"[\s\S]*?\}\],\n/.exec(RIGHT.native['web_svcdef.json']!)![0], ''],
      [SVC, '"CANARY"', '$0"CANARY"$0'],
    ],
    { fix: '"BLUE_GREEN"' },
  ),
  one('service.hook-stage', 'native', SVC, '"POST_SCALE_UP"', '$0"PRODUCTION_TRAFFIC_SHIFT"$0', {
    fix: '"PRE_PRODUCTION_TRAFFIC_SHIFT"',
  }),
  one('service.hook-target', 'native', SVC, '{ "targetType": "PAUSE",', '$0{$0 "targetType": "AWS_LAMBDA",', {
    besides: ['service.hook-timeout'],
  }),
  one('service.hook-timeout', 'native', SVC, '"timeoutInMinutes": 60', '"timeoutInMinutes": $01441$0', { fix: '1440' }),
  one(
    'service.hook-count',
    'native',
    SVC,
    '{ "targetType": "PAUSE",',
    `${'{ "targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"] },'.repeat(10)} $0{$0 "targetType": "PAUSE",`,
  ),
  one(
    'service.tags-not-propagated',
    'rolling',
    SVC,
    '"launchType"',
    '"propagateTags": $0"TASK_DEFINITION"$0, "launchType"',
    { fix: '"SERVICE"' },
  ),
  one('service.exec-without-role', 'rolling', SVC, '"launchType"', '$0"enableExecuteCommand"$0: true, "launchType"'),

  mistake('deployment.no-pairs', 'blueGreen', [
    [DEP, /"targetGroupArnPairs".*\n/.exec(RIGHT.blueGreen['web_depdef.json']!)![0], ''],
    [DEP, '"trafficShiftingConfig"', '$0"trafficShiftingConfig"$0'],
  ]),
  mistake('deployment.no-shifting', 'blueGreen', [
    [DEP, /"trafficShiftingConfig".*\n/.exec(RIGHT.blueGreen['web_depdef.json']!)![0], ''],
    [DEP, '"targetGroupArnPairs"', '$0"targetGroupArnPairs"$0'],
  ]),
  mistake('deployment.nothing-to-shift', 'blueGreen', [
    [SVC, /"loadBalancers".*\n/.exec(RIGHT.blueGreen['web_svcdef.json']!)![0], ''],
    [DEP, '"trafficShiftingConfig"', '$0"trafficShiftingConfig"$0'],
  ]),
  one(
    'deployment.group-not-paired',
    'blueGreen',
    SVC,
    '"{{ tgs[\'blue\'] }}"',
    `$0${arn('elasticloadbalancing', 'targetgroup/red/0cc')}$0`,
  ),
  one(
    'deployment.group-in-two-pairs',
    'blueGreen',
    DEP,
    '{% endfor %}]',
    `{% endfor %}], [$0"{{ tgs.blue }}"$0, ${arn('elasticloadbalancing', 'targetgroup/red/0cc')}]`,
  ),
  one('deployment.one-step', 'blueGreen', DEP, '"percent": 20', '"percent": $0100$0'),
  one('deployment.linear-steps', 'blueGreen', DEP, '"percent": 20', '"percent": $030$0', {
    message: 'the last of 4 steps is 10 percent',
  }),
  one('deployment.timeout-too-short', 'rolling', DEP, '"timeout": 220', '"timeout": $020$0', {
    message: 'ends after 20 s, and looks every 30 s',
  }),
  one(
    'deployment.breaker-always-trips',
    'blueGreen',
    DEP,
    '"failureThresholdPercent": 50',
    '"failureThresholdPercent": $025$0',
  ),
  one(
    'deployment.breaker-never-counts',
    'blueGreen',
    DEP,
    '"failureThresholdPercent": 50',
    '"failureThresholdPercent": 50, "failureThreshold": $05$0',
    { message: 'is 2' },
  ),
  one(
    'deployment.fallback-equals-primary',
    'blueGreen',
    DEP,
    '"fallbackCapacityProviderStrategy": [{ "capacityProvider": "FARGATE"',
    '$0"fallbackCapacityProviderStrategy"$0: [{ "capacityProvider": "FARGATE_SPOT"',
  ),

  one('function.deprecated-runtime', 'lambda', FN, '"python3.13"', '$0"python3.8"$0', { fix: '"python3.14"' }),
  one('function.handler', 'lambda', FN, '"app.handler"', '$0"handler"$0', { message: 'module.function' }),
  mistake(
    'function.package',
    'lambda',
    [
      [FN, '"Handler": "app.handler",', ''],
      [FN, '{\n', '$0{$0\n'],
    ],
    { message: 'Handler is missing' },
  ),
  mistake(
    'function.package',
    'lambda',
    [
      [FN, '"Zip"', '"Image"'],
      [FN, CODE, '"ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/jobs:1"'],
      [FN, '"Runtime": "python3.13",', ''],
      [FN, '"Handler"', '$0"Handler"$0'],
    ],
    { fix: '' },
  ),
  one('function.code', 'lambda', FN, `"Code": { ${CODE} }`, '$0"Code"$0: { "S3Bucket": "code" }', {
    message: 'S3Key is missing',
  }),
  mistake(
    'function.code',
    'lambda',
    [
      [FN, CODE, '"ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/jobs:1"'],
      [FN, '"Zip"', '$0"Zip"$0'],
    ],
    { fix: '"Image"', besides: ['function.package'] },
  ),
  one('function.reserved-variable', 'lambda', FN, '"MODE": "prod"', '$0"AWS_REGION"$0: "eu-west-1"'),
  one('function.variable-name', 'lambda', FN, '"MODE": "prod"', '$0"9LIVES"$0: "1"'),
  one(
    'function.environment-size',
    'lambda',
    FN,
    '"Variables": { "MODE": "prod" }',
    `$0"Variables"$0: { "MODE": "${'x'.repeat(4100)}" }`,
  ),
  one(
    'function.layers',
    'lambda',
    FN,
    '"Timeout"',
    '"Layers": [$0"arn:aws:lambda:eu-west-1:123456789012:layer:tools"$0], "Timeout"',
  ),
  one(
    'function.layers',
    'lambda',
    FN,
    '"Timeout"',
    `"Layers": [$0${arn('lambda', `layer:${'x'.repeat(120)}:1`)}$0], "Timeout"`,
    { message: 'at most 140 characters' },
  ),
  one('function.role', 'lambda', FN, '"{{ role }}"', '$0"tasks"$0'),
  mistake(
    'function.snap-start',
    'lambda',
    [
      [FN, '"python3.13"', '"nodejs22.x"'],
      [FN, '"Timeout"', '"SnapStart": { "ApplyOn": $0"PublishedVersions"$0 }, "Timeout"'],
    ],
    { fix: '"None"' },
  ),
  one('function.network', 'lambda', FN, '"Timeout"', '$0"VpcConfig"$0: { "SubnetIds": ["subnet-1"] }, "Timeout"', {
    message: 'SecurityGroupIds',
  }),
  one('function.memory', 'lambda', FN, '"MemorySize": 128', '"MemorySize": $020000$0', { fix: '10240' }),
  one('function.timeout', 'lambda', FN, '"Timeout": 15', '"Timeout": $01000$0', { fix: '900' }),
  one(
    'function.file-system',
    'lambda',
    FN,
    '"Timeout"',
    `"FileSystemConfigs": [{ "Arn": ${arn('elasticfilesystem', 'access-point/fsap-1')}, "LocalMountPath": $0"/data"$0 }], "VpcConfig": { "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"] }, "Timeout"`,
  ),

  one('event.other-function', 'lambda', EVENT, '"FunctionName": "jobs"', '"FunctionName": $0"job"$0', {
    fix: '"jobs"',
  }),
  one('event.no-source', 'lambda', EVENT, `"EventSourceMapping": { ${QUEUE}, `, '$0"EventSourceMapping"$0: { '),
  one('event.source', 'lambda', EVENT, '"{{ queue }}"', `$0${arn('sns', 'topic')}$0`, { message: 'does not poll sns' }),
  one('event.source', 'lambda', EVENT, '"{{ queue }}"', '$0"jobs"$0', { message: 'is not an ARN' }),
  one('event.starting-position', 'lambda', EVENT, QUEUE, `${QUEUE}, $0"StartingPosition"$0: "LATEST"`, { fix: '' }),
  one('event.starting-position', 'lambda', EVENT, '"{{ queue }}"', `$0${arn('kinesis', 'stream/clicks')}$0`, {
    message: 'Kinesis needs it',
  }),
  one(
    'event.starting-time',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": ${arn('kinesis', 'stream/clicks')}, "StartingPosition": $0"AT_TIMESTAMP"$0`,
  ),
  mistake(
    'event.batch-size',
    'lambda',
    [
      [EVENT, '"{{ queue }}"', arn('sqs', 'jobs.fifo')],
      [EVENT, '"BatchSize": 10', '"BatchSize": $020$0'],
    ],
    { fix: '10' },
  ),
  one('event.batch-window', 'lambda', EVENT, '"BatchSize": 10', '"BatchSize": $0100$0'),
  one('event.option', 'lambda', EVENT, QUEUE, `${QUEUE}, $0"ParallelizationFactor"$0: 2`, {
    message: 'is not for SQS',
    fix: '',
  }),
  one(
    'event.required-option',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": $0${arn('mq', 'broker:b:b-1')}$0, ${CREDENTIALS}`,
    { message: 'Queues is missing' },
  ),
  one(
    'event.credentials',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": $0${arn('mq', 'broker:b:b-1')}$0, "Queues": ["jobs"]`,
    { message: 'BASIC_AUTH is missing, and Amazon MQ needs it' },
  ),
  one(
    'event.credentials',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": ${arn('mq', 'broker:b:b-1')}, "Queues": ["jobs"], $0"SourceAccessConfigurations"$0: [{ "Type": "VIRTUAL_HOST", "URI": "/" }]`,
  ),
  one(
    'event.credentials',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": $0${arn('rds', 'cluster:docs')}$0, "StartingPosition": "LATEST", "DocumentDBEventSourceConfig": { "DatabaseName": "shop" }`,
    { message: 'DocumentDB' },
  ),
  one(
    'event.duplicate',
    'lambda',
    EVENT,
    MAPPING,
    `[${MAPPING}, { "EventSourceArn": $0"{{ queue }}"$0, "FunctionName": "jobs" }]`,
  ),
  mistake('event.duplicate', 'lambda', [
    [
      EVENT,
      PULL,
      `"PullEventSources": [{ "EventSourceMapping": ${MAPPING} }, { "EventSourceMapping": { "EventSourceArn": $0"{{ queue }}"$0, "FunctionName": "jobs" } }]`,
    ],
  ]),
  one(
    'schema.wrong-length',
    'lambda',
    EVENT,
    MAPPING,
    `{ "EventSourceArn": ${arn('mq', 'broker:b:b-1')}, "FunctionName": "jobs", ${CREDENTIALS}, "Queues": $0["a", "b"]$0 }`,
  ),
  one('event.target-group', 'lambda', EVENT, '"{{ tgs.blue }}"', '$0"blue"$0'),

  mistake(
    'environment.other-region',
    'rolling',
    [
      [DEP, '"{{ region }}"', '"us-east-1"'],
      [SVC, '"{{ cluster }}"', '$0"{{ cluster }}"$0'],
    ],
    { besides: ['environment.log-region'] },
  ),
  mistake(
    'environment.other-account',
    'rolling',
    [
      [DEP, '"region": "{{ region }}"', '"region": "{{ region }}", "account": "999999999999"'],
      [SVC, '"{{ cluster }}"', '$0"{{ cluster }}"$0'],
    ],
    { besides: [] },
  ),
  one(
    'environment.log-region',
    'rolling',
    TASK,
    '"awslogs-region": "{{ region }}"',
    '"awslogs-region": $0"us-east-1"$0',
  ),

  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"512"', '$0"big"$0']]),
  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"512"', '$0"1 vCPUs"$0']], { fix: '"1 vCPU"' }),
  mistake('task.reserved-port', 'rolling', [
    ...WITHOUT_NETWORK,
    [TASK, '"containerPort": {{ port }}, "protocol": "tcp" }', '"containerPort": {{ port }}, "hostPort": $051678$0 }'],
  ]),
  mistake('task.port-in-no-network', 'rolling', [
    ...WITHOUT_NETWORK.map(([suffix, from, to]): Change => [suffix, from, to.replace('bridge', 'none')]),
    [TASK, '"portMappings"', '$0"portMappings"$0'],
  ]),
  mistake('service.placement', 'rolling', [
    ...ON_EC2,
    [
      SVC,
      '"launchType": "EC2"',
      '"launchType": "EC2", "placementStrategy": [{ "type": "binpack", "field": $0"disk"$0 }]',
    ],
  ]),
  mistake('service.placement', 'rolling', [
    ...ON_EC2,
    [SVC, '"launchType": "EC2"', '"launchType": "EC2", "placementConstraints": [$0{$0 "type": "memberOf" }]'],
  ]),
  mistake('service.placement', 'rolling', [
    ...ON_EC2,
    [
      SVC,
      '"launchType": "EC2"',
      '"launchType": "EC2", "placementConstraints": [{ "type": "distinctInstance", $0"expression"$0: "a == b" }]',
    ],
  ]),
  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"512"', '$0"512.5"$0']]),
  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"512"', '$0"64"$0']], { message: 'too small' }),
  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"512"', '$0"193 vCPU"$0']], { message: 'too large' }),
  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"1024"', '$0"2 GiB"$0']], { fix: '"2 GB"' }),
  mistake('task.size', 'rolling', [...ON_EC2, [TASK, '"1024"', '$0"2048 MiB"$0']], { fix: '"2048"' }),
  one('task.size', 'rolling', TASK, '"1024"', '$0"1024MB"$0', {
    fix: '"1024"',
    message: 'a unit that ECS does not name',
  }),
  one('task.fargate-size', 'rolling', TASK, '"512"', '$0".5 vCPUs"$0', { fix: '".5 vCPU"' }),
  one(
    'task.duplicate-port',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"protocol": "tcp" }, { "containerPortRange": "9000-9010" }, { "containerPortRange": $0"9010-9020"$0 }',
    { message: 'overlaps "9000-9010"' },
  ),
  one(
    'task.duplicate-port',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"protocol": "tcp" }, { "containerPort": $09005$0 }, { "containerPortRange": "9000-9010" }, { "containerPort": 9005, "protocol": "udp" }',
    { message: 'overlaps "9000-9010"' },
  ),
  one(
    'task.port-range',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"protocol": "tcp" }, { "containerPortRange": $0"9010-9000"$0 }',
    { fix: '"9000-9010"' },
  ),
  one(
    'task.port-range',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"protocol": "tcp" }, { "containerPortRange": $0"9000"$0 }',
    { message: 'no range' },
  ),
  one(
    'task.port-range',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"protocol": "tcp" }, { "containerPortRange": $0"65000-65536"$0 }',
    { message: 'not within the ports' },
  ),
  one(
    'task.port-range',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"protocol": "tcp" }, { "containerPortRange": "9000-9001", $0"hostPort"$0: 9000 }',
    { fix: '' },
  ),
  one(
    'task.environment-file',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "environmentFiles": [{ "type": "s3", "value": $0"s3://bucket/a.env"$0 }],',
  ),
  one(
    'task.environment-file',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "environmentFiles": [{ "type": "s3", "value": $0"arn:aws:s3:::bucket/a.txt"$0 }],',
    { message: 'does not end in .env' },
  ),
  mistake(
    'event.record-age',
    'lambda',
    [
      [
        EVENT,
        QUEUE,
        `"EventSourceArn": ${arn('kinesis', 'stream/s')}, "StartingPosition": "LATEST", "MaximumRecordAgeInSeconds": $030$0`,
      ],
    ],
    { fix: '60' },
  ),
  one(
    'event.destination',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": ${arn('kinesis', 'stream/s')}, "StartingPosition": "LATEST", "DestinationConfig": { "OnFailure": { "Destination": $0${arn('lambda', 'function:f')}$0 } }`,
  ),
  one(
    'event.destination',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": ${arn('kinesis', 'stream/s')}, "StartingPosition": "LATEST", "DestinationConfig": { "OnFailure": { "Destination": $0${arn('sqs', 'failed.fifo')}$0 } }`,
    { message: 'is a FIFO queue' },
  ),
  one(
    'event.destination',
    'lambda',
    EVENT,
    QUEUE,
    `"EventSourceArn": ${arn('kinesis', 'stream/s')}, "StartingPosition": "LATEST", "DestinationConfig": { $0"OnSuccess"$0: { "Destination": ${arn('sqs', 'done')} } }`,
    { fix: '' },
  ),
  one(
    'task.duplicate-port-name',
    'rolling',
    TASK,
    '"protocol": "tcp" }',
    '"name": "web" }, { "containerPort": 81, "name": $0"web"$0 }',
  ),
  one('task.no-port', 'rolling', TASK, '"protocol": "tcp" }', '"protocol": "tcp" }, $0{$0 "protocol": "tcp" }'),
  one('task.reservation', 'rolling', TASK, '"memoryReservation": 128', '"memory": 64, "memoryReservation": $0128$0'),
  one(
    'task.ulimit',
    'rolling',
    TASK,
    '"essential": true,',
    '"essential": true, "ulimits": [{ "name": "nofile", "softLimit": $02048$0, "hardLimit": 1024 }],',
  ),
  one('task.stop-timeout', 'rolling', TASK, '"essential": true,', '"essential": true, "stopTimeout": $0200$0,', {
    fix: '120',
  }),
  one(
    'task.log-value',
    'rolling',
    TASK,
    '"awslogs-stream-prefix": "ecs"',
    '"awslogs-stream-prefix": "ecs", "awslogs-create-group": $0"yes"$0',
  ),
  one(
    'task.log-value',
    'rolling',
    TASK,
    '"awslogs-stream-prefix": "ecs"',
    '"awslogs-stream-prefix": "ecs", "mode": "blocking", $0"max-buffer-size"$0: "4m"',
    { message: 'no effect' },
  ),
  one(
    'task.duplicate-volume',
    'rolling',
    TASK,
    '"cpu"',
    '"volumes": [{ "name": "data" }, { "name": $0"data"$0 }], "cpu"',
    { besides: ['task.unused-volume'] },
  ),
  one(
    'task.volume-kind',
    'rolling',
    TASK,
    '"cpu"',
    '"volumes": [{ "name": "data", "host": { "sourcePath": "/data" }, $0"efsVolumeConfiguration"$0: { "fileSystemId": "fs-0123456789abcdef0" } }], "cpu"',
    { besides: ['task.unused-volume', 'task.fargate-parameter'] },
  ),
  one(
    'task.efs-encryption',
    'rolling',
    TASK,
    '"cpu"',
    '"volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-0123456789abcdef0", "transitEncryption": $0"DISABLED"$0, "authorizationConfig": { "iam": "ENABLED" } } }], "cpu"',
    { besides: ['task.unused-volume'], fix: '"ENABLED"' },
  ),
  one('task.image', 'rolling', TASK, '"envoy:v1.30"', '$0"Envoy/proxy:v1.30"$0', { message: 'is not the name' }),
  one('task.fargate-parameter', 'rolling', TASK, '"essential": true,', '"essential": true, $0"links"$0: ["sidecar"],'),
  mistake('task.fargate-log-driver', 'rolling', [
    [TASK, '"awslogs"', '$0"syslog"$0'],
    [TASK, '"requiresCompatibilities": ["FARGATE"],', ''],
  ]),

  one(
    'service.unknown-volume',
    'rolling',
    SVC,
    '"launchType"',
    '"volumeConfigurations": [{ "name": $0"data"$0, "managedEBSVolume": { "roleArn": "{{ role }}", "sizeInGiB": 9 } }], "launchType"',
  ),
  ...(['', `"volumeConfigurations": [], `] as const).map((given) =>
    mistake('service.unconfigured-volume', 'rolling', [
      [SVC, '"launchType"', `${given}"launchType"`],
      [
        TASK,
        '"essential": true,',
        '"essential": true, "mountPoints": [{ "sourceVolume": "data", "containerPath": "/d" }],',
      ],
      [TASK, '"cpu"', '"volumes": [{ "name": $0"data"$0, "configuredAtLaunch": true }], "cpu"'],
    ]),
  ),
  mistake(
    'task.launch-volumes',
    'rolling',
    [
      [
        SVC,
        '"launchType"',
        '"volumeConfigurations": [{ "name": "a", "managedEBSVolume": { "roleArn": "{{ role }}", "sizeInGiB": 9 } }, { "name": "b", "managedEBSVolume": { "roleArn": "{{ role }}", "sizeInGiB": 9 } }], "launchType"',
      ],
      [
        TASK,
        '"cpu"',
        '"volumes": [{ "name": "a", "configuredAtLaunch": true }, { "name": "b", "configuredAtLaunch": $0true$0 }], "cpu"',
      ],
    ],
    { besides: ['task.unused-volume'] },
  ),
  mistake('task.several-log-routers', 'rolling', [
    [TASK, '"essential": true,', '"essential": true, "firelensConfiguration": { "type": "fluentbit" },'],
    [TASK, '"essential": false,', '"essential": false, $0"firelensConfiguration"$0: { "type": "fluentd" },'],
  ]),
  one(
    'task.plain-secret',
    'rolling',
    TASK,
    '"name": "MODE", "value": "prod"',
    '"name": "WHO", "value": $0"AKIAIOSFODNN7EXAMPLE"$0',
    { message: 'the value of "WHO" is the id of an access key' },
  ),
  one(
    'task.plain-secret',
    'rolling',
    TASK,
    '"name": "MODE", "value": "prod"',
    '"name": "AWS_SECRET_ACCESS_KEY", "value": $0"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"$0',
  ),
  ...(['two', '-1', '1.5', 'all'] as const).map((count) =>
    mistake('task.gpu-count', 'rolling', [
      ...WITHOUT_NETWORK,
      [
        TASK,
        '"essential": true,',
        `"essential": true, "resourceRequirements": [{ "type": "GPU", "value": $0"${count}"$0 }],`,
      ],
    ]),
  ),
  mistake(
    'task.gpu-count',
    'rolling',
    [
      ...WITHOUT_NETWORK,
      [TASK, '"essential": true,', '"essential": true, "resourceRequirements": [{ "type": "GPU", "value": $0"0"$0 }],'],
    ],
    { message: 'none' },
  ),
  mistake(
    'service.registry-port',
    'rolling',
    [
      ...WITHOUT_NETWORK,
      [SVC, '"launchType"', `"serviceRegistries": [$0{$0 "registryArn": ${REGISTRY} }], "launchType"`],
    ],
    { message: 'containerName and containerPort are missing, and needed in network mode bridge' },
  ),
  mistake(
    'service.registry-port',
    'rolling',
    [
      ...WITHOUT_NETWORK,
      [
        SVC,
        '"launchType"',
        `"serviceRegistries": [$0{$0 "registryArn": ${REGISTRY}, "containerName": "web" }], "launchType"`,
      ],
    ],
    { message: 'containerPort is missing' },
  ),
  one(
    'service.registry-two-ports',
    'rolling',
    SVC,
    '"launchType"',
    `"serviceRegistries": [{ "registryArn": ${REGISTRY}, $0"port"$0: 80, "containerName": "web", "containerPort": 80 }], "launchType"`,
    { fix: '' },
  ),
  ...(
    [
      '{ "portName": "http" }, { "portName": $0"http"$0 }',
      '{ "portName": "http", "discoveryName": "web" }, { "portName": "admin", "discoveryName": $0"web"$0 }',
      '{ "portName": "http", "discoveryName": "admin" }, { "portName": $0"admin"$0 }',
      '{ "portName": "http", "clientAliases": [{ "port": 80, "dnsName": "web" }] }, { "portName": "admin", "clientAliases": [{ "port": 80, "dnsName": $0"web"$0 }] }',
    ] as const
  ).map((services) =>
    mistake('service.duplicate-endpoint', 'rolling', [
      [
        TASK,
        '"protocol": "tcp" }',
        '"protocol": "tcp", "name": "http" }, { "containerPort": 9000, "protocol": "tcp", "name": "admin" }',
      ],
      [
        SVC,
        '"launchType"',
        `"serviceConnectConfiguration": { "enabled": true, "services": [${services}] }, "launchType"`,
      ],
    ]),
  ),
  mistake('service.lattice-target-group', 'rolling', [
    [TASK, '"protocol": "tcp" }', '"protocol": "tcp", "name": "http" }'],
    [
      SVC,
      '"launchType"',
      `"vpcLatticeConfigurations": [{ "roleArn": "{{ role }}", "targetGroupArn": $0${arn('elasticloadbalancing', 'targetgroup/web/0123456789abcdef')}$0, "portName": "http" }], "launchType"`,
    ],
  ]),
  one(
    'environment.other-region',
    'lambda',
    FN,
    '"Timeout"',
    '"DeadLetterConfig": { "TargetArn": $0"arn:aws:sqs:us-east-1:123456789012:dead"$0 }, "Timeout"',
  ),
  one('service.controller', 'rolling', SVC, '"type": "ECS"', '"type": $0"CODE_DEPLOY"$0', { fix: '"ECS"' }),
  one(
    'service.no-alarms',
    'rolling',
    SVC,
    '"maximumPercent": 200',
    '"maximumPercent": 200, "alarms": { $0"alarmNames"$0: [], "enable": true, "rollback": true }',
  ),
  one('service.unused-task-definition', 'rolling', SVC, '"launchType"', '$0"taskDefinition"$0: "web:3", "launchType"', {
    fix: '',
  }),
  one(
    'service.duplicate-tag',
    'rolling',
    SVC,
    '"launchType"',
    '"tags": [{ "key": "team", "value": "a" }, { "key": $0"team"$0, "value": "b" }], "launchType"',
  ),
  one(
    'service.load-balancer',
    'blueGreen',
    SVC,
    '[{ "targetGroupArn": "{{ tgs[\'blue\'] }}", "containerName": "web", ',
    '[$0{$0 "targetGroupArn": "{{ tgs[\'blue\'] }}", ',
    { message: 'containerName is missing' },
  ),
  one('service.target-group', 'blueGreen', SVC, '"{{ tgs[\'blue\'] }}"', '$0"blue"$0'),
  one('service.registry', 'rolling', SVC, '"launchType"', '"serviceRegistries": [$0{$0 "port": 80 }], "launchType"'),
  one(
    'service.unknown-port-name',
    'rolling',
    SVC,
    '"launchType"',
    '"serviceConnectConfiguration": { "enabled": true, "services": [{ "portName": $0"http"$0 }] }, "launchType"',
  ),
  one(
    'service.unknown-port-name',
    'rolling',
    SVC,
    '"launchType"',
    `"vpcLatticeConfigurations": [{ "roleArn": "{{ role }}", "targetGroupArn": ${arn('vpc-lattice', 'targetgroup/tg-0123456789abcdef0')}, "portName": $0"http"$0 }], "launchType"`,
  ),
  one('service.capacity-provider', 'blueGreen', SVC, '"FARGATE_SPOT"', '$0"FARGATE_SPTO"$0', { fix: '"FARGATE_SPOT"' }),
  one(
    'service.capacity-strategy',
    'blueGreen',
    SVC,
    '"weight": 1 }]',
    '"weight": 1 }, { "capacityProvider": $0"FARGATE_SPOT"$0, "weight": 2 }]',
    { message: 'already' },
  ),
  one('service.platform-version', 'rolling', SVC, '"launchType"', '"platformVersion": $0"2.0"$0, "launchType"', {
    fix: '"LATEST"',
  }),
  one(
    'service.zone-rebalancing',
    'rolling',
    SVC,
    '"minimumHealthyPercent": 50, "maximumPercent": 200 },',
    '"minimumHealthyPercent": 50, "maximumPercent": 100 }, "availabilityZoneRebalancing": $0"ENABLED"$0,',
    { fix: '"DISABLED"' },
  ),
  one(
    'service.percent-order',
    'rolling',
    SVC,
    '"minimumHealthyPercent": 50, "maximumPercent": 200',
    '"minimumHealthyPercent": 0, "maximumPercent": $050$0',
  ),
  one(
    'service.strategy-controller',
    'blueGreen',
    SVC,
    '"desiredCount": 4,',
    '"desiredCount": 4, "deploymentConfiguration": { $0"deploymentCircuitBreaker"$0: { "enable": true, "rollback": true } },',
  ),

  one('deployment.breaker-never-trips', 'rolling', DEP, '"failureThreshold": 3', '"failureThreshold": $01000$0', {
    message: 'at most about 88',
  }),
  one(
    'deployment.unused-percent',
    'blueGreen',
    DEP,
    '"type": "LINEAR", "percent": 20',
    '"type": "ALL_AT_ONCE", $0"percent"$0: 20',
    { fix: '' },
  ),
  one(
    'deployment.alarm-name',
    'blueGreen',
    DEP,
    '"stabilityCheck"',
    `"alarms": { "alarmNames": [$0${arn('cloudwatch', 'alarm:5xx')}$0] }, "stabilityCheck"`,
    { fix: '"5xx"' },
  ),
  one(
    'deployment.no-alarms',
    'blueGreen',
    DEP,
    '"stabilityCheck"',
    '$0"alarms"$0: { "alarmNames": [] }, "stabilityCheck"',
  ),
  one('deployment.target-group', 'blueGreen', DEP, '{% endfor %}]', '{% endfor %}], ["blue", $0"green"$0]'),
  one(
    'deployment.setting-not-carried-out',
    'rolling',
    DEP,
    '"stabilityCheck"',
    '$0"trafficShiftingConfig"$0: { "percent": 10 }, "stabilityCheck"',
    { fix: '' },
  ),
  one(
    'deployment.setting-not-carried-out',
    'blueGreen',
    DEP,
    '"stabilityCheck"',
    '$0"pauseHooks"$0: "wait", "stabilityCheck"',
  ),

  one(
    'function.log-level',
    'lambda',
    FN,
    '"Timeout"',
    '"LoggingConfig": { "LogFormat": "Text", $0"ApplicationLogLevel"$0: "INFO" }, "Timeout"',
    { fix: '' },
  ),
  one('function.code', 'lambda', FN, CODE, '"ZipFile": $0"def handler(event, context): pass"$0', {
    message: 'not base64',
  }),
  one(
    'function.layers',
    'lambda',
    FN,
    '"Timeout"',
    `"Layers": [${arn('lambda', 'layer:tools:1')}, $0${arn('lambda', 'layer:tools:2')}$0], "Timeout"`,
  ),
  one(
    'event.option',
    'lambda',
    EVENT,
    QUEUE,
    `${QUEUE}, $0"DestinationConfig"$0: { "OnFailure": { "Destination": "{{ queue }}" } }`,
  ),
  one('event.other-alias', 'lambda', EVENT, '"FunctionName": "jobs"', '"FunctionName": $0"jobs:beta"$0'),
  one(
    'event.duplicate-push',
    'lambda',
    EVENT,
    '"TargetGroupArn": "{{ tgs.blue }}" }]',
    '"TargetGroupArn": "{{ tgs.blue }}" }, { "Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": $0"{{ tgs.blue }}"$0 }]',
  ),
  mistake('environment.unknown-region', 'rolling', [[DEP, '"{{ region }}"', '$0"eu-wets-1"$0']], {
    fix: '"eu-west-1"',
  }),
];

/** The files with the changes, marks included, as one fixture. */
function fixtureOf({ in: workload, changes }: Mistake): string {
  const texts = new Map(Object.entries(RIGHT[workload]));
  for (const [suffix, from, to] of changes) {
    const path = [...texts.keys()].find((name) => name.endsWith(suffix))!;
    assert.ok(texts.get(path)!.includes(from), `${path} has no ${from}`);
    texts.set(
      path,
      texts.get(path)!.replace(from, () => to),
    );
  }
  return Array.from(texts, ([path, text]) => `//- ${path}\n${text}`).join('');
}

describe('rules', () => {
  it('show the input that gave a wrong value', () => {
    const wrong = mistake('', 'blueGreen', [
      ['_input.json', '"port": 80', '"port": $08080$0'],
      [TASK, '{{ port }}', '80'],
    ]);
    const { files, marks } = parseFixture(fixtureOf(wrong));
    const { findings } = checkWorkload(sourceOf(files));
    const [found] = findings;
    assert.equal(found?.code, 'service.unknown-port');
    const places = found.related?.map(({ path, start, end, message }) => [path, start, end, message]);
    const [mark] = marks;
    assert.deepEqual(places?.at(-1), [mark!.path, mark!.start, mark!.end, "'port' comes from here"]);
  });

  for (const workload of Object.keys(RIGHT) as Right[]) {
    it(`find nothing in a workload that is right: ${workload}`, () => checkFine(fixtureOf(mistake('', workload, []))));
  }

  for (const seeded of MISTAKES) {
    const { code, message, fix, besides, changes } = seeded;
    it(`${code}: ${changes.at(-1)![2].replaceAll('\n', ' ').slice(0, 70)}`, () => {
      const { files, marks } = parseFixture(fixtureOf(seeded));
      const { findings } = checkWorkload(sourceOf(files));
      const [mark] = marks;
      const found = findings.find(
        (finding) =>
          finding.code === code &&
          finding.path === mark!.path &&
          finding.start === mark!.start &&
          finding.end === mark!.end,
      );
      assert.ok(found, `not found at the mark: ${JSON.stringify(findings, null, 1)}`);
      assert.equal(findings.filter(({ path, start }) => path === found.path && start === found.start).length, 1);
      const others = findings.filter((finding) => finding.code !== code && !besides.includes(finding.code));
      assert.deepEqual(others, []);
      if (message !== undefined) assert.ok(found.message.includes(message), found.message);
      if (fix !== undefined) assert.equal(found.fix?.edits[0]?.text, fix);
    });
  }

  it('have a mistake here for each of them', () => {
    const seeded = new Set(MISTAKES.map(({ code }) => code));
    assert.deepEqual(
      Object.keys(RULE_DOCUMENTATION).filter((code) => !seeded.has(code)),
      [],
    );
  });
});
