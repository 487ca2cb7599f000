/**
 * Snapshots: what runs at the targets of a plan, and what it depends on there, in AWS's own spelling; for imitating it
 * elsewhere. Pure: `engine/aws` reads it, this module owns the shape and what of it leaves the account.
 *
 * No value of an environment is in it that the files do not hold themselves.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Desired, wantedFor } from './desired.ts';
import type { EventSource } from './sources.ts';
import type { Target } from './target.ts';
import type { WorkloadPlan } from './workloadPlan.ts';

/** One account's region. Lists are of what AWS describes, each item as the operation gives it. */
export interface RegionSnapshot {
  readonly account: string;
  readonly region: string;
  readonly clusters: readonly JsonObject[];
  /** With `tags` put beside their members. */
  readonly taskDefinitions: readonly JsonObject[];
  readonly services: readonly JsonObject[];
  /** With `Attributes`, and `Targets` where these are functions. */
  readonly targetGroups: readonly JsonObject[];
  /** With `Rules`. */
  readonly listeners: readonly JsonObject[];
  readonly alarms: readonly JsonObject[];
  readonly functions: readonly FunctionSnapshot[];
  readonly apis: readonly ApiSnapshot[];
}

export interface FunctionSnapshot {
  readonly latest: JsonObject;
  readonly code: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  /** What its alias points to. */
  readonly versions: readonly JsonObject[];
  readonly aliases: readonly JsonObject[];
  readonly permissions: readonly {
    readonly alias: string;
    readonly id: string;
    readonly principal: string;
    readonly sourceArn: string;
  }[];
  readonly mappings: readonly JsonObject[];
  readonly provisioned: Readonly<Record<string, number>>;
}

export interface ApiSnapshot {
  readonly apiId: string;
  readonly routes: readonly {
    readonly routeId: string;
    readonly routeKey: string;
    readonly target: string | null;
    readonly integrationUri: string | null;
  }[];
  readonly stages: readonly {
    readonly stageName: string;
    readonly autoDeploy: boolean;
    readonly variables: Readonly<Record<string, string>>;
  }[];
}

/** What is to be read of one target. */
export interface SnapshotWish {
  readonly target: Target;
  readonly alias?: string;
  readonly eventSources?: readonly EventSource[];
  readonly provisioned?: boolean;
  /** Besides those of what runs: ARNs. */
  readonly targetGroups: readonly string[];
  readonly alarms: readonly string[];
  /** One that the files name instead of defining it. */
  readonly taskDefinition?: string;
}

const texts = (values: readonly (Json | undefined)[]): string[] =>
  values.filter((value): value is string => typeof value === 'string' && value !== '');

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) ? value[key] : undefined);

/** Target groups that a service, a task set or a service definition names. */
export const targetGroupsIn = (service: JsonObject): string[] =>
  objects(service['loadBalancers']).flatMap((balancer) =>
    texts([balancer['targetGroupArn'], member(balancer['advancedConfiguration'], 'alternateTargetGroupArn')]),
  );

/** Alarms that ECS itself watches for a service. */
export function alarmsIn(service: JsonObject): string[] {
  const names = member(member(service['deploymentConfiguration'], 'alarms'), 'alarmNames');
  return Array.isArray(names) ? texts(names) : [];
}

/** Undefined where the plan has no target in a known account and region. */
export function snapshotWish({ target, desired }: WorkloadPlan): SnapshotWish | undefined {
  if (target?.account === undefined || target.region === undefined) return undefined;
  const alarms = desired?.settings.alarmNames ?? [];
  if (desired?.kind !== 'ecs') {
    const targetGroups = (wantedFor(desired).eventSources ?? []).flatMap((source) =>
      source.kind === 'target-group' ? [source.targetGroup] : [],
    );
    return { target, ...wantedFor(desired), alarms, targetGroups };
  }
  const { service, settings, taskDefinition } = desired;
  const [named] = taskDefinition === undefined ? texts([service['taskDefinition']]) : [];
  return {
    target,
    alarms: [...alarms, ...alarmsIn(service)],
    targetGroups: [...targetGroupsIn(service), ...settings.targetGroupArnPairs.flat()],
    ...(named === undefined ? {} : { taskDefinition: named }),
  };
}

/** Stands for a value that is not copied. */
export const NOT_COPIED = '(not copied)';

/** Environments with the values that the files hold too; what else is in them is no business of an imitation. */
export function withoutEnvironment(regions: readonly RegionSnapshot[], desired: readonly Desired[]): RegionSnapshot[] {
  const known = new Set(desired.flatMap(environmentValues));
  const kept = (value: Json | undefined): Json => (typeof value === 'string' && known.has(value) ? value : NOT_COPIED);
  return regions.map((region) => ({
    ...region,
    taskDefinitions: region.taskDefinitions.map((definition) => maskedTask(definition, kept)),
    functions: region.functions.map((one) => ({
      ...one,
      latest: maskedFunction(one.latest, kept),
      versions: one.versions.map((version) => maskedFunction(version, kept)),
    })),
  }));
}

function environmentValues(desired: Desired): string[] {
  if (desired.kind === 'lambda') {
    const variables = member(desired.function['Environment'], 'Variables');
    return isObject(variables) ? texts(Object.values(variables)) : [];
  }
  return objects(desired.taskDefinition?.['containerDefinitions']).flatMap((container) =>
    texts(objects(container['environment']).map(({ value }) => value)),
  );
}

type Kept = (value: Json | undefined) => Json;

const maskedTask = (definition: JsonObject, kept: Kept): JsonObject => ({
  ...definition,
  containerDefinitions: objects(definition['containerDefinitions']).map((container) => ({
    ...container,
    environment: objects(container['environment']).map((one) => ({ ...one, value: kept(one['value']) })),
  })),
});

function maskedFunction(configuration: JsonObject, kept: Kept): JsonObject {
  const variables = member(configuration['Environment'], 'Variables');
  if (!isObject(variables)) return configuration;
  const masked = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, kept(value)]));
  return { ...configuration, Environment: { Variables: masked } };
}
