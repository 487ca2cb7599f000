/** The way back of an ECS service: what UpdateService and TagResource need to make it what it was. Pure. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { isEmpty, NONE_OF, OWN_TAG_PREFIX, primaryDeployment } from '../plan/index.ts';

/**
 * The way back of a rollout that takes another's place: to where that one would have gone back, for all that either
 * changes.
 */
export const inherited = (own: WayBack, replaced: WayBack): WayBack => ({
  ...own,
  taskDefinition: replaced.taskDefinition,
  values: { ...own.values, ...replaced.values },
  tags: replaced.tags ?? own.tags,
});

/** The service as it was, and all of it that the rollout may change. */
export interface WayBack {
  readonly taskDefinition: string;
  /** The deployment in force when the rollout began. */
  readonly deploymentId: string;
  /** By member, as UpdateService takes them. */
  readonly values: JsonObject;
  /** The service's own tags, where the rollout changes them. */
  readonly tags: Json | null;
}

/**
 * Settings inside `deploymentConfiguration` that stay on unless they are turned off: leaving one out keeps it.
 * Source: Amazon ECS API reference, DeploymentConfiguration.
 */
const OFF: JsonObject = {
  deploymentCircuitBreaker: { enable: false, rollback: false },
  alarms: { alarmNames: [], enable: false, rollback: false },
  bakeTimeInMinutes: 0,
  maximumPercent: 200,
  minimumHealthyPercent: 100,
};

/**
 * The deployment that is known to be good: the newest completed one. A service whose latest deployment is still under
 * way, or never became stable, goes back to the one before it.
 */
function goodDeployment(service: JsonObject): JsonObject | undefined {
  const deployments = Array.isArray(service['deployments']) ? service['deployments'].filter(isObject) : [];
  const primary = primaryDeployment(service);
  if (primary?.['rolloutState'] === 'COMPLETED') return primary;
  return deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED') ?? primary;
}

/** A member's value as it was, with what the new value sets turned off where the old one did not have it. */
function valueBefore(service: JsonObject, key: string, desired: JsonObject): Json {
  const was = service[key] ?? primaryDeployment(service)?.[key] ?? NONE_OF[key] ?? null;
  const asked = desired[key];
  if (key !== 'deploymentConfiguration' || !isObject(asked) || !isObject(was)) return was;
  const off = Object.keys(asked).filter((member) => isEmpty(was[member]) && OFF[member] !== undefined);
  return { ...was, ...Object.fromEntries(off.map((member) => [member, OFF[member]!])) };
}

const isOurs = (tag: Json): boolean => {
  const key = isObject(tag) ? String(tag['key']) : '';
  return !key.startsWith('aws:') && !key.startsWith(OWN_TAG_PREFIX);
};

/**
 * @param members what the update sets
 * @param desired the rendered service definition
 */
export function wayBackOf(
  service: JsonObject,
  members: readonly string[],
  desired: JsonObject,
  tagsDiffer: boolean,
): WayBack {
  const tags = Array.isArray(service['tags']) ? service['tags'] : [];
  return {
    taskDefinition: String(goodDeployment(service)?.['taskDefinition'] ?? service['taskDefinition']),
    deploymentId: String(primaryDeployment(service)?.['id'] ?? ''),
    values: Object.fromEntries(members.map((key) => [key, valueBefore(service, key, desired)])),
    // AWS refuses to be told its own tags.
    tags: tagsDiffer ? tags.filter(isOurs) : null,
  };
}
