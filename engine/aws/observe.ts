/** Reads what a rollout wishes to see, in AWS's own words. */

import {
  type Deployment,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type Service,
  type ServiceDeployment,
  type Task,
  type TaskSet,
} from '@aws-sdk/client-ecs';
import {
  type AliasConfiguration,
  type FunctionConfiguration,
  GetAliasCommand,
  GetFunctionCommand,
} from '@aws-sdk/client-lambda';
import type { Clock } from '../clock.ts';
import type {
  AlarmSeen,
  AliasSeen,
  DeploymentSeen,
  EcsSeen,
  EcsWish,
  FunctionSeen,
  LambdaSeen,
  LambdaWish,
  ServiceSeen,
  StoppedTaskSeen,
  TaskSetSeen,
} from '../rollout/index.ts';
import { ALARMS_PER_CALL, observeAlarms } from './alarms.ts';
import { createBatch } from './batching.ts';
import type { Clients } from './clients.ts';
import { orAbsent, toAwsError } from './errors.ts';
import { provisionedSeen } from './provisioned.ts';
import { DEPLOYMENTS_PER_CALL, describeDeployments, readServiceDeployments } from './serviceDeployments.ts';
import { lookAtLink } from './sourceLinks/index.ts';

function deploymentSeen(deployment: Deployment): DeploymentSeen {
  return {
    id: deployment.id ?? '',
    status: deployment.status ?? '',
    taskDefinition: deployment.taskDefinition ?? '',
    desiredCount: deployment.desiredCount ?? 0,
    runningCount: deployment.runningCount ?? 0,
    pendingCount: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

function taskSetSeen(set: TaskSet): TaskSetSeen {
  return {
    id: set.id ?? '',
    status: set.status ?? '',
    taskDefinition: set.taskDefinition ?? '',
    externalId: set.externalId,
    computedDesiredCount: set.computedDesiredCount ?? 0,
    runningCount: set.runningCount ?? 0,
    pendingCount: set.pendingCount ?? 0,
    stability: set.stabilityStatus ?? '',
    targetGroups: (set.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []),
  };
}

function serviceSeen(service: Service): ServiceSeen {
  return {
    arn: service.serviceArn ?? '',
    status: service.status ?? '',
    desiredCount: service.desiredCount ?? 0,
    taskDefinition: service.taskDefinition ?? '',
    deployments: (service.deployments ?? []).map(deploymentSeen),
    taskSets: (service.taskSets ?? []).map(taskSetSeen),
    events: (service.events ?? []).map((event) => ({
      id: event.id ?? '',
      at: event.createdAt?.getTime() ?? 0,
      message: event.message ?? '',
    })),
  };
}

function stoppedTaskSeen(task: Task): StoppedTaskSeen {
  return {
    arn: task.taskArn ?? '',
    taskDefinition: task.taskDefinitionArn ?? '',
    startedBy: task.startedBy ?? '',
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    stoppedAt: (task.stoppedAt ?? task.stoppingAt)?.getTime() ?? 0,
    containers: (task.containers ?? []).map((container) => ({
      name: container.name ?? '',
      exitCode: container.exitCode,
      reason: container.reason,
    })),
  };
}

/** The service's latest stopped tasks, at most 100: one page of ListTasks is one call of DescribeTasks. */
async function stoppedTasks(ecs: ECSClient, wish: EcsWish, abortSignal: AbortSignal): Promise<StoppedTaskSeen[]> {
  const { cluster, service } = wish.target;
  const listed = await ecs.send(
    new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED', maxResults: 100 }),
    { abortSignal },
  );
  if (!listed.taskArns?.length) return [];
  const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks: listed.taskArns }), { abortSignal });
  return (described.tasks ?? [])
    .filter((task) => wish.stoppedTasksOf.includes(task.startedBy ?? ''))
    .map(stoppedTaskSeen);
}

