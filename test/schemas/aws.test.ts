import assert from 'node:assert/strict';
import { getLanguageService, type MarkupContent } from 'vscode-json-languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { documentedSchema, type SchemaFile } from '../../schemas/index.ts';
import { checkAccepted, findingsOf } from '../engine/check/checkSchema.ts';

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

const service = {
  cluster: 'prod',
  serviceName: 'shop',
  desiredCount: 3,
  deploymentController: { type: 'ECS' },
  deploymentConfiguration: {
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    strategy: 'CANARY',
    canaryConfiguration: { canaryPercent: 2.5, canaryBakeTimeInMinutes: 10 },
    deploymentCircuitBreaker: { enable: true, rollback: true },
    alarms: { alarmNames: ['shop-5xx'], enable: true, rollback: true },
  },
  capacityProviderStrategy: [
    { capacityProvider: 'FARGATE_SPOT', weight: 4 },
    { capacityProvider: 'FARGATE', weight: 1, base: 1 },
  ],
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
  },
  loadBalancers: [
    {
      targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1',
      containerName: 'web',
      containerPort: 8080,
    },
  ],
  serviceConnectConfiguration: {
    enabled: true,
    namespace: 'shop',
    services: [{ portName: 'http', clientAliases: [{ port: 80, dnsName: 'shop' }] }],
  },
  healthCheckGracePeriodSeconds: 0,
  propagateTags: 'SERVICE',
  enableExecuteCommand: true,
  tags: [{ key: 'team', value: 'shop' }],
};

const task = {
  family: 'shop',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '512',
  memory: '1024',
  executionRoleArn: role('execution'),
  runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
  ephemeralStorage: { sizeInGiB: 30 },
  volumes: [
    { name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-0123456789abcdef0', transitEncryption: 'ENABLED' } },
    { name: 'scratch', host: {} },
  ],
  containerDefinitions: [
    {
      name: 'web',
      image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1.4.2',
      essential: true,
      cpu: 0,
      portMappings: [{ name: 'http', containerPort: 8080, hostPort: 8080, protocol: 'tcp', appProtocol: 'http' }],
      environment: [{ name: 'PORT', value: '8080' }],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/token' }],
      healthCheck: {
        command: ['CMD-SHELL', 'curl -f http://localhost:8080/'],
        interval: 10,
        retries: 3,
        startPeriod: 5,
      },
      dependsOn: [{ containerName: 'log', condition: 'START' }],
      logConfiguration: {
        logDriver: 'awsfirelens',
        options: { Name: 'cloudwatch', region: 'us-east-1' },
      },
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
      ulimits: [{ name: 'nofile', softLimit: 65536, hardLimit: 65536 }],
      mountPoints: [{ sourceVolume: 'data', containerPath: '/data', readOnly: false }],
      restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 },
    },
    {
      name: 'log',
      image: 'amazon/aws-for-fluent-bit:stable',
      essential: false,
      firelensConfiguration: { type: 'fluentbit', options: { 'enable-ecs-log-metadata': 'true' } },
    },
  ],
};

const lambda = {
  FunctionName: 'orders',
  Role: role('orders'),
  Runtime: 'python3.13',
  Handler: 'orders.handler',
  Code: { S3Bucket: 'code', S3Key: 'orders.zip' },
  Timeout: 15,
  MemorySize: 256,
  Publish: true,
  PackageType: 'Zip',
  Architectures: ['arm64'],
  EphemeralStorage: { Size: 512 },
  Environment: { Variables: { TABLE: 'orders', DEBUG: 'false' } },
  VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
  TracingConfig: { Mode: 'Active' },
  LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
  SnapStart: { ApplyOn: 'PublishedVersions' },
  Tags: { team: 'orders' },
};

const mapping = {
  FunctionName: 'orders',
  SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['kafka.example.com:9092'] } },
  Topics: ['orders'],
  StartingPosition: 'AT_TIMESTAMP',
  StartingPositionTimestamp: '2026-01-31T12:00:00Z',
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 5,
  FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["new"]}}' }] },
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:123456789012:failed' } },
  SourceAccessConfigurations: [{ Type: 'SASL_SCRAM_512_AUTH', URI: 'arn:aws:secretsmanager:us-east-1:1:secret:k' }],
};

