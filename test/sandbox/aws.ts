/** A sandbox on a virtual clock with the real SDK clients beside it, for the tests in this folder. */
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
} from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { readScenario, type SandboxOptions, startSandbox, VirtualClock } from '../../sandbox/index.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'us-west-2';
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

export interface Aws extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly sandbox: Awaited<ReturnType<typeof startSandbox>>;
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly sts: STSClient;
  readonly apis: ApiGatewayV2Client;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly logs: CloudWatchLogsClient;
  /** Sets what goes wrong from now on. */
  rules(...rules: object[]): void;
  /** Sets which requests come in from now on. */
  traffic(...sources: object[]): void;
}

export interface AwsOptions extends Omit<SandboxOptions, 'clock' | 'scenario'> {
  readonly rules?: readonly object[];
  readonly given?: object;
  readonly traffic?: readonly object[];
  readonly accessKeyId?: string;
}

export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const { rules = [], given = {}, traffic = [], accessKeyId = ACCOUNT, ...rest } = options;
  const clock = new VirtualClock();
  const sandbox = await startSandbox({ ...rest, clock, scenario: readScenario({ given, rules, traffic }, 'test') });
  const config = {
    endpoint: sandbox.endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    // Retries sleep in real time; what is tested is the first answer.
    maxAttempts: 1,
  };
  const clients = {
    ecs: new ECSClient(config),
    lambda: new LambdaClient(config),
    cloudwatch: new CloudWatchClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    sts: new STSClient(config),
    apis: new ApiGatewayV2Client(config),
    secrets: new SecretsManagerClient(config),
    ssm: new SSMClient(config),
    logs: new CloudWatchLogsClient(config),
  };
  return {
    clock,
    sandbox,
    ...clients,
    rules: (...next) => sandbox.setScenario(readScenario({ given, rules: next, traffic }, 'test')),
    traffic: (...next) => sandbox.setScenario(readScenario({ given, rules, traffic: next }, 'test')),
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(clients)) client.destroy();
      await sandbox.stop();
    },
  };
}

const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } };

export async function createCluster(aws: Aws, clusterName = 'main'): Promise<void> {
  await aws.ecs.send(new CreateClusterCommand({ clusterName, capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }));
}

type Container = NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']>[number];

/** Registers the next revision of `family` and gives its ARN. */
export async function register(
  aws: Aws,
  image: string,
  container: Container = {},
  family = 'web',
  further: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> {
  const { taskDefinition } = await aws.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image, ...container }],
      ...further,
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

export const CHECKED = { healthCheck: { command: ['CMD-SHELL', 'true'] } };

/** Creates service `web`; `min/max` as `deploymentConfiguration` may say. */
export async function createService(
  aws: Aws,
  taskDefinition: string,
  input: Partial<CreateServiceCommandInput> = {},
): Promise<Service> {
  const { service } = await aws.ecs.send(
    new CreateServiceCommand({
      cluster: 'main',
      serviceName: 'web',
      taskDefinition,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: NETWORK,
      ...input,
    }),
  );
  return service!;
}

export async function describe1(aws: Aws, service = 'web'): Promise<Service> {
  const { services } = await aws.ecs.send(new DescribeServicesCommand({ cluster: 'main', services: [service] }));
  return services![0]!;
}

/** A service's messages, oldest first, each id replaced by a letter in the order of appearance. */
export function story(service: Service): string[] {
  const letters = new Map<string, string>();
  const letter = (id: string) => {
    if (!letters.has(id)) letters.set(id, String.fromCharCode(65 + letters.size));
    return letters.get(id)!;
  };
  return [...(service.events ?? [])]
    .reverse()
    .map((event) =>
      (event.message ?? '').replaceAll(/\b[0-9a-f]{32}\b|ecs-svc\/\d{19}/g, letter).replace(/^\(service [\w-]+\) /, ''),
    );
}

/** The modelled name and the text of the error that the call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  return 'no error';
}
