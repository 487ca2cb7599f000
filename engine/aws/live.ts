/** Reads live state for plans: services in batches of ten, functions one by one, all regions at once. */
import { DescribeServicesCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  type EcsTarget,
  type LambdaTarget,
  type Live,
  type LiveFailure,
  type LiveLambda,
  type Target,
  targetKey,
} from '../plan/index.ts';
import type { Clients } from './clients.ts';
import { hintFor, toAwsError } from './errors.ts';
import { plainObject } from './plain.ts';

/** Source: Amazon ECS API reference, DescribeServices. */
const SERVICES_PER_CALL = 10;

/** Functions read at the same time: three calls each, under Lambda's 15 control-plane calls a second. */
const FUNCTIONS_AT_ONCE = 5;

type Wanted = { readonly target: Target; readonly alias?: string };
type Found = Map<string, Live | LiveFailure>;

function failure(error: unknown): LiveFailure {
  const { code, message, requestId, passing } = toAwsError(error);
  return { kind: 'failure', code, message, hint: hintFor(code, message), requestId, passing };
}

/** Undefined in place of AWS's "there is none". */
export async function orAbsent<T>(call: Promise<T>, ...absent: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (absent.includes(toAwsError(error).code)) return undefined;
    throw error;
  }
}

async function readServices(clients: Clients, targets: readonly EcsTarget[], found: Found): Promise<void> {
  const { region, cluster } = targets[0]!;
  const ecs = await clients.ecs(region!);
  const answer = await ecs.send(
    new DescribeServicesCommand({ cluster, services: targets.map((t) => t.service), include: ['TAGS'] }),
  );
  await Promise.all(
    targets.map(async (target) => {
      const service = answer.services?.find(
        (candidate) => candidate.serviceName === target.service && candidate.status === 'ACTIVE',
      );
      if (!service) return found.set(targetKey(target), { kind: 'ecs', service: undefined, taskDefinition: undefined });
      const described = service.taskDefinition
        ? await ecs.send(
            new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition, include: ['TAGS'] }),
          )
        : undefined;
      const taskDefinition = described?.taskDefinition && {
        ...plainObject(described.taskDefinition),
        tags: plainObject({ t: described.tags ?? [] })['t']!,
      };
      return found.set(targetKey(target), { kind: 'ecs', service: plainObject(service), taskDefinition });
    }),
  );
}

export async function readFunction(
  lambda: LambdaClient,
  target: LambdaTarget,
  alias: string | undefined,
): Promise<LiveLambda> {
  const FunctionName = target.function;
  const got = await orAbsent(lambda.send(new GetFunctionCommand({ FunctionName })), 'ResourceNotFoundException');
  if (!got?.Configuration)
    return { kind: 'lambda', latest: undefined, code: undefined, tags: {}, alias: undefined, serving: undefined };
  const named = alias
    ? await orAbsent(lambda.send(new GetAliasCommand({ FunctionName, Name: alias })), 'ResourceNotFoundException')
    : undefined;
  const serving =
    named &&
    (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: named.FunctionVersion })));
  const { Location: _signed, ...code } = got.Code ?? {};
  return {
    kind: 'lambda',
    latest: plainObject(got.Configuration),
    code: plainObject(code),
    tags: got.Tags ?? {},
    alias: named && plainObject(named),
    serving: serving && plainObject(serving),
  };
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

async function readAllServices(clients: Clients, targets: readonly EcsTarget[], found: Found): Promise<void> {
  const byCluster = Map.groupBy(targets, (target) => `${target.region}/${target.cluster}`);
  const groups = [...byCluster.values()].flatMap((group) => batches(group, SERVICES_PER_CALL));
  await Promise.all(
    groups.map(async (group) => {
      try {
        await readServices(clients, group, found);
      } catch (error) {
        for (const target of group) found.set(targetKey(target), failure(error));
      }
    }),
  );
}

async function readAllFunctions(clients: Clients, wanted: readonly Wanted[], found: Found): Promise<void> {
  for (const batch of batches(wanted, FUNCTIONS_AT_ONCE)) {
    await Promise.all(
      batch.map(async ({ target, alias }) => {
        if (target.kind !== 'lambda') return;
        try {
          found.set(targetKey(target), await readFunction(await clients.lambda(target.region!), target, alias));
        } catch (error) {
          found.set(targetKey(target), failure(error));
        }
      }),
    );
  }
}

/** Live state by `targetKey`; a target that cannot be read is a failure of its own. Targets need a region. */
export async function readLive(
  clients: Clients,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, Live | LiveFailure>> {
  const found: Found = new Map();
  const services = wanted.map(({ target }) => target).filter((target) => target.kind === 'ecs');
  await Promise.all([readAllServices(clients, services, found), readAllFunctions(clients, wanted, found)]);
  return found;
}
