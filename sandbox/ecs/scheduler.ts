/**
 * ECS's service scheduler: looks at a service some seconds after anything changed, and starts, replaces and stops tasks
 * until what runs is what is wanted. One pass is `reconcile`; passes are level-triggered, so a pass too many does
 * nothing.
 *
 * Owns: nothing. Must not: change a task but through `tasks.ts`, or a deployment's state
 * but through `deployments.ts`.
 */
import {
  alarmsInAlarm,
  bakeSeconds,
  breakerSettings,
  completeDeployment,
  draw,
  failDeployment,
  liveTasks,
  rollBack,
  setStatus,
  thresholdOf,
} from './deployments.ts';
import { finishDraining } from './draining.ts';
import { type RollingCounts, rollingWindow, stopBudget, tasksToStart } from './rolling.ts';
import { announce, announceOnce, becomeSteady } from './serviceEvents.ts';
import { advanceShift, isReconciled, isShifting, reverseShift } from './shifting.ts';
import { holdAfterFailure, startTasks } from './starting.ts';
import type { Deployment, EcsService, Task, TaskNews } from './state.ts';
import { announceFailure, announceTargets, stopAll } from './stopping.ts';
import { wake } from './waking.ts';

const SECOND = 1000;

/** How soon the scheduler acts, seconds. Sources: SPEC.md, "Durations". */
const AFTER_TASK_NEWS = [1, 4] as const;
const AFTER_HEALTHY = [10, 25] as const;
const AFTER_ROLLBACK = [15, 20] as const;
const ALARM_POLL = 30;

/** Old and new run side by side in full while traffic is shifted: the window never asks for a stop. Percent. */
const SIDE_BY_SIDE = 1_000_000;

const STUCK =
  'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.';

/** One look at a service whose deployments are ECS's own. */
export function reconcile(service: EcsService): void {
  if (service.status === 'DRAINING') {
    finishDraining(service);
    return;
  }
  const primary = service.deployments[0];
  if (service.status !== 'ACTIVE' || primary === undefined) return;
  if (!requestedRollback(service, primary) && !watchAlarms(service, primary) && !shiftTraffic(service, primary)) {
    announceTargets(service);
    const replaced = replaceUnhealthy(service);
    const moved = primary.rolloutState === 'FAILED' ? false : startAndStop(service, primary);
    if (primary.rolloutState === 'IN_PROGRESS') advanceRollout(service, primary, replaced || moved);
    else if (primary.rolloutState === 'COMPLETED') announceSteady(service);
  }
}

/** A rollback that StopServiceDeployment asked for. */
function requestedRollback(service: EcsService, primary: Deployment): boolean {
  if (primary.record.status !== 'ROLLBACK_REQUESTED') return false;
  if (!rollBack(service, primary, 'Service deployment rolled back by StopServiceDeployment.')) {
    primary.rolloutState = 'FAILED';
    setStatus(service, primary.record, 'STOPPED');
    return true;
  }
  wakeAfterRollback(service);
  return true;
}

/** @returns whether an alarm has just ended the deployment */
function watchAlarms(service: EcsService, primary: Deployment): boolean {
  if (primary.rolloutState !== 'IN_PROGRESS' || primary.alarms !== 'watched') return false;
  if (alarmsInAlarm(service).length === 0) {
    wake(service, ALARM_POLL);
    return false;
  }
  primary.alarms = 'triggered';
  endFailed(service, primary, 'alarm');
  return true;
}

/** @returns whether the deployment cannot be gone on with */
function shiftTraffic(service: EcsService, primary: Deployment): boolean {
  if (primary.rolloutState !== 'IN_PROGRESS') return false;
  const problem = advanceShift(service, primary);
  if (problem === undefined) return false;
  announce(service, `(deployment ${primary.id}) deployment failed: ${problem}`);
  if (rollBack(service, primary, problem)) wakeAfterRollback(service);
  return true;
}

function endFailed(service: EcsService, primary: Deployment, cause: 'tasks' | 'alarm'): void {
  if (failDeployment(service, primary, cause)) wakeAfterRollback(service);
}

/** The traffic goes back at once; whatever happens meanwhile, first tasks are started only after a while. */
function wakeAfterRollback(service: EcsService): void {
  const seconds = draw(service, 'wake').between(...AFTER_ROLLBACK);
  const target = service.deployments[0];
  if (target !== undefined) {
    target.nextStartAt = service.cluster.ecs.region.now + seconds * SECOND;
    reverseShift(service, target);
  }
  wake(service, seconds);
}

