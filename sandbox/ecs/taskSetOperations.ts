/** ECS operations on the task sets of services with an EXTERNAL controller. */
import { deploymentBegan } from '../cloudwatch/index.ts';
import { flag, number, object, text, texts } from '../input.ts';
import { canonical, type JsonObject, type Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { draw } from './deployments.ts';
import { invalidParameter, serviceNotActive, taskSetNotFound } from './faults.ts';
import { clusterOf, ecsOf, nameOf, readTags, serviceOf } from './lookup.ts';
import { readRevision } from './serviceSettings.ts';
import { showTaskSet } from './serviceViews.ts';
import type { Ecs, EcsService, Revision, TaskSet } from './state.ts';
import { destabilize, tasksOf, wakeAfterTaskSetRequest } from './taskSetScheduler.ts';

/** More are refused (observed). */
const MAX_TASK_SETS = 5;

/** The service of a request, which has to be one whose task sets its user manages. */
function externalService(ecs: Ecs, input: JsonObject): EcsService {
  const service = serviceOf(clusterOf(ecs, input), text(input, 'service') ?? '');
  if (service.controller !== 'EXTERNAL') {
    throw invalidParameter(
      'Amazon ECS only supports task set management on services configured to use external deployment controllers.',
    );
  }
  return service;
}

function activeService(ecs: Ecs, input: JsonObject): EcsService {
  const service = externalService(ecs, input);
  if (service.status !== 'ACTIVE') throw serviceNotActive();
  return service;
}

/** By id (`ecs-svc/…`), its number, or ARN. */
function findTaskSet(service: EcsService, reference: string): TaskSet | undefined {
  const id = `ecs-svc/${nameOf(reference).replace(/^ecs-svc\//, '')}`;
  const found = service.taskSets.find((set) => set.id === id);
  return reference.startsWith('arn:') && found?.arn !== reference ? undefined : found;
}

function taskSetOf(service: EcsService, reference: string): TaskSet {
  const found = findTaskSet(service, reference);
  if (found === undefined) throw taskSetNotFound();
  return found;
}

/** Percent; the given one, or `otherwise` where the request has no scale. */
function readScale(input: JsonObject, otherwise: number): number {
  const scale = object(input, 'scale');
  if (scale === undefined) return otherwise;
  const unit = text(scale, 'unit') ?? 'PERCENT';
  if (unit !== 'PERCENT') throw invalidParameter(`scale unit must be PERCENT: ${unit}`);
  const value = number(scale, 'value') ?? otherwise;
  if (!(value >= 0 && value <= 100)) throw invalidParameter(`scale value must be between 0 and 100: ${value}`);
  return value;
}

const createTaskSet: Operation = (input, { region }) => {
  const service = activeService(ecsOf(region), input);
  const clientToken = text(input, 'clientToken');
  if (clientToken !== undefined && !/^[\x21-\x7e]{1,36}$/.test(clientToken)) {
    throw invalidParameter('clientToken must be 1 to 36 ASCII characters.');
  }
  const creation = canonical({ ...input, cluster: undefined, service: undefined, clientToken: undefined });
  const known = clientToken === undefined ? undefined : service.taskSets.find((set) => set.clientToken === clientToken);
  if (known !== undefined) {
    if (known.creation === creation) return { taskSet: showTaskSet(service, known, true) };
    throw invalidParameter('Creation of task set was not idempotent.');
  }
  if (service.taskSets.length >= MAX_TASK_SETS) {
    throw invalidParameter(
      `${service.taskSets.length} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.`,
    );
  }
  const scale = readScale(input, 0);
  const tags = readTags(input);
  const revision = readRevision(service, input, ['serviceRegistries']);
  const externalId = text(input, 'externalId');
  const set = newTaskSet(service, revision, { scale, tags, creation, clientToken, externalId });
  service.taskSets.push(set);
  service.revisions.unshift(revision);
  service.steady = false;
  service.said.clear();
  deploymentBegan(region, { service: service.name, deployment: set.ordinal });
  wakeAfterTaskSetRequest(service);
  return { taskSet: showTaskSet(service, set, true) };
};

function newTaskSet(
  service: EcsService,
  revision: Revision,
  given: Pick<TaskSet, 'scale' | 'tags' | 'creation' | 'clientToken' | 'externalId'>,
): TaskSet {
  const { region } = service.cluster.ecs;
  const id = `ecs-svc/${draw(service, 'task set').digits(19)}`;
  service.taskSetsMade++;
  return {
    ...given,
    id,
    arn: region.arn('ecs', `task-set/${service.cluster.name}/${service.name}/${id}`),
    ordinal: service.taskSetsMade,
    revision,
    createdAt: region.now,
    updatedAt: region.now,
    startFailures: 0,
    nextStartAt: 0,
    launches: 0,
    // The first one too: a set is primary only when it is made so.
    status: 'ACTIVE',
    computedDesiredCount: 0,
    stability: 'STABILIZING',
    stabilityAt: region.now,
  };
}

const updateTaskSet: Operation = (input, { region }) => {
  const service = activeService(ecsOf(region), input);
  const set = taskSetOf(service, text(input, 'taskSet') ?? '');
  if (object(input, 'scale') === undefined) throw invalidParameter('scale must be specified.');
  if (set.status === 'DRAINING') throw invalidParameter('The specified task set is being deleted.');
  set.scale = readScale(input, set.scale);
  set.updatedAt = region.now;
  destabilize(service, set);
  wakeAfterTaskSetRequest(service);
  return { taskSet: showTaskSet(service, set, false) };
};

const updateServicePrimaryTaskSet: Operation = (input, { region }) => {
  const service = activeService(ecsOf(region), input);
  const set = taskSetOf(service, text(input, 'primaryTaskSet') ?? '');
  if (set.status === 'DRAINING') throw invalidParameter('The specified task set is being deleted.');
  for (const other of service.taskSets) if (other.status === 'PRIMARY') other.status = 'ACTIVE';
  set.status = 'PRIMARY';
  set.updatedAt = region.now;
  service.revision = set.revision;
  return { taskSet: showTaskSet(service, set, false) };
};

const deleteTaskSet: Operation = (input, { region }) => {
  const service = externalService(ecsOf(region), input);
  const set = taskSetOf(service, text(input, 'taskSet') ?? '');
  if (!flag(input, 'force')) {
    if (set.status === 'PRIMARY') throw invalidParameter('The primary task set cannot be deleted without force.');
    if (set.scale > 0 || tasksOf(service, set).some(({ lastStatus }) => lastStatus === 'RUNNING')) {
      throw invalidParameter('The task set cannot be deleted while it is scaled above 0.');
    }
  }
  if (set.status === 'PRIMARY') service.revision = undefined;
  set.status = 'DRAINING';
  set.updatedAt = region.now;
  destabilize(service, set);
  wakeAfterTaskSetRequest(service);
  return { taskSet: showTaskSet(service, set, false) };
};

const describeTaskSets: Operation = (input, { region }) => {
  const ecs = ecsOf(region);
  const service = serviceOf(clusterOf(ecs, input), text(input, 'service') ?? '');
  if (service.controller === 'ECS') externalService(ecs, input);
  const asked = texts(input, 'taskSets') ?? [];
  const withTags = texts(input, 'include')?.includes('TAGS') ?? false;
  if (asked.length === 0) {
    return { taskSets: service.taskSets.map((set) => showTaskSet(service, set, withTags)), failures: [] };
  }
  const taskSets: Output[] = [];
  const failures: Output[] = [];
  for (const reference of asked) {
    const set = findTaskSet(service, reference);
    const arn = region.arn('ecs', `task-set/${service.cluster.name}/${service.name}/${nameOf(reference)}`);
    if (set !== undefined) taskSets.push(showTaskSet(service, set, withTags));
    else failures.push({ arn: reference.startsWith('arn:') ? reference : arn, reason: 'MISSING' });
  }
  return { taskSets, failures };
};

export const taskSetOperations = {
  CreateTaskSet: createTaskSet,
  UpdateTaskSet: updateTaskSet,
  UpdateServicePrimaryTaskSet: updateServicePrimaryTaskSet,
  DeleteTaskSet: deleteTaskSet,
  DescribeTaskSets: describeTaskSets,
};