/** What load balancers do with the service's target groups; they are not asked where nothing is wished. */
async function traffic(
  clients: Clients,
  wish: EcsWish,
  abortSignal: AbortSignal,
): Promise<Pick<EcsSeen, 'forwards' | 'targets'>> {
  const { findForwardsTo = [], forwards = [], healthOf = [] } = wish;
  if (findForwardsTo.length + forwards.length + healthOf.length === 0) return { forwards: [], targets: [] };
  const [elb, { findForwards, readForwards, readTargets }] = await Promise.all([
    clients.elb(wish.target.region!),
    import('./elb.ts'),
  ]);
  const [found, targets] = await Promise.all([
    findForwardsTo.length > 0
      ? findForwards(elb, findForwardsTo, abortSignal)
      : readForwards(elb, forwards, abortSignal),
    readTargets(elb, healthOf, abortSignal),
  ]);
  return { forwards: found, targets };
}

/** The services, deployments and alarms that rollouts of this process watch, read for all of them together. */
export interface Observer {
  /** Undefined where there is no such service. Throws what the SDK throws. */
  service(region: string, cluster: string, name: string): Promise<Service | undefined>;
  alarms(region: string, names: readonly string[]): Promise<AlarmSeen[]>;
  /** ECS's records of deployments, by ARN. */
  deployments(region: string, arns: readonly string[]): Promise<ServiceDeployment[]>;
}

/** Source: Amazon ECS API reference, DescribeServices. */
const SERVICES_PER_CALL = 10;

/** A service shows its newest ones. Source: Amazon ECS API reference, Service. */
const MOST_EVENTS = 100;

/** A caller may be allowed to see some of what it asks for: AWS then refuses the whole call. */
const isOfOne = (error: unknown): boolean => /AccessDenied/.test(toAwsError(error).code);

export function createObserver(clients: Clients, clock: Clock): Observer {
  const services = createBatch<Service>({
    clock,
    most: SERVICES_PER_CALL,
    isOfOne,
    async ask(group, names) {
      const [region = '', cluster = ''] = group.split(' ');
      const ecs = await clients.ecs(region);
      const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [...names] }));
      return new Map((answer.services ?? []).map((service) => [service.serviceName ?? '', service]));
    },
  });
  const alarms = createBatch<AlarmSeen>({
    clock,
    most: ALARMS_PER_CALL,
    isOfOne,
    ask: async (region, names) =>
      new Map((await observeAlarms(clients, region, names)).map((alarm) => [alarm.name, alarm])),
  });
  const deployments = createBatch<ServiceDeployment>({
    clock,
    most: DEPLOYMENTS_PER_CALL,
    isOfOne,
    async ask(region, arns) {
      const found = await describeDeployments(await clients.ecs(region), arns);
      return new Map(found.map((record) => [record.serviceDeploymentArn ?? '', record]));
    },
  });
  return {
    deployments: async (region, arns) => [...(await deployments(region, arns)).values()],
    service: async (region, cluster, name) => (await services(`${region} ${cluster}`, [name])).get(name),
    alarms: async (region, names) => [...(await alarms(region, names)).values()],
  };
}

/** Tasks that were started are in the counts within this, ms. */
const COUNTED_MS = 60_000;

/** Source: Amazon ECS developer guide, service event messages. */
const STARTED = /has started (\d+) tasks?/;
const TROUBLE = /unable|unhealthy|not healthy|failed|could not|throttled|misconfigured/;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/**
 * May tasks of these deployments or task sets have stopped? Every task that ECS starts, it tells of in an event: as long
 * as all of them are in the counts, none has. What cannot be told counts as yes.
 */
export function mayHaveStopped(service: Service, ids: readonly string[], now: number): boolean {
  const isWished = ({ id = '' }: Deployment | TaskSet) => ids.includes(id);
  const events = service.events ?? [];
  const deployments = (service.deployments ?? []).filter(isWished);
  const sets = (service.taskSets ?? []).filter(isWished);
  const wished = [...deployments, ...sets];
  if (wished.length === 0 || deployments.some(({ failedTasks = 0 }) => failedTasks > 0)) return true;
  const since = Math.min(...wished.map(({ createdAt }) => createdAt?.getTime() ?? 0));
  const told = events.filter(({ createdAt }) => (createdAt?.getTime() ?? now) >= since);
  const isCut = told.length === events.length && events.length >= MOST_EVENTS;
  if (isCut || told.some(({ message = '' }) => TROUBLE.test(message))) return true;
  const started = sum(told.map(({ message = '' }) => Number(STARTED.exec(message)?.[1] ?? 0)));
  const counted = sum(wished.map(({ runningCount = 0, pendingCount = 0 }) => runningCount + pendingCount));
  const wanted = sum([
    ...deployments.map(({ desiredCount = 0 }) => desiredCount),
    ...sets.map(({ computedDesiredCount = 0 }) => computedDesiredCount),
  ]);
  return started > counted || (counted < wanted && now - since > COUNTED_MS);
}