/** Replaces what failed its checks inside its own revision, before stopping it where the window has room. */
function replaceUnhealthy(service: EcsService): boolean {
  const unhealthy = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING' && task.failure !== undefined);
  if (unhealthy.length === 0) return false;
  const { desiredCount } = service.settings;
  const { upper } = windowOf(service);
  for (const deployment of service.deployments) {
    const failed = unhealthy.filter((task) => task.request.startedBy === deployment.id);
    if (failed.length === 0) continue;
    const wanted = deployment.status === 'PRIMARY' ? desiredCount : deployment.desiredCount;
    const needed = wanted - (liveTasks(service, deployment).length - failed.length);
    const room = upper - allLive(service).length;
    if (deployment.rolloutState !== 'FAILED' && deployment.nextStartAt <= service.cluster.ecs.region.now) {
      const count = Math.max(0, Math.min(needed, room, failed.length));
      start(service, deployment, count, ` Amazon ECS replaced ${count} tasks due to an unhealthy status.`);
    }
    for (const task of failed) announceFailure(service, task);
    stopAll(service, failed);
  }
  return true;
}

/** @returns whether anything was started or stopped */
function startAndStop(service: EcsService, primary: Deployment): boolean {
  const { now } = service.cluster.ecs.region;
  const rollsOut = primary.rolloutState === 'IN_PROGRESS';
  const kept = rollsOut ? keepOlder(service) : 0;
  const counts = countsOf(service, primary);
  const wanted = rollsOut ? tasksToStart(counts) : Math.max(0, counts.desired - counts.current);
  const isHeld = primary.nextStartAt > now;
  if (wanted > 0 && isHeld) wake(service, (primary.nextStartAt - now) / SECOND);
  const started = isHeld ? 0 : start(service, primary, wanted);
  const surplus = [...surplusTasks(service, primary, counts.desired), ...replaceableTasks(service, primary, counts)];
  if (surplus.length > 0) stopAll(service, surplus);
  for (const older of service.deployments.slice(1)) {
    older.desiredCount -= surplus.filter((task) => task.request.startedBy === older.id).length;
    if (older.rolloutState === 'FAILED') older.desiredCount = liveTasks(service, older).length;
  }
  return kept + started + surplus.length > 0;
}

/** Replaces tasks of what was deployed last that ended by themselves: until it is their turn they go on serving. */
function keepOlder(service: EcsService): number {
  const older = service.deployments.slice(1).find((deployment) => deployment === service.lastCompleted);
  if (older === undefined || older.nextStartAt > service.cluster.ecs.region.now) return 0;
  const missing = older.desiredCount - liveTasks(service, older).length;
  return start(service, older, Math.min(missing, windowOf(service).upper - allLive(service).length));
}

/** Starts tasks. @param more behind the usual words of the event @returns how many came to be */
function start(service: EcsService, deployment: Deployment, count: number, more?: string): number {
  const { started, lacksCapacity } = startTasks(service, deployment, count, {
    more,
    onNews: (task, news) => onTaskNews(service, deployment, task, news),
  });
  // ECS's breaker counts a lack of capacity too, and takes its time: 46 minutes to a threshold of 3 were observed.
  if (lacksCapacity) deployment.failedTasks++;
  if (lacksCapacity === 'lastingly') countForBreaker(service, deployment);
  return started;
}

/** Tasks beyond what is wanted: those that do not run yet first, then the youngest. */
function surplusTasks(service: EcsService, primary: Deployment, desired: number): Task[] {
  const live = liveTasks(service, primary);
  return live
    .sort((a, b) => Number(a.counted) - Number(b.counted) || b.createdAt - a.createdAt)
    .slice(0, Math.max(0, live.length - desired));
}

/** Tasks of older deployments whose time has come. */
function replaceableTasks(service: EcsService, primary: Deployment, counts: RollingCounts): Task[] {
  if (primary.rolloutState === 'FAILED') return [];
  const older = service.deployments.slice(1).flatMap((deployment) => liveTasks(service, deployment));
  if (isShifting(primary.record)) {
    // What was superseded goes first; what served before stays until all is done.
    const isKept = (task: Task) => task.request.startedBy === service.lastCompleted?.id;
    return isReconciled(primary.record) ? older.filter((task) => !isKept(task)) : [];
  }
  const budget = stopBudget(counts);
  // What never served is not waited for, unless it replaces something that did.
  const isSpare = (task: Task) => task.startedAt === undefined && task.request.startedBy !== service.lastCompleted?.id;
  const healthy = older.filter((task) => task.counted);
  const others = older.filter((task) => !task.counted && (budget.others || isSpare(task)));
  return [...others, ...healthy.slice(0, budget.healthy)];
}

