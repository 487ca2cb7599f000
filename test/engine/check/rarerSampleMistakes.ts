/** More mistakes to put into copies of the shared samples: the rarer rules, one mistake each. */
import type { Seeded } from './sampleMistakes.ts';

type Row = readonly [code: string, what: string, from: string, to: string, besides?: readonly string[]];

const into = (path: string, rows: readonly Row[]): Seeded[] =>
  rows.map(([code, what, from, to, besides = []]) => ({ code, what, path, from, to, besides }));

const ROLLING = 'ecs/rolling-update/nginx';
const BLUE_GREEN = 'ecs/blue-green-update/nginx';
const SQS = 'lambda/lambda-sqs/test';

/** Before the one container's `essential`. */
const ESSENTIAL = '"essential": true';
const RULE = 'arn:aws:elasticloadbalancing:us-west-2:593793058131:listener-rule/app/a/0a/0b/0c';
const OTHER_GROUP = 'arn:aws:elasticloadbalancing:us-west-2:593793058131:targetgroup/red/0123456789abcdef';
const ROLE = 'arn:aws:iam::593793058131:role/ecs';
const hooks = (hook: string): string =>
  `"deploymentConfiguration": { "strategy": "BLUE_GREEN", "lifecycleHooks": [${hook}] }, "launchType"`;
const strategies = (items: string): string => `"capacityProviderStrategy": [${items}]`;
const SPOT = `"capacityProviderStrategy": [
    {
      "capacityProvider": "FARGATE_SPOT",
      "weight": 1
    }
  ]`;

