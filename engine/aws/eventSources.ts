/**
 * Reads what invokes an alias: its resource policy, target groups, routes of HTTP APIs and event source mappings. What
 * does not exist is said so; what cannot be read throws.
 */
import type { ApiGatewayV2Client, Integration, Route, Stage } from '@aws-sdk/client-apigatewayv2';
import {
  type EventSourceMappingConfiguration,
  GetPolicyCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  type EventSource,
  type LambdaTarget,
  type LiveEventSources,
  type LiveMapping,
  type LiveRoute,
  OWN_TAG_PREFIX,
  sourceName,
} from '../plan/index.ts';
import type { Clients } from './clients.ts';
import { orAbsent } from './errors.ts';
import { ROLLOUT_TAG } from './ownTags.ts';
import type { Patiently } from './pacing.ts';
import { plainObject } from './plain.ts';

interface Reading {
  readonly clients: Clients;
  readonly patiently: Patiently;
}

type Statement = LiveEventSources['statements'][number];

function statementOf(value: Json): Statement[] {
  if (!isObject(value)) return [];
  const { Sid, Principal, Condition } = value;
  const like = isObject(Condition) ? (Condition['ArnLike'] ?? null) : null;
  const source = isObject(like) ? (like['AWS:SourceArn'] ?? like['aws:SourceArn']) : undefined;
  const principal = isObject(Principal) ? Principal['Service'] : Principal;
  return [{ id: String(Sid ?? ''), principal: String(principal ?? ''), sourceArn: String(source ?? '') }];
}

/** The statements of an alias's resource policy; none where there is no policy, alias or function. */
export async function readStatements(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier: string,
): Promise<Statement[]> {
  const answer = await orAbsent(
    lambda.send(new GetPolicyCommand({ FunctionName, Qualifier })),
    'ResourceNotFoundException',
  );
  const policy: unknown = JSON.parse(answer?.Policy ?? '{}');
  const statements = isObject(policy) ? policy['Statement'] : [];
  return (Array.isArray(statements) ? statements : []).flatMap(statementOf);
}

/** Target type and targets of a group; type null where there is no such group. */
export async function readTargetGroup(
  clients: Clients,
  region: string,
  arn: string,
): Promise<LiveEventSources['targetGroups'][number]> {
  const [elb, { DescribeTargetGroupsCommand, DescribeTargetHealthCommand }] = await Promise.all([
    clients.elb(region),
    import('./sdk/elb.ts'),
  ]);
  const described = await orAbsent(
    elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] })),
    'TargetGroupNotFoundException',
    'TargetGroupNotFound',
    // What is no ARN of a target group at all.
    'ValidationError',
  );
  const group = described?.TargetGroups?.[0];
  if (group === undefined) return { arn, type: null, targets: [] };
  const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
  const staying = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining');
  return { arn, type: group.TargetType ?? '', targets: staying.map(({ Target }) => Target?.Id ?? '') };
}

interface Page<T> {
  readonly Items?: T[] | undefined;
  readonly NextToken?: string | undefined;
}

async function allPages<T>(next: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const page = await next(token);
    found.push(...(page.Items ?? []));
    token = page.NextToken;
  } while (token);
  return found;
}

/** What an API consists of, as far as routes to functions go; undefined where there is no such API. */
export interface ApiParts {
  readonly routes: readonly Route[];
  readonly integrations: readonly Integration[];
  readonly stages: readonly Stage[];
}

export async function readApi(api: ApiGatewayV2Client, ApiId: string): Promise<ApiParts | undefined> {
  const { GetIntegrationsCommand, GetRoutesCommand, GetStagesCommand } = await import('./sdk/apiGateway.ts');
  const input = (NextToken: string | undefined) => ({ ApiId, ...(NextToken === undefined ? {} : { NextToken }) });
  const routes = await orAbsent(
    allPages<Route>((token) => api.send(new GetRoutesCommand(input(token)))),
    'NotFoundException',
  );
  if (routes === undefined) return undefined;
  const [integrations, stages] = await Promise.all([
    allPages<Integration>((token) => api.send(new GetIntegrationsCommand(input(token)))),
    allPages<Stage>((token) => api.send(new GetStagesCommand(input(token)))),
  ]);
  return { routes, integrations, stages };
}

/** The integration that a route's requests go to. */
export const integrationOf = ({ integrations }: ApiParts, route: Route | undefined): Integration | undefined =>
  integrations.find(({ IntegrationId }) => route?.Target === `integrations/${IntegrationId}`);

function liveRoute(apiId: string, routeId: string, parts: ApiParts | undefined): LiveRoute {
  const route = parts?.routes.find((one) => one.RouteId === routeId);
  if (parts === undefined || route === undefined) {
    const missing = parts === undefined ? 'api' : 'route';
    return { apiId, routeId, missing, key: '', target: null, integration: null, stages: [] };
  }
  const integration = integrationOf(parts, route);
  return {
    apiId,
    routeId,
    missing: null,
    key: route.RouteKey ?? '',
    target: route.Target ?? null,
    integration:
      integration === undefined
        ? null
        : {
            uri: integration.IntegrationUri ?? '',
            isOfFunction: integration.IntegrationType === 'AWS_PROXY' && integration.IntegrationSubtype === undefined,
            isShared: parts.routes.some((other) => other !== route && other.Target === route.Target),
          },
    stages: parts.stages.map((stage) => ({
      name: stage.StageName ?? '',
      deploysItself: stage.AutoDeploy === true,
      deployment: stage.DeploymentId ?? null,
      variables: stage.StageVariables ?? {},
    })),
  };
}

