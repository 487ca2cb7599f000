/** Stopping a service's tasks, and what its events say about their targets. Owns: nothing. */
import { announce, taskList } from './serviceEvents.ts';
import type { EcsService, Task } from './state.ts';
import { deregisterTask } from './targets.ts';
import { stopTask } from './tasks.ts';

/** Why a task is about to be replaced. */
export function announceFailure(service: EcsService, task: Task): void {
  if (task.health === 'UNHEALTHY') {
    announce(service, `(task ${task.id}) failed container health checks.`);
    return;
  }
  const target = task.failedTarget;
  if (target === undefined) return;
  announce(
    service,
    `(task ${task.id}) (port ${target.port ?? 0}) is unhealthy in (target-group ${target.group.arn}) due to (reason ${target.reason?.text ?? 'Health checks failed'}).`,
  );
}

/** Stops tasks, those behind a load balancer after draining them, and says so. */
export function stopAll(service: EcsService, tasks: readonly Task[]): void {
  const pending = tasks.filter((task) => task.startedAt === undefined);
  const running = tasks.filter((task) => task.startedAt !== undefined);
  announceLeaving(
    service,
    tasks.filter(({ targetsSaid }) => targetsSaid === 'registered'),
  );
  for (const task of tasks) {
    const cause = service.controller === 'ECS' ? 'deployment' : 'taskSet';
    const reason = task.failure ?? `Scaling activity initiated by (${cause} ${task.request.startedBy})`;
    stopTask(service.cluster.ecs, task, 'ServiceSchedulerInitiated', reason);
  }
  for (const [set, stopped] of bySet(service, running)) {
    announce(service, `has stopped ${stopped.length} running tasks: ${taskList(stopped)}.`, set);
  }
  for (const [set, stopped] of bySet(service, pending))
    announce(service, `stopped ${stopped.length} pending tasks.`, set);
  service.steady = false;
}

/** Says which tasks have been registered since the last pass, and takes out those that ended by themselves. */
export function announceTargets(service: EcsService): void {
  const fresh = [...service.tasks].filter((task) => task.targets.length > 0 && task.targetsSaid === 'nothing');
  for (const task of fresh) task.targetsSaid = 'registered';
  announceRegistration(service, 'registered', fresh);
  const ended = [...service.tasks].filter(
    (task) => task.desiredStatus === 'STOPPED' && task.targetsSaid === 'registered',
  );
  announceLeaving(service, ended);
  for (const task of ended) deregisterTask(task);
}

/** Of tasks that are about to be taken out of their target groups. */
function announceLeaving(service: EcsService, tasks: readonly Task[]): void {
  for (const task of tasks) task.targetsSaid = 'deregistered';
  announceRegistration(service, 'deregistered', tasks);
  for (const id of new Set(tasks.map(({ request }) => request.startedBy))) {
    const count = tasks.filter(({ request }) => request.startedBy === id).length;
    // Also of a rolling deployment, whose id stands for its task set (observed).
    announce(service, `has begun draining connections on ${count} tasks.`, id);
  }
}

function announceRegistration(service: EcsService, verb: 'registered' | 'deregistered', tasks: readonly Task[]): void {
  for (const [set, own] of bySet(service, tasks)) {
    for (const group of new Set(own.flatMap(({ targets }) => targets.map(({ group: { arn } }) => arn)))) {
      const count = own.filter(({ targets }) => targets.some((target) => target.group.arn === group)).length;
      announce(service, `${verb} ${count} targets in (target-group ${group})`, set);
    }
  }
}

/** Tasks by their task set, for events that name it; all together where there are deployments. */
function bySet(service: EcsService, tasks: readonly Task[]): Map<string | undefined, readonly Task[]> {
  return Map.groupBy(tasks, ({ request }) => (service.controller === 'ECS' ? undefined : request.startedBy));
}
