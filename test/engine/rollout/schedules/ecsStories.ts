/** Rollouts of ECS services under faults. */

import { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTaskSetsCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  StopServiceDeploymentCommand,
  StopTaskCommand,
  type TaskSet,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../../engine/json.ts';
import { external } from '../balanced.ts';
import { web } from '../fixtures.ts';
import { newestDeployment, native as shiftedByEcs, shifted as shiftedFront } from '../shiftedByEcs.ts';
import { onSpot, whereRuns } from '../spot.ts';
import { ACCOUNT, type Files, REGION, type Stage } from '../stage.ts';
import type { Mishap, Weather } from './faults.ts';
import { RETURNS } from './schedule.ts';
import type { Due, Ending, FilesFor, Serving, Story, Watch } from './story.ts';

const OLD = 'shop/web:1';
const NEW = 'shop/web:2';
const THIRD = 'shop/web:3';
const BROKEN = 'shop/web:broken';

const groupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;
export const [BLUE, GREEN, PINK, LIME] = ['blue', 'green', 'pink', 'lime'].map(groupArn) as [
  string,
  string,
  string,
  string,
];

/** A quick world: tasks start, become healthy and drain within seconds, so that a schedule takes few looks. */
const group = (arn: string, rest: object = {}) => ({
  arn,
  loadBalancer: 'shop',
  healthCheckIntervalSeconds: 5,
  deregistrationDelaySeconds: 10,
  ...rest,
});

const GIVEN = {
  clusters: ['prod'],
  targetGroups: [group(BLUE), group(GREEN)],
  alarms: [{ name: 'errors', state: 'OK' }],
};
const PULL = { when: { image: '*:broken' }, then: { pull: 'not-found', startSeconds: 5 } };
const QUICK = { when: { image: 'shop/*' }, then: { startSeconds: 5 } };
const TRAFFIC = [{ loadBalancer: 'shop', perSecond: 10 }];
const SCENARIO = { given: GIVEN, rules: [PULL, QUICK], traffic: TRAFFIC };

const CAPACITY: Weather = {
  name: 'no capacity',
  when: { service: 'web' },
  then: { capacity: 'unavailable' },
};
const NO_SPOT: Weather = {
  name: 'no room on Spot',
  when: { capacityProvider: 'FARGATE_SPOT' },
  then: { capacity: 'unavailable' },
};
const CRASHING: Weather = {
  name: 'new tasks exit',
  loses: true,
  when: { image: NEW },
  then: { exit: { code: 1, afterSeconds: 3 } },
};
const UNHEALTHY: Weather = {
  name: 'new targets fail',
  loses: true,
  when: { image: NEW },
  then: { targets: 'failing' },
};

const KILL: Mishap<Stage> = {
  name: 'somebody stops a task',
  loses: true,
  async happen({ ecs }) {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: 'prod', serviceName: 'web' }));
    if (taskArns.length > 0) await ecs.send(new StopTaskCommand({ cluster: 'prod', task: taskArns.at(-1) }));
  },
};
const REDEPLOY: Mishap<Stage> = {
  name: 'somebody else deploys the old revision',
  interferes: true,
  happen: ({ ecs }) => ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', taskDefinition: 'web:1' })),
};
const RESIZE: Mishap<Stage> = {
  name: 'somebody wants three tasks',
  interferes: true,
  happen: ({ ecs }) => ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', desiredCount: 3 })),
};
const ALARM: Mishap<Stage> = {
  name: 'the alarm fires',
  happen: ({ cloudWatch }) =>
    cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many errors' }),
    ),
};

async function listenerArn({ elb }: Stage): Promise<string> {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['shop'] }));
  const { Listeners } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
  );
  return Listeners?.[0]?.ListenerArn ?? '';
}

