/** Reads what CreateService and UpdateService say about a service: settings, and the revision to deploy. */
import { elbOf, isInUse } from '../elbv2/index.ts';
import { flag, object, objects, text, texts, whole } from '../input.ts';
import { type JsonObject, pick } from '../json.ts';
import type { Region } from '../world.ts';
import { invalidParameter } from './faults.ts';
import { usableTaskDefinition } from './lookup.ts';
import { readAdvanced, withShiftDefaults } from './shiftSettings.ts';
import type { Cluster, EcsService, Launch, LoadBalancer, Revision, ServiceSettings, TaskDefinition } from './state.ts';
import { readStrategy } from './strategy.ts';

/** Members of a revision that are kept and shown as given. */
export const FURTHER = [
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
];

export const SETTINGS_DEFAULTS: ServiceSettings = {
  desiredCount: 0,
  deploymentConfiguration: {
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    strategy: 'ROLLING',
    bakeTimeInMinutes: 0,
  },
  placementConstraints: [],
  placementStrategy: [],
  healthCheckGracePeriodSeconds: undefined,
  enableECSManagedTags: false,
  propagateTags: 'NONE',
  enableExecuteCommand: false,
  availabilityZoneRebalancing: 'ENABLED',
};

/** The settings after a request: what it does not name stays. */
export function readSettings(input: JsonObject, before: ServiceSettings): ServiceSettings {
  const desiredCount = whole(input, 'desiredCount') ?? before.desiredCount;
  if (desiredCount < 0) throw invalidParameter(`desiredCount must be 0 or more: ${desiredCount}`);
  if (desiredCount > 5000) throw invalidParameter(`desiredCount must be at most 5000: ${desiredCount}`);
  return {
    desiredCount,
    deploymentConfiguration: readDeploymentConfiguration(input, before.deploymentConfiguration),
    placementConstraints: objects(input, 'placementConstraints') ?? before.placementConstraints,
    placementStrategy: objects(input, 'placementStrategy') ?? before.placementStrategy,
    healthCheckGracePeriodSeconds:
      whole(input, 'healthCheckGracePeriodSeconds') ?? before.healthCheckGracePeriodSeconds,
    enableECSManagedTags: flag(input, 'enableECSManagedTags') ?? before.enableECSManagedTags,
    propagateTags: text(input, 'propagateTags') ?? before.propagateTags,
    enableExecuteCommand: flag(input, 'enableExecuteCommand') ?? before.enableExecuteCommand,
    availabilityZoneRebalancing: text(input, 'availabilityZoneRebalancing') ?? before.availabilityZoneRebalancing,
  };
}

function readDeploymentConfiguration(input: JsonObject, before: JsonObject): JsonObject {
  const given = object(input, 'deploymentConfiguration');
  if (given === undefined) return before;
  const minimum = whole(given, 'minimumHealthyPercent');
  const maximum = whole(given, 'maximumPercent');
  if (minimum !== undefined && minimum < 0)
    throw invalidParameter(`minimumHealthyPercent must be 0 or more: ${minimum}`);
  if (maximum !== undefined && maximum < 1) throw invalidParameter(`maximumPercent must be 1 or more: ${maximum}`);
  const threshold = object(object(given, 'deploymentCircuitBreaker') ?? {}, 'thresholdConfiguration');
  const value = whole(threshold ?? {}, 'value');
  const isPercent = text(threshold ?? {}, 'type') !== 'COUNT';
  if (value !== undefined && (value < 1 || (isPercent && value > 100))) {
    throw invalidParameter(
      `thresholdConfiguration value must be ${isPercent ? 'between 1 and 100' : '1 or more'}: ${value}`,
    );
  }
  return withShiftDefaults(pick(given, Object.keys(given)), before);
}

/** The load balancers that a request names, each with its target group, which has to be in use. */
export function readLoadBalancers(
  region: Region,
  input: JsonObject,
  definition: TaskDefinition,
): readonly LoadBalancer[] | undefined {
  const given = objects(input, 'loadBalancers');
  if (given === undefined) return undefined;
  if (given.length > 5) throw invalidParameter('load balancers can have at most 5 items');
  return given.map((item) => {
    const containerName = text(item, 'containerName') ?? '';
    const containerPort = whole(item, 'containerPort') ?? 0;
    const container = definition.containers.find(({ name }) => name === containerName);
    if (container === undefined) {
      throw invalidParameter(`The container ${containerName} does not exist in the task definition.`);
    }
    if (!container.ports.includes(containerPort)) {
      throw invalidParameter(`The container ${containerName} did not have a container port ${containerPort} defined.`);
    }
    const targetGroupArn = text(item, 'targetGroupArn');
    if (targetGroupArn !== undefined) checkTargetGroup(region, targetGroupArn, definition);
    return {
      targetGroupArn,
      loadBalancerName: text(item, 'loadBalancerName'),
      containerName,
      containerPort,
      advancedConfiguration: readAdvanced(region, item),
    };
  });
}

