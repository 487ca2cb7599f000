/**
 * SDK clients of one account, one per service and region, made when first needed: loading a client costs tens of
 * milliseconds. Owns the clients' connections; `close` ends them.
 */
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ECSClient, ECSClientConfig } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import { systemClock } from '../clock.ts';
import { type Credentials, type CredentialsOptions, findCredentials } from './credentials.ts';
import type { Pace, ServiceName } from './pacing.ts';

/**
 * A request that gets no answer within this has failed, ms, unless options say otherwise. The SDK asks three times: who
 * waits for a region that does not answer hears of it after less than half a minute.
 */
const REQUEST_TIMEOUT_MS = 8_000;

/** A change that is asked for once gets this long, ms: looking into what became of it costs more than waiting. */
export const ONCE_TIMEOUT_MS = 15_000;

/** No connection within this, ms, unless options say otherwise. */
const CONNECTION_TIMEOUT_MS = 3_000;

/** For requests that upload code, or have AWS copy it, ms. */
export const UPLOADING = { requestTimeout: 60_000 } as const;

/** A call that takes this long is told about, ms of real time. */
const SLOW_MS = 3_000;

/** Requests at a time, of each service and region: a service that answers slowly must not have them wait here. */
const SOCKETS = 200;

/** A call that has no answer yet. */
export interface SlowCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly region: string;
  /** So far, ms. */
  readonly waitedMs: number;
}

export interface AwsOptions extends CredentialsOptions {
  /** Instead of AWS's own endpoints, for example the sandbox's. */
  readonly endpoint?: string;
  /** Instead of `endpoint`, by region. */
  readonly regionEndpoints?: ReadonlyMap<string, string>;
  /** Requests that get no connection within this, ms, fail. @default 3_000, or `requestTimeoutMs` where that is less */
  readonly connectionTimeoutMs?: number;
  /** Requests that get no answer within this, ms, fail. @default 8_000; changes that are asked for once 15_000 */
  readonly requestTimeoutMs?: number;
  /** Told once of each call that takes long. */
  readonly onSlow?: (call: SlowCall) => void;
  /** How requests are carried and tried again, instead of as the SDK does over HTTP and in real time. */
  readonly transport?: Pick<ECSClientConfig, 'requestHandler' | 'retryStrategy'>;
  /** Given each client when it is made, for example to change its signer or its middleware. */
  readonly onClient?: (client: SdkClient) => void;
}

export interface Clients {
  readonly credentials: Credentials;
  ecs(region: string): Promise<ECSClient>;
  /** Asks once: for calls that AWS carries out anew each time, so that a lost answer is looked into before asking again. */
  ecsOnce(region: string): Promise<ECSClient>;
  lambda(region: string): Promise<LambdaClient>;
  cloudWatch(region: string): Promise<CloudWatchClient>;
  logs(region: string): Promise<CloudWatchLogsClient>;
  elb(region: string): Promise<ElasticLoadBalancingV2Client>;
  apiGateway(region: string): Promise<ApiGatewayV2Client>;
  /** Asks once, as `ecsOnce` does: nothing that API Gateway creates has a client token. */
  apiGatewayOnce(region: string): Promise<ApiGatewayV2Client>;
  sts(region: string): Promise<STSClient>;
  ec2(region: string): Promise<EC2Client>;
  iam(region: string): Promise<IAMClient>;
  ecr(region: string): Promise<ECRClient>;
  s3(region: string): Promise<S3Client>;
  secretsManager(region: string): Promise<SecretsManagerClient>;
  ssm(region: string): Promise<SSMClient>;
  close(): void;
}

/** What all SDK clients have in common. */
export interface SdkClient {
  readonly config: object;
  readonly middlewareStack: {
    add(middleware: never, options: { step: 'initialize'; name: string }): void;
    remove(name: string): boolean;
  };
  destroy(): void;
}

