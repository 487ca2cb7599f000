/** ECS operations on tasks. */
import { AwsFault } from '../fault.ts';
import { flag, object, text, texts, whole } from '../input.ts';
import { canonical, type JsonObject, type Output } from '../json.ts';
import type { Call, Operation } from '../service.ts';
import { clientFault, invalidParameter } from './faults.ts';
import {
  clusterOf,
  ecsOf,
  ecsPage,
  nameOf,
  readTags,
  seconds,
  serviceOf,
  showTags,
  usableTaskDefinition,
} from './lookup.ts';
import { pickProvider } from './placement.ts';
import { checkNetwork, launchOf } from './serviceSettings.ts';
import { FARGATE_PLATFORM } from './serviceViews.ts';
import type { Cluster, Task, TaskContainer } from './state.ts';
import { readStrategy } from './strategy.ts';
import { launchTask, stopTask } from './tasks.ts';

function showTask(task: Task, withTags: boolean): Output {
  const { request, eni } = task;
  const { definition } = request.taskDefinition;
  const isFargate = request.launchType === 'FARGATE';
  return {
    taskArn: task.arn,
    clusterArn: request.cluster.arn,
    taskDefinitionArn: request.taskDefinition.arn,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: task.health,
    launchType: request.launchType,
    capacityProviderName: request.capacityProvider,
    platformVersion: isFargate ? FARGATE_PLATFORM : undefined,
    platformFamily: isFargate ? 'Linux' : undefined,
    containerInstanceArn: isFargate
      ? undefined
      : request.cluster.ecs.region.arn(
          'ecs',
          `container-instance/${request.cluster.name}/${task.eni.attachmentId.replaceAll('-', '')}`,
        ),
    cpu: definition['cpu'],
    memory: definition['memory'],
    ephemeralStorage: isFargate ? (definition['ephemeralStorage'] ?? { sizeInGiB: 20 }) : undefined,
    group: request.group,
    startedBy: request.startedBy,
    version: task.version,
    connectivity: task.connectivityAt === undefined ? undefined : 'CONNECTED',
    connectivityAt: seconds(task.connectivityAt),
    createdAt: seconds(task.createdAt),
    pullStartedAt: seconds(task.pullStartedAt),
    pullStoppedAt: seconds(task.pullStoppedAt),
    startedAt: seconds(task.startedAt),
    stoppingAt: seconds(task.stoppingAt),
    executionStoppedAt: seconds(task.executionStoppedAt),
    stoppedAt: seconds(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    availabilityZone: task.availabilityZone,
    enableExecuteCommand: request.enableExecuteCommand,
    overrides: request.overrides,
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    inferenceAccelerators: [],
    attachments: request.networkConfiguration === undefined ? [] : [showAttachment(task, eni)],
    containers: task.containers.map((container) => showContainer(task, container)),
    tags: withTags ? showTags(request.tags) : [],
  };
}

function showContainer({ arn, request, eni, connectivityAt, health }: Task, container: TaskContainer): Output {
  return {
    containerArn: container.arn,
    taskArn: arn,
    name: container.spec.name,
    image: container.spec.image,
    lastStatus: container.lastStatus,
    exitCode: container.exitCode,
    reason: container.reason?.slice(0, 1024),
    healthStatus: container.spec.healthCheck === undefined ? 'UNKNOWN' : health,
    cpu: String(container.spec.cpu),
    memory: container.spec.memory === undefined ? undefined : String(container.spec.memory),
    networkInterfaces:
      request.networkConfiguration === undefined || connectivityAt === undefined
        ? []
        : [{ attachmentId: eni.attachmentId, privateIpv4Address: eni.ip }],
  };
}

function showAttachment(task: Task, eni: Task['eni']): Output {
  const vpc = object(task.request.networkConfiguration ?? {}, 'awsvpcConfiguration') ?? {};
  const status =
    task.lastStatus === 'STOPPED' ? 'DELETED' : task.connectivityAt === undefined ? 'PRECREATED' : 'ATTACHED';
  return {
    id: eni.attachmentId,
    type: 'ElasticNetworkInterface',
    status,
    details: [
      { name: 'subnetId', value: texts(vpc, 'subnets')?.[0] ?? '' },
      { name: 'networkInterfaceId', value: eni.id },
      { name: 'macAddress', value: eni.mac },
      { name: 'privateDnsName', value: `ip-${eni.ip.replaceAll('.', '-')}.ec2.internal` },
      { name: 'privateIPv4Address', value: eni.ip },
    ],
  };
}

function taskIdOf(reference: string): string {
  const id = nameOf(reference);
  if (id.length !== 32 && id.length !== 36) throw invalidParameter('taskId length should be one of [32,36]');
  return id;
}

const describeTasks: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const asked = texts(input, 'tasks') ?? [];
  if (asked.length === 0) throw invalidParameter('Tasks cannot be empty.');
  if (asked.length > 100) throw invalidParameter('tasks can have at most 100 items');
  const withTags = texts(input, 'include')?.includes('TAGS') ?? false;
  const tasks: Output[] = [];
  const failures: Output[] = [];
  for (const reference of asked) {
    const id = taskIdOf(reference);
    const task = cluster.tasks.get(id);
    if (task !== undefined) tasks.push(showTask(task, withTags));
    else failures.push({ arn: region.arn('ecs', `task/${cluster.name}/${id}`), reason: 'MISSING' });
  }
  return { tasks, failures };
};

