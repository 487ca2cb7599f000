/**
 * The scheduler of services with an EXTERNAL controller: at each look every task set gets the tasks that its scale asks
 * for, each set by itself, and is judged stable or not. Which set serves requests is the caller's business.
 *
 * Owns: the task sets' computed counts and stability. Must not: change a task but through `tasks.ts`. Source of the
 * rules: ECS API, TaskSet.
 */
import { draw, liveTasks } from './deployments.ts';
import { finishDraining } from './draining.ts';
import { announce, becomeSteady } from './serviceEvents.ts';
import { holdAfterFailure, startTasks } from './starting.ts';
import type { EcsService, Task, TaskNews, TaskSet } from './state.ts';
import { announceFailure, announceTargets, stopAll } from './stopping.ts';
import { wake } from './waking.ts';

/** How soon the scheduler acts, seconds. Sources: SPEC.md, "Durations". */
const AFTER_TASK_SET_REQUEST = [2, 10] as const;
const AFTER_TASK_NEWS = [1, 4] as const;

export function wakeAfterTaskSetRequest(service: EcsService): void {
  wake(service, draw(service, 'wake').between(...AFTER_TASK_SET_REQUEST));
}

/** One look at a service with task sets. */
export function reconcileTaskSets(service: EcsService): void {
  if (service.status === 'DRAINING') {
    finishDraining(service);
    return;
  }
  if (service.status !== 'ACTIVE') return;
  announceTargets(service);
  service.taskSets = service.taskSets.filter((set) => set.status !== 'DRAINING' || tasksOf(service, set).length > 0);
  for (const set of service.taskSets) {
    updateCount(service, set);
    replaceUnhealthy(service, set);
    startAndStop(service, set);
    if (set.status !== 'DRAINING') judge(service, set);
  }
  const settled = service.taskSets.every((set) => set.stability === 'STEADY_STATE');
  if (settled && service.taskSets.length > 0) becomeSteady(service);
}

/** All tasks of a set that are not STOPPED yet. */
export function tasksOf(service: EcsService, set: TaskSet): Task[] {
  return [...service.tasks].filter((task) => task.request.startedBy === set.id);
}

/** What the scale makes of the service's desired count, rounded up. */
function updateCount(service: EcsService, set: TaskSet): void {
  const wanted = set.status === 'DRAINING' ? 0 : Math.ceil((service.settings.desiredCount * set.scale) / 100);
  if (wanted === set.computedDesiredCount) return;
  set.computedDesiredCount = wanted;
  set.updatedAt = service.cluster.ecs.region.now;
  destabilize(service, set);
  announce(service, `updated computedDesiredCount for taskSet ${set.id} to ${wanted}.`);
}

function replaceUnhealthy(service: EcsService, set: TaskSet): void {
  const live = liveTasks(service, set);
  const failed = live.filter((task) => task.failure !== undefined);
  if (failed.length === 0) return;
  const missing = set.computedDesiredCount - (live.length - failed.length);
  const count = Math.min(missing, failed.length);
  start(service, set, count, ` Amazon ECS replaced ${count} tasks due to an unhealthy status.`);
  for (const task of failed) announceFailure(service, task);
  stopAll(service, failed);
}

function startAndStop(service: EcsService, set: TaskSet): void {
  const live = liveTasks(service, set);
  start(service, set, set.computedDesiredCount - live.length);
  const surplus = live
    .sort((a, b) => Number(a.counted) - Number(b.counted) || b.createdAt - a.createdAt)
    .slice(0, Math.max(0, live.length - set.computedDesiredCount));
  if (surplus.length > 0) stopAll(service, surplus);
}

function start(service: EcsService, set: TaskSet, count: number, more?: string): void {
  if (count <= 0) return;
  const wait = set.nextStartAt - service.cluster.ecs.region.now;
  if (wait > 0) {
    wake(service, wait / 1000);
    return;
  }
  startTasks(service, set, count, {
    more,
    isTaskSet: true,
    onNews: (task, news) => onTaskNews(service, set, task, news),
  });
}

/** Stable: as many tasks run as are wanted, none is on its way up, and all have passed their checks. */
function judge(service: EcsService, set: TaskSet): void {
  const tasks = liveTasks(service, set);
  const isStable = tasks.length === set.computedDesiredCount && tasks.every((task) => task.counted);
  if (!isStable) destabilize(service, set);
  else if (set.stability !== 'STEADY_STATE') {
    set.stability = 'STEADY_STATE';
    set.stabilityAt = service.cluster.ecs.region.now;
    announce(service, 'updated state to STEADY_STATE.', set.id);
  }
}

/** To be called when a set is no longer known to be stable. */
export function destabilize(service: EcsService, set: TaskSet): void {
  service.steady = false;
  if (set.stability === 'STABILIZING') return;
  set.stability = 'STABILIZING';
  set.stabilityAt = service.cluster.ecs.region.now;
}

function onTaskNews(service: EcsService, set: TaskSet, task: Task, news: TaskNews): void {
  if (news === 'stopped') service.tasks.delete(task);
  else if (task.lastStatus === 'RUNNING') set.startFailures = 0;
  else if (task.stopCode === 'TaskFailedToStart') holdAfterFailure(service, set, task);
  // Whoever looks sees at once that a task is gone, whenever the scheduler does.
  if (task.desiredStatus === 'STOPPED' && set.status !== 'DRAINING') destabilize(service, set);
  wake(service, draw(service, 'wake').between(...AFTER_TASK_NEWS));
}
