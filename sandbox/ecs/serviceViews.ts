/** How services, deployments and their records look in answers. Pure. */
import { type Output, pick } from '../json.ts';
import { alarmSettings, breakerSettings, isOpen, thresholdOf } from './deployments.ts';
import { seconds, showTags } from './lookup.ts';
import type {
  Deployment,
  EcsService,
  Launch,
  LoadBalancer,
  Revision,
  ServiceDeployment,
  Task,
  TaskGroup,
  TaskSet,
} from './state.ts';
import { showStrategy } from './strategy.ts';
import { servingGroup } from './trafficHalves.ts';

/** What `LATEST` means for Linux today; API answers show it on tasks and deployments. */
export const FARGATE_PLATFORM = '1.4.0';

interface Counts {
  readonly running: number;
  readonly pending: number;
}

function countTasks(tasks: Iterable<Task>): Counts {
  let [running, pending] = [0, 0];
  for (const { lastStatus } of tasks) {
    if (lastStatus === 'RUNNING') running++;
    else if (lastStatus === 'PROVISIONING' || lastStatus === 'PENDING' || lastStatus === 'ACTIVATING') pending++;
  }
  return { running, pending };
}

function tasksOf(service: EcsService, group: TaskGroup): Task[] {
  return [...service.tasks].filter((task) => task.request.startedBy === group.id);
}

export function showLoadBalancers(balancers: readonly LoadBalancer[]): Output[] {
  return balancers.map((balancer) => ({ ...balancer }));
}

function showLaunch(launch: Launch, platformVersion: string | undefined): Output {
  return {
    launchType: launch.launchType,
    capacityProviderStrategy: launch.strategy && showStrategy(launch.strategy),
    platformVersion: launch.platformVersion && platformVersion,
    platformFamily: launch.platformVersion && 'Linux',
  };
}

function concrete(version: string | undefined): string | undefined {
  return version === 'LATEST' ? FARGATE_PLATFORM : version;
}

/** Members of a revision that are shown with its deployment. Source: Amazon ECS API reference, Deployment. */
const ON_DEPLOYMENT = ['serviceConnectConfiguration', 'volumeConfigurations', 'vpcLatticeConfigurations'];

function showDeployment(service: EcsService, deployment: Deployment): Output {
  const { revision } = deployment;
  const { running, pending } = countTasks(tasksOf(service, deployment));
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: revision.taskDefinition.arn,
    desiredCount: deployment.status === 'PRIMARY' ? service.settings.desiredCount : deployment.desiredCount,
    pendingCount: pending,
    runningCount: running,
    failedTasks: deployment.failedTasks,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    ...showLaunch(revision.launch, concrete(revision.launch.platformVersion)),
    networkConfiguration: revision.networkConfiguration,
    ...pick(revision.further, ON_DEPLOYMENT),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutReason,
  };
}

export function showService(service: EcsService, withTags: boolean): Output {
  const { settings, revision } = service;
  const { running, pending } = countTasks(service.tasks);
  const open = service.records.find(isOpen);
  const isRolling = service.controller === 'ECS';
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    loadBalancers: showLoadBalancers(revision?.loadBalancers ?? []),
    serviceRegistries: revision?.further['serviceRegistries'] ?? [],
    status: service.status,
    desiredCount: settings.desiredCount,
    runningCount: running,
    pendingCount: pending,
    ...(revision === undefined
      ? { launchType: 'EC2' }
      : {
          ...showLaunch(revision.launch, revision.launch.platformVersion),
          taskDefinition: revision.taskDefinition.arn,
        }),
    deploymentConfiguration: isRolling
      ? settings.deploymentConfiguration
      : {
          maximumPercent: settings.deploymentConfiguration['maximumPercent'],
          minimumHealthyPercent: settings.deploymentConfiguration['minimumHealthyPercent'],
        },
    ...(isRolling ? {} : { taskSets: service.taskSets.map((set) => showTaskSet(service, set, withTags)) }),
    deployments: isRolling ? service.deployments.map((deployment) => showDeployment(service, deployment)) : [],
    roleArn: service.roleArn,
    events: service.events.map(({ id, createdAt, message }) => ({ id, createdAt: seconds(createdAt), message })),
    createdAt: seconds(service.createdAt),
    placementConstraints: settings.placementConstraints,
    placementStrategy: settings.placementStrategy,
    networkConfiguration: revision?.networkConfiguration,
    healthCheckGracePeriodSeconds:
      settings.healthCheckGracePeriodSeconds ?? (revision?.loadBalancers.length ? 0 : undefined),
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: service.controllerNamed ? { type: service.controller } : undefined,
    createdBy: service.createdBy,
    enableECSManagedTags: settings.enableECSManagedTags,
    propagateTags: settings.propagateTags,
    enableExecuteCommand: settings.enableExecuteCommand,
    availabilityZoneRebalancing: settings.availabilityZoneRebalancing,
    currentServiceDeployment: open?.arn,
    currentServiceRevisions: isRolling
      ? service.deployments.map((deployment) => showRevisionCounts(service, deployment))
      : undefined,
    tags: withTags ? showTags(service.tags) : undefined,
  };
}

