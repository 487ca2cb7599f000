/** Starting tasks of a deployment or a task set. Owns: nothing; when and how many is `scheduler.ts`'s decision. */
import { liveTasks } from './deployments.ts';
import { pickProvider } from './placement.ts';
import type { EcsService, Task, TaskGroup, TaskNews } from './state.ts';
import { launchTask } from './tasks.ts';
import { servingBalancers } from './trafficHalves.ts';

export interface Launched {
  readonly started: readonly Task[];
  /** How many found no capacity. */
  readonly unplaced: number;
}

/** Starts `count` tasks, spread over the capacity providers. */
export function launch(
  service: EcsService,
  group: TaskGroup,
  count: number,
  onNews: (task: Task, news: TaskNews) => void,
): Launched {
  const { ecs } = service.cluster;
  const { revision } = group;
  const usage = new Map<string, number>();
  for (const task of liveTasks(service, group)) {
    const provider = task.request.capacityProvider;
    if (provider !== undefined) usage.set(provider, (usage.get(provider) ?? 0) + 1);
  }
  const started: Task[] = [];
  for (let i = 0; i < count; i++) {
    const provider = revision.launch.strategy && pickProvider(revision.launch.strategy, usage);
    // A provider keeps its share even when it has no room: ECS does not move it to another one.
    if (provider !== undefined) usage.set(provider, (usage.get(provider) ?? 0) + 1);
    const task = launchTask(ecs, {
      cluster: service.cluster,
      taskDefinition: revision.taskDefinition,
      launchType: revision.launch.launchType ?? (provider?.startsWith('FARGATE') ? 'FARGATE' : 'EC2'),
      capacityProvider: provider,
      platformVersion: revision.launch.platformVersion,
      networkConfiguration: revision.networkConfiguration,
      group: `service:${service.name}`,
      startedBy: group.id,
      tags: taskTags(service, revision.taskDefinition.tags),
      overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [] },
      enableExecuteCommand: service.settings.enableExecuteCommand,
      service: { name: service.name, deployment: group.ordinal },
      loadBalancers: servingBalancers(revision),
      graceSeconds: service.settings.healthCheckGracePeriodSeconds ?? 0,
      key: `${service.arn}/${group.id}/${group.launches++}`,
      onNews,
    });
    if (task === undefined) continue;
    service.tasks.add(task);
    started.push(task);
  }
  if (started.length > 0) service.steady = false;
  return { started, unplaced: count - started.length };
}

function taskTags(service: EcsService, ofDefinition: ReadonlyMap<string, string>): Map<string, string> {
  const { propagateTags, enableECSManagedTags } = service.settings;
  const own = propagateTags === 'SERVICE' ? service.tags : propagateTags === 'TASK_DEFINITION' ? ofDefinition : [];
  const managed: [string, string][] = enableECSManagedTags
    ? [
        ['aws:ecs:clusterName', service.cluster.name],
        ['aws:ecs:serviceName', service.name],
      ]
    : [];
  return new Map([...own, ...managed]);
}