/** @param pace waited for before each call */
export function createClients(options: AwsOptions, pace: Pace): Clients {
  const made = new Map<string, Promise<SdkClient>>();

  const settings = (region: string, requestTimeoutMs = REQUEST_TIMEOUT_MS) => {
    const endpoint = options.regionEndpoints?.get(region) ?? options.endpoint;
    const requestTimeout = options.requestTimeoutMs ?? requestTimeoutMs;
    return {
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      // Not for its credentials alone: a profile may have endpoints and other settings of its own.
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      requestHandler: {
        connectionTimeout: options.connectionTimeoutMs ?? Math.min(CONNECTION_TIMEOUT_MS, requestTimeout),
        requestTimeout,
        throwOnRequestTimeout: true,
        httpAgent: { maxSockets: SOCKETS },
        httpsAgent: { maxSockets: SOCKETS },
      },
      ...options.transport,
    };
  };
  const credentials = findCredentials(options, settings);
  const access = (region: string) => ({ ...settings(region), credentials: () => credentials(region) });

  const withoutRetries = (region: string) => {
    const { retryStrategy: _never, ...rest } = { ...access(region), ...settings(region, ONCE_TIMEOUT_MS) };
    return { ...rest, maxAttempts: 1 };
  };

  async function prepared<T extends SdkClient>(service: ServiceName, region: string, making: Promise<T>): Promise<T> {
    const client = await making;
    const paced =
      (next: (args: object) => Promise<object>, { commandName = '' }: { readonly commandName?: string }) =>
      async (args: object) => {
        const operation = commandName.replace(/Command$/, '');
        await pace(service, operation, region);
        return telling({ service, operation, region }, next(args));
      };
    client.middlewareStack.add(paced as never, { step: 'initialize', name: 'gitmoxiPace' });
    options.onClient?.(client);
    return client;
  }

  /** An answer, and word of it where it takes long. */
  async function telling<T>(call: Omit<SlowCall, 'waitedMs'>, answer: Promise<T>): Promise<T> {
    const { onSlow } = options;
    if (onSlow === undefined) return answer;
    const clock = systemClock();
    const answered = new AbortController();
    void clock.sleepUntil(clock.now() + SLOW_MS, answered.signal).then(() => {
      if (!answered.signal.aborted) onSlow({ ...call, waitedMs: SLOW_MS });
    });
    return answer.finally(() => answered.abort());
  }

  /** @param how further distinguishes clients of one service */
  function once<T extends SdkClient>(
    service: ServiceName,
    region: string,
    make: () => Promise<T>,
    how = '',
  ): Promise<T> {
    const key = `${service}/${region}/${how}`;
    const known = made.get(key) ?? prepared(service, region, make());
    made.set(key, known);
    return known as Promise<T>;
  }

  return {
    credentials,
    ecs: (region) => once('ecs', region, async () => new (await import('./sdk/ecs.ts')).ECSClient(access(region))),
    ecsOnce: (region) =>
      once('ecs', region, async () => new (await import('./sdk/ecs.ts')).ECSClient(withoutRetries(region)), 'once'),
    lambda: (region) =>
      once('lambda', region, async () => new (await import('./sdk/lambda.ts')).LambdaClient(access(region))),
    cloudWatch: (region) =>
      once(
        'cloudWatch',
        region,
        async () => new (await import('./sdk/cloudWatch.ts')).CloudWatchClient(access(region)),
      ),
    logs: (region) =>
      once('logs', region, async () => new (await import('./sdk/logs.ts')).CloudWatchLogsClient(access(region))),
    elb: (region) =>
      once('elb', region, async () => {
        const { ElasticLoadBalancingV2Client } = await import('./sdk/elb.ts');
        return new ElasticLoadBalancingV2Client(access(region));
      }),
    apiGateway: (region) =>
      once(
        'apiGateway',
        region,
        async () => new (await import('./sdk/apiGateway.ts')).ApiGatewayV2Client(access(region)),
      ),
    apiGatewayOnce: (region) =>
      once(
        'apiGateway',
        region,
        async () => new (await import('./sdk/apiGateway.ts')).ApiGatewayV2Client(withoutRetries(region)),
        'once',
      ),
    sts: (region) => once('sts', region, async () => new (await import('./sdk/sts.ts')).STSClient(access(region))),
    // Through the modules that use them, so that bundles leave the rest of these large clients out.
    ec2: (region) =>
      once('ec2', region, async () => new (await import('./lookups/network.ts')).EC2Client(access(region))),
    iam: (region) =>
      once('iam', region, async () => new (await import('./lookups/roles.ts')).IAMClient(access(region))),
    ecr: (region) =>
      once('ecr', region, async () => new (await import('./lookups/images.ts')).ECRClient(access(region))),
    s3: (region) =>
      once('s3', region, async () => {
        const { S3Client } = await import('./lookups/objects.ts');
        // An endpoint of one's own has no names for buckets.
        return new S3Client({ ...access(region), forcePathStyle: access(region).endpoint !== undefined });
      }),
    secretsManager: (region) =>
      once(
        'secretsManager',
        region,
        async () => new (await import('./lookups/secrets.ts')).SecretsManagerClient(access(region)),
      ),
    ssm: (region) =>
      once('ssm', region, async () => new (await import('./lookups/parameters.ts')).SSMClient(access(region))),
    close() {
      for (const client of made.values()) client.then((it) => it.destroy()).catch(() => {});
      made.clear();
    },
  };
}