const WEIGH: Mishap<Stage> = {
  name: 'somebody sets the weights to 30 and 70',
  interferes: true,
  async happen(stage) {
    const TargetGroups = [
      { TargetGroupArn: BLUE, Weight: 30 },
      { TargetGroupArn: GREEN, Weight: 70 },
    ];
    await stage.elb.send(
      new ModifyListenerCommand({
        ListenerArn: await listenerArn(stage),
        DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
  },
};

async function setsOf({ ecs }: Stage): Promise<TaskSet[]> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  if (services?.[0]?.status !== 'ACTIVE') return [];
  return (await ecs.send(new DescribeTaskSetsCommand({ cluster: 'prod', service: 'web' }))).taskSets ?? [];
}

const UNSET: Mishap<Stage> = {
  name: 'somebody deletes the newest task set',
  interferes: true,
  async happen(stage) {
    const taskSet = (await setsOf(stage)).at(-1)?.id;
    if (taskSet)
      await stage.ecs.send(new DeleteTaskSetCommand({ cluster: 'prod', service: 'web', taskSet, force: true }));
  },
};

async function imageOf({ ecs }: Stage, taskDefinition: string | undefined): Promise<string> {
  const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  return described.taskDefinition?.containerDefinitions?.[0]?.image ?? '';
}

const revisionsOf = async ({ ecs }: Stage, status: 'ACTIVE' | 'INACTIVE'): Promise<number> =>
  (await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status }))).taskDefinitionArns?.length ?? 0;

const servingOf = (images: ReadonlySet<string>): Serving =>
  images.size === 0 ? 'none' : images.size > 1 ? 'both' : images.has(OLD) ? 'old' : images.has(THIRD) ? 'third' : 'new';

/** One revision more for each rollout that succeeded, none where it did not. */
async function amissRevisions(stage: Stage, { before }: Pick<Story, 'before'>, due: Due): Promise<string[]> {
  const first = before === undefined ? 0 : 1;
  const [least, most] = [first + due.kept.least, first + due.kept.most];
  const [active, inactive] = [await revisionsOf(stage, 'ACTIVE'), await revisionsOf(stage, 'INACTIVE')];
  const tried = first + due.tried;
  return [
    ...(active >= least && active <= most ? [] : [`${active} revisions are ACTIVE, not ${least} to ${most}`]),
    ...(active + inactive <= tried ? [] : [`${active + inactive} revisions were registered, at most ${tried} may be`]),
  ];
}

/** Tasks elsewhere than they should be, and a service that says otherwise. */
async function amissCapacity(stage: Stage, capacity: Due['capacity']): Promise<string[]> {
  if (capacity === undefined) return [];
  const { providers, strategy, mark } = await whereRuns(stage);
  const wanted = capacity === 'own' ? 'FARGATE_SPOT' : 'FARGATE';
  return [
    ...(providers.join() === wanted ? [] : [`its tasks run on ${providers.join(', ')}, not on ${wanted}`]),
    ...(strategy?.join() === wanted || strategy === undefined
      ? []
      : [`it asks for ${strategy.join(', ')}, not for ${wanted}`]),
    ...((mark === undefined) === (capacity === 'own') ? [] : [`its tag says ${mark}`]),
  ];
}

async function lookAtRolling(stage: Stage, story: Pick<Story, 'before'>, due: Due): Promise<Ending> {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const service = services?.[0];
  const amiss = [...(await amissRevisions(stage, story, due)), ...(await amissCapacity(stage, due.capacity))];
  if (service?.status !== 'ACTIVE') return { serving: 'none', amiss };
  const images = new Set<string>();
  for (const { taskDefinition, runningCount = 0 } of service.deployments ?? [])
    if (runningCount > 0) images.add(await imageOf(stage, taskDefinition));
  if (service.runningCount !== service.desiredCount)
    amiss.push(`${service.runningCount} of ${service.desiredCount} tasks run`);
  return { serving: servingOf(images), amiss };
}

/** Where the load balancer sends traffic, by target group. */
async function weightsOf({ elb }: Stage): Promise<Set<string>> {
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const found = new Set<string>();
  for (const { LoadBalancerArn } of LoadBalancers) {
    const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    for (const { ListenerArn } of Listeners) {
      const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
      for (const { Actions = [] } of Rules)
        for (const { TargetGroupArn = '', Weight = 0 } of Actions[0]?.ForwardConfig?.TargetGroups ?? [])
          if (Weight > 0) found.add(TargetGroupArn);
    }
  }
  return found;
}

