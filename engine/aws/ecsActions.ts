/**
 * Changes to ECS, each of which may be asked for again after a crash. What ECS makes idempotent (client token) is left
 * to it; what it does not is looked for first (a task definition by its tag, a deployment by its task definition).
 */
import {
  ContinueServiceDeploymentCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  CreateTaskSetCommand,
  type CreateTaskSetCommandInput,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  StopServiceDeploymentCommand,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  UpdateServicePrimaryTaskSetCommand,
} from '@aws-sdk/client-ecs';
import type { Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  type EcsDesired,
  type EcsTarget,
  FALLBACK_TAG,
  NONE_OF,
  OWN_TAG_PREFIX,
  sameTaskDefinition,
  serviceDifferences,
  taskDefinitionName,
} from '../plan/index.ts';
import type { ActionContext, EcsAction } from '../rollout/index.ts';
import { type Clients, ONCE_TIMEOUT_MS } from './clients.ts';
import { orAbsent, toAwsError } from './errors.ts';
import { ownTags, ROLLOUT_TAG } from './ownTags.ts';
import { plainObject } from './plain.ts';
import { readServiceDeployments } from './serviceDeployments.ts';

interface Call {
  readonly clock: Clock;
  readonly ecs: ECSClient;
  /** Never asks twice by itself. */
  readonly once: ECSClient;
  readonly target: EcsTarget;
  readonly context: ActionContext;
  readonly repeated: boolean;
}

type Of<T extends EcsAction['type']> = Extract<EcsAction, { type: T }>;

/** How many of a family's newest revisions are searched for one that a rollout registered before it was cut off. */
const REVISIONS_SEARCHED = 10;

/**
 * A revision that an earlier try registers may be missing from ECS's lists for so long, ms: registering has no token that
 * would make a second one harmless. A process that lost the rollout may still have its call under way, for a request
 * timeout at most; and what was registered may show late. Source: Amazon ECS API reference, RunTask: "eventual
 * consistency"; as long as rollouts wait for a deployment to show.
 */
const SHOWS_WITHIN_MS = ONCE_TIMEOUT_MS + 15_000;

/** Between two searches for it, ms. */
const SEARCH_AGAIN_MS = 3_000;

function desiredOf(call: Call): EcsDesired {
  if (call.context.desired?.kind === 'ecs') return call.context.desired;
  throw new EngineError('rollout.no-desired-state', 'the rendered definition is not at hand', {
    hint: 'abort the rollout: it can only go back',
  });
}

const tagList = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

async function describeService({ ecs, target }: Call): Promise<Service | undefined> {
  const answer = await ecs.send(
    new DescribeServicesCommand({ cluster: target.cluster, services: [target.service], include: ['TAGS'] }),
  );
  return answer.services?.[0];
}

const primaryOf = (service: Service | undefined) =>
  service?.deployments?.find((deployment) => deployment.status === 'PRIMARY');

/** The handle that the strategy waits for. */
function deploymentHandle(service: Service | undefined): JsonObject {
  const primary = primaryOf(service);
  return {
    deploymentId: primary?.id ?? '',
    failedTasks: primary?.failedTasks ?? 0,
    serviceArn: service?.serviceArn ?? '',
  };
}

async function findOwn({ ecs, context }: Call, family: string): Promise<string | undefined> {
  const { taskDefinitionArns = [] } = await ecs.send(
    new ListTaskDefinitionsCommand({
      familyPrefix: family,
      sort: 'DESC',
      status: 'ACTIVE',
      maxResults: REVISIONS_SEARCHED,
    }),
  );
  for (const taskDefinition of taskDefinitionArns) {
    const { tags = [] } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }));
    if (tags.some((tag) => tag.key === ROLLOUT_TAG && tag.value === context.record.id)) return taskDefinition;
  }
  return undefined;
}

