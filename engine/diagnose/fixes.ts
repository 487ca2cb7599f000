/**
 * Edits that mend a failure where that is mechanical, worked out from the definitions that were deployed and those that
 * ran before. Pure. Where the edited value stands in the files is for the caller to find.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Found, fill } from './sentence.ts';
import { fargateMemoryAbove, smallestFargateCpu } from './taskSizes.ts';

/** The rendered definitions of a workload, as far as there are. */
export interface Definitions {
  readonly service?: JsonObject | undefined;
  readonly task?: JsonObject | undefined;
  readonly function?: JsonObject | undefined;
  readonly deployment?: JsonObject | undefined;
}

/** A change of one value of a definition. */
export interface ValueFix {
  readonly kind: 'value';
  readonly role: keyof Definitions;
  /** JSON pointer (RFC 6901) into the rendered definition; what does not exist yet is added. */
  readonly pointer: string;
  /** Undefined takes the member out. */
  readonly value: Json | undefined;
  /** What the change does, as an instruction. */
  readonly description: string;
}

/** A statement that an IAM policy lacks. */
export interface PolicyFix {
  readonly kind: 'policy';
  readonly description: string;
  readonly statement: JsonObject;
}

export type Fix = ValueFix | PolicyFix;

interface Given {
  readonly found: Found;
  readonly now: Definitions;
  /** What ran before. */
  readonly before: Definitions;
}

type Maker = (given: Given) => Fix | undefined;

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const containersOf = (definitions: Definitions) => objects(definitions.task?.['containerDefinitions']);
const numberOf = (value: Json | undefined): number =>
  value === undefined || value === '' ? Number.NaN : Number(value);

function allowAction({ found }: Given): Fix | undefined {
  const { action, resource } = found;
  if (action === undefined) return undefined;
  return {
    kind: 'policy',
    description: fill('add this statement to a policy of {principal|the role that the message names}', found),
    statement: { Effect: 'Allow', Action: action, Resource: resource?.replace(/[.;:]+$/, '') ?? '*' },
  };
}

/** The image that the container ran before, where this change brought another one that cannot be had. */
function previousImage({ found, now, before }: Given): Fix | undefined {
  const wanted = found['image'];
  for (const [index, { name, image }] of containersOf(now).entries()) {
    if (wanted !== undefined && image !== wanted && !wanted.startsWith(`${image}@`)) continue;
    const old = containersOf(before).find((container) => container['name'] === name)?.['image'];
    if (typeof old !== 'string' || old === image) continue;
    const pointer = `/containerDefinitions/${index}/image`;
    return {
      kind: 'value',
      role: 'task',
      pointer,
      value: old,
      description: `go back to the image that ran before, ${old}`,
    };
  }
  return undefined;
}

/** The code that the function had before, likewise. */
function previousCode({ now, before }: Given): Fix | undefined {
  const [code, old] = [now.function?.['Code'], before.function?.['Code']];
  if (!isObject(code) || !isObject(old)) return undefined;
  const key = ['S3Key', 'ImageUri'].find((one) => typeof old[one] === 'string' && old[one] !== code[one]);
  if (key === undefined) return undefined;
  const description = `go back to the code that ran before, ${old[key]}`;
  return { kind: 'value', role: 'function', pointer: `/Code/${key}`, value: old[key]!, description };
}

function otherArchitecture({ found, now }: Given): Fix | undefined {
  if (now.task === undefined) return undefined;
  const platform = now.task['runtimePlatform'];
  const present = isObject(platform) && platform['cpuArchitecture'] === 'ARM64' ? 'ARM64' : 'X86_64';
  const missing = found['platform'];
  if (missing !== undefined && missing.includes('arm64') !== (present === 'ARM64')) return undefined;
  const other = present === 'ARM64' ? 'X86_64' : 'ARM64';
  return {
    kind: 'value',
    role: 'task',
    pointer: '/runtimePlatform/cpuArchitecture',
    value: other,
    description: `run the task on ${other}, if that is what the image is built for`,
  };
}

/** More for the container's own limit where that is what was reached, else for the task. */
function moreMemory({ found, now: { task, ...rest } }: Given): Fix | undefined {
  if (task === undefined) return undefined;
  const whole = numberOf(task['memory']);
  const index = containersOf({ ...rest, task }).findIndex(({ name, memory }) =>
    found['container'] === undefined ? memory !== undefined : name === found['container'],
  );
  const limit = numberOf(containersOf({ ...rest, task })[index]?.['memory']);
  if (limit > 0 && !(limit >= whole)) {
    const value = Number.isNaN(whole) ? 2 * limit : Math.min(2 * limit, whole);
    const pointer = `/containerDefinitions/${index}/memory`;
    return { kind: 'value', role: 'task', pointer, value, description: `let the container use ${value} MiB` };
  }
  const value = fargateMemoryAbove(numberOf(task['cpu']), whole);
  if (value === undefined) return undefined;
  return {
    kind: 'value',
    role: 'task',
    pointer: '/memory',
    value: String(value),
    description: `give the task ${value} MiB`,
  };
}

