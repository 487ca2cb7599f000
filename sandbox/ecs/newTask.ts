/** A task as it comes to be: named, addressed, and PROVISIONING. Owns: which addresses are taken. */
import type { TaskEffect } from '../scenario/index.ts';
import type { Ecs, LaunchRequest, Task } from './state.ts';

export interface Fate {
  readonly effect: TaskEffect;
  readonly missing: Task['missing'];
}

export function newTask(ecs: Ecs, request: LaunchRequest, { effect, missing }: Fate): Task {
  const { taskDefinition, cluster } = request;
  const random = ecs.region.random(`task/${request.key}`);
  const id = random.hex(32);
  return {
    id,
    arn: ecs.region.arn('ecs', `task/${cluster.name}/${id}`),
    request,
    effect,
    missing,
    random,
    containers: taskDefinition.containers.map((spec) => ({
      spec,
      arn: ecs.region.arn('ecs', `container/${cluster.name}/${id}/${random.uuid()}`),
      lastStatus: 'PENDING',
      exitCode: undefined,
      reason: undefined,
    })),
    eni: {
      id: `eni-${random.hex(17)}`,
      ip: takeAddress(ecs, request.key),
      mac: `0a:${[1, 2, 3, 4, 5].map(() => random.hex(2)).join(':')}`,
      attachmentId: random.uuid(),
    },
    availabilityZone: `${ecs.region.name}${'abc'[Math.floor(random.between(0, 3))]}`,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    health: 'UNKNOWN',
    targetHealth: 'UNKNOWN',
    counted: false,
    everCounted: false,
    targets: [],
    targetsFail: false,
    targetsSaid: 'nothing',
    version: 1,
    createdAt: ecs.region.now,
    connectivityAt: undefined,
    pullStartedAt: undefined,
    pullStoppedAt: undefined,
    startedAt: undefined,
    stoppingAt: undefined,
    executionStoppedAt: undefined,
    stoppedAt: undefined,
    failure: undefined,
    failedTarget: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
  };
}

/** One of 16 million that no other task of the region has: two tasks with one address would be one target. */
function takeAddress({ region, addresses }: Ecs, key: string): string {
  const random = region.random(`address/${key}`);
  const byte = () => Math.floor(random.between(1, 255));
  for (;;) {
    const address = `10.${byte()}.${byte()}.${byte()}`;
    if (addresses.has(address)) continue;
    addresses.add(address);
    return address;
  }
}

/** To be called when a task is STOPPED. */
export function freeAddress({ addresses }: Ecs, task: Task): void {
  addresses.delete(task.eni.ip);
}