async function lookAtTaskSets(
  stage: Stage,
  story: Pick<Story, 'before'>,
  due: Due,
  isBalanced = true,
): Promise<Ending> {
  const sets = await setsOf(stage);
  const amiss = [...(await amissRevisions(stage, story, due)), ...(await amissCapacity(stage, due.capacity))];
  const carrying = isBalanced ? await weightsOf(stage) : new Set<string>();
  const images = new Set<string>();
  for (const { taskDefinition, loadBalancers = [], status, runningCount } of sets) {
    const groups = loadBalancers.map(({ targetGroupArn = '' }) => targetGroupArn);
    if (groups.length === 0 || groups.some((one) => carrying.has(one)))
      images.add(await imageOf(stage, taskDefinition));
    if (status !== 'PRIMARY') amiss.push(`a task set is ${status}`);
    if (runningCount !== 2) amiss.push(`${runningCount} of 2 tasks run`);
    for (const one of groups) carrying.delete(one);
  }
  if (sets.length > 1) amiss.push(`there are ${sets.length} task sets`);
  if (sets.length > 0 && carrying.size > 0) amiss.push(`traffic goes to ${[...carrying].join(', ')}, where nothing is`);
  return { serving: servingOf(images), amiss };
}

const rollingOperations = [
  'ecs:RegisterTaskDefinition',
  'ecs:UpdateService',
  'ecs:DescribeServices',
  'ecs:DeregisterTaskDefinition',
];
const setOperations = [
  'ecs:RegisterTaskDefinition',
  'ecs:CreateTaskSet',
  'ecs:DeleteTaskSet',
  'ecs:UpdateServicePrimaryTaskSet',
  'elasticloadbalancing:ModifyListener',
  'elasticloadbalancing:Describe*',
  'ecs:DescribeServices',
];

const balanced = { loadBalancers: [{ targetGroupArn: BLUE, containerName: 'web', containerPort: 8080 }] };
const SETTINGS: JsonObject = { stabilityCheck: { timeout: 600, pollInterval: 60 } };

const rolling = (image: string): Files => web({ image, service: balanced, deployment: SETTINGS });

/** On Spot, with a fallback that is gone over to soon. */
const spot = (files: Files): Files => onSpot(files, { fallbackAfter: 10 });

/** On Spot, and brought back to it soon. */
const returning = (files: Files): Files =>
  onSpot(files, { fallbackAfter: 10, fallbackReturn: { waitInterval: 60, attempts: RETURNS } });

const TAKEN_BACK: Weather = {
  name: 'Spot takes its tasks back',
  loses: true,
  when: { capacityProvider: 'FARGATE_SPOT' },
  then: { interrupt: { afterSeconds: 40 } },
};

const SHIFT: JsonObject = { type: 'LINEAR', percent: 50, waitInterval: 20 };
export const shifted = (image: string, shifting = SHIFT, rest: JsonObject = {}): Files =>
  external(BLUE, GREEN, image, shifting, { ...SETTINGS, alarms: { alarmNames: ['errors'] }, ...rest });

const unbalanced = (image: string): Files => ({
  ...web({ image, deployment: SETTINGS }),
  service: { ...web().service!, deploymentController: { type: 'EXTERNAL' } },
});

const twice = (image: string): Files => {
  const files = shifted(image, SHIFT, {
    targetGroupArnPairs: [
      [BLUE, GREEN],
      [LIME, PINK],
    ],
  });
  const ports = [BLUE, PINK].map((targetGroupArn) => ({ targetGroupArn, containerName: 'web', containerPort: 8080 }));
  return { ...files, service: { ...files['service']!, loadBalancers: ports } };
};

/** The least time between a shift and the deletion of what served before, ms: the load balancer has to follow. */
const BAKES_MS = 10_000;

/** What newer commits bring. */
const further = (files: (image: string) => FilesFor): Pick<Story, 'further'> => ({
  further: { third: files(THIRD), broken: files(BROKEN) },
});

type Draft = Pick<Story, 'name' | 'before' | 'next' | 'phase'> & Partial<Story>;

