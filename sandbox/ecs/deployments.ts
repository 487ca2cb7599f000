/**
 * Deployments of the rolling strategy: how one begins, completes, fails and is rolled back, with the API's records of
 * it. Owns: a service's list of deployments and its records' states. When any of this happens is `scheduler.ts`'s
 * decision.
 */
import { deploymentBegan, isInAlarm } from '../cloudwatch/index.ts';
import { flag, object, text, texts, whole } from '../input.ts';
import type { Random } from '../random.ts';
import { breakerThreshold } from './rolling.ts';
import { announce } from './serviceEvents.ts';
import { shiftsTraffic } from './shiftSettings.ts';
import type {
  Deployment,
  EcsService,
  Revision,
  ServiceDeployment,
  ServiceDeploymentStatus,
  Task,
  TaskGroup,
} from './state.ts';

const SECOND = 1000;

/** Even with nothing to replace a deployment takes so long, seconds (measured: SPEC.md, "Durations"). */
const SHORTEST = [63, 90] as const;

/** Bake with alarms where none is set, seconds; AWS computes one below five minutes from the alarms. */
const ALARM_BAKE = 180;

export interface BreakerSettings {
  readonly enabled: boolean;
  readonly rollback: boolean;
  readonly resets: boolean;
  readonly type: string;
  readonly value: number;
}

export function breakerSettings(service: EcsService): BreakerSettings {
  const breaker = object(service.settings.deploymentConfiguration, 'deploymentCircuitBreaker') ?? {};
  const threshold = object(breaker, 'thresholdConfiguration') ?? {};
  return {
    enabled: flag(breaker, 'enable') ?? false,
    rollback: flag(breaker, 'rollback') ?? false,
    resets: flag(breaker, 'resetOnHealthyTask') ?? true,
    type: text(threshold, 'type') ?? 'BOUNDED_PERCENT',
    value: whole(threshold, 'value') ?? 50,
  };
}

export function thresholdOf(service: EcsService): number {
  const { type, value } = breakerSettings(service);
  return breakerThreshold(service.settings.desiredCount, type, value);
}

export interface AlarmSettings {
  readonly names: readonly string[];
  readonly rollback: boolean;
}

/** Undefined where the service does not watch alarms. */
export function alarmSettings(service: EcsService): AlarmSettings | undefined {
  const alarms = object(service.settings.deploymentConfiguration, 'alarms') ?? {};
  const names = texts(alarms, 'alarmNames') ?? [];
  if (!flag(alarms, 'enable') || names.length === 0) return undefined;
  return { names, rollback: flag(alarms, 'rollback') ?? false };
}

export function alarmsInAlarm(service: EcsService): readonly string[] {
  const { region } = service.cluster.ecs;
  return (alarmSettings(service)?.names ?? []).filter((name) => isInAlarm(region, name));
}

/** Seconds that a complete rollout is still watched before it counts; where traffic is shifted that is a stage. */
export function bakeSeconds(service: EcsService): number {
  if (shiftsTraffic(service.settings)) return 0;
  const minutes = whole(service.settings.deploymentConfiguration, 'bakeTimeInMinutes');
  if (minutes !== undefined && minutes > 0) return minutes * 60;
  return alarmSettings(service) === undefined ? 0 : ALARM_BAKE;
}

/** The next draw for a service: the same in each run, whatever else happens in the world. */
export function draw(service: EcsService, purpose: string): Random {
  return service.cluster.ecs.region.random(`${purpose}/${service.arn}/${service.draws++}`);
}

/** Makes `revision` the service's primary deployment; one that is under way is superseded. */
export function beginDeployment(service: EcsService, revision: Revision): Deployment {
  const { region } = service.cluster.ecs;
  const { now } = region;
  const random = draw(service, 'deployment');
  const previous = service.deployments[0];
  if (previous !== undefined) {
    previous.status = 'ACTIVE';
    previous.desiredCount = liveTasks(service, previous).length;
    if (isOpen(previous.record)) {
      setStatus(service, previous.record, 'STOP_REQUESTED', 'A newer deployment was started.');
      setStatus(service, previous.record, 'STOPPED');
    }
  }
  const id = `ecs-svc/${random.digits(19)}`;
  const deployment: Deployment = {
    id,
    ordinal: service.records.length + 1,
    revision,
    createdAt: now,
    updatedAt: now,
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutReason: `ECS deployment ${id} in progress.`,
    desiredCount: service.settings.desiredCount,
    failedTasks: 0,
    breakerFailures: 0,
    startFailures: 0,
    nextStartAt: 0,
    launches: 0,
    earliestEnd: now + random.between(...SHORTEST) * SECOND,
    bakeUntil: undefined,
    alarms: alarmSettings(service) === undefined ? 'off' : alarmsInAlarm(service).length > 0 ? 'disabled' : 'watched',
    record: undefined as never,
  };
  deployment.record = {
    arn: region.arn('ecs', `service-deployment/${service.cluster.name}/${service.name}/${random.urlSafe(21)}`),
    createdAt: now,
    source: service.deployments.map((older) => older.revision),
    target: deployment,
    startedAt: undefined,
    finishedAt: undefined,
    stoppedAt: undefined,
    updatedAt: now,
    status: 'PENDING',
    statusReason: undefined,
    rollback: undefined,
    breakerTriggered: false,
    triggeredAlarms: [],
    shift: undefined,
  };
  service.records.unshift(deployment.record);
  service.revisions.unshift(revision);
  service.revision = revision;
  service.deployments.unshift(deployment);
  service.steady = false;
  service.said.clear();
  deploymentBegan(region, { service: service.name, deployment: deployment.ordinal });
  return deployment;
}

