/**
 * Right definitions of many kinds of functions and their event sources, as Lambda takes them: none has a finding. Facts
 * follow the AWS Lambda developer guide and API reference.
 */
import { checkFiles, type Definition, PLACE, ROLE, without } from './definitions.ts';

const fn = (more: Definition = {}): Definition => ({
  FunctionName: 'jobs',
  Role: ROLE,
  Handler: 'app.handler',
  Runtime: 'python3.13',
  Code: { S3Bucket: 'code', S3Key: 'jobs.zip' },
  ...more,
});

const NETWORK = { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] };

const HANDLERS: readonly (readonly [runtime: string, handler: string])[] = [
  ['python3.14', 'pkg/app.handler'],
  ['python3.13', 'src.app.lambda_handler'],
  ['nodejs24.x', 'dist/index.default'],
  ['nodejs22.x', '/opt/nodejs/node_modules/datadog-lambda-js/handler.handler'],
  ['java25', 'com.example.App'],
  ['java21', 'com.example.App$Inner::handle'],
  ['java17.al2023', 'a.B::c'],
  ['dotnet10', 'Assembly'],
  ['dotnet10', 'A.B::A.B.C_Handler_Generated::Handler'],
  ['ruby3.4', 'app.LambdaFunctions::Handler.process'],
  ['provided.al2023', 'bootstrap'],
];

type LambdaCase = readonly [what: string, definition: Definition, mapping?: Definition | readonly Definition[]];

const FUNCTIONS: readonly LambdaCase[] = [
  ...HANDLERS.map(([Runtime, Handler]): LambdaCase => [`${Handler} of ${Runtime}`, fn({ Runtime, Handler })]),
  ['a ZIP archive in the definition', fn({ Code: { ZipFile: 'UEsDBBQAAAAIAA==' } })],
  [
    'a container image',
    without(
      fn({
        PackageType: 'Image',
        Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1' },
        ImageConfig: { Command: ['app.handler'], EntryPoint: ['/e'], WorkingDirectory: '/w' },
        Architectures: ['arm64'],
      }),
      'Runtime',
      'Handler',
    ),
  ],
  [
    'all that a function may have',
    fn({
      Timeout: 900,
      MemorySize: 10240,
      VpcConfig: { ...NETWORK, Ipv6AllowedForDualStack: true },
      DeadLetterConfig: { TargetArn: `arn:aws:sqs:${PLACE}:dead` },
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/w', TZ: 'UTC', PATH: '/x', EMPTY: '' } },
      TracingConfig: { Mode: 'Active' },
      Layers: ['arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7'],
      FileSystemConfigs: [{ Arn: `arn:aws:elasticfilesystem:${PLACE}:access-point/fsap-1`, LocalMountPath: '/mnt/a' }],
      EphemeralStorage: { Size: 10240 },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' },
    }),
  ],
  ['SnapStart of Java', fn({ Runtime: 'java21', Handler: 'a.B', SnapStart: { ApplyOn: 'PublishedVersions' } })],
  ['SnapStart of Python', fn({ SnapStart: { ApplyOn: 'PublishedVersions' } })],
  ['no SnapStart of Node.js', fn({ Runtime: 'nodejs24.x', SnapStart: { ApplyOn: 'None' } })],
  ['a durable function', fn({ DurableConfig: { ExecutionTimeout: 3600, RetentionPeriodInDays: 7 } })],
  ['an environment for each tenant', fn({ TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } })],
  [
    'managed instances',
    fn({
      MemorySize: 32768,
      Timeout: 5400,
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: {
          CapacityProviderArn: `arn:aws:lambda:${PLACE}:capacity-provider:cp`,
        },
      },
    }),
  ],
  ['a network that is taken away', fn({ VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } })],
];

const mapping = (source: string, more: Definition = {}): Definition => ({
  FunctionName: 'jobs',
  EventSourceArn: `arn:aws:${source}`,
  ...more,
});

const SECRET_ACCESS = { Type: 'BASIC_AUTH', URI: `arn:aws:secretsmanager:${PLACE}:secret:x` };

const MAPPINGS: readonly LambdaCase[] = [
  [
    'a queue',
    fn(),
    mapping(`sqs:${PLACE}:jobs`, {
      BatchSize: 10,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    }),
  ],
  [
    'a queue in large batches',
    fn(),
    mapping(`sqs:${PLACE}:jobs`, { BatchSize: 10000, MaximumBatchingWindowInSeconds: 300 }),
  ],
  [
    'a queue with pollers',
    fn(),
    mapping(`sqs:${PLACE}:jobs`, { ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 20 } }),
  ],
  ['a FIFO queue', fn(), mapping(`sqs:${PLACE}:jobs.fifo`, { BatchSize: 10, MaximumBatchingWindowInSeconds: 0 })],
  [
    'a Kinesis stream',
    fn(),
    mapping(`kinesis:${PLACE}:stream/s`, {
      StartingPosition: 'AT_TIMESTAMP',
      StartingPositionTimestamp: '2026-01-01T00:00:00Z',
      ParallelizationFactor: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      TumblingWindowInSeconds: 30,
      DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:${PLACE}:dead` } },
    }),
  ],
  [
    'a consumer of a Kinesis stream',
    fn(),
    mapping(`kinesis:${PLACE}:stream/s/consumer/c:123`, { StartingPosition: 'LATEST' }),
  ],
  [
    'a DynamoDB stream',
    fn(),
    mapping(`dynamodb:${PLACE}:table/t/stream/2024-01-01T00:00:00.000`, {
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 1000,
    }),
  ],
  [
    'Amazon MSK',
    fn(),
    mapping(`kafka:${PLACE}:cluster/c/abc-1`, {
      StartingPosition: 'LATEST',
      Topics: ['t'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' },
      ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 5 },
      DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } },
    }),
  ],
  [
    'Apache Kafka',
    fn(),
    {
      FunctionName: 'jobs',
      SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['a:9092', 'b:9092'] } },
      Topics: ['t'],
      StartingPosition: 'TRIM_HORIZON',
      SourceAccessConfigurations: [SECRET_ACCESS, { Type: 'VPC_SUBNET', URI: 'subnet:subnet-1' }],
    },
  ],
  [
    'Amazon MQ',
    fn(),
    mapping(`mq:${PLACE}:broker:b:b-1`, {
      Queues: ['q'],
      SourceAccessConfigurations: [SECRET_ACCESS, { Type: 'VIRTUAL_HOST', URI: '/' }],
    }),
  ],
  [
    'DocumentDB',
    fn(),
    mapping(`rds:${PLACE}:cluster:c`, {
      StartingPosition: 'LATEST',
      DocumentDBEventSourceConfig: { DatabaseName: 'd', CollectionName: 'c', FullDocument: 'UpdateLookup' },
      SourceAccessConfigurations: [SECRET_ACCESS],
    }),
  ],
  ['two queues', fn(), [mapping(`sqs:${PLACE}:one`), mapping(`sqs:${PLACE}:two`)]],
  [
    'the alias by its ARN',
    fn(),
    mapping(`sqs:${PLACE}:one`, { FunctionName: `arn:aws:lambda:${PLACE}:function:jobs:live` }),
  ],
];

describe('a right Lambda workload', () => {
  for (const [what, definition, mappings] of [...FUNCTIONS, ...MAPPINGS])
    it(`has no finding: ${what}`, () =>
      checkFiles({
        'jobs_lambdadef.json': definition,
        'jobs_lambdadepdef.json': { alias: 'live' },
        ...(mappings && {
          'jobs_lambdaeventsourcedef.json': { PullEventSources: { EventSourceMapping: mappings } },
        }),
      }));
});
