/**
 * What ECS's events and stopped tasks say about a deployment. Pure.
 */

import { diagnose, type FailureClass, isOrdinary } from '../diagnose/index.ts';
import type { CircuitBreaker } from '../plan/index.ts';
import { broken } from './failures.ts';
import type { ServiceEventSeen, StoppedTaskSeen } from './observation.ts';
import type { EventDraft, Failure } from './record.ts';

/** Known trouble, or something new that sounds like it. */
const tellsOfTrouble = (message: string): boolean =>
  diagnose(message).rule !== undefined || (/unable to|failed|unhealthy/i.test(message) && !isOrdinary(message));

/** Service events newer than the last one passed on, oldest first. */
export function newEvents(events: readonly ServiceEventSeen[], lastId: string | null): EventDraft[] {
  const known = lastId === null ? -1 : events.findIndex((event) => event.id === lastId);
  const fresh = known === -1 ? events : events.slice(0, known);
  return [...fresh].reverse().map((event) => ({
    code: 'aws.event',
    level: tellsOfTrouble(event.message) ? 'warning' : 'info',
    message: event.message,
    data: { id: event.id, at: event.at },
  }));
}

export interface TaskFailure {
  readonly arn: string;
  /** Stop code, reason and the containers' own words, in one line. */
  readonly text: string;
  readonly class: FailureClass;
  readonly taskDefinition: string;
  /** Names of the containers that ended badly, or of all where none stands out. */
  readonly containers: readonly string[];
}

/** Who is to be asked why. A killed sidecar of a container that exited is not to blame, but may know something. */
function suspects({ containers }: StoppedTaskSeen): string[] {
  const bad = containers.filter(({ exitCode, reason }) => (exitCode ?? 0) !== 0 || (reason ?? '') !== '');
  return (bad.length > 0 ? bad : containers).map(({ name }) => name);
}

/**
 * Did the task stop because it was bad? Not when the scheduler scaled in, a person stopped it, or Spot took it back.
 * Source: Amazon ECS API reference, Task.stopCode and Task.stoppedReason.
 */
function isFailure(task: StoppedTaskSeen): boolean {
  if (task.stopCode === 'TaskFailedToStart' || task.stopCode === 'EssentialContainerExited') return true;
  return (
    task.stopCode === 'ServiceSchedulerInitiated' &&
    /failed (container|ELB) health checks/i.test(task.stoppedReason ?? '')
  );
}

function describe(task: StoppedTaskSeen): string {
  const id = task.arn.split('/').at(-1) ?? task.arn;
  const containers = task.containers
    .filter((container) => container.exitCode !== undefined || (container.reason ?? '') !== '')
    .map((container) => {
      const code = container.exitCode === undefined ? '' : ` exit code ${container.exitCode}`;
      const reason = container.reason && container.reason !== task.stoppedReason ? ` (${container.reason})` : '';
      return `${container.name}${code}${reason}`;
    });
  const detail = containers.length > 0 ? ` [${containers.join(', ')}]` : '';
  return `task ${id} stopped: ${task.stopCode ?? 'no stop code'}: ${task.stoppedReason ?? 'no reason given'}${detail}`;
}

/**
 * The tasks of one deployment that failed.
 *
 * @param since earlier ones do not count, ms since the epoch
 */
export function taskFailures(stopped: readonly StoppedTaskSeen[], deploymentId: string, since = 0): TaskFailure[] {
  return stopped
    .filter((task) => task.startedBy === deploymentId && task.stoppedAt >= since && isFailure(task))
    .map((task) => {
      const text = describe(task);
      const { arn, taskDefinition } = task;
      return { arn, text, class: diagnose(text).class, taskDefinition, containers: suspects(task) };
    });
}

/** What a rollout knows of failed tasks from earlier looks: stopped tasks are forgotten by ECS after an hour. */
export interface FailuresKnown {
  readonly breaker: CircuitBreaker | null;
  /** ARNs of failed tasks that count. */
  readonly failedTasks: readonly string[];
  /** ARNs of those that do not, by the circuit breaker's `ignore`. */
  readonly ignoredTasks: readonly string[];
  /** The service's own words of trouble, where no task tells of its own. */
  readonly troubles: readonly string[];
}

/** Why a target is unhealthy: of a task that failed its load balancer's checks ECS says only that it did. */
const tellsOfTarget = (event: string): boolean => / is unhealthy in \(target-group /.test(event);

export interface CountedFailures {
  /** What is known after this look. */
  readonly known: Pick<FailuresKnown, 'failedTasks' | 'ignoredTasks'>;
  /** Failed tasks for the circuit breaker. */
  readonly count: number;
  /** One event per task that was not told of yet. */
  readonly told: readonly EventDraft[];
  /** What the tasks say, and why their targets are unhealthy; or else the service's own events. At most eleven. */
  readonly evidence: readonly string[];
}

/**
 * Adds up failed tasks over looks.
 *
 * @param byEcs failures as ECS itself counts them, which may be more than were seen. ECS does not say what they were:
 *   where some are to be ignored, only tasks that were seen count.
 */
export function countFailures(failures: readonly TaskFailure[], before: FailuresKnown, byEcs = 0): CountedFailures {
  const ignore: readonly string[] = before.breaker?.ignore ?? [];
  const isIgnored = (failure: TaskFailure) => ignore.includes(failure.class);
  const seen = [...before.failedTasks, ...before.ignoredTasks];
  const fresh = failures.filter(({ arn }) => !seen.includes(arn));
  const arns = (some: readonly TaskFailure[]) => some.map(({ arn }) => arn);
  const failedTasks = [...before.failedTasks, ...arns(fresh.filter((failure) => !isIgnored(failure)))];
  const ignoredTasks = [...before.ignoredTasks, ...arns(fresh.filter(isIgnored))];
  const counted = failures.filter((failure) => !isIgnored(failure));
  const texts = [...new Set((counted.length > 0 ? counted : failures).map(({ text }) => text))].slice(-10);
  return {
    known: { failedTasks, ignoredTasks },
    count: ignore.length > 0 ? failedTasks.length : Math.max(failedTasks.length, byEcs),
    told: fresh.map((failure) => {
      const { arn, text, class: kind, taskDefinition, containers } = failure;
      const data = { task: arn, taskDefinition, containers, class: kind, counts: !isIgnored(failure) };
      return { code: 'task.failed', level: 'warning', message: text, data };
    }),
    evidence: texts.length > 0 ? [...texts, ...before.troubles.filter(tellsOfTarget).slice(-1)] : before.troubles,
  };
}

/** What the circuit breaker says; undefined while it does not trip. */
export function tripped(
  breaker: { readonly threshold: number } | null,
  count: number,
  evidence: readonly string[],
): Failure | undefined {
  if (breaker === null || count < breaker.threshold) return undefined;
  const tasks = `${count} new task${count === 1 ? '' : 's'}`;
  return broken(`${tasks} failed: the circuit breaker trips at ${breaker.threshold}`, evidence, 'crash');
}

/** The latest warnings of a service, at most five: the reason is often told long before time runs out. */
export const troublesOf = (known: readonly string[], events: readonly EventDraft[]): string[] =>
  [
    ...known,
    ...events.filter(({ code, level }) => code === 'aws.event' && level === 'warning').map(({ message }) => message),
  ].slice(-5);
