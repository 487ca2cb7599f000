/**
 * ECS: rendered definitions against a live service and task definition. Pure.
 *
 * A task definition is compared whole: registering replaces everything. A service is compared where the file speaks;
 * what it leaves out is left to AWS's defaults or to others (autoscaling's `desiredCount`), save lists that mean
 * "none" when they are left out. Sources: Amazon ECS API reference, CreateService, UpdateService,
 * RegisterTaskDefinition (default values).
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { OWN_TAG_PREFIX } from './desired.ts';
import { type Difference, differences, isEmpty } from './differences.ts';
import { parseArn } from './target.ts';

type Members = Record<string, Json>;

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** DescribeTaskDefinition's members that RegisterTaskDefinition does not take. */
const ASSIGNED_BY_ECS = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
]);

/** What a member that is left out means: ECS answers with it, or without it. */
const TASK_DEFAULTS: JsonObject = { enableFaultInjection: false };
const CONTAINER_DEFAULTS: JsonObject = { cpu: 0, essential: true, versionConsistency: 'enabled' };
const HEALTH_CHECK_DEFAULTS: JsonObject = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 };
const EFS_DEFAULTS: JsonObject = { rootDirectory: '/', transitEncryption: 'DISABLED' };
const EFS_AUTHORIZATION_DEFAULTS: JsonObject = { iam: 'DISABLED' };

function withoutEmpty(value: JsonObject, defaults: JsonObject = {}): Members {
  const kept: Members = {};
  for (const [key, member] of Object.entries(value)) {
    if (!isEmpty(member) && member !== defaults[key]) kept[key] = member;
  }
  return kept;
}

function normalizePort(port: Json, hostPortFollows: boolean): Json {
  if (!isObject(port)) return port;
  const normal = withoutEmpty(port, { protocol: 'tcp' });
  // 0 is what a left-out host port is; in awsvpc and host mode that is the container port, in bridge mode "any".
  const implied = hostPortFollows ? port['containerPort'] : 0;
  if (normal['hostPort'] === implied || normal['hostPort'] === 0) delete normal['hostPort'];
  return normal;
}

function normalizeContainer(container: Json, hostPortFollows: boolean): Json {
  if (!isObject(container)) return container;
  const normal = withoutEmpty(container, CONTAINER_DEFAULTS);
  if (Array.isArray(normal['portMappings'])) {
    normal['portMappings'] = list(normal['portMappings']).map((port) => normalizePort(port, hostPortFollows));
  }
  if (isObject(normal['healthCheck']))
    normal['healthCheck'] = withoutEmpty(normal['healthCheck'], HEALTH_CHECK_DEFAULTS);
  return normal;
}

function normalizeVolume(volume: Json): Json {
  const efs = isObject(volume) ? volume['efsVolumeConfiguration'] : undefined;
  if (!isObject(volume) || !isObject(efs)) return volume;
  const normal = withoutEmpty(efs, EFS_DEFAULTS);
  const authorization = normal['authorizationConfig'];
  if (isObject(authorization)) normal['authorizationConfig'] = withoutEmpty(authorization, EFS_AUTHORIZATION_DEFAULTS);
  return { ...volume, efsVolumeConfiguration: normal };
}

/** A task's size in CPU units or MiB, as text: ECS turns `1 vCPU` into 1024 and `2 GB` into 2048 when it registers. */
function normalizeSize(size: Json): string {
  const text = String(size).trim();
  const named = /^(\d*\.?\d+)\s*(vcpu|gb)$/i.exec(text);
  return named ? String(Math.round(Number(named[1]) * 1024)) : text;
}

/** Tags without those that AWS or GitMoxi put there. */
function normalizeTags(tags: Json | undefined): readonly Json[] {
  return list(tags)
    .filter(isObject)
    .filter((tag) => !/^aws:/.test(String(tag['key'])) && !String(tag['key']).startsWith(OWN_TAG_PREFIX))
    .map((tag) => ({ key: tag['key'] ?? '', value: tag['value'] ?? '' }));
}

