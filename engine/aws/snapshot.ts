/** Reads a snapshot: what runs at some targets of one account, and what it depends on. Describes only; changes nothing. */
import { DescribeClustersCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetFunctionCommand } from '@aws-sdk/client-lambda';
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  type ApiSnapshot,
  alarmsIn,
  type FunctionSnapshot,
  type Live,
  type LiveEcs,
  type LiveFailure,
  type LiveLambda,
  type LiveRoute,
  type RegionSnapshot,
  type SnapshotWish,
  targetGroupsIn,
  targetKey,
} from '../plan/index.ts';
import { ALARMS_PER_CALL, describeAlarms } from './alarms.ts';
import { batches } from './batching.ts';
import { listenersOf, rulesOf } from './elb.ts';
import { orAbsent } from './errors.ts';
import { type Reading, readLive } from './live.ts';
import { ROLLOUT_TAG } from './ownTags.ts';
import { plain, plainObject } from './plain.ts';

type Elb = ElasticLoadBalancingV2Client;

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const texts = (values: readonly (Json | undefined)[]): string[] =>
  values.filter((value): value is string => typeof value === 'string' && value !== '');
const distinct = (items: readonly string[]): string[] => [...new Set(items)];

/**
 * @param wishes of one account; each has a region
 * @param refused makes the error where a target could not be read
 */
export async function readSnapshot(
  reading: Reading,
  wishes: readonly SnapshotWish[],
  refused: (wish: SnapshotWish, failure: LiveFailure | undefined) => Error,
): Promise<RegionSnapshot[]> {
  const found = await readLive(reading, wishes);
  const lives = wishes.map((wish) => {
    const live = found.get(targetKey(wish.target));
    if (live === undefined || live.kind === 'failure') throw refused(wish, live);
    return { wish, live };
  });
  const regions = Map.groupBy(lives, ({ wish }) => wish.target.region ?? '');
  return Promise.all([...regions].map(([region, some]) => readRegion(reading, region, some)));
}

interface Found {
  readonly wish: SnapshotWish;
  readonly live: Live;
}

async function readRegion(reading: Reading, region: string, found: readonly Found[]): Promise<RegionSnapshot> {
  const services = found.flatMap(({ live }) => (live.kind === 'ecs' && live.service ? [live.service] : []));
  const sets = services.flatMap((service) => objects(service['taskSets']));
  const groups = [...found.flatMap(({ wish }) => wish.targetGroups), ...[...services, ...sets].flatMap(targetGroupsIn)];
  const alarms = [...found.flatMap(({ wish }) => wish.alarms), ...services.flatMap(alarmsIn)];
  const [clusters, taskDefinitions, balancing, described, functions] = await Promise.all([
    readClusters(reading, region, found),
    readTaskDefinitions(reading, region, found, sets),
    readBalancing(reading, region, distinct(groups)),
    readAlarms(reading, region, distinct(alarms)),
    Promise.all(found.map(({ wish, live }) => (live.kind === 'lambda' ? readFunction(reading, wish, live) : []))),
  ]);
  return {
    account: found[0]!.wish.target.account ?? '',
    region,
    clusters,
    taskDefinitions,
    services,
    ...balancing,
    alarms: described,
    functions: functions.flat(),
    apis: apisOf(found.flatMap(({ live }) => (live.kind === 'lambda' ? (live.eventSources?.routes ?? []) : []))),
  };
}

async function readClusters(
  { clients, patiently }: Reading,
  region: string,
  found: readonly Found[],
): Promise<JsonObject[]> {
  const names = distinct(found.flatMap(({ wish: { target } }) => (target.kind === 'ecs' ? [target.cluster] : [])));
  if (names.length === 0) return [];
  const ecs = await clients.ecs(region);
  const answer = await patiently(() => ecs.send(new DescribeClustersCommand({ clusters: names.slice(0, 100) })));
  return (answer.clusters ?? []).filter(({ status }) => status === 'ACTIVE').map(plainObject);
}

/** Those that services run are known with them; task sets and files may name others. */
async function readTaskDefinitions(
  { clients, patiently }: Reading,
  region: string,
  found: readonly Found[],
  sets: readonly JsonObject[],
): Promise<JsonObject[]> {
  const running = found.flatMap(({ live }) => (live.kind === 'ecs' ? (taskOf(live) ?? []) : []));
  const known = new Set(texts(running.map((one) => one['taskDefinitionArn'])));
  const named = [
    ...texts(sets.map((set) => set['taskDefinition'])),
    ...found.flatMap(({ wish }) => wish.taskDefinition ?? []),
  ];
  const ecs = await clients.ecs(region);
  const others = await Promise.all(
    distinct(named)
      .filter((name) => !known.has(name))
      .map((name) =>
        // What does not exist is a matter for the rollout.
        orAbsent(
          patiently(() => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] }))),
          'ClientException',
        ),
      ),
  );
  const further = others.flatMap((answer): JsonObject[] =>
    answer?.taskDefinition === undefined
      ? []
      : [{ ...plainObject(answer.taskDefinition), tags: plain(answer.tags ?? []) }],
  );
  const all = [...running, ...further].map((one) => [String(one['taskDefinitionArn']), one] as const);
  return [...new Map(all).values()];
}

