/** ECS operations on services. */
import { flag, object, text, texts, whole } from '../input.ts';
import { canonical, type JsonObject, type Output, pick } from '../json.ts';
import type { Operation } from '../service.ts';
import { isOpen } from './deployments.ts';
import { drain } from './draining.ts';
import { invalidParameter, serviceNotActive, unsupported } from './faults.ts';
import { clusterOf, ecsOf, ecsPage, nameOf, readTags, serviceOf, usableTaskDefinition } from './lookup.ts';
import { reconcile } from './scheduler.ts';
import {
  checkNetwork,
  FURTHER,
  makeRevision,
  readLoadBalancers,
  readRevision,
  readSettings,
  SETTINGS_DEFAULTS,
} from './serviceSettings.ts';
import { showService } from './serviceViews.ts';
import { deploy } from './shifting.ts';
import { checkShift } from './shiftSettings.ts';
import type { Cluster, EcsService, Revision } from './state.ts';
import { readStrategy } from './strategy.ts';
import { reconcileTaskSets, wakeAfterTaskSetRequest } from './taskSetScheduler.ts';
import { wakeAfterRequest } from './waking.ts';

/** What belongs to the task sets of a service with an EXTERNAL controller. Source: API, CreateService. */
const OF_TASK_SETS = [
  'taskDefinition',
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'networkConfiguration',
  'loadBalancers',
  'serviceRegistries',
];

const createService: Operation = (input, { region, caller }) => {
  const ecs = ecsOf(region);
  const cluster = clusterOf(ecs, input);
  const name = text(input, 'serviceName') ?? '';
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter('Service name must be 1 to 255 letters, digits, hyphens and underscores.');
  }
  const creation = canonical({ ...input, clientToken: undefined, cluster: cluster.name });
  const existing = cluster.services.get(name);
  if (existing !== undefined && existing.status !== 'INACTIVE') {
    if (existing.status === 'ACTIVE' && existing.creation === creation) return answer(existing);
    throw invalidParameter('Creation of service was not idempotent.');
  }
  return answer(addService(cluster, name, input, { creation, createdBy: caller.arn }));
};

/**
 * @param input CreateService's
 * @param alternate its first tasks serve from the alternate target groups. @default false
 */
export function addService(
  cluster: Cluster,
  name: string,
  input: JsonObject,
  origin: Pick<EcsService, 'creation' | 'createdBy'>,
  alternate = false,
): EcsService {
  const service = newService(cluster, name, input, origin);
  if (service.controller !== 'EXTERNAL') service.revision = firstRevision(service, input);
  cluster.services.set(name, service);
  if (service.controller === 'ECS' && service.revision !== undefined) {
    deploy(service, alternate ? { ...service.revision, alternate } : service.revision);
    wakeAfterRequest(service);
  }
  return service;
}

/** CreateService leaves the controller out for ECS. */
function answer(service: EcsService): Output {
  const shown = showService(service, service.tags.size > 0);
  return { service: service.controller === 'ECS' ? { ...shown, deploymentController: undefined } : shown };
}