/** Members that describe a mapping's state and not what it is to be. */
const NOT_OF_THE_BODY = new Set([
  'UUID',
  'EventSourceMappingArn',
  'FunctionArn',
  'LastModified',
  'LastProcessingResult',
  'State',
  'StateTransitionReason',
  'FilterCriteriaError',
]);

const isOff = (state: string | undefined): boolean => state === 'Disabled' || state === 'Disabling';

export async function readMapping(
  lambda: LambdaClient,
  mapping: EventSourceMappingConfiguration,
): Promise<LiveMapping> {
  const arn = mapping.EventSourceMappingArn;
  const tags = arn === undefined ? undefined : (await lambda.send(new ListTagsCommand({ Resource: arn }))).Tags;
  const kept = Object.entries(tags ?? {}).filter(([key]) => !key.startsWith('aws:') && !key.startsWith(OWN_TAG_PREFIX));
  const body = Object.entries(plainObject(mapping)).filter(([key]) => !NOT_OF_THE_BODY.has(key));
  return {
    uuid: mapping.UUID ?? '',
    functionArn: mapping.FunctionArn ?? '',
    body: { ...Object.fromEntries(body), Enabled: !isOff(mapping.State), Tags: Object.fromEntries(kept) },
    isOurs: tags?.[ROLLOUT_TAG] !== undefined,
  };
}

/** All mappings of a source, or of a function's qualifier; those on their way out are left out. */
export async function listMappings(
  lambda: LambdaClient,
  of: { readonly EventSourceArn: string } | { readonly FunctionName: string },
): Promise<EventSourceMappingConfiguration[]> {
  const found: EventSourceMappingConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const input = { ...of, ...(Marker === undefined ? {} : { Marker }) };
    const page = await orAbsent(lambda.send(new ListEventSourceMappingsCommand(input)), 'ResourceNotFoundException');
    found.push(...(page?.EventSourceMappings ?? []));
    Marker = page?.NextMarker;
  } while (Marker);
  return found.filter(({ State }) => State !== 'Deleting');
}

/** Is it a mapping to this function, whichever version or alias? */
const isTo = (mapping: EventSourceMappingConfiguration, name: string): boolean =>
  mapping.FunctionArn?.split(':')[6] === name;

async function readMappings(
  { clients, patiently }: Reading,
  { region, function: name }: LambdaTarget,
  alias: string,
  bodies: readonly JsonObject[],
): Promise<LiveMapping[]> {
  const lambda = await clients.lambda(region!);
  const arns = new Set(bodies.filter((body) => body['EventSourceArn'] !== undefined).map(sourceName));
  const lists = await Promise.all([
    patiently(() => listMappings(lambda, { FunctionName: `${name}:${alias}` })),
    ...[...arns].map((EventSourceArn) => patiently(() => listMappings(lambda, { EventSourceArn }))),
  ]);
  const distinct = new Map(lists.flat().map((mapping) => [mapping.UUID, mapping]));
  const own = [...distinct.values()].filter((mapping) => isTo(mapping, name));
  return Promise.all(own.map((mapping) => patiently(() => readMapping(lambda, mapping))));
}

/**
 * @param asked what is to invoke the alias
 * @returns the state of that, and of what GitMoxi connected earlier
 */
export async function readEventSources(
  reading: Reading,
  target: LambdaTarget,
  alias: string,
  asked: readonly EventSource[],
): Promise<LiveEventSources> {
  const { clients, patiently } = reading;
  const region = target.region!;
  const lambda = await clients.lambda(region);
  const statements = await patiently(() => readStatements(lambda, target.function, alias));
  const groups = new Set([
    ...asked.flatMap((source) => (source.kind === 'target-group' ? [source.targetGroup] : [])),
    ...statements.map(({ sourceArn }) => sourceArn).filter((arn) => arn.includes(':targetgroup/')),
  ]);
  const routes = asked.filter((source) => source.kind === 'route');
  const apiIds = [...new Set(routes.map(({ apiId }) => apiId))];
  const bodies = asked.flatMap((source) => (source.kind === 'mapping' ? [source.body] : []));
  const [targetGroups, apis, mappings] = await Promise.all([
    Promise.all([...groups].map((arn) => patiently(() => readTargetGroup(clients, region, arn)))),
    Promise.all(
      apiIds.map(async (apiId) => {
        const api = await clients.apiGateway(region);
        return [apiId, await patiently(() => readApi(api, apiId))] as const;
      }),
    ),
    readMappings(reading, target, alias, bodies),
  ]);
  const parts = new Map(apis);
  return {
    statements,
    targetGroups,
    routes: routes.map(({ apiId, routeId }) => liveRoute(apiId, routeId, parts.get(apiId))),
    mappings,
  };
}