describe("schemas of AWS's requests", () => {
  it('accept a full service, task definition, function and event source mapping', () => {
    checkAccepted('_svcdef.json', service);
    checkAccepted('_taskdef.json', task);
    checkAccepted('_lambdadef.json', lambda);
    checkAccepted('_lambdaeventsourcedef.json', { PullEventSources: { EventSourceMapping: mapping } });
  });

  it('accept the least that AWS accepts', () => {
    checkAccepted('_svcdef.json', { serviceName: 'a' });
    checkAccepted('_taskdef.json', { family: 'a', containerDefinitions: [{ name: 'a', image: 'b' }] });
    checkAccepted('_lambdadef.json', { FunctionName: 'a', Role: role('a'), Code: { ZipFile: 'UEsFBg==' } });
  });

  it('find every single key that is misspelt, at any depth, and nothing else', () => {
    let count = 0;
    for (const [suffix, content] of [
      ['_svcdef.json', service],
      ['_taskdef.json', task],
      ['_lambdadef.json', lambda],
    ] as const) {
      const text = JSON.stringify(content);
      for (const { index, 0: key } of text.matchAll(/"[a-zA-Z]+"(?=:)/g)) {
        const broken = `${key.slice(0, -1)}Q"`;
        const findings = findingsOf(suffix, text.slice(0, index) + broken + text.slice(index + key.length));
        // Maps allow any key.
        if (/^"(Name|region|TABLE|DEBUG|team)"$/.test(key)) continue;
        const unknown = findings.filter(({ code }) => code === 'schema.unknown-key');
        assert.deepEqual(
          unknown.map(({ start, at }) => [start, at]),
          [[index, broken]],
          key,
        );
        assert.ok(findings.every(({ code }) => code === 'schema.unknown-key' || code === 'schema.missing-key'));
        count++;
      }
    }
    assert.ok(count > 120, `${count} keys`);
  });

  it('find every single value that is of another type', () => {
    let count = 0;
    for (const [suffix, content] of [
      ['_svcdef.json', service],
      ['_taskdef.json', task],
      ['_lambdadef.json', lambda],
    ] as const) {
      const text = JSON.stringify(content);
      for (const { index, 0: value } of text.matchAll(/(?<=":)("[^"]*"|\d+(\.\d+)?|true|false)/g)) {
        const wrong = value.startsWith('"') ? '17' : '"x"';
        const findings = findingsOf(suffix, text.slice(0, index) + wrong + text.slice(index + value.length));
        assert.deepEqual(
          findings.map(({ code, start }) => [code, start]),
          [['schema.wrong-type', index]],
          value,
        );
        count++;
      }
    }
    assert.ok(count > 80, `${count} values`);
  });
});

describe('documented schemas in an editor', () => {
  const service = getLanguageService({
    schemaRequestService: async (uri) =>
      JSON.stringify(await documentedSchema(uri.slice('gitmoxi:/'.length) as SchemaFile)),
    workspaceContext: { resolveRelativePath: (path, from) => new URL(path, from).href },
  });

  async function hover(file: SchemaFile, marked: string): Promise<string> {
    const offset = marked.indexOf('$0');
    const document = TextDocument.create('gitmoxi:/test.json', 'json', 1, marked.replace('$0', ''));
    service.configure({ schemas: [{ uri: `gitmoxi:/${file}`, fileMatch: ['*.json'] }] });
    const json = service.parseJSONDocument(document);
    const found = await service.doHover(document, document.positionAt(offset), json);
    const [text] = (found?.contents as (string | MarkupContent)[] | undefined) ?? [];
    return typeof text === 'string' ? text : (text?.value ?? '');
  }

  it("say what a key means, in AWS's words", async () => {
    assert.match(await hover('aws/createService.schema.json', '{"desired$0Count":1}'), /^The number of instantiations/);
  });

  it('say what a key means in its place, not what its type is in general', async () => {
    const text = await hover('aws/createService.schema.json', '{"deployment$0Controller":{}}');
    assert.match(text, /deployment controller to use for the service/);
  });

  it('follow references to other files', async () => {
    const marked = '{"PullEventSources":{"EventSourceMapping":[{"Batch$0Size":1}]}}';
    assert.match(await hover('lambdaeventsourcedef.schema.json', marked), /maximum number of records/);
    assert.match(
      await hover('lambdadepdef.schema.json', '{"trafficShiftingConfig":{"per$0cent":1}}'),
      /Share of traffic/,
    );
  });
});
