/**
 * SDK clients, one per service and region, made when first needed: loading a client costs tens of milliseconds.
 * Owns the clients' connections; `close` ends them.
 */
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { ECSClient, ECSClientConfig } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Pace, ServiceName } from './pacing.ts';

/** A request of any service but Lambda that gets no answer within this has failed, ms, unless options say otherwise. */
export const REQUEST_TIMEOUT_MS = 15_000;

export interface AwsOptions {
  /** A profile of the shared configuration; the SDK's own chain otherwise. */
  readonly profile?: string;
  /** Instead of what the SDK finds by itself. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Instead of AWS's own endpoints, for example the sandbox's. */
  readonly endpoint?: string;
  /** Requests that get no connection within this, ms, fail. @default 5_000 */
  readonly connectionTimeoutMs?: number;
  /** Requests that get no answer within this, ms, fail. @default 15_000, and 60_000 for Lambda, where code is uploaded */
  readonly requestTimeoutMs?: number;
  /** How requests are carried and tried again, instead of as the SDK does over HTTP and in real time. */
  readonly transport?: Pick<ECSClientConfig, 'requestHandler' | 'retryStrategy'>;
  /** Given each client when it is made, for example to change its signer or its middleware. */
  readonly onClient?: (client: SdkClient) => void;
}

export interface Clients {
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

  const settings = (region: string, requestTimeoutMs = REQUEST_TIMEOUT_MS) => ({
    region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    requestHandler: {
      connectionTimeout: options.connectionTimeoutMs ?? 5_000,
      requestTimeout: options.requestTimeoutMs ?? requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...options.transport,
  });

  const withoutRetries = (region: string) => {
    const { retryStrategy: _never, ...rest } = settings(region);
    return { ...rest, maxAttempts: 1 };
  };

  async function prepared<T extends SdkClient>(service: ServiceName, region: string, making: Promise<T>): Promise<T> {
    const client = await making;
    const paced =
      (next: (args: object) => Promise<object>, { commandName = '' }: { readonly commandName?: string }) =>
      async (args: object) => {
        await pace(service, commandName.replace(/Command$/, ''), region);
        return next(args);
      };
    client.middlewareStack.add(paced as never, { step: 'initialize', name: 'gitmoxiPace' });
    options.onClient?.(client);
    return client;
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
    ecs: (region) =>
      once('ecs', region, async () => new (await import('@aws-sdk/client-ecs')).ECSClient(settings(region))),
    ecsOnce: (region) =>
      once(
        'ecs',
        region,
        async () => new (await import('@aws-sdk/client-ecs')).ECSClient(withoutRetries(region)),
        'once',
      ),
    lambda: (region) =>
      once(
        'lambda',
        region,
        async () => new (await import('@aws-sdk/client-lambda')).LambdaClient(settings(region, 60_000)),
      ),
    cloudWatch: (region) =>
      once(
        'cloudWatch',
        region,
        async () => new (await import('@aws-sdk/client-cloudwatch')).CloudWatchClient(settings(region)),
      ),
    logs: (region) =>
      once(
        'logs',
        region,
        async () => new (await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogsClient(settings(region)),
      ),
    elb: (region) =>
      once('elb', region, async () => {
        const { ElasticLoadBalancingV2Client } = await import('@aws-sdk/client-elastic-load-balancing-v2');
        return new ElasticLoadBalancingV2Client(settings(region));
      }),
    apiGateway: (region) =>
      once(
        'apiGateway',
        region,
        async () => new (await import('@aws-sdk/client-apigatewayv2')).ApiGatewayV2Client(settings(region)),
      ),
    apiGatewayOnce: (region) =>
      once(
        'apiGateway',
        region,
        async () => new (await import('@aws-sdk/client-apigatewayv2')).ApiGatewayV2Client(withoutRetries(region)),
        'once',
      ),
    sts: (region) =>
      once('sts', region, async () => new (await import('@aws-sdk/client-sts')).STSClient(settings(region))),
    close() {
      for (const client of made.values()) client.then((it) => it.destroy()).catch(() => {});
      made.clear();
    },
  };
}
