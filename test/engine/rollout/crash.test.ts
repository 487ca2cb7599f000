import assert from 'node:assert/strict';
import { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import {
  GetAliasCommand,
  GetFunctionCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import type { RunOptions } from '../../../engine/api.ts';
import type { JsonObject } from '../../../engine/json.ts';
import type { Phase } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { balancer, connections, fed, OTHER_GROUP, queue, route, STREAM, SURROUNDINGS } from './connected.ts';
import { crashPoints, deployThroughCrash } from './crash.ts';
import { resize, web } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

const REFUSED_STREAM = `${STREAM}-of-others`;

const SCENARIO = {
  given: { ...SURROUNDINGS.given, alarms: [{ name: 'errors', state: 'OK' }] },
  rules: [
    {
      when: { operation: 'lambda:CreateEventSourceMapping', resource: REFUSED_STREAM },
      then: { error: 'InvalidParameterValueException', message: 'the role may not read it', status: 400 },
    },
    { when: { image: '*:broken' }, then: { pull: 'not-found' } },
    { when: { code: '*broken.zip' }, then: { update: 'InvalidZipFileException', reason: 'bad zip' } },
  ],
};

/** What the ECS part of the world looks like in the end, without ids and times. */
async function ecsWorld(stage: Stage) {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const service = services?.[0];
  const running =
    service?.taskDefinition &&
    (await stage.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition })));
  const active = await stage.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status: 'ACTIVE' }));
  return {
    status: service?.status,
    image: running ? running.taskDefinition?.containerDefinitions?.[0]?.image : undefined,
    counts: [service?.desiredCount, service?.runningCount],
    deployments: service?.deployments?.map(({ status, rolloutState }) => [status, rolloutState]),
    activeRevisions: active.taskDefinitionArns?.length,
    registered: stage.changes.filter((name) => name === 'RegisterTaskDefinition').length,
    created: stage.changes.filter((name) => name === 'CreateService').length,
  };
}

async function lambdaWorld(stage: Stage) {
  const alias = await stage.lambda
    .send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }))
    .catch(() => undefined);
  const got = await stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' })).catch(() => undefined);
  const versions = got && (await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' })));
  return {
    alias: [alias?.FunctionVersion, alias?.RoutingConfig?.AdditionalVersionWeights],
    memory: got?.Configuration?.MemorySize,
    code: got?.Configuration?.CodeSha256,
    versions: versions?.Versions?.map(({ Version }) => Version),
    created: stage.changes.filter((name) => name === 'CreateFunction').length,
  };
}

const READY: JsonObject = { provisionedConcurrency: { provisionedConcurrentExecutions: 5 } };

/** Files that need to know what a stage was prepared with. */
type Made = (prepared: Prepared) => Files;
type Prepared = Awaited<ReturnType<typeof balanced>>;

interface Story {
  readonly name: string;
  readonly path: string;
  readonly before: Files | Made | undefined;
  readonly next: Files | Made;
  /** The phase in which the alarm fires; never where it is left out. */
  readonly firesIn?: Phase;
  readonly phase: string;
  readonly world: (stage: Stage, prepared: Prepared) => Promise<unknown>;
}

const STORIES: readonly Story[] = [
  {
    name: 'creating an ECS service',
    path: 'dev/web',
    before: undefined,
    next: web(),
    phase: 'succeeded',
    world: ecsWorld,
  },
  {
    name: 'a rolling update',
    path: 'dev/web',
    before: web(),
    next: web({ image: 'shop/web:2', desiredCount: 3 }),
    phase: 'succeeded',
    world: ecsWorld,
  },
  {
    name: 'a rolling update that fails',
    path: 'dev/web',
    before: web(),
    next: web({ image: 'shop/web:broken' }),
    phase: 'rolled back',
    world: ecsWorld,
  },
  {
    name: 'creating a service that fails',
    path: 'dev/web',
    before: undefined,
    next: web({ image: 'shop/web:broken' }),
    phase: 'rolled back',
    world: ecsWorld,
  },
  {
    name: 'creating a function',
    path: 'dev/resize',
    before: undefined,
    next: resize(),
    phase: 'succeeded',
    world: lambdaWorld,
  },
  {
    name: 'updating a function',
    path: 'dev/resize',
    before: resize(),
    next: resize({ key: 'resize-2.zip', definition: { MemorySize: 512 } }),
    phase: 'succeeded',
    world: lambdaWorld,
  },
  {
    name: 'updating a function with broken code',
    path: 'dev/resize',
    before: resize(),
    next: resize({ key: 'broken.zip', definition: { MemorySize: 512 } }),
    phase: 'rolled back',
    world: lambdaWorld,
  },
  {
    name: 'a canary of a function',
    path: 'dev/resize',
    before: resize(),
    next: resize({
      key: 'resize-2.zip',
      deployment: { trafficShiftingConfig: { type: 'CANARY', percent: 20, waitInterval: 60 } },
    }),
    phase: 'succeeded',
    world: lambdaWorld,
  },
  {
    name: 'creating a function with sources of every kind',
    path: 'dev/resize',
    before: undefined,
    next: fed(
      {
        PushEventSources: [balancer(), route('orders')],
        PullEventSources: { EventSourceMapping: queue() },
      },
      { deployment: READY },
    ),
    phase: 'succeeded',
    world: fedWorld,
  },
  {
    name: 'an update with which sources change, come and go',
    path: 'dev/resize',
    before: fed({ PushEventSources: balancer(), PullEventSources: { EventSourceMapping: queue() } }),
    next: fed(
      {
        PushEventSources: balancer(OTHER_GROUP),
        PullEventSources: { EventSourceMapping: { EventSourceArn: STREAM, StartingPosition: 'LATEST' } },
      },
      { key: 'resize-2.zip' },
    ),
    phase: 'succeeded',
    world: fedWorld,
  },
  {
    name: 'a change of sources that AWS refuses in the end',
    path: 'dev/resize',
    before: fed({ PullEventSources: { EventSourceMapping: queue() } }),
    next: fed({
      PushEventSources: balancer(),
      PullEventSources: {
        EventSourceMapping: [queue({ BatchSize: 1 }), { EventSourceArn: REFUSED_STREAM, StartingPosition: 'LATEST' }],
      },
    }),
    phase: 'rolled back',
    world: fedWorld,
  },
  {
    name: 'a version made ready whose alarm fires',
    path: 'dev/resize',
    before: fed({ PushEventSources: balancer() }, { deployment: READY }),
    next: fed({}, { key: 'resize-2.zip', deployment: { ...READY, alarms: { alarmNames: ['errors'] } } }),
    firesIn: 'stabilizing',
    phase: 'rolled back',
    world: fedWorld,
  },
  {
    name: 'creating a service of task sets',
    path: 'dev/web',
    before: undefined,
    next: ({ blue, green }) => external(blue, green),
    phase: 'succeeded',
    world: balancedWorld,
  },
  {
    name: 'a blue/green rollout',
    path: 'dev/web',
    before: ({ blue, green }) => external(blue, green),
    next: ({ blue, green }) => external(blue, green, 'shop/web:2'),
    phase: 'succeeded',
    world: balancedWorld,
  },
  {
    name: 'a blue/green rollout that fails',
    path: 'dev/web',
    before: ({ blue, green }) => external(blue, green),
    next: ({ blue, green }) => external(blue, green, 'shop/web:broken'),
    phase: 'rolled back',
    world: balancedWorld,
  },
];