/** The revision that an earlier try registered; a list that lags behind is given time to show it. */
async function registeredBefore(call: Call, family: string): Promise<string | undefined> {
  const { clock } = call;
  const until = clock.now() + SHOWS_WITHIN_MS;
  for (;;) {
    const found = await findOwn(call, family);
    if (found !== undefined || clock.now() >= until) return found;
    await clock.sleepUntil(Math.min(until, clock.now() + SEARCH_AGAIN_MS));
  }
}

async function register(call: Call, action: Of<'ecs.register-task-definition'>): Promise<JsonObject> {
  const before = call.repeated ? await registeredBefore(call, action.family) : undefined;
  if (before !== undefined) return { taskDefinitionArn: before };
  const body = desiredOf(call).taskDefinition ?? {};
  const tags = [...((body['tags'] ?? []) as unknown as Tag[]), ...tagList(ownTags(call.context.record))];
  const input = { ...body, tags } as unknown as RegisterTaskDefinitionCommandInput;
  const answer = await call.once.send(new RegisterTaskDefinitionCommand(input));
  return { taskDefinitionArn: answer.taskDefinition?.taskDefinitionArn ?? '' };
}

/** Members that belong to the task set where the controller is EXTERNAL. Source: Amazon ECS API reference, CreateService. */
const OF_THE_TASK_SET = [
  'taskDefinition',
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'networkConfiguration',
  'loadBalancers',
  'serviceRegistries',
];

async function createService(call: Call, action: Of<'ecs.create-service'>): Promise<JsonObject> {
  const { taskDefinition } = action;
  if (call.repeated) {
    const there = await describeService(call);
    if (there?.status === 'ACTIVE' && (taskDefinition === null || there.taskDefinition === taskDefinition))
      return deploymentHandle(there);
  }
  const asked = Object.entries(desiredOf(call).service).filter(
    ([key]) => taskDefinition !== null || !OF_THE_TASK_SET.includes(key),
  );
  const body = {
    ...Object.fromEntries(asked),
    ...(taskDefinition === null ? {} : { taskDefinition }),
    clientToken: action.key,
  };
  const answer = await call.ecs.send(new CreateServiceCommand(body as unknown as CreateServiceCommandInput));
  return deploymentHandle(answer.service);
}

/** Members with other capacity instead of what they ask for. */
function withStrategy(members: JsonObject, strategy: readonly JsonObject[] | undefined): JsonObject {
  if (strategy === undefined) return members;
  const { launchType: _other, ...rest } = members;
  return { ...rest, capacityProviderStrategy: [...strategy] };
}

/** The task set of the rollout, from the service definition's own members, with the target groups that it is to use. */
async function createTaskSet(call: Call, action: Of<'ecs.create-task-set'>): Promise<JsonObject> {
  const { cluster, service } = call.target;
  const { externalId = action.key, strategy } = action;
  if (call.repeated) {
    const there = await describeService(call);
    const made = there?.taskSets?.find((set) => set.externalId === externalId);
    if (made) return { taskSet: made.id ?? '' };
  }
  const definition = desiredOf(call).service;
  const members = OF_THE_TASK_SET.filter((key) => definition[key] !== undefined).map((key) => [key, definition[key]]);
  const balancers = (Array.isArray(definition['loadBalancers']) ? definition['loadBalancers'] : [])
    .filter(isObject)
    .map((balancer) => {
      const group = String(balancer['targetGroupArn'] ?? '');
      return { ...balancer, targetGroupArn: action.targetGroups[group] ?? group };
    });
  const input = {
    ...withStrategy(Object.fromEntries(members), strategy),
    ...(balancers.length > 0 ? { loadBalancers: balancers } : {}),
    cluster,
    service,
    taskDefinition: action.taskDefinition,
    externalId,
    clientToken: externalId,
    scale: { value: 100, unit: 'PERCENT' },
    tags: tagList(ownTags(call.context.record)),
  };
  const answer = await call.ecs.send(new CreateTaskSetCommand(input as unknown as CreateTaskSetCommandInput));
  return { taskSet: answer.taskSet?.id ?? '' };
}