/** A task definition, asked for or live, in one form that is equal when they mean the same. */
export function normalizeTaskDefinition(definition: JsonObject): JsonObject {
  const normal: Members = {};
  const networkMode = definition['networkMode'];
  const hostPortFollows = networkMode === 'awsvpc' || networkMode === 'host';
  for (const [key, member] of Object.entries(definition)) {
    if (ASSIGNED_BY_ECS.has(key) || isEmpty(member) || member === TASK_DEFAULTS[key]) continue;
    normal[key] = member;
  }
  normal['containerDefinitions'] = list(definition['containerDefinitions']).map((c) =>
    normalizeContainer(c, hostPortFollows),
  );
  normal['volumes'] = list(definition['volumes']).map(normalizeVolume);
  normal['tags'] = normalizeTags(definition['tags']);
  for (const key of ['cpu', 'memory']) if (normal[key] !== undefined) normal[key] = normalizeSize(normal[key]);
  if (networkMode === 'bridge') delete normal['networkMode'];
  return normal;
}

/** Service members that are compared as lists meaning "none" when the file leaves them out. */
const ABSENT_MEANS_NONE = ['loadBalancers', 'serviceRegistries', 'placementConstraints', 'placementStrategy'];

/** Members of CreateService that name or create the service, or are compared elsewhere. */
const NOT_COMPARED = new Set(['cluster', 'serviceName', 'clientToken', 'role', 'taskDefinition', 'tags']);

/** Nested settings whose absent members keep AWS's default or the value they have. */
const PARTIAL = new Set([
  'deploymentConfiguration',
  'deploymentController',
  'networkConfiguration',
  'serviceConnectConfiguration',
  'volumeConfigurations',
]);

const AWSVPC_DEFAULTS: JsonObject = { assignPublicIp: 'DISABLED' };