/** A function with what invokes it and what is kept ready of it. */
async function fedWorld(stage: Stage) {
  const { ProvisionedConcurrencyConfigs: ready } = await stage.lambda
    .send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: 'resize' }))
    .catch(() => ({ ProvisionedConcurrencyConfigs: [] }));
  return {
    ...(await lambdaWorld(stage)),
    ...(await connections(stage)),
    ready: ready?.map((one) => [one.FunctionArn, one.RequestedProvisionedConcurrentExecutions]),
    mappingsMade: stage.changes.filter((name) => name === 'CreateEventSourceMapping').length,
  };
}

async function balancedWorld(stage: Stage, prepared: Prepared) {
  const active = await stage.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status: 'ACTIVE' }));
  return {
    sets: await taskSets(stage),
    weights: await prepared.weights(),
    activeRevisions: active.taskDefinitionArns?.length,
    made: stage.changes.filter((name) => name === 'CreateTaskSet' || name === 'CreateService').length,
  };
}

interface Opened {
  readonly stage: Stage;
  readonly prepared: Prepared;
  readonly next: Files;
}

const filesOf = (files: Files | Made, prepared: Prepared): Files =>
  typeof files === 'function' ? files(prepared) : files;

async function open(story: Story): Promise<Opened> {
  const stage = await Stage.open({ scenario: SCENARIO });
  const prepared = await balanced(stage);
  if (story.before) await stage.deploy(story.path, filesOf(story.before, prepared));
  stage.events.length = 0;
  return { stage, prepared, next: filesOf(story.next, prepared) };
}

/** Has the alarm fire once the rollout is so far. */
function ringing(stage: Stage, { firesIn }: Story): Partial<RunOptions> {
  if (firesIn === undefined) return {};
  let fired = false;
  return {
    onRecord({ phase }) {
      if (fired || phase !== firesIn) return;
      fired = true;
      const alarm = { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many' } as const;
      void stage.cloudWatch.send(new SetAlarmStateCommand(alarm));
    },
  };
}

describe('a crash at any point', () => {
  for (const story of STORIES) {
    it(`changes nothing about the end of ${story.name}`, async function () {
      this.timeout(300_000);
      const first = await open(story);
      await using undisturbed = first.stage;
      const { report, touches } = await deployThroughCrash(
        undisturbed,
        story.path,
        first.next,
        undefined,
        ringing(undisturbed, story),
      );
      assert.equal(report.rollouts[0]?.phase, story.phase, undisturbed.story().join('\n'));
      const expected = await story.world(undisturbed, first.prepared);
      first.prepared.elb.destroy();

      for (const point of crashPoints(touches)) {
        const { stage: crashed, prepared, next } = await open(story);
        await using stage = crashed;
        const run = await deployThroughCrash(stage, story.path, next, point, ringing(stage, story));
        const told = () =>
          `crash ${point.when} touch ${point.touch}: ${run.report.rollouts[0]?.reason}\n${stage.story().join('\n')}`;
        // After the last write there is nothing left to take up.
        const phase = run.report.rollouts[0]?.phase ?? (await stage.store.list({ limit: 1 }))[0]?.record.phase;
        assert.equal(phase, story.phase, told());
        assert.deepEqual(await story.world(stage, prepared), expected, told());
        prepared.elb.destroy();
      }
    });
  }
});