async function setPrimary({ ecs, target }: Call, primaryTaskSet: string): Promise<JsonObject> {
  await ecs.send(
    new UpdateServicePrimaryTaskSetCommand({ cluster: target.cluster, service: target.service, primaryTaskSet }),
  );
  return {};
}

async function deleteTaskSet({ ecs, target }: Call, taskSet: string): Promise<JsonObject> {
  const input = { cluster: target.cluster, service: target.service, taskSet, force: true };
  await orAbsent(
    ecs.send(new DeleteTaskSetCommand(input)),
    'TaskSetNotFoundException',
    'ServiceNotFoundException',
    'ServiceNotActiveException',
  );
  return {};
}

/** Sends UpdateService; a change of the capacity strategy is refused without a forced deployment. */
async function update(
  call: Call,
  taskDefinition: string | null,
  values: JsonObject,
  force: boolean,
): Promise<JsonObject> {
  const forced = force || Object.hasOwn(values, 'capacityProviderStrategy');
  const input = {
    ...values,
    cluster: call.target.cluster,
    service: call.target.service,
    ...(taskDefinition === null ? {} : { taskDefinition }),
    ...(forced ? { forceNewDeployment: true } : {}),
  };
  const answer = await call.ecs.send(new UpdateServiceCommand(input as UpdateServiceCommandInput));
  return deploymentHandle(answer.service);
}

/** Does the service run the task definition with these values already? */
async function isInForce(call: Call, taskDefinition: string | null, values: JsonObject): Promise<Service | undefined> {
  const there = await describeService(call);
  const runs = taskDefinitionName(primaryOf(there)?.taskDefinition ?? '');
  if (there === undefined || (taskDefinition !== null && runs !== taskDefinitionName(taskDefinition))) return undefined;
  const keys = new Set(Object.keys(values));
  const differ = serviceDifferences(plainObject(there), values).some(({ path }) => keys.has(path.split('/')[1] ?? ''));
  return differ ? undefined : there;
}

/** Did a service deployment of the task definition begin, whatever has become of it since? */
async function hasBegun({ ecs, target }: Call, taskDefinition: string | null, after: number): Promise<boolean> {
  const begun = await readServiceDeployments(ecs, target, { after });
  return begun.some((record) => sameTaskDefinition(record.taskDefinition, taskDefinition ?? ''));
}

async function updateService(call: Call, action: Of<'ecs.update-service'>): Promise<JsonObject> {
  const { taskDefinition, members, force, strategy, deploymentsAfter } = action;
  const service = call.context.desired?.kind === 'ecs' ? call.context.desired.service : undefined;
  const entries = members.map((key): [string, Json] => [key, service?.[key] ?? NONE_OF[key] ?? null]);
  const asked: JsonObject = service === undefined ? {} : Object.fromEntries(entries);
  const values = withStrategy(asked, strategy);
  // Looked at first: whether the change was made shows without the files, too.
  const there = call.repeated && !force ? await isInForce(call, taskDefinition, values) : undefined;
  if (there !== undefined) return deploymentHandle(there);
  const began = call.repeated && typeof deploymentsAfter === 'number';
  if (began && (await hasBegun(call, taskDefinition, deploymentsAfter))) return { deploymentId: '' };
  desiredOf(call);
  return update(call, taskDefinition, values, force);
}

async function restoreService(call: Call, action: Of<'ecs.restore-service'>): Promise<JsonObject> {
  const there = call.repeated ? await isInForce(call, action.taskDefinition, action.values) : undefined;
  const handle = there ? deploymentHandle(there) : await update(call, action.taskDefinition, action.values, false);
  // After the service: tags that cannot be put back must not keep a bad revision running.
  if (action.tags !== null) await setTags(call, action.tags as unknown as Tag[]);
  return handle;
}