const rollingStory = (draft: Draft): Story => ({
  scenario: SCENARIO,
  path: 'dev/web',
  operations: rollingOperations,
  weathers: [CAPACITY, CRASHING],
  mishaps: [KILL, REDEPLOY, RESIZE],
  lasts: 60,
  look: (stage, due) => lookAtRolling(stage, draft, due),
  ...draft,
});

/** What served before is deleted only after the last weights were in force for a while. */
async function watchOldSets(stage: Stage): Promise<Watch> {
  const old = new Set((await setsOf(stage)).map(({ id }) => id));
  let shiftedAt = 0;
  return (operation, body) => {
    const now = stage.clock.now();
    if (operation === 'ModifyListener' || operation === 'ModifyRule') shiftedAt = now;
    if (operation !== 'DeleteTaskSet' || now - shiftedAt >= BAKES_MS) return undefined;
    const { taskSet } = JSON.parse(body) as { taskSet: string };
    return old.has(taskSet) ? `the old task set was deleted ${now - shiftedAt} ms after the last shift` : undefined;
  };
}

const setStory = (draft: Draft, isBalanced = true): Story => ({
  ...(isBalanced && draft.before ? { watch: watchOldSets } : {}),
  scenario: SCENARIO,
  path: 'dev/web',
  operations: setOperations,
  weathers: [CAPACITY, CRASHING, UNHEALTHY],
  cost: 2,
  mishaps: [KILL, UNSET, RESIZE, ...(isBalanced ? [WEIGH, ALARM] : [])],
  lasts: 120,
  look: (stage, due) => lookAtTaskSets(stage, draft, due, isBalanced),
  ...draft,
});

const STOP: Mishap<Stage> = {
  name: "somebody stops ECS's deployment",
  interferes: true,
  async happen(stage) {
    const { serviceDeploymentArn } = await newestDeployment(stage);
    await stage.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }));
  },
};

/** ECS shifts the traffic by itself. */
const native =
  (configuration: JsonObject, image: string) =>
  async (stage: Stage): Promise<Files> =>
    shiftedByEcs(await shiftedFront(stage), configuration, image, { ...SETTINGS, alarms: { alarmNames: ['errors'] } });

const nativeStory = (name: string, configuration: JsonObject, image = NEW): Story =>
  rollingStory({
    name,
    before: native(configuration, OLD),
    next: native(configuration, image),
    ...further((another) => native(configuration, another)),
    phase: image === NEW ? 'succeeded' : 'rolled back',
    cost: 4,
    mishaps: [KILL, REDEPLOY, STOP, ALARM],
    operations: [...rollingOperations, 'ecs:StopServiceDeployment', 'ecs:DescribeServiceDeployments'],
    lasts: 200,
  });