export async function observeEcs(
  clients: Clients,
  observer: Observer,
  clock: Clock,
  wish: EcsWish,
  abortSignal: AbortSignal,
): Promise<EcsSeen> {
  const { region = '', cluster, service } = wish.target;
  const ecs = await clients.ecs(region);
  const { stoppedTasksOf: ids, serviceDeployments: asked } = wish;

  const tasksOf = async (found: Service | undefined) => {
    abortSignal.throwIfAborted();
    const asks = found !== undefined && ids.length > 0 && mayHaveStopped(found, ids, clock.now());
    return asks ? stoppedTasks(ecs, wish, abortSignal) : [];
  };
  const describe = (arns: readonly string[]) => observer.deployments(region, arns);
  const [[found, tasks], alarms, serviceDeployments, seenTraffic] = await Promise.all([
    observer.service(region, cluster, service).then(async (it) => [it, await tasksOf(it)] as const),
    observer.alarms(region, wish.alarms ?? []),
    asked ? readServiceDeployments(ecs, wish.target, asked, abortSignal, describe) : [],
    traffic(clients, wish, abortSignal),
  ]);
  return {
    kind: 'ecs',
    service: found && serviceSeen(found),
    serviceDeployments: found ? serviceDeployments : [],
    stoppedTasks: tasks,
    ...seenTraffic,
    alarms,
  };
}

function functionSeen(configuration: FunctionConfiguration): FunctionSeen {
  return {
    // Functions made before states existed have none and are active.
    state: configuration.State ?? 'Active',
    stateReason: configuration.StateReason,
    stateReasonCode: configuration.StateReasonCode,
    lastUpdateStatus: configuration.LastUpdateStatus,
    lastUpdateStatusReason: configuration.LastUpdateStatusReason,
    lastUpdateStatusReasonCode: configuration.LastUpdateStatusReasonCode,
    codeSha256: configuration.CodeSha256 ?? '',
    lastModified: configuration.LastModified ?? '',
  };
}

/** An alias as AWS tells it. */
export function aliasSeen({ FunctionVersion = '', RoutingConfig }: AliasConfiguration): AliasSeen {
  const weights = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    version: FunctionVersion,
    additional: Object.fromEntries(weights.map(([key, share]) => [key, share * 100])),
  };
}

export async function observeLambda(
  clients: Clients,
  observer: Observer,
  wish: LambdaWish,
  abortSignal: AbortSignal,
): Promise<LambdaSeen> {
  const region = wish.target.region!;
  const lambda = await clients.lambda(region);
  const FunctionName = wish.target.function;
  // GetFunctionConfiguration would tell as much, and shares a rate of 15 a second with all other calls.
  const configuration = (Qualifier?: string) =>
    orAbsent(
      lambda
        .send(new GetFunctionCommand({ FunctionName, ...(Qualifier ? { Qualifier } : {}) }), { abortSignal })
        .then(({ Configuration }) => Configuration),
      'ResourceNotFoundException',
    );
  const place = { clients, lambda, target: wish.target, alias: wish.alias };
  const [latest, alias, version, alarms, link, provisioned] = await Promise.all([
    wish.latest === false ? undefined : configuration(),
    wish.alias
      ? orAbsent(
          lambda.send(new GetAliasCommand({ FunctionName, Name: wish.alias }), { abortSignal }),
          'ResourceNotFoundException',
        )
      : undefined,
    wish.version ? configuration(wish.version) : undefined,
    observer.alarms(region, wish.alarms),
    wish.link && lookAtLink(place, wish.link.link, wish.link.way),
    wish.provisionedOf === undefined ? undefined : provisionedSeen(lambda, FunctionName, wish.provisionedOf),
  ]);
  return {
    kind: 'lambda',
    latest: latest && functionSeen(latest),
    alias: alias && aliasSeen(alias),
    version: version && functionSeen(version),
    alarms,
    link,
    provisioned,
  };
}
