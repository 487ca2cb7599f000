/** ECS operations on clusters. */
import { AwsFault } from '../fault.ts';
import { object, objects, text, texts } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { invalidParameter } from './faults.ts';
import { addCluster, clusterOf, ecsOf, ecsPage, nameOf, readTags, showTags } from './lookup.ts';
import type { Cluster } from './state.ts';
import { readStrategy, showStrategy } from './strategy.ts';

function showCluster(cluster: Cluster, include: readonly string[]): Output {
  const tasks = [...cluster.tasks.values()];
  const services = [...cluster.services.values()].filter(({ status }) => status === 'ACTIVE');
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => ['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(lastStatus))
      .length,
    activeServicesCount: services.length,
    statistics: [],
    tags: include.includes('TAGS') ? showTags(cluster.tags) : [],
    settings: include.includes('SETTINGS') ? cluster.settings : [],
    configuration: include.includes('CONFIGURATIONS') ? cluster.configuration : undefined,
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: showStrategy(cluster.defaultStrategy),
  };
}

const EVERYTHING = ['TAGS', 'SETTINGS', 'CONFIGURATIONS'];

/** Providers that exist without being created; others are not simulated. */
const PREDEFINED = ['FARGATE', 'FARGATE_SPOT'];

function readProviders(input: JsonObject): readonly string[] {
  const providers = texts(input, 'capacityProviders') ?? [];
  const unknown = providers.find((provider) => !PREDEFINED.includes(provider));
  if (unknown !== undefined) throw invalidParameter(`The specified capacity provider '${unknown}' was not found.`);
  return providers;
}

const createCluster: Operation = (input, { region }) => {
  const ecs = ecsOf(region);
  const name = text(input, 'clusterName') ?? 'default';
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter('Cluster name must be 1 to 255 letters, digits, hyphens and underscores.');
  }
  const existing = ecs.clusters.get(name);
  // AWS answers the second creation with the cluster as it is.
  if (existing?.status === 'ACTIVE') return { cluster: showCluster(existing, EVERYTHING) };
  const capacityProviders = readProviders(input);
  const settings = objects(input, 'settings');
  const cluster = addCluster(ecs, name, {
    capacityProviders,
    defaultStrategy: readStrategy(input, 'defaultCapacityProviderStrategy', capacityProviders) ?? [],
    configuration: object(input, 'configuration'),
    tags: readTags(input),
    ...(settings === undefined ? {} : { settings }),
  });
  return { cluster: showCluster(cluster, EVERYTHING) };
};

const describeClusters: Operation = (input, { region }) => {
  const { clusters } = ecsOf(region);
  const asked = texts(input, 'clusters') ?? ['default'];
  if (asked.length > 100) throw invalidParameter('clusters can have at most 100 items');
  const include = texts(input, 'include') ?? [];
  const found: Output[] = [];
  const failures: Output[] = [];
  for (const name of asked) {
    const cluster = clusters.get(nameOf(name));
    if (cluster !== undefined) found.push(showCluster(cluster, include));
    else failures.push({ arn: region.arn('ecs', `cluster/${nameOf(name)}`), reason: 'MISSING' });
  }
  return { clusters: found, failures };
};

const listClusters: Operation = (input, { region }) => {
  const active = [...ecsOf(region).clusters.values()].filter(({ status }) => status === 'ACTIVE');
  const page = ecsPage(region, input, active, ({ arn }) => arn);
  return { clusterArns: page.items.map(({ arn }) => arn), nextToken: page.nextToken };
};

const deleteCluster: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  if ([...cluster.services.values()].some(({ status }) => status !== 'INACTIVE')) {
    throw new AwsFault('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.');
  }
  if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== 'STOPPED')) {
    throw new AwsFault('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
  }
  cluster.status = 'INACTIVE';
  return { cluster: showCluster(cluster, EVERYTHING) };
};

const putClusterCapacityProviders: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const providers = readProviders(input);
  const strategy = readStrategy(input, 'defaultCapacityProviderStrategy', providers);
  if (strategy === undefined) throw invalidParameter('defaultCapacityProviderStrategy must be specified.');
  const used = [...cluster.services.values()]
    .filter(({ status }) => status === 'ACTIVE')
    .flatMap((service) => service.revision?.launch.strategy ?? [])
    .find((item) => !providers.includes(item.capacityProvider));
  if (used !== undefined) {
    throw new AwsFault(
      'ResourceInUseException',
      `The specified capacity provider is in use and cannot be removed: ${used.capacityProvider}`,
    );
  }
  cluster.capacityProviders = providers;
  cluster.defaultStrategy = strategy;
  return { cluster: showCluster(cluster, EVERYTHING) };
};

/** Source: ECS API reference, DescribeCapacityProviders: names or ARNs, and maxResults from 1 to 10. */
const describeCapacityProviders: Operation = (input, { region }) => {
  const asked = texts(input, 'capacityProviders');
  const all = PREDEFINED.map((name) => ({ name, arn: region.arn('ecs', `capacity-provider/${name}`) }));
  const wanted = asked?.map(nameOf);
  const found = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const page = ecsPage(region, input, found, ({ name }) => name, { default: 10, max: 10 });
  return {
    capacityProviders: page.items.map(({ name, arn }) => ({
      name,
      capacityProviderArn: arn,
      status: 'ACTIVE',
      tags: [],
    })),
    failures: (wanted ?? [])
      .filter((name) => !PREDEFINED.includes(name))
      .map((name) => ({ arn: region.arn('ecs', `capacity-provider/${name}`), reason: 'MISSING' })),
    nextToken: page.nextToken,
  };
};

export const clusterOperations = {
  DescribeCapacityProviders: describeCapacityProviders,
  CreateCluster: createCluster,
  DescribeClusters: describeClusters,
  ListClusters: listClusters,
  DeleteCluster: deleteCluster,
  PutClusterCapacityProviders: putClusterCapacityProviders,
};
