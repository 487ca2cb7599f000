/** Clusters, services and capacity providers. */
import { DescribeCapacityProvidersCommand, ListClustersCommand, ListServicesCommand } from '@aws-sdk/client-ecs';
import { orAbsent } from '../errors.ts';
import type { Listing } from './page.ts';

/** Source: ECS API reference, ListClusters and ListServices: maxResults. */
const PER_PAGE = 100;

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export const clusters: Listing = async ({ clients, region, token: nextToken, abortSignal }) => {
  const ecs = await clients.ecs(region);
  const page = await ecs.send(new ListClustersCommand({ maxResults: PER_PAGE, nextToken }), { abortSignal });
  const things = (page.clusterArns ?? []).map((arn) => ({ id: nameOf(arn), detail: 'ECS cluster' }));
  return { things, token: page.nextToken };
};

/** Of the cluster that is named. */
export const services: Listing = async ({ clients, region, of: cluster, token: nextToken, abortSignal }) => {
  const ecs = await clients.ecs(region);
  const command = new ListServicesCommand({ cluster, maxResults: PER_PAGE, nextToken });
  const page = await orAbsent(ecs.send(command, { abortSignal }), 'ClusterNotFoundException');
  const things = (page?.serviceArns ?? []).map((arn) => ({ id: nameOf(arn), detail: `service on ${cluster}` }));
  return { things, token: page?.nextToken };
};

export const capacityProviders: Listing = async ({ clients, region, token: nextToken, abortSignal }) => {
  const ecs = await clients.ecs(region);
  const page = await ecs.send(new DescribeCapacityProvidersCommand({ nextToken }), { abortSignal });
  const active = (page.capacityProviders ?? []).filter(({ status }) => status !== 'INACTIVE');
  const things = active.map(({ name = '' }) => ({ id: name, detail: 'capacity provider' }));
  return { things, token: page.nextToken };
};
