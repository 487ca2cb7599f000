/**
 * Clusters, task definitions and services as a snapshot tells them. Services are made by the same operations as any: their
 * tasks start and become healthy as time goes by, which is the caller's to let pass.
 */
import { weightsOf } from '../elbv2/index.ts';
import { object, objects, text, texts, whole } from '../input.ts';
import { type JsonObject, pick } from '../json.ts';
import type { Caller } from '../service.ts';
import type { Region } from '../world.ts';
import { addCluster, ecsOf, nameOf, readTags } from './lookup.ts';
import { addService } from './serviceOperations.ts';
import type { Ecs, TaskDefinition } from './state.ts';
import { readStrategy } from './strategy.ts';
import { readTaskDefinition } from './taskDefinitions.ts';
import { taskSetOperations } from './taskSetOperations.ts';

/** Members of services and task sets that say what their tasks are. */
const OF_TASKS = [
  'taskDefinition',
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'networkConfiguration',
  'loadBalancers',
  'serviceRegistries',
];

/** The other members of a described service that CreateService takes. */
const OF_SERVICE = [
  'serviceName',
  'desiredCount',
  'deploymentController',
  'placementConstraints',
  'placementStrategy',
  'schedulingStrategy',
  'healthCheckGracePeriodSeconds',
  'enableECSManagedTags',
  'propagateTags',
  'enableExecuteCommand',
  'availabilityZoneRebalancing',
];

/** DescribeServices tells these with the service's deployments alone. */
const OF_DEPLOYMENTS = ['serviceConnectConfiguration', 'volumeConfigurations', 'vpcLatticeConfigurations'];

/** @throws AwsFault where a service is of a kind that is not imitated */
export function restoreEcs(
  region: Region,
  given: {
    readonly clusters: readonly JsonObject[];
    readonly taskDefinitions: readonly JsonObject[];
    readonly services: readonly JsonObject[];
  },
): void {
  const ecs = ecsOf(region);
  for (const described of given.clusters) {
    const capacityProviders = texts(described, 'capacityProviders') ?? [];
    const defaultStrategy = readStrategy(described, 'defaultCapacityProviderStrategy', capacityProviders) ?? [];
    addCluster(ecs, text(described, 'clusterName') ?? '', { capacityProviders, defaultStrategy });
  }
  const restored = given.taskDefinitions.map((described) => restoreTaskDefinition(ecs, described));
  for (const described of given.services) restoreService(ecs, described);
  // Last: a service may run a task definition that nothing new can be made with.
  for (const [i, definition] of restored.entries()) {
    if (text(given.taskDefinitions[i]!, 'status') === 'INACTIVE') definition.status = 'INACTIVE';
  }
}

/** Under its own revision number. Of those before it nothing is known but that they were there. */
function restoreTaskDefinition(ecs: Ecs, described: JsonObject): TaskDefinition {
  const { region } = ecs;
  const { family, definition, containers } = readTaskDefinition(described);
  const wanted = whole(described, 'revision') ?? 1;
  const revisions = [...(ecs.families.get(family) ?? [])];
  const at = (revision: number, status: TaskDefinition['status']): TaskDefinition => ({
    arn: region.arn('ecs', `task-definition/${family}:${revision}`),
    family,
    revision,
    status,
    definition,
    containers,
    tags: status === 'ACTIVE' ? tagsOf(described) : new Map(),
    registeredAt: region.now,
    registeredBy: `arn:aws:iam::${region.account}:root`,
    deregisteredAt: status === 'ACTIVE' ? undefined : region.now,
  });
  while (revisions.length < wanted) revisions.push(at(revisions.length + 1, 'INACTIVE'));
  const restored = at(wanted, 'ACTIVE');
  revisions[wanted - 1] = restored;
  ecs.families.set(family, revisions);
  return restored;
}

/** AWS's own tags come by themselves, and may not be given. */
const tagsOf = (described: JsonObject) =>
  readTags({ tags: (objects(described, 'tags') ?? []).filter((tag) => !/^aws:/i.test(text(tag, 'key') ?? '')) });

const withTags = (described: JsonObject): JsonObject => ({
  tags: [...tagsOf(described)].map(([key, value]) => ({ key, value })),
});

function restoreService(ecs: Ecs, described: JsonObject): void {
  const { region } = ecs;
  const name = text(described, 'serviceName') ?? '';
  const cluster = ecs.clusters.get(nameOf(text(described, 'clusterArn') ?? ''));
  if (cluster === undefined) return;
  const controller = text(object(described, 'deploymentController') ?? {}, 'type') ?? 'ECS';
  const configuration = object(described, 'deploymentConfiguration') ?? {};
  const isEcs = controller === 'ECS';
  const [primary = {}] = objects(described, 'deployments') ?? [];
  const input: JsonObject = {
    ...pick(described, controller === 'EXTERNAL' ? OF_SERVICE : [...OF_SERVICE, ...OF_TASKS]),
    ...(isEcs ? pick(primary, OF_DEPLOYMENTS) : {}),
    deploymentConfiguration: isEcs ? configuration : pick(configuration, ['maximumPercent', 'minimumHealthyPercent']),
    ...withTags(described),
  };
  const caller: Caller = {
    account: region.account,
    arn: `arn:aws:iam::${region.account}:root`,
    userId: region.account,
  };
  addService(cluster, name, input, { creation: '', createdBy: caller.arn }, servesFromAlternate(region, described));
  for (const set of objects(described, 'taskSets') ?? []) {
    if (text(set, 'status') === 'DRAINING') continue;
    const of = { cluster: cluster.name, service: name };
    const call = { region, caller, requestId: '', endpoint: '' };
    const { CreateTaskSet: create, UpdateServicePrimaryTaskSet: makePrimary } = taskSetOperations;
    const made = create({ ...of, ...pick(set, [...OF_TASKS, 'scale', 'externalId']), ...withTags(set) }, call);
    const { id } = (made as { readonly taskSet: { readonly id: string } }).taskSet;
    if (text(set, 'status') === 'PRIMARY') makePrimary({ ...of, primaryTaskSet: id }, call);
  }
}

/** Where ECS shifts the traffic, the weights of the production rule tell which half serves. */
function servesFromAlternate(region: Region, described: JsonObject): boolean {
  const [balancer = {}] = objects(described, 'loadBalancers') ?? [];
  const advanced = object(balancer, 'advancedConfiguration') ?? {};
  const production = text(advanced, 'productionListenerRule');
  if (production === undefined) return false;
  const weights = weightsOf(region, production);
  const weightOf = (group: string | undefined) => weights.get(group ?? '') ?? 0;
  return weightOf(text(advanced, 'alternateTargetGroupArn')) > weightOf(text(balancer, 'targetGroupArn'));
}
