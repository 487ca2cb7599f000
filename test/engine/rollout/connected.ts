/** A function that load balancers, HTTP APIs and queues invoke, and what is connected to it. */
import {
  ApiGatewayV2Client,
  GetIntegrationCommand,
  GetRouteCommand,
  GetStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetFunctionCommand,
  GetPolicyCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../../engine/json.ts';
import { resize } from './fixtures.ts';
import { ACCOUNT, type Files, REGION, type Stage } from './stage.ts';

export const GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/resize/943f017f100becff`;
export const OTHER_GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/other/143f017f100becff`;
export const PLAIN_GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/tasks/243f017f100becff`;
export const API = 'a1b2c3d4e5';
export const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`;
export const STREAM = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/clicks`;
export const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:resize`;

/** What is there before anything is deployed, and requests that go through it. */
export const SURROUNDINGS = {
  given: {
    targetGroups: [
      { arn: GROUP, type: 'lambda', loadBalancer: 'front' },
      { arn: OTHER_GROUP, type: 'lambda', loadBalancer: 'front', listenerPort: 81 },
      { arn: PLAIN_GROUP, type: 'ip', loadBalancer: 'front', listenerPort: 82 },
    ],
    apis: [
      {
        apiId: API,
        routes: [
          { routeId: 'orders', routeKey: 'GET /orders' },
          { routeId: 'placed', routeKey: 'POST /orders', functionArn: `${FUNCTION}-placeholder` },
        ],
        stages: [{ stageName: '$default' }, { stageName: 'test', variables: { colour: 'blue' } }],
      },
    ],
  },
} as const;

export const balancer = (TargetGroupArn: string = GROUP): JsonObject => ({
  Service: 'elasticloadbalancing.amazonaws.com',
  TargetGroupArn,
});
export const route = (RouteId = 'placed', rest: JsonObject = {}): JsonObject => ({
  Service: 'apigateway.amazonaws.com',
  ApiId: API,
  RouteId,
  ...rest,
});
export const queue = (rest: JsonObject = {}): JsonObject => ({
  EventSourceArn: QUEUE,
  FunctionName: 'resize',
  BatchSize: 5,
  ...rest,
});

/** The function with its sources. */
export const fed = (eventSources: JsonObject | undefined, fn: Parameters<typeof resize>[0] = {}): Files => ({
  ...resize(fn),
  ...(eventSources === undefined ? {} : { eventSources }),
});

export const ALL_SOURCES: JsonObject = {
  PushEventSources: [balancer(), route('placed'), route('orders', { AliasStageVariableName: 'lambdaAlias' })],
  PullEventSources: { EventSourceMapping: [queue(), { EventSourceArn: STREAM, StartingPosition: 'LATEST' }] },
};

export interface Connections {
  readonly permissions: readonly string[];
  readonly targets: readonly (string | undefined)[];
  readonly integrations: readonly (string | undefined)[];
  readonly variables: readonly (string | undefined)[];
  readonly mappings: readonly unknown[];
  readonly marked: string | undefined;
}

/** What invokes the alias `live`, without ids that AWS makes up. */
export async function connections(stage: Stage): Promise<Connections> {
  const elb = new ElasticLoadBalancingV2Client(stage.client);
  const api = new ApiGatewayV2Client(stage.client);
  try {
    const policy = await stage.lambda
      .send(new GetPolicyCommand({ FunctionName: 'resize', Qualifier: 'live' }))
      .then(({ Policy = '{}' }) => JSON.parse(Policy).Statement ?? [])
      .catch(() => []);
    const targets = await Promise.all(
      [GROUP, OTHER_GROUP].map(async (TargetGroupArn) => {
        const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
        return TargetHealthDescriptions.map(({ Target }) => Target?.Id).join();
      }),
    );
    const integrations = await Promise.all(
      ['orders', 'placed'].map(async (RouteId) => {
        const { Target } = await api.send(new GetRouteCommand({ ApiId: API, RouteId }));
        if (Target === undefined) return undefined;
        const IntegrationId = Target.replace('integrations/', '');
        return (await api.send(new GetIntegrationCommand({ ApiId: API, IntegrationId }))).IntegrationUri;
      }),
    );
    const variables = await Promise.all(
      ['$default', 'test'].map(
        async (StageName) =>
          (await api.send(new GetStageCommand({ ApiId: API, StageName }))).StageVariables?.['lambdaAlias'],
      ),
    );
    const { EventSourceMappings = [] } = await stage.lambda.send(new ListEventSourceMappingsCommand({}));
    const mappings = await Promise.all(
      EventSourceMappings.map(async (mapping) => {
        const { Tags = {} } = await stage.lambda.send(new ListTagsCommand({ Resource: mapping.EventSourceMappingArn }));
        const isOurs = Tags['gitmoxi:rollout'] !== undefined;
        return [mapping.EventSourceArn, mapping.FunctionArn, mapping.State, mapping.BatchSize, isOurs];
      }),
    );
    const got = await stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' })).catch(() => undefined);
    return {
      permissions: policy.map(({ Sid }: { Sid: string }) => Sid).sort(),
      targets,
      integrations,
      variables,
      mappings: mappings.sort(),
      marked: got?.Tags?.['gitmoxi:event-sources'],
    };
  } finally {
    elb.destroy();
    api.destroy();
  }
}