export const ecsStories: readonly Story[] = [
  rollingStory({
    name: 'a rolling update on Spot',
    before: spot(rolling(OLD)),
    next: spot(rolling(NEW)),
    ...further((image) => spot(rolling(image))),
    phase: 'succeeded',
    weathers: [NO_SPOT, CAPACITY],
    operations: [...rollingOperations, 'ecs:TagResource'],
  }),
  rollingStory({
    name: 'a rolling update on Spot that fails',
    before: spot(rolling(OLD)),
    next: spot(rolling(BROKEN)),
    phase: 'rolled back',
    weathers: [NO_SPOT, CAPACITY],
    operations: [...rollingOperations, 'ecs:TagResource', 'ecs:UntagResource'],
  }),
  setStory({
    name: 'a blue/green rollout on Spot',
    before: spot(shifted(OLD)),
    next: spot(shifted(NEW)),
    phase: 'succeeded',
    weathers: [NO_SPOT, CAPACITY],
    operations: [...setOperations, 'ecs:TagResource'],
  }),
  rollingStory({
    name: 'a service that comes back to Spot',
    before: returning(rolling(OLD)),
    next: returning(rolling(NEW)),
    ...further((image) => returning(rolling(image))),
    phase: 'succeeded',
    isWatched: true,
    weathers: [NO_SPOT, NO_SPOT, CAPACITY, TAKEN_BACK],
    mishaps: [KILL],
    operations: [...rollingOperations, 'ecs:TagResource', 'ecs:UntagResource'],
    lasts: 400,
    cost: 3,
  }),
  setStory({
    name: 'a service with task sets that comes back to Spot',
    before: returning(shifted(OLD)),
    next: returning(shifted(NEW)),
    ...further((image) => returning(shifted(image))),
    phase: 'succeeded',
    isWatched: true,
    weathers: [NO_SPOT, NO_SPOT, CAPACITY, TAKEN_BACK],
    mishaps: [KILL, ALARM],
    operations: [...setOperations, 'ecs:TagResource', 'ecs:UntagResource'],
    lasts: 400,
    cost: 4,
  }),
  rollingStory({
    name: 'a rolling update',
    before: rolling(OLD),
    next: rolling(NEW),
    ...further(rolling),
    phase: 'succeeded',
  }),
  rollingStory({
    name: 'a rolling update that fails',
    before: rolling(OLD),
    next: rolling(BROKEN),
    ...further(rolling),
    phase: 'rolled back',
  }),
  rollingStory({
    name: 'a rolling creation',
    before: undefined,
    next: rolling(NEW),
    phase: 'succeeded',
    loses: true,
    operations: ['ecs:RegisterTaskDefinition', 'ecs:CreateService', 'ecs:DescribeServices', 'ecs:DeleteService'],
    mishaps: [KILL],
  }),
  setStory({
    name: 'a blue/green rollout',
    before: shifted(OLD),
    next: shifted(NEW),
    ...further(shifted),
    phase: 'succeeded',
  }),
  setStory({
    name: 'a canary between target groups',
    before: shifted(OLD),
    next: shifted(NEW, { type: 'CANARY', percent: 10, waitInterval: 30 }),
    phase: 'succeeded',
  }),
  setStory({
    name: 'a blue/green rollout all at once',
    before: shifted(OLD),
    next: shifted(NEW, { type: 'ALL_AT_ONCE', waitInterval: 30 }),
    phase: 'succeeded',
  }),
  setStory({
    name: 'a blue/green rollout that fails',
    before: shifted(OLD),
    next: shifted(BROKEN),
    ...further(shifted),
    phase: 'rolled back',
  }),
  setStory({
    name: 'a blue/green rollout of two listeners and a rule',
    before: twice(OLD),
    next: twice(NEW),
    phase: 'succeeded',
    scenario: {
      ...SCENARIO,
      given: {
        ...GIVEN,
        targetGroups: [
          ...GIVEN.targetGroups,
          group(PINK, { listenerPort: 81, rule: 5 }),
          group(LIME, { listenerPort: 81, rule: 5 }),
        ],
      },
      traffic: [...TRAFFIC, { loadBalancer: 'shop', listenerPort: 81, rule: 5, perSecond: 5 }],
    },
    operations: [...setOperations, 'elasticloadbalancing:ModifyRule'],
  }),
  setStory(
    {
      name: 'task sets without a load balancer',
      before: unbalanced(OLD),
      next: unbalanced(NEW),
      phase: 'succeeded',
      scenario: { ...SCENARIO, traffic: [] },
    },
    false,
  ),
  setStory({
    name: 'a creation with task sets',
    before: undefined,
    next: shifted(NEW),
    phase: 'succeeded',
    loses: true,
    operations: [...setOperations, 'ecs:CreateService', 'ecs:DeleteService'],
    mishaps: [KILL],
  }),
  rollingStory({
    name: 'the deletion of a service',
    before: rolling(OLD),
    next: undefined,
    phase: 'succeeded',
    loses: true,
    operations: ['ecs:DeleteService', 'ecs:DescribeServices'],
    mishaps: [KILL],
    weathers: [],
    lasts: 30,
  }),
  nativeStory("ECS's own blue/green", { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 }),
  nativeStory("ECS's own canary", {
    strategy: 'CANARY',
    bakeTimeInMinutes: 1,
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
  }),
  nativeStory("ECS's own linear shift", {
    strategy: 'LINEAR',
    bakeTimeInMinutes: 0,
    linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
  }),
  nativeStory("ECS's own blue/green that fails", { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 }, BROKEN),
];