const taskOf = ({ taskDefinition }: LiveEcs): JsonObject[] | undefined => taskDefinition && [taskDefinition];

async function readBalancing(
  { clients, patiently }: Reading,
  region: string,
  arns: readonly string[],
): Promise<Pick<RegionSnapshot, 'targetGroups' | 'listeners'>> {
  if (arns.length === 0) return { targetGroups: [], listeners: [] };
  const elb = await clients.elb(region);
  const groups = await Promise.all(arns.map((arn) => patiently(() => readGroup(elb, arn))));
  const targetGroups = groups.filter((group) => group !== undefined);
  const balancers = distinct(targetGroups.flatMap((group) => texts(listOf(group['LoadBalancerArns']))));
  const listeners = await Promise.all(balancers.map((arn) => patiently(() => readListeners(elb, arn))));
  return { targetGroups, listeners: listeners.flat() };
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** Undefined where there is none. */
async function readGroup(elb: Elb, TargetGroupArn: string): Promise<JsonObject | undefined> {
  const described = await orAbsent(
    elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })),
    'TargetGroupNotFoundException',
    'TargetGroupNotFound',
    'ValidationError',
  );
  const [group] = described?.TargetGroups ?? [];
  if (group === undefined) return undefined;
  const { Attributes = [] } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  const health =
    group.TargetType === 'lambda' ? await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })) : undefined;
  const targets = (health?.TargetHealthDescriptions ?? []).filter(
    ({ TargetHealth }) => TargetHealth?.State !== 'draining',
  );
  return {
    ...plainObject(group),
    Attributes: plain(Attributes),
    ...(health === undefined ? {} : { Targets: targets.map(({ Target }) => Target?.Id ?? '') }),
  };
}

async function readListeners(elb: Elb, balancer: string): Promise<JsonObject[]> {
  const listeners: JsonObject[] = [];
  for (const listener of await listenersOf(elb, balancer)) {
    const rules = await rulesOf(elb, listener.ListenerArn ?? '');
    listeners.push({ ...plainObject(listener), Rules: rules.map(plainObject) });
  }
  return listeners;
}

async function readAlarms(
  { clients, patiently }: Reading,
  region: string,
  names: readonly string[],
): Promise<JsonObject[]> {
  if (names.length === 0) return [];
  const cloudWatch = await clients.cloudWatch(region);
  const found: JsonObject[] = [];
  for (const some of batches(names, ALARMS_PER_CALL)) {
    const { metric, composite } = await patiently(() => describeAlarms(cloudWatch, some));
    found.push(...[...metric, ...composite].map(plainObject));
  }
  return found;
}

async function readFunction(
  { clients, patiently }: Reading,
  { target, alias }: SnapshotWish,
  live: LiveLambda,
): Promise<FunctionSnapshot[]> {
  if (live.latest === undefined || target.kind !== 'lambda') return [];
  const lambda = await clients.lambda(target.region ?? '');
  const routing = isObject(live.alias?.['RoutingConfig'])
    ? live.alias['RoutingConfig']['AdditionalVersionWeights']
    : {};
  const further = await Promise.all(
    Object.keys(isObject(routing) ? routing : {}).map((Qualifier) =>
      patiently(() => lambda.send(new GetFunctionCommand({ FunctionName: target.function, Qualifier }))),
    ),
  );
  const others = further.flatMap(({ Configuration }) =>
    Configuration === undefined ? [] : [plainObject(Configuration)],
  );
  const { eventSources } = live;
  return [
    {
      latest: live.latest,
      code: live.code ?? {},
      tags: Object.fromEntries(Object.entries(live.tags).filter(([key]) => !key.startsWith('aws:'))),
      versions: [...(live.serving === undefined ? [] : [live.serving]), ...others],
      aliases: live.alias === undefined ? [] : [live.alias],
      permissions: (eventSources?.statements ?? []).map((statement) => ({ alias: alias ?? '', ...statement })),
      mappings: (eventSources?.mappings ?? []).map(({ uuid, functionArn, body, isOurs }) => ({
        ...body,
        UUID: uuid,
        FunctionArn: functionArn,
        Tags: { ...(isObject(body['Tags']) ? body['Tags'] : {}), ...(isOurs ? { [ROLLOUT_TAG]: 'earlier' } : {}) },
      })),
      provisioned: live.provisioned ?? {},
    },
  ];
}

/** What does not exist is left out. */
function apisOf(routes: readonly LiveRoute[]): ApiSnapshot[] {
  const there = Map.groupBy(
    routes.filter(({ missing }) => missing !== 'api'),
    ({ apiId }) => apiId,
  );
  return [...there].map(([apiId, some]) => ({
    apiId,
    routes: some
      .filter(({ missing }) => missing === null)
      .map(({ routeId, key, target, integration }) => ({
        routeId,
        routeKey: key,
        target,
        integrationUri: integration?.uri ?? null,
      })),
    stages: some[0]!.stages.map(({ name, deploysItself, variables }) => ({
      stageName: name,
      autoDeploy: deploysItself,
      variables,
    })),
  }));
}