/** Makes the service's tags what is wanted, leaving AWS's and GitMoxi's own. */
async function setTags(call: Call, wanted: readonly Tag[]): Promise<JsonObject> {
  const service = await describeService(call);
  const resourceArn = service?.serviceArn;
  const foreign = (key: string) => key.startsWith('aws:') || key.startsWith(OWN_TAG_PREFIX);
  const surplus = (service?.tags ?? [])
    .map((tag) => tag.key ?? '')
    .filter((key) => !foreign(key) && !wanted.some((tag) => tag.key === key));
  if (wanted.length > 0) await call.ecs.send(new TagResourceCommand({ resourceArn, tags: [...wanted] }));
  if (surplus.length > 0) await call.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: surplus }));
  return {};
}

async function markFallback(call: Call, mark: string | null): Promise<JsonObject> {
  const resourceArn = (await describeService(call))?.serviceArn;
  if (mark === null) await call.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: [FALLBACK_TAG] }));
  else await call.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: FALLBACK_TAG, value: mark }] }));
  return {};
}

async function stopServiceDeployment({ ecs }: Call, serviceDeploymentArn: string): Promise<JsonObject> {
  // It has ended already: how it did is there to be read.
  await orAbsent(
    ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' })),
    'ConflictException',
  );
  return {};
}

async function continueServiceDeployment(
  { ecs, target }: Call,
  { serviceDeployment: serviceDeploymentArn, hook: hookId }: Of<'ecs.continue-service-deployment'>,
): Promise<JsonObject> {
  try {
    await ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: 'CONTINUE' }));
  } catch (error) {
    // Somebody was faster, or an earlier answer was lost on its way back.
    const [record] = await readServiceDeployments(ecs, target, { arn: serviceDeploymentArn });
    if (record?.hooks.some(({ id, status }) => id === hookId && status === 'AWAITING_ACTION') ?? true) throw error;
  }
  return { hook: hookId };
}

async function deleteService({ ecs, target }: Call): Promise<JsonObject> {
  try {
    await ecs.send(new DeleteServiceCommand({ cluster: target.cluster, service: target.service, force: true }));
  } catch (error) {
    const { code } = toAwsError(error);
    if (code !== 'ServiceNotFoundException' && code !== 'ServiceNotActiveException') throw error;
  }
  return {};
}

async function deregister(call: Call, action: Of<'ecs.deregister-task-definition'>): Promise<JsonObject> {
  const taskDefinition = action.taskDefinition ?? (await registeredBefore(call, action.family));
  if (taskDefinition !== undefined) await call.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  return {};
}

/** Performs one ECS action and gives its handles; throws the SDK's error. */
export async function performEcs(
  clients: Clients,
  clock: Clock,
  target: EcsTarget,
  action: EcsAction,
  context: ActionContext,
  repeated: boolean,
): Promise<JsonObject> {
  const [ecs, once] = await Promise.all([clients.ecs(target.region!), clients.ecsOnce(target.region!)]);
  const call: Call = { clock, ecs, once, target, context, repeated };
  switch (action.type) {
    case 'ecs.register-task-definition':
      return register(call, action);
    case 'ecs.create-service':
      return createService(call, action);
    case 'ecs.update-service':
      return updateService(call, action);
    case 'ecs.restore-service':
      return restoreService(call, action);
    case 'ecs.tag-service': {
      const tags = desiredOf(call).service['tags'];
      return setTags(call, (Array.isArray(tags) ? tags.filter(isObject) : []) as unknown as Tag[]);
    }
    case 'ecs.mark-fallback':
      return markFallback(call, action.mark);
    case 'ecs.stop-service-deployment':
      return stopServiceDeployment(call, action.serviceDeployment);
    case 'ecs.continue-service-deployment':
      return continueServiceDeployment(call, action);
    case 'ecs.create-task-set':
      return createTaskSet(call, action);
    case 'ecs.set-primary-task-set':
      return setPrimary(call, action.taskSet);
    case 'ecs.delete-task-set':
      return deleteTaskSet(call, action.taskSet);
    case 'elb.set-weights': {
      const { setWeights } = await import('./elb.ts');
      await setWeights(await clients.elb(target.region!), action.forwards);
      return {};
    }
    case 'ecs.delete-service':
      return deleteService(call);
    case 'ecs.deregister-task-definition':
      return deregister(call, action);
  }
}