const listTasks: Operation = (input, { region }) => {
  const cluster = clusterOf(ecsOf(region), input);
  const serviceName = text(input, 'serviceName');
  const startedBy = text(input, 'startedBy');
  const family = text(input, 'family');
  const launchType = text(input, 'launchType');
  const desired = text(input, 'desiredStatus') ?? 'RUNNING';
  if (startedBy !== undefined && (serviceName !== undefined || family !== undefined)) {
    throw invalidParameter('cannot specify more than one of startedBy, serviceName and family');
  }
  if (serviceName !== undefined) serviceOf(cluster, serviceName);
  const group = serviceName === undefined ? undefined : `service:${nameOf(serviceName)}`;
  const tasks = [...cluster.tasks.values()].filter(
    ({ request, desiredStatus }) =>
      desiredStatus === desired &&
      (group === undefined || request.group === group) &&
      (startedBy === undefined || request.startedBy === startedBy) &&
      (family === undefined || request.taskDefinition.family === family) &&
      (launchType === undefined || request.launchType === launchType),
  );
  const page = ecsPage(region, input, tasks, ({ id }) => id);
  return { taskArns: page.items.map(({ arn }) => arn), nextToken: page.nextToken };
};

const stopTaskOperation: Operation = (input, { region }) => {
  const ecs = ecsOf(region);
  const cluster = clusterOf(ecs, input);
  const task = cluster.tasks.get(taskIdOf(text(input, 'task') ?? ''));
  if (task === undefined) throw invalidParameter('The referenced task was not found.');
  stopTask(ecs, task, 'UserInitiated', text(input, 'reason') ?? 'Task stopped by user');
  return { task: showTask(task, false) };
};

const runTask: Operation = (input, call) => {
  const cluster = clusterOf(ecsOf(call.region), input);
  const token = text(input, 'clientToken');
  if (token !== undefined && !/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw invalidParameter('clientToken must be 1 to 64 ASCII characters.');
  }
  const known = token === undefined ? undefined : cluster.runTokens.get(token);
  if (known !== undefined) {
    if (known.input === canonical(input))
      return { tasks: known.tasks.map((task) => showTask(task, true)), failures: [] };
    throw new AwsFault('ConflictException', 'The clientToken was used with other parameters.', 400, {
      members: { resourceIds: known.tasks.map(({ arn }) => arn) },
    });
  }
  const answer = runTasks(cluster, input, call);
  if (token !== undefined) cluster.runTokens.set(token, { input: canonical(input), tasks: answer.tasks });
  return { tasks: answer.tasks.map((task) => showTask(task, true)), failures: answer.failures };
};

function runTasks(
  cluster: Cluster,
  input: JsonObject,
  { region, requestId }: Call,
): { tasks: Task[]; failures: Output[] } {
  const count = whole(input, 'count') ?? 1;
  if (count < 1 || count > 10) throw invalidParameter('count must be between 1 and 10');
  const reference = text(input, 'taskDefinition');
  if (reference === undefined) throw clientFault('TaskDefinition can not be blank.');
  const taskDefinition = usableTaskDefinition(cluster.ecs, reference);
  if (text(input, 'propagateTags') === 'SERVICE')
    throw invalidParameter('propagateTags SERVICE is not valid for RunTask.');
  const strategy = readStrategy(input, 'capacityProviderStrategy', cluster.capacityProviders);
  const launch = launchOf(input, strategy, cluster, taskDefinition);
  const networkConfiguration = object(input, 'networkConfiguration');
  checkNetwork(taskDefinition, networkConfiguration);
  const own = readTags(input);
  const inherited = text(input, 'propagateTags') === 'TASK_DEFINITION' ? taskDefinition.tags : [];
  const usage = new Map<string, number>();
  const tasks: Task[] = [];
  const failures: Output[] = [];
  for (let i = 0; i < count; i++) {
    const provider = launch.strategy && pickProvider(launch.strategy, usage);
    if (provider !== undefined) usage.set(provider, (usage.get(provider) ?? 0) + 1);
    const task = launchTask(cluster.ecs, {
      cluster,
      taskDefinition,
      launchType: launch.launchType ?? (provider?.startsWith('FARGATE') ? 'FARGATE' : 'EC2'),
      capacityProvider: provider,
      platformVersion: launch.platformVersion,
      networkConfiguration,
      group: text(input, 'group') ?? `family:${taskDefinition.family}`,
      startedBy: text(input, 'startedBy'),
      tags: new Map([...inherited, ...own]),
      overrides: object(input, 'overrides') ?? { containerOverrides: [], inferenceAcceleratorOverrides: [] },
      enableExecuteCommand: flag(input, 'enableExecuteCommand') ?? false,
      service: undefined,
      loadBalancers: [],
      graceSeconds: 0,
      key: `run/${requestId}/${i}`,
      // A task of nobody's: nothing replaces it.
      onNews: () => {},
    });
    if (task !== undefined) tasks.push(task);
    else {
      failures.push({
        arn: region.arn('ecs', `cluster/${cluster.name}`),
        reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone',
      });
    }
  }
  return { tasks, failures };
}

export const taskOperations = {
  DescribeTasks: describeTasks,
  ListTasks: listTasks,
  StopTask: stopTaskOperation,
  RunTask: runTask,
};
