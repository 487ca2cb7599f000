/**
 * Reads live state: services in batches of ten, functions one by one, all regions at once, at AWS's pace. What cannot
 * be read of one target is that target's failure alone.
 */
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, type Service } from '@aws-sdk/client-ecs';
import { GetAliasCommand, GetFunctionCommand } from '@aws-sdk/client-lambda';
import {
  type EcsTarget,
  type EventSource,
  type LambdaTarget,
  type Live,
  type LiveEcs,
  type LiveFailure,
  type LiveLambda,
  SOURCES_TAG,
  type Target,
  targetKey,
  targetLabel,
} from '../plan/index.ts';
import { batches } from './batching.ts';
import type { Clients } from './clients.ts';
import { hintFor, orAbsent, toAwsError, toEngineError } from './errors.ts';
import { readEventSources } from './eventSources.ts';
import type { Patiently } from './pacing.ts';
import { plainObject } from './plain.ts';
import { listProvisioned } from './provisioned.ts';

/** Source: Amazon ECS API reference, DescribeServices. */
const SERVICES_PER_CALL = 10;

/** What readers need. */
export interface Reading {
  readonly clients: Clients;
  readonly patiently: Patiently;
}

export interface Wanted {
  readonly target: Target;
  readonly alias?: string;
  /** What is to invoke the alias: its present state is wanted; absent where nobody cares. */
  readonly eventSources?: readonly EventSource[];
  /** Is the provisioned concurrency of the function wanted? */
  readonly provisioned?: boolean;
}
type Found = readonly [key: string, live: Live | LiveFailure];

/** Why a target could not be read: AWS's own words where AWS has answered. */
export function failureOf(error: unknown, target: Target): LiveFailure {
  const ended = toEngineError(error, `read ${targetLabel(target)}`);
  const { requestId, passing } = ended;
  const { code, message } = ended.code === 'aws.error' ? toAwsError(error) : ended;
  const hint = ended.code === 'aws.error' ? hintFor(code, message) : ended.hint;
  return { kind: 'failure', code, message, hint, requestId, passing };
}

const found = (target: Target, read: Promise<Live>): Promise<Found> =>
  read.catch((error: unknown) => failureOf(error, target)).then((live) => [targetKey(target), live]);

async function withTaskDefinition(reading: Reading, region: string, service: Service | undefined): Promise<LiveEcs> {
  if (service === undefined) return { kind: 'ecs', service: undefined, taskDefinition: undefined };
  const { clients, patiently } = reading;
  const { taskDefinition: name } = service;
  const ecs = await clients.ecs(region);
  const described =
    name === undefined
      ? undefined
      : await patiently(() => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] })));
  const taskDefinition = described?.taskDefinition && {
    ...plainObject(described.taskDefinition),
    tags: plainObject({ t: described.tags ?? [] })['t']!,
  };
  return { kind: 'ecs', service: plainObject(service), taskDefinition };
}

/** @param targets services of one cluster, at most ten */
async function readServices(reading: Reading, targets: readonly EcsTarget[]): Promise<Found[]> {
  const { clients, patiently } = reading;
  const { cluster } = targets[0]!;
  const region = targets[0]!.region!;
  const services = targets.map(({ service }) => service);
  try {
    const ecs = await clients.ecs(region);
    const answer = await patiently(() =>
      ecs.send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] })),
    );
    const active = new Map(
      answer.services?.filter(({ status }) => status === 'ACTIVE').map((service) => [service.serviceName, service]),
    );
    return Promise.all(
      targets.map((target) => found(target, withTaskDefinition(reading, region, active.get(target.service)))),
    );
  } catch (error) {
    // One service that the caller may not see refuses the whole call.
    if (targets.length > 1 && /AccessDenied/.test(toAwsError(error).code))
      return (await Promise.all(targets.map((target) => readServices(reading, [target])))).flat();
    return targets.map((target) => [targetKey(target), failureOf(error, target)]);
  }
}

async function readFunction(reading: Reading, target: LambdaTarget, wanted: Wanted): Promise<LiveLambda> {
  const { alias } = wanted;
  const { clients, patiently } = reading;
  const FunctionName = target.function;
  const region = target.region!;
  const lambda = await clients.lambda(region);
  const getFunction = (Qualifier?: string) =>
    patiently(() =>
      lambda.send(new GetFunctionCommand({ FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) })),
    );
  const aliased = alias
    ? orAbsent(
        patiently(() => lambda.send(new GetAliasCommand({ FunctionName, Name: alias }))),
        'ResourceNotFoundException',
      )
    : undefined;
  const [got, named] = await Promise.all([orAbsent(getFunction(), 'ResourceNotFoundException'), aliased]);
  const asked = wanted.eventSources;
  const connected = got?.Tags?.[SOURCES_TAG] !== undefined;
  const looks = alias !== undefined && asked !== undefined && (asked.length > 0 || connected);
  const eventSources = looks ? await readEventSources(reading, target, alias, asked) : undefined;
  if (!got?.Configuration) {
    return {
      kind: 'lambda',
      latest: undefined,
      code: undefined,
      tags: {},
      alias: undefined,
      serving: undefined,
      eventSources,
      provisioned: undefined,
    };
  }
  // GetFunctionConfiguration would tell as much, and shares a rate of 15 a second with all other calls.
  const serving = named && (await getFunction(named.FunctionVersion)).Configuration;
  const { Location: _signed, ...code } = got.Code ?? {};
  return {
    kind: 'lambda',
    latest: plainObject(got.Configuration),
    code: plainObject(code),
    tags: got.Tags ?? {},
    alias: named && plainObject(named),
    serving: serving && plainObject(serving),
    eventSources,
    provisioned: wanted.provisioned ? await patiently(() => listProvisioned(lambda, FunctionName)) : undefined,
  };
}

/** Live state by `targetKey`; a target that cannot be read is a failure of its own. Targets need a region. */
export async function readLive(
  reading: Reading,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, Live | LiveFailure>> {
  const services = wanted.map(({ target }) => target).filter((target) => target.kind === 'ecs');
  const byCluster = Map.groupBy(services, ({ region, cluster }) => `${region}/${cluster}`);
  const groups = [...byCluster.values()].flatMap((group) => batches(group, SERVICES_PER_CALL));
  const functions = wanted.map(
    async (one): Promise<Found[]> =>
      one.target.kind === 'lambda' ? [await found(one.target, readFunction(reading, one.target, one))] : [],
  );
  const all = await Promise.all([...groups.map((group) => readServices(reading, group)), ...functions]);
  return new Map(all.flat());
}