function advanceRollout(service: EcsService, primary: Deployment, moved: boolean): void {
  const { record } = primary;
  const { now } = service.cluster.ecs.region;
  if (record.status === 'PENDING') setStatus(service, record, 'IN_PROGRESS');
  if (primary.rolloutState !== 'IN_PROGRESS' || isShifting(record)) return;
  const { desired, current, older } = countsOf(service, primary);
  const healthy = liveTasks(service, primary).filter((task) => task.counted).length;
  const gone = [...service.tasks].every((task) => task.request.startedBy === primary.id);
  if (older === 0 && gone && current === desired && healthy >= desired) {
    if (now < primary.earliestEnd) {
      wake(service, (primary.earliestEnd - now) / SECOND);
      return;
    }
    const bake = record.rollback === undefined ? bakeSeconds(service) : 0;
    primary.bakeUntil ??= now + bake * SECOND;
    if (now < primary.bakeUntil) {
      wake(service, (primary.bakeUntil - now) / SECOND);
      return;
    }
    completeDeployment(service, primary);
    announceSteady(service);
  } else if (!moved && current < desired && isSettled(service) && primary.nextStartAt <= now) {
    announceOnce(service, STUCK);
  }
}

/** Nothing is on its way up or down, so that nothing will change by itself. */
function isSettled(service: EcsService): boolean {
  return [...service.tasks].every((task) => task.desiredStatus === 'RUNNING' && task.counted);
}

function announceSteady(service: EcsService): void {
  const tasks = [...service.tasks];
  if (tasks.length === service.settings.desiredCount && tasks.every((task) => task.counted)) becomeSteady(service);
}

function onTaskNews(service: EcsService, deployment: Deployment, task: Task, news: TaskNews): void {
  deployment.updatedAt = service.cluster.ecs.region.now;
  if (news === 'stopped') {
    service.tasks.delete(task);
    if (service.status === 'ACTIVE') onTaskEnd(service, deployment, task);
  } else if (task.counted) {
    deployment.failedTasks = 0;
    if (breakerSettings(service).resets) deployment.breakerFailures = 0;
  } else if (task.lastStatus === 'RUNNING') {
    deployment.startFailures = 0;
  } else if (task.stopCode === 'TaskFailedToStart') {
    holdAfterFailure(service, deployment, task);
  }
  if (task.desiredStatus === 'STOPPED') service.steady = false;
  const [soonest, latest] = task.counted ? AFTER_HEALTHY : AFTER_TASK_NEWS;
  wake(service, draw(service, 'wake').between(soonest, latest));
}

/** A failure counts when its task is STOPPED: about a minute after the decision, as in real event logs. */
function onTaskEnd(service: EcsService, deployment: Deployment, task: Task): void {
  const failed =
    task.stopCode === 'TaskFailedToStart' ||
    task.failure !== undefined ||
    (task.stopCode === 'EssentialContainerExited' && !task.everCounted);
  if (failed) countFailure(service, deployment);
}

function countFailure(service: EcsService, deployment: Deployment): void {
  deployment.failedTasks++;
  countForBreaker(service, deployment);
}

function countForBreaker(service: EcsService, deployment: Deployment): void {
  deployment.breakerFailures++;
  const isJudged = deployment === service.deployments[0] && deployment.rolloutState === 'IN_PROGRESS';
  if (!isJudged || !breakerSettings(service).enabled) return;
  if (deployment.breakerFailures >= thresholdOf(service)) endFailed(service, deployment, 'tasks');
}

function countsOf(service: EcsService, primary: Deployment): RollingCounts {
  const live = allLive(service);
  const current = live.filter((task) => task.request.startedBy === primary.id).length;
  return {
    desired: service.settings.desiredCount,
    ...percents(service),
    current,
    older: live.length - current,
    healthy: live.filter((task) => task.counted).length,
  };
}

function percents(service: EcsService): { minimumPercent: number; maximumPercent: number } {
  const record = service.deployments[0]?.record;
  if (record !== undefined && isShifting(record)) return { minimumPercent: SIDE_BY_SIDE, maximumPercent: SIDE_BY_SIDE };
  const { minimumHealthyPercent, maximumPercent } = service.settings.deploymentConfiguration;
  return { minimumPercent: Number(minimumHealthyPercent), maximumPercent: Number(maximumPercent) };
}

function windowOf(service: EcsService) {
  const { minimumPercent, maximumPercent } = percents(service);
  return rollingWindow(service.settings.desiredCount, minimumPercent, maximumPercent);
}

function allLive(service: EcsService): Task[] {
  return [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
}
