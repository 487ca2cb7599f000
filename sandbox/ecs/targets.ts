/**
 * A task's targets: its address in each target group of its service, from RUNNING until it is taken out. Owns: the
 * list of a task's targets. What their health means for the task is `tasks.ts`'s business.
 */
import {
  type Answer,
  backendChanged,
  deregisterTarget,
  elbOf,
  FAILURES,
  GOOD_ANSWER,
  registerTarget,
  type TargetReason,
} from '../elbv2/index.ts';
import type { Ecs, Task } from './state.ts';

/** Registers a running task in every target group that exists; the others leave it without a target. */
export function registerTask(ecs: Ecs, task: Task, onHealth: () => void): void {
  const { targetGroups } = elbOf(ecs.region);
  const backend = {
    get failure() {
      return failureOf(task);
    },
    get answer() {
      return answerOf(ecs, task);
    },
    get endedAt() {
      return task.executionStoppedAt;
    },
    onHealth,
  };
  for (const { targetGroupArn = '', containerPort } of task.request.loadBalancers) {
    const group = targetGroups.get(targetGroupArn);
    if (group === undefined) continue;
    const isInstance = group.targetType === 'instance';
    const spec = {
      id: isInstance ? instanceOf(task) : task.eni.ip,
      // Behind an instance the host's port stands for the container's.
      port: isInstance ? hostPortOf(task) : containerPort,
      availabilityZone: isInstance ? undefined : task.availabilityZone,
      backend,
    };
    task.targets.push(registerTarget(group, spec));
  }
}

function failureOf(task: Task): TargetReason | undefined {
  if (task.executionStoppedAt !== undefined) return FAILURES.refused;
  const { targets } = task.effect;
  if (targets === 'failing' || (typeof targets === 'object' && task.targetsFail)) return FAILURES.mismatch;
  return targets === 'timing-out' ? FAILURES.timeout : undefined;
}

/** Where checks fail, requests do too, unless the scenario says how these fare. */
function answerOf(ecs: Ecs, task: Task): Answer {
  const failure = failureOf(task);
  if (failure === FAILURES.refused) return { ...GOOD_ANSWER, failing: 1, reason: 'refused' };
  const { responses } = task.effect;
  if (responses === undefined) {
    if (failure === undefined) return GOOD_ANSWER;
    return { ...GOOD_ANSWER, failing: 1, reason: failure === FAILURES.timeout ? 'timeout' : '5xx' };
  }
  const since = (task.startedAt ?? 0) + (responses.afterSeconds ?? 0) * 1000;
  if (ecs.region.now < since) return GOOD_ANSWER;
  const { '5xxPercent': percent = 0, latencyMs = GOOD_ANSWER.latencyMs } = responses;
  return { failing: percent / 100, reason: '5xx', latencyMs };
}

const instanceOf = (task: Task) => `i-${task.eni.id.slice('eni-'.length)}`;

/** Dynamic host ports: developer guide, "port mappings", the ephemeral range of Linux. */
const hostPortOf = (task: Task) => 32_768 + (Number.parseInt(task.id.slice(0, 4), 16) % 28_000);

/** To be called when what the task answers has changed. */
export function answersChanged(task: Task): void {
  for (const target of task.targets) backendChanged(target);
}

/**
 * Takes a task out of its target groups, so that it gets no new requests.
 * @returns how long its connections drain, ms
 */
export function deregisterTask(task: Task): number {
  return Math.max(0, ...task.targets.map(deregisterTarget));
}
