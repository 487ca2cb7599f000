/** Stopping a service's tasks, and what its events say about their targets. Owns: nothing. */
import { announce, taskList } from './serviceEvents.ts';
import type { EcsService, Task } from './state.ts';
import { stopTask } from './tasks.ts';

/** Why a task is about to be replaced. */
export function announceFailure(service: EcsService, task: Task): void {
  if (task.health === 'UNHEALTHY') {
    announce(service, `(task ${task.id}) failed container health checks.`);
    return;
  }
  const balancer = task.request.loadBalancers[0];
  announce(
    service,
    `(task ${task.id}) (port ${balancer?.containerPort ?? 0}) is unhealthy in (target-group ${balancer?.targetGroupArn ?? ''}) due to (reason Health checks failed with these codes: [503]).`,
  );
}

/** Stops tasks, those behind a load balancer after draining them, and says so. */
export function stopAll(service: EcsService, tasks: readonly Task[]): void {
  const pending = tasks.filter((task) => task.startedAt === undefined);
  const running = tasks.filter((task) => task.startedAt !== undefined);
  const balanced = running.filter((task) => task.request.loadBalancers.length > 0);
  if (balanced.length > 0) {
    announceRegistration(service, 'deregistered', balanced);
    announce(service, `has begun draining connections on ${balanced.length} tasks.`);
  }
  for (const task of tasks) {
    const reason = task.failure ?? `Scaling activity initiated by (deployment ${task.request.startedBy})`;
    stopTask(service.cluster.ecs, task, 'ServiceSchedulerInitiated', reason);
  }
  if (running.length > 0) announce(service, `has stopped ${running.length} running tasks: ${taskList(running)}.`);
  if (pending.length > 0) announce(service, `stopped ${pending.length} pending tasks.`);
  service.steady = false;
}

/** Says which tasks have been registered with their target groups since the last pass. */
export function announceTargets(service: EcsService): void {
  const fresh = [...service.tasks].filter(
    (task) => task.lastStatus === 'RUNNING' && task.request.loadBalancers.length > 0 && !task.registrationSaid,
  );
  for (const task of fresh) task.registrationSaid = true;
  if (fresh.length > 0) announceRegistration(service, 'registered', fresh);
}

function announceRegistration(service: EcsService, verb: 'registered' | 'deregistered', tasks: readonly Task[]): void {
  const groups = new Set(tasks.flatMap((task) => task.request.loadBalancers.map((lb) => lb.targetGroupArn ?? '')));
  for (const group of groups) announce(service, `${verb} ${tasks.length} targets in (target-group ${group})`);
}
