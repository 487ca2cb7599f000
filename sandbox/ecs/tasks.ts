/**
 * The life of a task, from PROVISIONING to STOPPED, on the region's clock; each step sets the next one's time. What
 * goes wrong is decided at launch, from the scenario.
 *
 * Owns: the tasks' states. Must not: decide that a task is needed or no longer needed; that is the launcher's business,
 * which hears of every change through `onNews`.
 */
import type { Target } from '../elbv2/index.ts';
import { object, texts } from '../input.ts';
import { taskEffect } from '../scenario/index.ts';
import { freeAddress, newTask } from './newTask.ts';
import type { Ecs, LaunchRequest, StopCode, Task, TaskContainer } from './state.ts';
import {
  CONTAINER_CHECKS_FAILED,
  CONTAINER_EXITED,
  HOST_RETIRED,
  initReason,
  OUT_OF_MEMORY,
  pullReason,
  SPOT_INTERRUPTED,
  targetChecksFailed,
} from './stopReasons.ts';
import { answersChanged, deregisterTask, registerTask } from './targets.ts';
import { firstSecret, logFrom, missingFor } from './taskLogs.ts';

const SECOND = 1000;

/** [low, high) seconds. Sources: SPEC.md, "Durations". */
const PROVISIONING = [9, 14] as const;
const PENDING = [14, 25] as const;
const ACTIVATING = [2, 5] as const;
const FAILING_PULL = [20, 35] as const;
const FAILING_INIT = [15, 30] as const;
const NETWORK_TIMEOUT = 180;
const DEACTIVATING = [1, 3] as const;
const STOPPING = [1, 5] as const;
const DEPROVISIONING = [12, 25] as const;

/** From the notice of an interruption to SIGKILL at the latest, seconds. */
const SPOT_NOTICE = 120;
const SPOT = 'FARGATE_SPOT';

/** Without any health check ECS counts a task as healthy this long after RUNNING: API, DeploymentConfiguration. */
const COUNTED_AFTER = 40;

/** Stopped tasks stay describable for at least an hour: API, DescribeTasks. */
const KEPT_AFTER_STOP = 3600;

/**
 * Starts a task.
 * @returns undefined when there is no capacity for it, in which case no task comes to be
 */
export function launchTask(ecs: Ecs, request: LaunchRequest): Task | undefined {
  const { taskDefinition, cluster } = request;
  const fate = taskEffect(ecs.region.scenario, {
    ...ecs.region.subject,
    image: taskDefinition.containers.map(({ image }) => image),
    container: taskDefinition.containers.map(({ name }) => name),
    service: request.service?.name,
    deployment: request.service?.deployment,
    cluster: cluster.name,
    family: taskDefinition.family,
    revision: taskDefinition.revision,
    capacityProvider: request.capacityProvider ?? request.launchType,
  });
  if (fate.capacity === 'unavailable') return undefined;
  const missing = missingFor(ecs.region, taskDefinition);
  const effect = missing === undefined || fate.init !== undefined ? fate : { ...fate, init: missing.failure };
  const task = newTask(ecs, request, { effect, missing });
  cluster.tasks.set(task.id, task);
  new Life(ecs, task).provision();
  return task;
}

/** Asks a task to stop; a task that is stopping already keeps its first reason. */
export function stopTask(ecs: Ecs, task: Task, code: StopCode, reason: string): void {
  new Life(ecs, task).stop(code, reason);
}

/** Whether the task's own essential containers have a health check. */
export function hasContainerCheck(task: Task): boolean {
  return task.containers.some(({ spec }) => spec.essential && spec.healthCheck !== undefined);
}

class Life {
  readonly #ecs: Ecs;
  readonly #task: Task;

  constructor(ecs: Ecs, task: Task) {
    this.#ecs = ecs;
    this.#task = task;
  }