export const RARER: readonly Seeded[] = [
  ...into(`${ROLLING}_taskdef.json`, [
    [
      'task.duplicate-container',
      'two containers of one name',
      '"name": "nginx-container",',
      '"name": "nginx-container", "image": "a" }, { "name": $0"nginx-container"$0,',
    ],
    [
      'task.reservation',
      'a soft limit above the hard one',
      ESSENTIAL,
      `${ESSENTIAL}, "memory": 64, "memoryReservation": $0128$0`,
    ],
    ['task.memory-exceeded', 'a container larger than its task', ESSENTIAL, `${ESSENTIAL}, "memory": $02048$0`],
    ['task.no-port', 'a mapping without a port', '"portMappings": [', '"portMappings": [$0{$0 "protocol": "udp" },'],
    [
      'task.duplicate-port-name',
      'one name for two ports',
      '"portMappings": [',
      '"portMappings": [{ "containerPort": 81, "name": "http" }, { "containerPort": 82, "name": $0"http"$0 },',
    ],
    ['task.unused-volume', 'a volume nobody mounts', '"cpu"', '"volumes": [{ "name": $0"data"$0 }], "cpu"'],
    [
      'task.duplicate-volume',
      'two volumes at one place',
      ESSENTIAL,
      `${ESSENTIAL}, "mountPoints": [{ "sourceVolume": "a", "containerPath": "/a" }, { "sourceVolume": "a", "containerPath": $0"/a"$0 }]`,
      ['task.unknown-volume'],
    ],
    [
      'task.volume-kind',
      'a volume of two kinds',
      '"cpu"',
      '"volumes": [{ "name": "d", "host": { "sourcePath": "/d" }, $0"efsVolumeConfiguration"$0: { "fileSystemId": "fs-12345678" } }], "cpu"',
      ['task.unused-volume', 'task.fargate-parameter'],
    ],
    [
      'task.efs-encryption',
      'an authorization on an open line',
      '"cpu"',
      '"volumes": [{ "name": "d", "efsVolumeConfiguration": { "fileSystemId": "fs-12345678", "transitEncryption": $0"DISABLED"$0, "authorizationConfig": { "iam": "ENABLED" } } }], "cpu"',
      ['task.unused-volume'],
    ],
    ['task.no-log-router', 'FireLens without a router', '"awslogs",', '$0"awsfirelens"$0,'],
    [
      'task.dependency-condition',
      'waiting for a health check that is not there',
      '"containerDefinitions": [\n        {',
      '"containerDefinitions": [{ "name": "b", "image": "b", "dependsOn": [{ "containerName": "nginx-container", "condition": $0"HEALTHY"$0 }] },\n        {',
    ],
    [
      'task.health-check-timing',
      'checks that overlap',
      ESSENTIAL,
      `${ESSENTIAL}, "healthCheck": { "command": ["CMD", "a"], "interval": 5, "timeout": $010$0 }`,
    ],
    [
      'task.windows-fargate',
      'Windows in too small a task',
      '"cpu": "512"',
      '"runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" }, "cpu": $0"512"$0',
    ],
    ['task.fargate-no-size', 'no memory on Fargate', '"memory": "1024"', '"memory": $0""$0'],
    [
      'service.duplicate-tag',
      'a tag twice',
      '"cpu"',
      '"tags": [{ "key": "team", "value": "a" }, { "key": $0"team"$0, "value": "b" }], "cpu"',
    ],
    [
      'service.not-on-fargate',
      'a task for EC2 only',
      '"requiresCompatibilities": [\n        "FARGATE"',
      '$0"requiresCompatibilities"$0: [\n        "EC2"',
    ],
    [
      'template.not-self-contained',
      'another template',
      '{\n    "family"',
      '{% $0include$0 "base.json" %}{\n    "family"',
      ['input.unused'],
    ],
    [
      'template.not-deterministic',
      'a random family',
      '"nginx",\n    "networkMode"',
      '"{{ $0["a", "b"] | random$0 }}",\n    "networkMode"',
    ],
  ]),
  ...into(`${ROLLING}_svcdef.json`, [
    [
      'service.no-alternate-target-group',
      'a strategy without a second target group',
      '"launchType"',
      `"deploymentConfiguration": { "strategy": "BLUE_GREEN" }, "loadBalancers": [$0{$0 "targetGroupArn": "${OTHER_GROUP}", "containerName": "nginx-container", "containerPort": 80 }], "launchType"`,
    ],
    ['service.subnets', 'no subnet', '"subnets": {{ public_subnets | tojson }}', '$0"subnets"$0: []'],
    [
      'service.placement-on-fargate',
      'a place on Fargate',
      '"launchType"',
      '$0"placementStrategy"$0: [{ "type": "random" }], "launchType"',
    ],
    [
      'service.platform-version',
      'a platform that is none',
      '"launchType"',
      '"platformVersion": $0"2.0"$0, "launchType"',
    ],
    [
      'service.zone-rebalancing',
      'no room to rebalance',
      '"launchType"',
      '"availabilityZoneRebalancing": $0"ENABLED"$0, "deploymentConfiguration": { "maximumPercent": 100, "minimumHealthyPercent": 0 }, "launchType"',
    ],
    [
      'service.registry',
      'a registry without a name',
      '"launchType"',
      '"serviceRegistries": [$0{$0 "port": 80 }], "launchType"',
    ],
    [
      'service.unknown-port-name',
      'a port that has no name',
      '"launchType"',
      '"serviceConnectConfiguration": { "enabled": true, "services": [{ "portName": $0"http"$0 }] }, "launchType"',
    ],
    [
      'service.unknown-volume',
      'a volume that the task does not leave open',
      '"launchType"',
      `"volumeConfigurations": [{ "name": $0"data"$0, "managedEBSVolume": { "roleArn": "${ROLE}", "sizeInGiB": 10 } }], "launchType"`,
    ],
    [
      'service.no-alarms',
      'alarms without names',
      '"launchType"',
      '"deploymentConfiguration": { "alarms": { $0"alarmNames"$0: [], "enable": true, "rollback": true } }, "launchType"',
    ],
    [
      'service.tags-not-propagated',
      'tags that are not there',
      '"launchType"',
      '"propagateTags": $0"TASK_DEFINITION"$0, "launchType"',
    ],
    [
      'service.exec-without-role',
      'ECS Exec without a role',
      '"launchType"',
      '$0"enableExecuteCommand"$0: true, "launchType"',
    ],
    [
      'service.unused-task-definition',
      'two task definitions',
      '"launchType"',
      '$0"taskDefinition"$0: "web:1", "launchType"',
    ],
    ['service.role', 'a role of old', '"launchType"', '$0"role"$0: "ecsServiceRole", "launchType"'],
    [
      'service.nothing-to-shift',
      'steps without traffic',
      '"launchType"',
      '"deploymentConfiguration": { "strategy": $0"LINEAR"$0 }, "launchType"',
    ],
    [
      'service.hook-stage',
      'a pause in the middle',
      '"launchType"',
      hooks('{ "targetType": "PAUSE", "lifecycleStages": [$0"TEST_TRAFFIC_SHIFT"$0] }'),
    ],
    [
      'service.hook-target',
      'a hook without a function',
      '"launchType"',
      hooks('$0{$0 "lifecycleStages": ["POST_SCALE_UP"] }'),
    ],
    [
      'service.hook-timeout',
      'two days for a function',
      '"launchType"',
      hooks(
        `{ "hookTargetArn": "arn:aws:lambda:us-east-1:593793058131:function:f", "roleArn": "${ROLE}", "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": { "timeoutInMinutes": $02880$0 } }`,
      ),
    ],
    [
      'service.external-instances',
      'a load balancer of external instances',
      '"launchType": "FARGATE"',
      '$0"loadBalancers"$0: [{ "targetGroupArn": "TARGET", "containerName": "nginx-container", "containerPort": 80 }], "launchType": "EXTERNAL"'.replace(
        'TARGET',
        OTHER_GROUP,
      ),
    ],
  ]),
  ...into(`${BLUE_GREEN}_svcdef.json`, [
    [
      'service.capacity-strategy',
      'two bases',
      SPOT,
      strategies(
        '{ "capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 1 }, { "capacityProvider": "FARGATE", "weight": 1, "base": $01$0 }',
      ),
    ],
    [
      'service.same-target-group',
      'one target group for both',
      '"containerPort": 80,',
      `"containerPort": 80, "advancedConfiguration": { "alternateTargetGroupArn": $0"{{ target_group_arns['blue-tg'] }}"$0, "productionListenerRule": "${RULE}", "roleArn": "${ROLE}" },`,
    ],
  ]),
  ...into(`${BLUE_GREEN}_depdef.json`, [
    [
      'deployment.target-group',
      'a name of a target group',
      '    ],\n    "stabilityCheck"',
      `    , [$0"blue"$0, "${OTHER_GROUP}"]],\n    "stabilityCheck"`,
    ],
    [
      'deployment.unused-percent',
      'a percentage of one step',
      '"percent": 20,\n        "waitInterval": 10,\n        "type" : "LINEAR"',
      '$0"percent"$0: 20, "waitInterval": 10, "type": "ALL_AT_ONCE"',
    ],
    ['deployment.one-step', 'one step of all', '"percent": 20', '"percent": $0100$0'],
    [
      'deployment.no-alarms',
      'no alarm',
      '"stabilityCheck"',
      '$0"alarms"$0: { "alarmNames": [] }, "stabilityCheck"',
      ['schema.wrong-length'],
    ],
    [
      'deployment.alarm-name',
      'the ARN of an alarm',
      '"stabilityCheck"',
      '"alarms": { "alarmNames": [$0"arn:aws:cloudwatch:us-east-1:593793058131:alarm:a"$0] }, "stabilityCheck"',
    ],
    [
      'deployment.breaker-always-trips',
      'a threshold below one task',
      '"failureThresholdPercent": 25',
      '"failureThresholdPercent": $05$0',
    ],
    [
      'deployment.breaker-never-counts',
      'a limit that is never smaller',
      '"failureThresholdPercent": 25',
      '"failureThresholdPercent": 25, "failureThreshold": $05$0',
    ],
  ]),
  ...into(`${SQS}_lambdadef.json`, [
    [
      'function.layers',
      'a layer without a version',
      '"Publish"',
      '"Layers": [$0"arn:aws:lambda:us-east-1:593793058131:layer:a"$0], "Publish"',
    ],
    ['function.role', 'a role by its name', '"{{ lambda_exec_role_arn }}"', '$0"lambda-role"$0'],
    [
      'function.variable-name',
      'a name that begins with a digit',
      '"Publish"',
      '"Environment": { "Variables": { $0"9A"$0: "b" } }, "Publish"',
    ],
    [
      'function.environment-size',
      'too large an environment',
      '"Publish"',
      `"Environment": { $0"Variables"$0: { "BIG": "${'x'.repeat(4100)}" } }, "Publish"`,
    ],
    [
      'function.file-system',
      'a place outside of /mnt',
      '"Publish"',
      '"VpcConfig": { "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"] }, "FileSystemConfigs": [{ "Arn": "arn:aws:elasticfilesystem:us-east-1:593793058131:access-point/fsap-0123456789abcdef0", "LocalMountPath": $0"/data"$0 }], "Publish"',
      ['schema.wrong-format'],
    ],
    [
      'function.package',
      'a configuration of images',
      '"Publish"',
      '$0"ImageConfig"$0: { "Command": ["a"] }, "Publish"',
    ],
  ]),
  ...into(`${SQS}_lambdaeventsourcedef.json`, [
    ['event.batch-size', 'too large a batch', '"BatchSize": 10', '"BatchSize": $020000$0'],
    [
      'event.no-source',
      'no source',
      '"EventSourceMapping": {\n      "EventSourceArn": "{{ sqs_queue_arn }}",',
      '$0"EventSourceMapping"$0: {',
    ],
    [
      'event.required-option',
      'no queue of a broker',
      '"{{ sqs_queue_arn }}"',
      '$0"arn:aws:mq:us-east-1:593793058131:broker:b:b-1"$0, "SourceAccessConfigurations": [{ "Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:593793058131:secret:broker" }]',
    ],
    [
      'event.starting-time',
      'a time for nothing',
      '"BatchSize": 10',
      '$0"StartingPositionTimestamp"$0: "2026-01-01", "BatchSize": 10',
    ],
    [
      'event.other-alias',
      'another alias',
      '"FunctionName": "LambdaFunction_SQS"',
      '"FunctionName": $0"LambdaFunction_SQS:BETA"$0',
    ],
  ]),
  ...into(`${ROLLING}_input.json`, [
    [
      'file.not-a-path',
      'an address on the web',
      '"ecs/core-infra/terraform/terraform_output.json"',
      '$0"https://example.com/x.json"$0',
    ],
    [
      'file.outside',
      'a path that leaves the repository',
      '"ecs/core-infra/terraform/terraform_output.json"',
      '$0"../x.json"$0',
    ],
    ['file.absolute', 'an absolute path', '"ecs/core-infra/terraform/terraform_output.json"', '$0"/ecs/x.json"$0'],
    [
      'input.duplicate-key',
      'an input twice',
      '"nginx_container_image"',
      '$0"nginx_container_image"$0: "a", "nginx_container_image"',
    ],
    ['input.reference', 'a path that is a number', '["ecs/core-infra/terraform/terraform_output.json"]', '$03$0'],
  ]),
];