function checkTargetGroup(region: Region, arn: string, { definition }: TaskDefinition): void {
  const group = elbOf(region).targetGroups.get(arn);
  if (group === undefined) throw invalidParameter(`The target group ${arn} does not exist.`);
  if (!isInUse(group)) {
    throw invalidParameter(`The target group with targetGroupArn ${arn} does not have an associated load balancer.`);
  }
  const wanted = text(definition, 'networkMode') === 'awsvpc' ? 'ip' : 'instance';
  if (group.targetType !== wanted) {
    throw invalidParameter(
      `The provided target group ${arn} has target type ${group.targetType}, which is incompatible with the ${text(definition, 'networkMode') ?? 'bridge'} network mode specified in the task definition.`,
    );
  }
}

/** An `awsvpc` definition needs to be told its subnets. */
export function checkNetwork(definition: TaskDefinition, network: JsonObject | undefined): void {
  if (text(definition.definition, 'networkMode') !== 'awsvpc') {
    if (network !== undefined) {
      throw invalidParameter('Network Configuration is not valid for the given networkMode of this task definition.');
    }
    return;
  }
  const vpc = object(network ?? {}, 'awsvpcConfiguration');
  if (vpc === undefined) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const subnets = texts(vpc, 'subnets') ?? [];
  if (subnets.length === 0) throw invalidParameter('subnets can not be empty.');
  if (subnets.length > 16) throw invalidParameter('subnets can have at most 16 items.');
  if ((texts(vpc, 'securityGroups') ?? []).length > 5)
    throw invalidParameter('securityGroups can have at most 5 items.');
}

/** Where nothing is said, the cluster's default strategy counts, and without one EC2. */
export function launchOf(
  input: JsonObject,
  strategy: Launch['strategy'],
  cluster: Cluster,
  definition: TaskDefinition,
): Launch {
  const launchType = text(input, 'launchType');
  if (launchType !== undefined && strategy !== undefined && strategy.length > 0) {
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  if (launchType !== undefined && !['EC2', 'FARGATE', 'EXTERNAL'].includes(launchType)) {
    throw invalidParameter(`launchType must be one of EC2, FARGATE, EXTERNAL: ${launchType}`);
  }
  const fallback = cluster.defaultStrategy.length > 0 ? cluster.defaultStrategy : undefined;
  const effective =
    strategy !== undefined && strategy.length > 0 ? strategy : launchType === undefined ? fallback : undefined;
  const type = effective === undefined ? (launchType ?? 'EC2') : undefined;
  const isFargate = type === 'FARGATE' || effective?.some((item) => item.capacityProvider.startsWith('FARGATE'));
  const compatibilities = texts(definition.definition, 'compatibilities') ?? [];
  if (isFargate && !compatibilities.includes('FARGATE')) {
    throw invalidParameter('Task definition does not support launch_type FARGATE.');
  }
  return {
    launchType: type,
    strategy: effective,
    platformVersion: isFargate ? (text(input, 'platformVersion') ?? 'LATEST') : undefined,
  };
}

/** A new revision of a service; what is not given is taken from the one before. */
export function makeRevision(
  service: Pick<EcsService, 'cluster' | 'name' | 'revisions'>,
  parts: Omit<Revision, 'arn' | 'createdAt'>,
): Revision {
  const { cluster, name, revisions } = service;
  const { region } = cluster.ecs;
  const random = region.random(`revision/${cluster.name}/${name}/${region.now}/${revisions.length}`);
  return {
    ...parts,
    arn: region.arn('ecs', `service-revision/${cluster.name}/${name}/${random.digits(19)}`),
    createdAt: region.now,
  };
}

/**
 * The first revision of a service or of a task set, as its request says it.
 *
 * @param kept members that are kept and shown as given
 */
export function readRevision(service: EcsService, input: JsonObject, kept: readonly string[]): Revision {
  const { cluster } = service;
  const reference = text(input, 'taskDefinition');
  if (reference === undefined) throw invalidParameter('taskDefinition must be specified.');
  const taskDefinition = usableTaskDefinition(cluster.ecs, reference);
  const strategy = readStrategy(input, 'capacityProviderStrategy', cluster.capacityProviders);
  const launch = launchOf(input, strategy, cluster, taskDefinition);
  const networkConfiguration = object(input, 'networkConfiguration');
  checkNetwork(taskDefinition, networkConfiguration);
  const loadBalancers = readLoadBalancers(cluster.ecs.region, input, taskDefinition) ?? [];
  const further = pick(input, kept);
  return makeRevision(service, { taskDefinition, launch, networkConfiguration, loadBalancers, further });
}