  provision(): void {
    const { effect } = this.#task;
    const [provisioning, pending, activating] = this.#startTimes();
    if (effect.init === 'no-addresses') {
      this.#failAfter(provisioning, initReason(effect.init, this.#subject()));
      return;
    }
    if (effect.init === 'network-timeout') {
      this.#failAfter(NETWORK_TIMEOUT, initReason(effect.init, this.#subject()));
      return;
    }
    this.#whileWanted(provisioning, () => {
      this.#task.connectivityAt = this.#now;
      this.#enter('PENDING');
      if (effect.init !== undefined && effect.init !== 'entry-point-missing') {
        return this.#failAfter(this.#between(FAILING_INIT), initReason(effect.init, this.#subject()));
      }
      this.#task.pullStartedAt = this.#now;
      if (effect.pull !== undefined) {
        const image = this.#task.containers[0]?.spec.image ?? '';
        return this.#failAfter(this.#between(FAILING_PULL), pullReason(effect.pull, image));
      }
      this.#whileWanted(pending, () => this.#activate(activating));
    });
  }

  stop(code: StopCode, reason: string): void {
    const task = this.#task;
    if (task.desiredStatus === 'STOPPED') return;
    task.desiredStatus = 'STOPPED';
    task.stopCode = code;
    task.stoppedReason = reason;
    task.stoppingAt = this.#now;
    task.counted = false;
    const runs = task.lastStatus === 'RUNNING';
    if (!runs) {
      this.#deprovision();
      return;
    }
    this.#enter('DEACTIVATING');
    const draining = deregisterTask(task) / SECOND;
    this.#after(Math.max(draining, this.#between(DEACTIVATING)), () => {
      this.#enter('STOPPING');
      if (!this.#isDeaf()) this.#log(() => 'received SIGTERM, shutting down');
      this.#after(this.#terminationTime(), () => {
        for (const container of task.containers) this.#end(container, this.#isDeaf() ? 137 : 143);
        this.#deprovision();
      });
    });
  }

  #activate(seconds: number): void {
    this.#task.pullStoppedAt = this.#now;
    if (this.#task.effect.init === 'entry-point-missing') {
      this.#failAfter(1, initReason('entry-point-missing', this.#subject()));
      return;
    }
    this.#enter('ACTIVATING');
    this.#whileWanted(seconds, () => this.#run());
  }

  #run(): void {
    const task = this.#task;
    const { effect } = task;
    task.startedAt = this.#now;
    for (const container of task.containers) container.lastStatus = 'RUNNING';
    this.#enter('RUNNING');
    this.#log(({ spec }) => `started ${spec.image}`);
    if (effect.exit !== undefined) {
      const { code, afterSeconds = 1 } = effect.exit;
      this.#whileWanted(afterSeconds, () => this.#exit(code));
    }
    if (effect.exit === undefined) this.#logAsTold();
    if (effect.interrupt !== undefined && task.request.capacityProvider === SPOT) {
      this.#whileWanted(effect.interrupt.afterSeconds, () => this.#interrupt());
    }
    if (effect.retire !== undefined) {
      this.#whileWanted(effect.retire.afterSeconds, () => this.stop('InfrastructureHealth', HOST_RETIRED));
    }
    if (hasContainerCheck(task)) this.#checkContainers();
    if (task.request.loadBalancers.length > 0) this.#joinTargetGroups();
    if (!hasContainerCheck(task) && task.request.loadBalancers.length === 0) {
      this.#whileWanted(COUNTED_AFTER, () => this.#count());
    }
  }

  /** The slowest of the containers' checks decides, both for passing and for failing. */
  #checkContainers(): void {
    const checks = this.#task.containers.flatMap(({ spec }) => (spec.essential ? (spec.healthCheck ?? []) : []));
    const { health } = this.#task.effect;
    const failing = (check: (typeof checks)[number]) => check.retries * check.interval + check.timeout;
    const fail = () => this.#fail('containers', CONTAINER_CHECKS_FAILED);
    if (health === 'failing') {
      this.#whileWanted(Math.max(...checks.map((check) => check.startPeriod + failing(check))), fail);
      return;
    }
    this.#whileWanted(Math.max(...checks.map(({ interval }) => interval)), () => {
      this.#task.health = 'HEALTHY';
      this.#countWhenPassed();
    });
    if (health !== undefined) {
      this.#whileWanted(health.failsAfterSeconds + Math.max(...checks.map(failing)), fail);
    }
  }

  #joinTargetGroups(): void {
    const { targets, responses } = this.#task.effect;
    // Requests are counted from one event to the next, so the change of their answers has to be one.
    if (responses?.afterSeconds !== undefined) this.#after(responses.afterSeconds, () => {});
    registerTask(this.#ecs, this.#task, () => this.#onTargetHealth());
    if (typeof targets !== 'object') return;
    this.#whileWanted(targets.failsAfterSeconds, () => {
      this.#task.targetsFail = true;
      answersChanged(this.#task);
    });
  }

  #onTargetHealth(): void {
    const task = this.#task;
    if (task.desiredStatus === 'STOPPED' || task.failure !== undefined) return;
    const unhealthy = task.targets.find(({ state }) => state === 'unhealthy');
    const wasHealthy = task.targetHealth === 'HEALTHY';
    const isHealthy =
      task.targets.length === task.request.loadBalancers.length &&
      task.targets.every(({ state }) => state === 'healthy');
    task.targetHealth = isHealthy ? 'HEALTHY' : 'UNKNOWN';
    if (unhealthy !== undefined) this.#failTarget(unhealthy);
    else if (isHealthy) this.#countWhenPassed();
    else if (wasHealthy) {
      // Its listener is gone: nothing checks it any more.
      task.counted = false;
      this.#changed();
    }
  }

  /** Within the grace period after the start a failed check does not count: API, CreateService. */
  #failTarget(target: Target): void {
    const { request, startedAt = 0 } = this.#task;
    const graceEnds = startedAt + request.graceSeconds * SECOND;
    if (this.#now < graceEnds) {
      this.#whileWanted((graceEnds - this.#now) / SECOND, () => this.#onTargetHealth());
      return;
    }
    this.#task.failedTarget = target;
    this.#fail('targets', targetChecksFailed(target.group.arn));
  }

  #countWhenPassed(): void {
    const { health, targetHealth, request } = this.#task;
    const containers = !hasContainerCheck(this.#task) || health === 'HEALTHY';
    const targets = request.loadBalancers.length === 0 || targetHealth === 'HEALTHY';
    if (containers && targets) this.#count();
    else this.#changed();
  }

  #count(): void {
    this.#task.counted = true;
    this.#task.everCounted = true;
    this.#changed();
  }

  /** Unhealthy: the launcher replaces and stops it; a task without a service just goes on. */
  #fail(which: 'containers' | 'targets', reason: string): void {
    if (which === 'containers') this.#task.health = 'UNHEALTHY';
    else this.#task.targetHealth = 'UNHEALTHY';
    this.#task.counted = false;
    this.#task.failure = reason;
    this.#changed('failed');
  }

  /** The notice: SIGTERM at once, and SIGKILL after two minutes at the latest. Source: developer guide, "Fargate Spot". */
  #interrupt(): void {
    const task = this.#task;
    task.desiredStatus = 'STOPPED';
    task.stopCode = 'SpotInterruption';
    task.stoppedReason = SPOT_INTERRUPTED;
    task.stoppingAt = this.#now;
    task.counted = false;
    deregisterTask(task);
    this.#log(() => 'received SIGTERM, shutting down');
    this.#changed();
    this.#after(Math.min(SPOT_NOTICE, this.#terminationTime()), () => {
      for (const container of task.containers) this.#end(container, this.#isDeaf() ? 137 : 143);
      this.#deprovision();
    });
  }

  #exit(code: number): void {
    const task = this.#task;
    const essential = task.containers.find(({ spec }) => spec.essential);
    task.desiredStatus = 'STOPPED';
    task.stopCode = 'EssentialContainerExited';
    task.stoppedReason = CONTAINER_EXITED;
    task.stoppingAt = this.#now;
    task.counted = false;
    this.#logAsTold();
    if (essential !== undefined) {
      if (code !== 137) this.#log(() => `exiting with status ${code}`, [essential]);
      this.#end(essential, code);
      if (code === 137) essential.reason = OUT_OF_MEMORY;
    }
    for (const container of task.containers) this.#end(container, 143);
    this.#deprovision();
  }

  #failAfter(seconds: number, reason: string): void {
    this.#whileWanted(seconds, () => {
      const task = this.#task;
      task.desiredStatus = 'STOPPED';
      task.stopCode = 'TaskFailedToStart';
      task.stoppedReason = reason;
      task.stoppingAt = this.#now;
      const first = task.containers[0];
      // Without a network interface no container was tried.
      if (first !== undefined && task.connectivityAt !== undefined) first.reason = reason;
      this.#deprovision();
    });
  }

  #deprovision(): void {
    const task = this.#task;
    for (const container of task.containers) container.lastStatus = 'STOPPED';
    if (task.startedAt !== undefined) task.executionStoppedAt = this.#now;
    answersChanged(task);
    this.#enter('DEPROVISIONING');
    this.#after(this.#between(DEPROVISIONING), () => {
      task.stoppedAt = this.#now;
      freeAddress(this.#ecs, task);
      this.#enter('STOPPED', 'stopped');
      this.#after(KEPT_AFTER_STOP, () => task.request.cluster.tasks.delete(task.id));
    });
  }

  #end(container: TaskContainer, exitCode: number): void {
    if (container.exitCode !== undefined) return;
    container.lastStatus = 'STOPPED';
    container.exitCode = exitCode;
  }

  /** A container whose own check fails hangs, and hears no SIGTERM. */
  #isDeaf(): boolean {
    return this.#task.health === 'UNHEALTHY';
  }

  #terminationTime(): number {
    if (!this.#isDeaf()) return this.#between(STOPPING);
    return Math.max(...this.#task.containers.map(({ spec }) => spec.stopTimeout));
  }

  /** Seconds in PROVISIONING, PENDING and ACTIVATING. */
  #startTimes(): [number, number, number] {
    const times: [number, number, number] = [
      this.#between(PROVISIONING),
      this.#between(PENDING),
      this.#between(ACTIVATING),
    ];
    const { startSeconds } = this.#task.effect;
    if (startSeconds === undefined) return times;
    const factor = startSeconds / (times[0] + times[1] + times[2]);
    return [times[0] * factor, times[1] * factor, times[2] * factor];
  }

  #log(line: (container: TaskContainer) => string, containers = this.#task.containers): void {
    for (const container of containers) logFrom(this.#ecs.region, this.#task, container, [line(container)]);
  }

  /** The lines that the scenario gives the first essential container. */
  #logAsTold(): void {
    const { containers, effect } = this.#task;
    const first = containers.find(({ spec }) => spec.essential);
    if (first !== undefined) logFrom(this.#ecs.region, this.#task, first, effect.logs ?? []);
  }

  #subject(): Parameters<typeof initReason>[1] {
    const { request, missing } = this.#task;
    const network = object(request.networkConfiguration ?? {}, 'awsvpcConfiguration') ?? {};
    const [subnet = 'subnet-unknown'] = texts(network, 'subnets') ?? [];
    const name = request.taskDefinition.containers[0]?.name ?? 'app';
    const secret = missing?.name ?? firstSecret(request.taskDefinition) ?? `${name}-secret`;
    const role = String(request.taskDefinition.definition['executionRoleArn'] ?? 'arn:aws:iam::123456789012:role/none');
    const session = this.#task.arn.split('/').at(-1);
    const principal = `${role.replace(':iam:', ':sts:').replace(/:role\/(?:.*\/)?/, ':assumed-role/')}/${session}`;
    return { secret, principal, command: name, subnet, publicIp: network['assignPublicIp'] === 'ENABLED' };
  }

  get #now(): number {
    return this.#ecs.region.now;
  }

  #between([low, high]: readonly [number, number]): number {
    return this.#task.random.between(low, high);
  }

  #enter(status: Task['lastStatus'], news: 'changed' | 'stopped' = 'changed'): void {
    this.#task.lastStatus = status;
    this.#changed(news);
  }

  #changed(news: 'changed' | 'failed' | 'stopped' = 'changed'): void {
    this.#task.version++;
    this.#task.request.onNews(this.#task, news);
  }

  #after(seconds: number, action: () => void): void {
    this.#ecs.region.after(Math.round(seconds * SECOND), action);
  }

  #whileWanted(seconds: number, action: () => void): void {
    this.#after(seconds, () => {
      if (this.#task.desiredStatus === 'RUNNING') action();
    });
  }
}