function sorted(value: Json | undefined): Json {
  return [...list(value)].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

function normalizeNetwork(value: Json): Json {
  const vpc = isObject(value) ? value['awsvpcConfiguration'] : undefined;
  if (!isObject(vpc)) return value;
  return {
    awsvpcConfiguration: {
      // Said on both sides: what is compared is what the file says, and here silence means the default.
      ...AWSVPC_DEFAULTS,
      ...withoutEmpty(vpc),
      subnets: sorted(vpc['subnets']),
      securityGroups: sorted(vpc['securityGroups']),
    },
  };
}

function normalizeStrategy(value: Json): Json {
  return list(value).map((item) => (isObject(item) ? withoutEmpty(item, { base: 0, weight: 0 }) : item));
}

/** ECS knows `host` as `instanceId`, and the sizes in either case. Source: Amazon ECS API reference, PlacementStrategy. */
function normalizePlacement(value: Json): Json {
  return list(value).map((item) => {
    const field = isObject(item) ? item['field'] : undefined;
    if (!isObject(item) || typeof field !== 'string') return item;
    const plain = field.toLowerCase();
    if (plain === 'host' || plain === 'instanceid') return { ...item, field: 'instanceId' };
    return plain === 'cpu' || plain === 'memory' ? { ...item, field: plain } : item;
  });
}

function normalizeMember(key: string, value: Json): Json {
  if (key === 'networkConfiguration') return normalizeNetwork(value);
  if (key === 'capacityProviderStrategy') return normalizeStrategy(value);
  if (key === 'placementStrategy') return normalizePlacement(value);
  if (key === 'platformVersion' && value === 'LATEST') return null;
  // Switched off, Service Connect is not shown at all.
  if (key === 'serviceConnectConfiguration' && isObject(value) && value['enabled'] === false) return null;
  return value;
}

/** Keeps of `live` what `desired` speaks about, to any depth; lists are gone through where they are of one length. */
function restrict(live: Json | undefined, desired: Json): Json {
  if (Array.isArray(live) && Array.isArray(desired) && live.length === desired.length) {
    return live.map((element, i) => restrict(element, desired[i] ?? null));
  }
  if (!isObject(live) || !isObject(desired)) return live ?? null;
  return Object.fromEntries(Object.keys(desired).map((key) => [key, restrict(live[key], desired[key] ?? null)]));
}

/** Members that DescribeServices shows on the deployment, not on the service. */
const ON_DEPLOYMENT = new Set(['serviceConnectConfiguration', 'volumeConfigurations', 'vpcLatticeConfigurations']);

/** The newest deployment of a service, as DescribeServices lists it. */
export function primaryDeployment(service: JsonObject): JsonObject | undefined {
  return list(service['deployments'])
    .filter(isObject)
    .find((deployment) => deployment['status'] === 'PRIMARY');
}

const tasksOf = ({ runningCount, desiredCount }: JsonObject): string =>
  `${Number(runningCount ?? 0)} of ${Number(desiredCount ?? 0)} running`;

const DEPLOYMENTS = '/deployments';
const TASK_SETS = '/taskSets';

/** Is it about the state of a deployment, and not about what is deployed? */
export const isDeploymentDifference = ({ path }: Difference): boolean => path === DEPLOYMENTS || path === TASK_SETS;

/** Task sets besides the primary one, which somebody left half way: they may get traffic, all of it even. */
function taskSetDifferences(service: JsonObject): Difference[] {
  const others = list(service['taskSets'])
    .filter(isObject)
    .filter(({ status }) => status === 'ACTIVE');
  if (others.length === 0) return [];
  const ids = others.map(({ id }) => String(id)).join(', ');
  return [{ path: TASK_SETS, live: `${ids} besides the primary one`, desired: 'the primary one alone' }];
}

/**
 * A newest deployment that failed, or has too few tasks and is not complete, or task sets left half way: the service is
 * asked for what the files say and does not run it, or not it alone. Only the ECS controller tells a rollout state.
 */
export function deploymentDifferences(service: JsonObject): Difference[] {
  return [...taskSetDifferences(service), ...unfinishedDeployment(service)];
}

function unfinishedDeployment(service: JsonObject): Difference[] {
  const primary = primaryDeployment(service);
  const state = primary?.['rolloutState'];
  if (primary === undefined || state === undefined || state === null || state === 'COMPLETED') return [];
  const isShort = Number(primary['runningCount'] ?? 0) < Number(primary['desiredCount'] ?? 0);
  if (state !== 'FAILED' && !isShort) return [];
  return [{ path: DEPLOYMENTS, live: `${String(state)}, ${tasksOf(primary)}`, desired: 'COMPLETED' }];
}

/** What is going on where the service is between two deployments, for people. */
export function ongoingDeployment(service: JsonObject): string | undefined {
  const present = list(service['deployments'])
    .filter(isObject)
    .filter(({ status }) => status !== 'INACTIVE');
  const primary = primaryDeployment(service);
  if (primary === undefined || (present.length === 1 && primary['rolloutState'] !== 'IN_PROGRESS')) return undefined;
  return `${String(primary['rolloutState'] ?? 'IN_PROGRESS')}, ${tasksOf(primary)}`;
}

/** What deploys a service that names no controller: a file without one does not mean any. */
const DEFAULT_CONTROLLER: JsonObject = { type: 'ECS' };

/** DescribeServices shows no controller for the default one, and `schedulingStrategy` always. */
function liveMember(live: JsonObject, key: string): Json | undefined {
  const value = live[key];
  if (key === 'deploymentController') return value ?? DEFAULT_CONTROLLER;
  if (key === 'enableExecuteCommand' || key === 'enableECSManagedTags') return value ?? false;
  if (key === 'healthCheckGracePeriodSeconds') return value ?? 0;
  if (key === 'propagateTags') return value ?? 'NONE';
  if (ON_DEPLOYMENT.has(key)) return value ?? primaryDeployment(live)?.[key];
  return value;
}

/** The service's own differences; the task definition has its own. */
export function serviceDifferences(live: JsonObject, desired: JsonObject): Difference[] {
  const asked: Members = {};
  const runs: Members = {};
  const keys = new Set([...Object.keys(desired), ...ABSENT_MEANS_NONE, 'deploymentController']);
  for (const key of keys) {
    if (NOT_COMPARED.has(key)) continue;
    const want = normalizeMember(key, desired[key] ?? (key === 'deploymentController' ? DEFAULT_CONTROLLER : null));
    let have = normalizeMember(key, liveMember(live, key) ?? null);
    if (key === 'launchType' && !isEmpty(live['capacityProviderStrategy'])) have = null;
    if (key === 'platformVersion' && want === null) continue;
    asked[key] = want;
    runs[key] = PARTIAL.has(key) ? restrict(have, want) : have;
  }
  asked['tags'] = normalizeTags(desired['tags']);
  runs['tags'] = normalizeTags(live['tags']);
  return differences(runs, asked);
}

/** `family:revision` of an ARN, a `family:revision`, or a bare family. */
export function taskDefinitionName(reference: string): string {
  return (parseArn(reference)?.resource ?? reference).replace(/^task-definition\//, '');
}

/** Does a live task definition's ARN satisfy what a service definition names (ARN, family:revision or family)? */
export function sameTaskDefinition(live: string, named: string): boolean {
  const have = taskDefinitionName(live);
  const want = taskDefinitionName(named);
  return have === want || have.replace(/:\d+$/, '') === want;
}

/** A role may be registered by its name and is answered by its ARN: where the file has the name, it is compared by it. */
function withRoleNames(live: JsonObject, desired: JsonObject): JsonObject {
  const named = ['taskRoleArn', 'executionRoleArn'].filter((key) => {
    const [have, want] = [live[key], desired[key]];
    return typeof have === 'string' && typeof want === 'string' && parseArn(have)?.resource === `role/${want}`;
  });
  return { ...live, ...Object.fromEntries(named.map((key) => [key, desired[key]!])) };
}

/**
 * Differences of the task definition, under `/taskDefinition`.
 *
 * @param desired the rendered task definition, or undefined where the service definition names one
 */
export function taskDefinitionDifferences(
  liveService: JsonObject,
  live: JsonObject | undefined,
  desiredService: JsonObject,
  desired: JsonObject | undefined,
): Difference[] {
  if (desired === undefined) {
    const have = String(liveService['taskDefinition'] ?? '');
    const named = String(desiredService['taskDefinition'] ?? '');
    return sameTaskDefinition(have, named) ? [] : [{ path: '/taskDefinition', live: have, desired: named }];
  }
  const have = live === undefined ? null : normalizeTaskDefinition(live);
  return differences(have && withRoleNames(have, desired), normalizeTaskDefinition(desired), '/taskDefinition');
}

/**
 * Members that UpdateService takes. Anything else that differs can be had only by making the service anew.
 * Source: Amazon ECS API reference, UpdateService, request members.
 */
export const UPDATABLE = new Set([
  'desiredCount',
  'deploymentConfiguration',
  'availabilityZoneRebalancing',
  'networkConfiguration',
  'placementConstraints',
  'placementStrategy',
  'platformVersion',
  'healthCheckGracePeriodSeconds',
  'enableExecuteCommand',
  'enableECSManagedTags',
  'loadBalancers',
  'propagateTags',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
  'capacityProviderStrategy',
  'monitoring',
]);

/** How UpdateService is told "none", or the default, for a member that a definition or DescribeServices leaves out. */
export const NONE_OF: JsonObject = {
  loadBalancers: [],
  serviceRegistries: [],
  placementConstraints: [],
  placementStrategy: [],
  capacityProviderStrategy: [],
  volumeConfigurations: [],
  serviceConnectConfiguration: { enabled: false },
  healthCheckGracePeriodSeconds: 0,
  enableExecuteCommand: false,
  propagateTags: 'NONE',
};

const topMember = (difference: Difference) => difference.path.split('/')[1] ?? '';

/** The service members that differ and that UpdateService takes, in a stable order. */
export function changedMembers(found: readonly Difference[]): string[] {
  return [...new Set(found.map(topMember))].filter((key) => UPDATABLE.has(key)).sort();
}

/** The service members that differ and that AWS cannot change in place. */
export function replacementMembers(found: readonly Difference[]): string[] {
  return [...new Set(found.filter((one) => !isDeploymentDifference(one)).map(topMember))].filter(
    (key) => !UPDATABLE.has(key) && key !== 'tags' && key !== 'taskDefinition',
  );
}