export function showTaskSet(service: EcsService, set: TaskSet, withTags: boolean): Output {
  const { revision } = set;
  const { running, pending } = countTasks(tasksOf(service, set));
  return {
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    externalId: set.externalId,
    status: set.status,
    taskDefinition: revision.taskDefinition.arn,
    computedDesiredCount: set.computedDesiredCount,
    pendingCount: pending,
    runningCount: running,
    createdAt: seconds(set.createdAt),
    updatedAt: seconds(set.updatedAt),
    ...showLaunch(revision.launch, concrete(revision.launch.platformVersion)),
    networkConfiguration: revision.networkConfiguration,
    loadBalancers: showLoadBalancers(revision.loadBalancers),
    serviceRegistries: revision.further['serviceRegistries'] ?? [],
    scale: { value: set.scale, unit: 'PERCENT' },
    stabilityStatus: set.stability,
    stabilityStatusAt: seconds(set.stabilityAt),
    tags: withTags ? showTags(set.tags) : [],
  };
}

function showRevisionCounts(service: EcsService, deployment: Deployment): Output {
  const { running, pending } = countTasks(tasksOf(service, deployment));
  const isPrimary = deployment.status === 'PRIMARY';
  return {
    arn: deployment.revision.arn,
    requestedTaskCount: isPrimary ? service.settings.desiredCount : deployment.desiredCount,
    runningTaskCount: running,
    pendingTaskCount: pending,
  };
}

export function showRevision(service: EcsService, revision: Revision): Output {
  return {
    serviceRevisionArn: revision.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: revision.taskDefinition.arn,
    ...showLaunch(revision.launch, concrete(revision.launch.platformVersion)),
    loadBalancers: showLoadBalancers(revision.loadBalancers),
    resolvedConfiguration: showResolved(revision),
    ...revision.further,
    networkConfiguration: revision.networkConfiguration,
    containerImages: revision.taskDefinition.containers.map(({ name, image }) => ({ containerName: name, image })),
    createdAt: seconds(revision.createdAt),
  };
}

/** Where the revision's tasks serve, for the strategies that shift traffic. */
function showResolved(revision: Revision): Output | undefined {
  const shifted = revision.loadBalancers.filter(({ advancedConfiguration }) => advancedConfiguration !== undefined);
  if (shifted.length === 0) return undefined;
  return {
    loadBalancers: shifted.map((balancer) => ({
      targetGroupArn: servingGroup(revision, balancer),
      productionListenerRule: balancer.advancedConfiguration?.productionListenerRule,
    })),
  };
}

export function showBriefRecord(service: EcsService, record: ServiceDeployment): Output {
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    startedAt: seconds(record.startedAt),
    createdAt: seconds(record.createdAt),
    finishedAt: seconds(record.finishedAt),
    targetServiceRevisionArn: record.target.revision.arn,
    status: record.status,
    statusReason: record.statusReason,
  };
}

export function showRecord(service: EcsService, record: ServiceDeployment): Output {
  const { rollback, target } = record;
  const alarms = alarmSettings(service);
  const counts = (revision: Revision) => {
    const deployment = service.deployments.find((candidate) => candidate.revision === revision);
    return deployment === undefined ? { arn: revision.arn } : showRevisionCounts(service, deployment);
  };
  return {
    ...showBriefRecord(service, record),
    targetServiceRevisionArn: undefined,
    stoppedAt: seconds(record.stoppedAt),
    updatedAt: seconds(record.updatedAt),
    sourceServiceRevisions: record.source.map((revision) => ({ ...counts(revision), ...weightsOf(record, 'source') })),
    targetServiceRevision: { ...counts(target.revision), ...weightsOf(record, 'target') },
    deploymentConfiguration: service.settings.deploymentConfiguration,
    ...showShift(record),
    rollback: rollback && {
      reason: rollback.reason,
      startedAt: seconds(rollback.startedAt),
      serviceRevisionArn: rollback.to.arn,
    },
    deploymentCircuitBreaker: showBreaker(service, record),
    alarms: alarms && {
      status: alarmStatus(record),
      alarmNames: alarms.names,
      triggeredAlarmNames: record.triggeredAlarms,
    },
  };
}

/** What the source has is what the target has not; of several sources the first one serves. */
function weightsOf({ shift }: ServiceDeployment, side: 'source' | 'target'): Output {
  if (shift === undefined) return {};
  const share = (percent: number) => (side === 'target' ? percent : 100 - percent);
  return {
    requestedTestTrafficWeight: share(shift.test),
    requestedProductionTrafficWeight: share(shift.production),
  };
}

function showShift({ shift }: ServiceDeployment): Output {
  return {
    lifecycleStage: shift?.steps[shift.at]?.stage,
    lifecycleHookDetails: shift?.hooks.map((run) => ({
      hookId: run.id,
      targetType: run.type,
      targetArn: run.targetArn,
      status: run.status,
      expiresAt: seconds(run.expiresAt),
      timeoutAction: run.timeoutAction,
    })),
  };
}

function showBreaker(service: EcsService, record: ServiceDeployment): Output {
  const ended = isOpen(record) ? 'MONITORING' : 'MONITORING_COMPLETE';
  const status = !breakerSettings(service).enabled ? 'DISABLED' : record.breakerTriggered ? 'TRIGGERED' : ended;
  return { status, failureCount: record.target.breakerFailures, threshold: thresholdOf(service) };
}

function alarmStatus(record: ServiceDeployment): string {
  if (record.target.alarms === 'triggered') return 'TRIGGERED';
  if (record.target.alarms !== 'watched') return 'DISABLED';
  return isOpen(record) ? 'MONITORING' : 'MONITORING_COMPLETE';
}