function fargateSize({ found, now }: Given): Fix | undefined {
  const cpu = smallestFargateCpu(numberOf(found['cpu']), numberOf(found['memory']));
  if (cpu === undefined || now.task === undefined) return undefined;
  const description = `give the task ${cpu} CPU units, with which Fargate has ${found['memory']} MiB`;
  return { kind: 'value', role: 'task', pointer: '/cpu', value: String(cpu), description };
}

function createLogGroup({ now }: Given): Fix | undefined {
  const index = containersOf(now).findIndex(({ logConfiguration: log }) => {
    const options = isObject(log) && log['logDriver'] === 'awslogs' ? log['options'] : undefined;
    return isObject(options) && options['awslogs-create-group'] !== 'true';
  });
  if (index < 0) return undefined;
  return {
    kind: 'value',
    role: 'task',
    pointer: `/containerDefinitions/${index}/logConfiguration/options/awslogs-create-group`,
    value: 'true',
    description: 'let the task create its log group (its execution role then needs logs:CreateLogGroup)',
  };
}

/** The port that the container does map, where it is one only. */
function containerPort({ found, now }: Given): Fix | undefined {
  const container = containersOf(now).find(({ name }) => name === found['container']);
  const ports = objects(container?.['portMappings']).map((mapping) => mapping['containerPort']);
  const index = objects(now.service?.['loadBalancers']).findIndex(
    (balancer) =>
      balancer['containerName'] === found['container'] && String(balancer['containerPort']) === found['port'],
  );
  if (ports.length !== 1 || typeof ports[0] !== 'number' || index < 0) return undefined;
  const pointer = `/loadBalancers/${index}/containerPort`;
  const description = `send traffic to port ${ports[0]}, which the container maps`;
  return { kind: 'value', role: 'service', pointer, value: ports[0], description };
}

function oneKindOfCapacity({ now }: Given): Fix | undefined {
  if (now.service?.['launchType'] === undefined) return undefined;
  const description = 'take launchType out: capacityProviderStrategy says where tasks run';
  return { kind: 'value', role: 'service', pointer: '/launchType', value: undefined, description };
}

/** Room for a whole second set of tasks, which is ECS's own default. */
function widerDeployment({ now }: Given): Fix | undefined {
  const window = now.service?.['deploymentConfiguration'];
  const maximum = isObject(window) ? numberOf(window['maximumPercent']) : Number.NaN;
  if (now.service === undefined || maximum >= 200) return undefined;
  const pointer = '/deploymentConfiguration/maximumPercent';
  return {
    kind: 'value',
    role: 'service',
    pointer,
    value: 200,
    description: 'let ECS start new tasks beside the old ones',
  };
}

function longerStabilityCheck({ found, now }: Given): Fix | undefined {
  const seconds = numberOf(found['seconds']);
  if (now.deployment === undefined || !(seconds > 0)) return undefined;
  const value = 2 * seconds;
  const description = `wait ${value} s for the new tasks`;
  return { kind: 'value', role: 'deployment', pointer: '/stabilityCheck/timeout', value, description };
}

/** Somewhere else to run for tasks that are only ever asked to run on Spot. */
function fallbackCapacity({ now }: Given): Fix | undefined {
  const providers = objects(now.service?.['capacityProviderStrategy']).map((item) => item['capacityProvider']);
  const isOnSpot = providers.length > 0 && providers.every((provider) => provider === 'FARGATE_SPOT');
  const has = now.deployment?.['fallbackCapacityProviderStrategy'];
  if (!isOnSpot || now.deployment === undefined || has !== undefined) return undefined;
  return {
    kind: 'value',
    role: 'deployment',
    pointer: '/fallbackCapacityProviderStrategy',
    value: [{ capacityProvider: 'FARGATE', weight: 1 }],
    description: 'let the tasks run on FARGATE while Spot has no room',
  };
}

const MAKERS = {
  'allow-action': allowAction,
  'previous-image': previousImage,
  'previous-code': previousCode,
  'other-architecture': otherArchitecture,
  'more-memory': moreMemory,
  'fargate-size': fargateSize,
  'create-log-group': createLogGroup,
  'container-port': containerPort,
  'one-kind-of-capacity': oneKindOfCapacity,
  'wider-deployment': widerDeployment,
  'fallback-capacity': fallbackCapacity,
  'longer-stability-check': longerStabilityCheck,
} satisfies Record<string, Maker>;

export type FixName = keyof typeof MAKERS;

/**
 * Works out the edit for a failure; undefined where it is not mechanical with these definitions.
 *
 * @param now what was deployed and failed
 * @param before what ran before; empty where nothing did
 */
export function fixFor(name: FixName, found: Found, now: Definitions, before: Definitions = {}): Fix | undefined {
  return MAKERS[name]({ found, now, before });
}