export function completeDeployment(service: EcsService, deployment: Deployment): void {
  deployment.rolloutState = 'COMPLETED';
  deployment.rolloutReason = `ECS deployment ${deployment.id} completed.`;
  deployment.updatedAt = service.cluster.ecs.region.now;
  service.deployments = [deployment];
  service.lastCompleted = deployment;
  service.said.clear();
  setStatus(
    service,
    deployment.record,
    deployment.record.rollback === undefined ? 'SUCCESSFUL' : 'ROLLBACK_SUCCESSFUL',
  );
  announce(service, `(deployment ${deployment.id}) deployment completed.`);
}

export type FailureCause = 'tasks' | 'alarm';

/**
 * Ends the primary deployment as failed.
 * @returns whether a rollback to the last completed deployment has begun; without one the service is stalled
 */
export function failDeployment(service: EcsService, deployment: Deployment, cause: FailureCause): boolean {
  const { record } = deployment;
  deployment.rolloutState = 'FAILED';
  deployment.updatedAt = service.cluster.ecs.region.now;
  const what = cause === 'tasks' ? 'tasks failed to start' : 'alarm detected';
  deployment.rolloutReason =
    cause === 'tasks' ? `ECS deployment circuit breaker: ${what}.` : `ECS deployment failed: ${what}.`;
  if (cause === 'tasks') record.breakerTriggered = true;
  else record.triggeredAlarms = alarmsInAlarm(service);
  announce(service, `(deployment ${deployment.id}) deployment failed: ${what}.`);
  const wanted = cause === 'tasks' ? breakerSettings(service).rollback : alarmSettings(service)?.rollback;
  if (record.rollback !== undefined) {
    setStatus(service, record, 'ROLLBACK_FAILED', deployment.rolloutReason);
    return false;
  }
  if (wanted && rollBack(service, deployment, deployment.rolloutReason)) return true;
  setStatus(service, record, 'STOP_REQUESTED', deployment.rolloutReason);
  setStatus(service, record, 'STOPPED');
  return false;
}

/** Makes the last completed deployment the primary one again; false where there is none. */
export function rollBack(service: EcsService, failed: Deployment, reason: string): boolean {
  const target = service.lastCompleted;
  if (target === undefined || target === failed) return false;
  const { now } = service.cluster.ecs.region;
  const { record } = failed;
  failed.status = 'ACTIVE';
  failed.desiredCount = liveTasks(service, failed).length;
  if (failed.rolloutState === 'IN_PROGRESS') {
    failed.rolloutState = 'FAILED';
    failed.rolloutReason = reason;
  }
  record.rollback = { reason, startedAt: now, to: target.revision };
  setStatus(service, record, 'ROLLBACK_IN_PROGRESS', reason);
  target.status = 'PRIMARY';
  target.rolloutState = 'IN_PROGRESS';
  target.rolloutReason = `ECS deployment circuit breaker: rolling back to deploymentId ${target.id}.`;
  target.updatedAt = now;
  target.failedTasks = 0;
  target.breakerFailures = 0;
  target.startFailures = 0;
  target.nextStartAt = 0;
  target.earliestEnd = now + draw(service, 'rollback').between(...SHORTEST) * SECOND;
  target.bakeUntil = undefined;
  target.alarms = 'off';
  target.record = record;
  service.deployments = [target, ...service.deployments.filter((other) => other !== target)];
  service.revision = target.revision;
  service.steady = false;
  announce(service, `rolling back to deployment ${target.id}.`);
  return true;
}

/** The tasks of a deployment or a task set that are wanted. */
export function liveTasks(service: EcsService, group: TaskGroup): Task[] {
  return [...service.tasks].filter((task) => task.request.startedBy === group.id && task.desiredStatus === 'RUNNING');
}

const OPEN: ReadonlySet<ServiceDeploymentStatus> = new Set([
  'PENDING',
  'IN_PROGRESS',
  'STOP_REQUESTED',
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
]);

/** Whether the rollout is under way. */
export function isOpen(record: ServiceDeployment): boolean {
  return OPEN.has(record.status);
}

export function setStatus(
  service: EcsService,
  record: ServiceDeployment,
  status: ServiceDeploymentStatus,
  reason?: string,
): void {
  const { now } = service.cluster.ecs.region;
  record.status = status;
  record.updatedAt = now;
  if (reason !== undefined) record.statusReason = reason;
  if (status === 'IN_PROGRESS') record.startedAt ??= now;
  if (status === 'STOPPED') record.stoppedAt = now;
  if (!OPEN.has(status)) record.finishedAt = now;
}