function newService(
  cluster: Cluster,
  name: string,
  input: JsonObject,
  origin: Pick<EcsService, 'creation' | 'createdBy'>,
): EcsService {
  const { region } = cluster.ecs;
  const schedulingStrategy = text(input, 'schedulingStrategy') ?? 'REPLICA';
  if (schedulingStrategy !== 'REPLICA')
    throw unsupported(`The scheduling strategy ${schedulingStrategy} is not simulated by this sandbox.`);
  const given = object(input, 'deploymentController');
  const controller = text(given ?? {}, 'type') ?? 'ECS';
  if (controller !== 'ECS' && controller !== 'EXTERNAL' && controller !== 'CODE_DEPLOY') {
    throw invalidParameter(`deploymentController type must be one of ECS, CODE_DEPLOY, EXTERNAL: ${controller}`);
  }
  if (whole(input, 'desiredCount') === undefined && controller !== 'EXTERNAL') {
    throw invalidParameter('desiredCount must be specified for services with the REPLICA scheduling strategy.');
  }
  if (controller !== 'ECS') checkForeignController(input, controller);
  const settings = readSettings(input, SETTINGS_DEFAULTS);
  const maximum = Number(settings.deploymentConfiguration['maximumPercent']);
  const rebalancing = text(input, 'availabilityZoneRebalancing');
  if (maximum <= 100 && rebalancing === 'ENABLED') {
    throw invalidParameter('availabilityZoneRebalancing ENABLED requires a maximumPercent greater than 100.');
  }
  const token = text(input, 'clientToken');
  if (token !== undefined && !/^[\x21-\x7e]{1,36}$/.test(token)) {
    throw invalidParameter('clientToken must be 1 to 36 ASCII characters.');
  }
  return {
    cluster,
    name,
    arn: region.arn('ecs', `service/${cluster.name}/${name}`),
    createdAt: region.now,
    schedulingStrategy,
    controller,
    controllerNamed: given !== undefined,
    roleArn:
      text(input, 'role') ??
      `arn:aws:iam::${region.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
    ...origin,
    tags: readTags(input),
    status: 'ACTIVE',
    settings: maximum <= 100 ? { ...settings, availabilityZoneRebalancing: 'DISABLED' } : settings,
    revision: undefined,
    deployments: [],
    taskSets: [],
    taskSetsMade: 0,
    lastCompleted: undefined,
    records: [],
    revisions: [],
    events: [],
    tasks: new Set(),
    steady: false,
    look: controller === 'ECS' ? reconcile : reconcileTaskSets,
    wakeAt: Number.POSITIVE_INFINITY,
    said: new Map(),
    draws: 0,
  };
}

function checkForeignController(input: JsonObject, controller: string): void {
  const article = controller === 'EXTERNAL' ? 'an' : 'a';
  const kind = `services with ${article} ${controller} deployment controller`;
  const forbidden = controller === 'EXTERNAL' ? OF_TASK_SETS : ['serviceConnectConfiguration'];
  const given = forbidden.find((key) => input[key] !== undefined && input[key] !== null);
  if (given !== undefined) throw invalidParameter(`${given} cannot be specified on ${kind}.`);
  const configuration = object(input, 'deploymentConfiguration') ?? {};
  const extra = Object.keys(configuration).find((key) => key !== 'maximumPercent' && key !== 'minimumHealthyPercent');
  if (extra !== undefined) throw invalidParameter(`deploymentConfiguration ${extra} is not supported on ${kind}.`);
}

function firstRevision(service: EcsService, input: JsonObject): Revision {
  const revision = readRevision(service, input, FURTHER);
  checkShift(service.cluster.ecs.region, service.settings, revision);
  return revision;
}

const updateService: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const service = serviceOf(cluster, text(input, 'service') ?? '');
  if (service.status !== 'ACTIVE') throw serviceNotActive();
  if (service.controller !== 'ECS') checkForeignUpdate(input, service.controller);
  const controller = text(object(input, 'deploymentController') ?? {}, 'type');
  if (controller !== undefined && controller !== service.controller) {
    throw unsupported('Changing the deployment controller is not simulated by this sandbox.');
  }
  const settings = readSettings(input, service.settings);
  const isEcs = service.controller === 'ECS';
  const next = isEcs && service.revision ? nextRevision(service, service.revision, input) : undefined;
  const after = next ?? service.revision;
  if (isEcs && after !== undefined) checkShift(region, settings, after);
  service.settings = settings;
  if (next !== undefined) deploy(service, next);
  if (isEcs) wakeAfterRequest(service);
  else wakeAfterTaskSetRequest(service);
  return { service: showService(service, false) };
};

/** What UpdateService does not take for an EXTERNAL controller, beside what its task sets hold. Source: API. */
const NEVER_EXTERNAL = [
  'deploymentConfiguration',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
  'enableExecuteCommand',
  'availabilityZoneRebalancing',
];

function checkForeignUpdate(input: JsonObject, controller: string): void {
  const kind = `services with ${controller === 'EXTERNAL' ? 'an' : 'a'} ${controller} deployment controller`;
  const remedy = controller === 'CODE_DEPLOY' ? ' Use AWS CodeDeploy to trigger a new deployment.' : '';
  const given = (key: string) => input[key] !== undefined && input[key] !== null;
  if (given('taskDefinition')) throw invalidParameter(`Unable to update task definition on ${kind}.${remedy}`);
  if (given('networkConfiguration')) throw invalidParameter(`Unable to update network parameters on ${kind}.${remedy}`);
  if (flag(input, 'forceNewDeployment')) throw invalidParameter(`Cannot force a new deployment on ${kind}.${remedy}`);
  const others = ['platformVersion', 'capacityProviderStrategy', 'loadBalancers', 'serviceRegistries'];
  if (controller === 'EXTERNAL') others.push(...NEVER_EXTERNAL);
  const other = others.find(given);
  if (other !== undefined) throw invalidParameter(`Unable to update ${other} on ${kind}.${remedy}`);
}

/** What the request deploys; undefined where it changes nothing that a deployment would bring. */
function nextRevision(service: EcsService, current: Revision, input: JsonObject): Revision | undefined {
  const { cluster } = service;
  const force = flag(input, 'forceNewDeployment') ?? false;
  const reference = text(input, 'taskDefinition');
  const taskDefinition =
    reference === undefined ? current.taskDefinition : usableTaskDefinition(cluster.ecs, reference);
  const networkConfiguration = object(input, 'networkConfiguration') ?? current.networkConfiguration;
  checkNetwork(taskDefinition, networkConfiguration);
  const loadBalancers = readLoadBalancers(cluster.ecs.region, input, taskDefinition) ?? current.loadBalancers;
  const parts = {
    taskDefinition,
    launch: nextLaunch(service, current, input, force),
    networkConfiguration,
    loadBalancers,
    further: { ...current.further, ...pick(input, FURTHER) },
  };
  const isChanged = canonical(deployedPart(parts)) !== canonical(deployedPart(current));
  return force || isChanged ? makeRevision(service, parts) : undefined;
}

function deployedPart(parts: Omit<Revision, 'arn' | 'createdAt'>): unknown {
  const { taskDefinition, launch, networkConfiguration, loadBalancers, further } = parts;
  return { arn: taskDefinition.arn, launch, networkConfiguration, loadBalancers, further };
}

function nextLaunch(service: EcsService, current: Revision, input: JsonObject, force: boolean): Revision['launch'] {
  const { cluster } = service;
  const platformVersion = text(input, 'platformVersion') ?? current.launch.platformVersion;
  const strategy = readStrategy(input, 'capacityProviderStrategy', cluster.capacityProviders);
  if (strategy === undefined || canonical(strategy) === canonical(current.launch.strategy ?? [])) {
    return { ...current.launch, platformVersion };
  }
  if (!force) {
    throw invalidParameter(
      'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
    );
  }
  if (strategy.length > 0) {
    const isFargate = strategy.some((item) => item.capacityProvider.startsWith('FARGATE'));
    return { launchType: undefined, strategy, platformVersion: isFargate ? (platformVersion ?? 'LATEST') : undefined };
  }
  const launchType = service.revisions.find((revision) => revision.launch.launchType !== undefined)?.launch.launchType;
  if (launchType === undefined) {
    throw invalidParameter(
      'No launch type to fall back to for empty capacity provider strategy. Your service was not created with a launch type.',
    );
  }
  return {
    launchType,
    strategy: undefined,
    platformVersion: launchType === 'FARGATE' ? (platformVersion ?? 'LATEST') : undefined,
  };
}

const deleteService: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const service = serviceOf(cluster, text(input, 'service') ?? '');
  if (service.status !== 'ACTIVE') {
    if (service.status === 'INACTIVE') throw serviceNotActive();
    return { service: showService(service, false) };
  }
  if (!flag(input, 'force')) {
    if (service.settings.desiredCount > 0) {
      throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
    }
    if (service.records.some(isOpen) || service.taskSets.length > 0)
      throw invalidParameter('The service cannot be stopped while deployments are active.');
  }
  drain(service);
  return { service: showService(service, false) };
};

const describeServices: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const asked = texts(input, 'services') ?? [];
  if (asked.length === 0) throw invalidParameter('Services cannot be empty.');
  if (asked.length > 10) throw invalidParameter('service names can have at most 10 items');
  const withTags = texts(input, 'include')?.includes('TAGS') ?? false;
  const services: Output[] = [];
  const failures: Output[] = [];
  for (const name of asked) {
    const service = cluster.services.get(nameOf(name));
    if (service !== undefined) services.push(showService(service, withTags));
    else failures.push({ arn: region.arn('ecs', `service/${cluster.name}/${nameOf(name)}`), reason: 'MISSING' });
  }
  return { services, failures };
};

const listServices: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const launchType = text(input, 'launchType');
  const scheduling = text(input, 'schedulingStrategy');
  const services = [...cluster.services.values()].filter(
    (service) =>
      service.status === 'ACTIVE' &&
      (launchType === undefined || service.revision?.launch.launchType === launchType) &&
      (scheduling === undefined || service.schedulingStrategy === scheduling),
  );
  const page = ecsPage(region, input, services, ({ arn }) => arn, { default: 10, max: 100 });
  return { serviceArns: page.items.map(({ arn }) => arn), nextToken: page.nextToken };
};

export const serviceOperations = {
  CreateService: createService,
  UpdateService: updateService,
  DeleteService: deleteService,
  DescribeServices: describeServices,
  ListServices: listServices,
};
