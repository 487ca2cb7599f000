/** Finds what a request names, by name or ARN, and reads tags and pages as all ECS operations do. */
import { objects, text, whole } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { type Page, pageOf } from '../page.ts';
import type { Region } from '../world.ts';
import { clientFault, clusterNotFound, invalidParameter, serviceNotFound } from './faults.ts';
import type { Cluster, Ecs, EcsService, Tags, TaskDefinition } from './state.ts';

export function ecsOf(region: Region): Ecs {
  return region.part(createEcs);
}

function createEcs(region: Region): Ecs {
  const ecs: Ecs = { region, clusters: new Map(), families: new Map(), addresses: new Set() };
  for (const given of region.scenario.given.clusters) {
    const { name, capacityProviders } =
      typeof given === 'string' ? { name: given, capacityProviders: ['FARGATE', 'FARGATE_SPOT'] } : given;
    addCluster(ecs, name, { capacityProviders });
  }
  return ecs;
}

export function addCluster(ecs: Ecs, name: string, given: Partial<Cluster>): Cluster {
  const cluster: Cluster = {
    ecs,
    name,
    arn: ecs.region.arn('ecs', `cluster/${name}`),
    status: 'ACTIVE',
    capacityProviders: given.capacityProviders ?? [],
    defaultStrategy: given.defaultStrategy ?? [],
    settings: given.settings ?? [{ name: 'containerInsights', value: 'disabled' }],
    configuration: given.configuration,
    tags: given.tags ?? new Map(),
    services: new Map(),
    tasks: new Map(),
    runTokens: new Map(),
  };
  ecs.clusters.set(name, cluster);
  return cluster;
}

/** The last part of an ARN, or the name itself. */
export function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split('/').at(-1) ?? '') : nameOrArn;
}

/** The active cluster that the request's `cluster` names, `default` where it names none. */
export function clusterOf(ecs: Ecs, input: JsonObject, key = 'cluster'): Cluster {
  const cluster = ecs.clusters.get(nameOf(text(input, key) ?? 'default'));
  if (cluster === undefined || cluster.status !== 'ACTIVE') throw clusterNotFound();
  return cluster;
}

export function serviceOf(cluster: Cluster, name: string): EcsService {
  const service = cluster.services.get(nameOf(name));
  if (service === undefined) throw serviceNotFound();
  return service;
}

/** By `family` (latest ACTIVE revision), `family:revision` or ARN; undefined where there is none. */
export function findTaskDefinition(ecs: Ecs, reference: string): TaskDefinition | undefined {
  const [family = '', revision] = (reference.startsWith('arn:') ? nameOf(reference) : reference).split(':');
  const revisions = ecs.families.get(family) ?? [];
  const found =
    revision === undefined
      ? revisions.findLast((definition) => definition.status === 'ACTIVE')
      : /^\d{1,9}$/.test(revision)
        ? revisions[Number(revision) - 1]
        : undefined;
  return reference.startsWith('arn:') && found?.arn !== reference ? undefined : found;
}

/** A task definition that may be used for something new. */
export function usableTaskDefinition(ecs: Ecs, reference: string): TaskDefinition {
  const found = findTaskDefinition(ecs, reference);
  if (found === undefined) throw clientFault('TaskDefinition not found.');
  if (found.status !== 'ACTIVE') throw clientFault('TaskDefinition is inactive');
  return found;
}

/** Tags as requests give them: at most 50, none of AWS's own. */
export function readTags(input: JsonObject): Tags {
  const tags: Tags = new Map();
  for (const tag of objects(input, 'tags') ?? []) {
    const key = text(tag, 'key') ?? '';
    if (key === '' || key.length > 128 || /^aws:/i.test(key)) {
      throw invalidParameter(
        `Tag key '${key.slice(0, 130)}' is not allowed: 1 to 128 characters, not beginning with aws:`,
      );
    }
    tags.set(key, text(tag, 'value') ?? '');
  }
  if (tags.size > 50) throw invalidParameter('tags can have at most 50 items');
  return tags;
}

export function showTags(tags: Tags): { key: string; value: string }[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

export interface PageLimits {
  readonly default: number;
  readonly max: number;
}

/** One page of `items` for `nextToken` and `maxResults`. */
export function ecsPage<T>(
  region: Region,
  input: JsonObject,
  items: readonly T[],
  keyOf: (item: T) => string,
  limits: PageLimits = { default: 100, max: 100 },
): Page<T> {
  const asked = whole(input, 'maxResults') ?? limits.default;
  if (asked < 1 || asked > limits.max) throw invalidParameter(`maxResults must be between 1 and ${limits.max}`);
  return pageOf(items, keyOf, {
    token: text(input, 'nextToken'),
    size: Math.min(asked, region.world.pageSize),
    badToken: () => invalidParameter('Invalid token.'),
  });
}

/** JSON timestamps are epoch seconds with milliseconds as a fraction. */
export function seconds(ms: number): number;
export function seconds(ms: number | undefined): number | undefined;
export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms) / 1000;
}
