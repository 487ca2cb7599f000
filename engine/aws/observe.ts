/** Reads what a rollout wishes to see, in AWS's own words. */

import {
  type Deployment,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type Service,
  type Task,
  type TaskSet,
} from '@aws-sdk/client-ecs';
import { type FunctionConfiguration, GetAliasCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type {
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
import { observeAlarms } from './alarms.ts';
import type { Clients } from './clients.ts';
import { orAbsent } from './errors.ts';
import { provisionedSeen } from './provisioned.ts';
import { readServiceDeployments } from './serviceDeployments.ts';
import { lookAtLink } from './sourceLinks.ts';

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

export async function observeEcs(clients: Clients, wish: EcsWish, abortSignal: AbortSignal): Promise<EcsSeen> {
  const ecs = await clients.ecs(wish.target.region!);
  const { cluster, service } = wish.target;
  const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }), { abortSignal });
  const found = answer.services?.[0];
  const tasks = found && wish.stoppedTasksOf.length > 0 ? await stoppedTasks(ecs, wish, abortSignal) : [];
  const alarms = await observeAlarms(clients, wish.target.region!, wish.alarms ?? [], abortSignal);
  const { serviceDeployments } = wish;
  return {
    kind: 'ecs',
    service: found && serviceSeen(found),
    serviceDeployments:
      found && serviceDeployments
        ? await readServiceDeployments(ecs, wish.target, serviceDeployments, abortSignal)
        : [],
    stoppedTasks: tasks,
    ...(await traffic(clients, wish, abortSignal)),
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
  };
}

export async function observeLambda(clients: Clients, wish: LambdaWish, abortSignal: AbortSignal): Promise<LambdaSeen> {
  const region = wish.target.region!;
  const lambda = await clients.lambda(region);
  const FunctionName = wish.target.function;
  const configuration = (Qualifier?: string) =>
    orAbsent(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName, ...(Qualifier ? { Qualifier } : {}) }), {
        abortSignal,
      }),
      'ResourceNotFoundException',
    );
  const place = { clients, lambda, target: wish.target, alias: wish.alias };
  const [latest, alias, version, alarms, link, provisioned] = await Promise.all([
    configuration(),
    wish.alias
      ? orAbsent(
          lambda.send(new GetAliasCommand({ FunctionName, Name: wish.alias }), { abortSignal }),
          'ResourceNotFoundException',
        )
      : undefined,
    wish.version ? configuration(wish.version) : undefined,
    observeAlarms(clients, region, wish.alarms, abortSignal),
    wish.link && lookAtLink(place, wish.link.link, wish.link.way),
    wish.provisionedOf === undefined ? undefined : provisionedSeen(lambda, FunctionName, wish.provisionedOf),
  ]);
  const weights = Object.entries(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});
  const aliasSeen: AliasSeen | undefined = alias && {
    version: alias.FunctionVersion ?? '',
    additional: Object.fromEntries(weights.map(([key, share]) => [key, share * 100])),
  };
  return {
    kind: 'lambda',
    latest: latest && functionSeen(latest),
    alias: aliasSeen,
    version: version && functionSeen(version),
    alarms,
    link,
    provisioned,
  };
}
