import assert from 'node:assert/strict';
import {
  ApiGatewayV2Client,
  CreateIntegrationCommand,
  GetIntegrationsCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AddPermissionCommand,
  CreateEventSourceMappingCommand,
  GetAliasCommand,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../../engine/json.ts';
import {
  ALL_SOURCES,
  API,
  balancer,
  connections,
  FUNCTION,
  fed,
  GROUP,
  OTHER_GROUP,
  PLAIN_GROUP,
  QUEUE,
  queue,
  route,
  STREAM,
  SURROUNDINGS,
} from './connected.ts';
import { type Files, REGION, Stage } from './stage.ts';

const LIVE = `${FUNCTION}:live`;
const NOTHING = {
  permissions: [],
  targets: ['', ''],
  integrations: [undefined, `${FUNCTION}-placeholder`],
  variables: [undefined, undefined],
  mappings: [],
  marked: undefined,
};

async function succeeds(stage: Stage, files: Files): Promise<void> {
  const { rollouts } = await stage.deploy('dev/resize', files);
  assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
}

async function planned(stage: Stage, files: Files) {
  const [plan] = (await stage.plan('dev/resize', files)).workloads;
  return { action: plan?.action, paths: plan?.differences.map(({ path }) => path), plan };
}

async function opened(scenario: object = SURROUNDINGS): Promise<Stage> {
  return Stage.open({ scenario });
}

describe('event sources of a function', () => {
  it('are all connected to the alias when the function is created, and planned again there is nothing to do', async () => {
    await using stage = await opened();
    await succeeds(stage, fed(ALL_SOURCES));
    const variable = `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${FUNCTION}:\${stageVariables.lambdaAlias}/invocations`;
    assert.deepEqual(await connections(stage), {
      permissions: [
        'gitmoxi-api-a1b2c3d4e5-orders',
        'gitmoxi-api-a1b2c3d4e5-placed',
        'gitmoxi-elb-resize-943f017f100becff',
      ],
      targets: [LIVE, ''],
      integrations: [variable, LIVE],
      variables: ['live', 'live'],
      mappings: [
        [STREAM, LIVE, 'Enabled', 100, true],
        [QUEUE, LIVE, 'Enabled', 5, true],
      ],
      marked: 'live',
    });
    const again = await planned(stage, fed(ALL_SOURCES));
    assert.deepEqual([again.action, again.paths], ['unchanged', []]);
  });

  it('change without a new version when nothing else does', async () => {
    await using stage = await opened();
    await succeeds(stage, fed({ PullEventSources: { EventSourceMapping: queue() } }));
    const next = fed({
      PushEventSources: [balancer()],
      PullEventSources: { EventSourceMapping: queue({ BatchSize: 7, Enabled: false }) },
    });
    assert.deepEqual((await planned(stage, next)).paths, [
      '/PushEventSources/0/permission',
      '/PushEventSources/0/TargetGroupArn',
      '/PullEventSources/EventSourceMapping/BatchSize',
      '/PullEventSources/EventSourceMapping/Enabled',
    ]);
    await succeeds(stage, next);
    const now = await connections(stage);
    assert.deepEqual([now.targets, now.mappings], [[LIVE, ''], [[QUEUE, LIVE, 'Disabled', 7, true]]]);
    const { Versions = [] } = await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' }));
    assert.deepEqual(
      Versions.map(({ Version }) => Version),
      ['$LATEST', '1'],
    );
    assert.equal((await planned(stage, next)).action, 'unchanged');
    // What a file no longer says has its default again.
    await succeeds(stage, fed({ PullEventSources: { EventSourceMapping: { EventSourceArn: QUEUE } } }));
    assert.deepEqual((await connections(stage)).mappings, [[QUEUE, LIVE, 'Enabled', 10, true]]);
  });

  it('go when the file no longer names them, and the last one takes the mark along', async () => {
    await using stage = await opened();
    await succeeds(stage, fed(ALL_SOURCES));
    await succeeds(stage, fed({ PullEventSources: [{ EventSourceMapping: queue() }] }));
    const some = await connections(stage);
    assert.deepEqual([some.permissions, some.targets, some.mappings.length], [[], ['', ''], 1]);
    const without = await planned(stage, fed(undefined));
    assert.deepEqual([without.action, without.paths], ['update', ['/PullEventSources/EventSourceMapping']]);
    await succeeds(stage, fed(undefined));
    const none = await connections(stage);
    assert.deepEqual([none.mappings, none.marked], [[], undefined]);
    assert.equal((await planned(stage, fed(undefined))).action, 'unchanged');
  });

  it('of somebody else are never removed', async () => {
    await using stage = await opened();
    await succeeds(stage, fed({ PushEventSources: balancer() }));
    await stage.lambda.send(new CreateEventSourceMappingCommand({ EventSourceArn: QUEUE, FunctionName: LIVE }));
    const permission = { FunctionName: 'resize', Qualifier: 'live', Action: 'lambda:InvokeFunction' };
    await stage.lambda.send(
      new AddPermissionCommand({ ...permission, StatementId: 'theirs', Principal: 's3.amazonaws.com' }),
    );
    await stage.clock.advance(60_000);
    await succeeds(stage, fed({}));
    const now = await connections(stage);
    assert.deepEqual([now.permissions, now.targets], [['theirs'], ['', '']]);
    assert.deepEqual(now.mappings, [[QUEUE, LIVE, 'Enabled', 10, false]]);
    // Named by the file it is brought in line, and stays somebody else's.
    await succeeds(stage, fed({ PullEventSources: { EventSourceMapping: queue() } }));
    assert.deepEqual((await connections(stage)).mappings, [[QUEUE, LIVE, 'Enabled', 5, false]]);
    assert.equal((await planned(stage, fed({}))).action, 'unchanged');
  });

  it('that the function itself had move to the alias, a mapping with its place in the stream', async () => {
    await using stage = await opened();
    await succeeds(stage, fed(undefined));
    const elb = new ElasticLoadBalancingV2Client(stage.client);
    await stage.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'resize',
        StatementId: 'elb',
        Action: 'lambda:InvokeFunction',
        Principal: 'elasticloadbalancing.amazonaws.com',
      }),
    );
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: GROUP, Targets: [{ Id: FUNCTION }] }));
    const { UUID } = await stage.lambda.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: STREAM,
        FunctionName: FUNCTION,
        StartingPosition: 'TRIM_HORIZON',
      }),
    );
    await stage.clock.advance(60_000);
    const files = fed({
      PushEventSources: balancer(),
      PullEventSources: { EventSourceMapping: { EventSourceArn: STREAM, StartingPosition: 'TRIM_HORIZON' } },
    });
    const { paths } = await planned(stage, files);
    assert.ok(paths?.includes('/PullEventSources/EventSourceMapping/FunctionName'), String(paths));
    await succeeds(stage, files);
    const mapping = await stage.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    assert.deepEqual([mapping.FunctionArn, (await connections(stage)).targets], [LIVE, [LIVE, '']]);
    elb.destroy();
  });

  it('give a route whose integration others share one of its own', async () => {
    await using stage = await opened();
    const api = new ApiGatewayV2Client(stage.client);
    const { IntegrationId } = await api.send(
      new CreateIntegrationCommand({
        ApiId: API,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: `${FUNCTION}-shared`,
        PayloadFormatVersion: '2.0',
      }),
    );
    for (const RouteId of ['orders', 'placed'])
      await api.send(new UpdateRouteCommand({ ApiId: API, RouteId, Target: `integrations/${IntegrationId}` }));
    await succeeds(stage, fed({ PushEventSources: route('placed') }));
    assert.deepEqual((await connections(stage)).integrations, [`${FUNCTION}-shared`, LIVE]);
    api.destroy();
  });

  it('are deployed to a stage that does not deploy by itself', async () => {
    await using stage = await opened();
    const api = new ApiGatewayV2Client(stage.client);
    await api.send(new UpdateStageCommand({ ApiId: API, StageName: 'test', AutoDeploy: false }));
    await succeeds(stage, fed({ PushEventSources: route('placed') }));
    const traffic = [{ api: API, route: 'placed', stage: 'test', perSecond: 5 }];
    stage.setScenario({ ...SURROUNDINGS, traffic });
    await stage.clock.advance(10_000);
    const [counted] = stage.sandbox.traffic;
    assert.ok((counted?.served ?? 0) > 40 && counted?.failed === 0, JSON.stringify(counted));
    api.destroy();
  });
});

describe('event sources in a bad network', () => {
  const CREATES = [
    'lambda:AddPermission',
    'lambda:CreateEventSourceMapping',
    'elasticloadbalancing:RegisterTargets',
    'apigateway:CreateIntegration',
    'apigateway:UpdateRoute',
    'apigateway:UpdateStage',
  ];

  it('are each made once although every first answer is lost', async () => {
    const rules = CREATES.map((operation) => ({ when: { operation, nth: 1 }, then: { loseAnswer: true } }));
    await using stage = await opened({ ...SURROUNDINGS, rules });
    const sources = {
      PushEventSources: [balancer(), route('orders', { AliasStageVariableName: 'lambdaAlias' })],
      PullEventSources: { EventSourceMapping: queue() },
    };
    await succeeds(stage, fed(sources));
    const api = new ApiGatewayV2Client(stage.client);
    const { Items = [] } = await api.send(new GetIntegrationsCommand({ ApiId: API }));
    api.destroy();
    assert.equal(Items.filter(({ IntegrationUri }) => IntegrationUri?.includes('stageVariables')).length, 1);
    const now = await connections(stage);
    assert.deepEqual([now.targets, now.mappings], [[LIVE, ''], [[QUEUE, LIVE, 'Enabled', 5, true]]]);
    assert.equal((await planned(stage, fed(sources))).action, 'unchanged');
  });
});

describe('event sources of a function that is deleted', () => {
  it('go with it where GitMoxi made them', async () => {
    await using stage = await opened();
    const files = fed(ALL_SOURCES);
    await succeeds(stage, files);
    const { rollouts } = await stage.deploy('dev/resize', undefined, files);
    assert.equal(rollouts[0]?.phase, 'succeeded');
    await stage.clock.advance(60_000);
    const { targets, mappings } = await connections(stage);
    assert.deepEqual([targets, mappings], [['', ''], []]);
  });
});

describe('event sources that cannot be connected', () => {
  const blocked: readonly [string, JsonObject, string, RegExp][] = [
    [
      'a target group that is not there',
      { PushEventSources: [balancer(GROUP.replace('resize', 'gone'))] },
      'plan.no-target-group',
      /there is no target group .*targetgroup\/gone/,
    ],
    [
      'a target group for tasks',
      { PushEventSources: [balancer(PLAIN_GROUP)] },
      'plan.target-group-not-lambda',
      /takes targets of type ip/,
    ],
    ['an unknown API', { PushEventSources: [{ ...route(), ApiId: 'nobody' }] }, 'plan.no-api', /no HTTP API nobody/],
    ['an unknown route', { PushEventSources: [route('nowhere')] }, 'plan.no-route', /has no route nowhere/],
    [
      'one queue twice',
      { PullEventSources: { EventSourceMapping: [queue(), queue({ BatchSize: 1 })] } },
      'plan.event-source-twice',
      /two event source mappings are for one source/,
    ],
  ];
  for (const [what, sources, code, message] of blocked) {
    it(`block the plan: ${what}`, async () => {
      await using stage = await opened();
      const { action, plan } = await planned(stage, fed(sources));
      const problem = plan?.problems.find((one) => one.code === code);
      assert.equal(action, 'blocked');
      assert.match(problem?.message ?? '', message);
      assert.equal(problem?.path, 'dev/resize_lambdaeventsourcedef.json');
      assert.ok(problem.hint);
    });
  }

  it('block the plan: a target group of another function', async () => {
    await using stage = await opened();
    await succeeds(stage, fed({ PushEventSources: [balancer()] }));
    const other = fed({ PushEventSources: [balancer()] }, { definition: { FunctionName: 'crop' } });
    const [plan] = (await stage.plan('dev/crop', other)).workloads;
    assert.deepEqual([plan?.action, plan?.problems.map(({ code }) => code)], ['blocked', ['plan.target-group-in-use']]);
  });

  it('block the plan: a change of a mapping that AWS cannot make in place, with the members', async () => {
    await using stage = await opened();
    const stream = (StartingPosition: string) =>
      fed({ PullEventSources: { EventSourceMapping: { EventSourceArn: STREAM, StartingPosition } } });
    await succeeds(stage, stream('LATEST'));
    const { action, plan } = await planned(stage, stream('TRIM_HORIZON'));
    assert.equal(action, 'blocked');
    assert.match(plan?.problems[0]?.message ?? '', /needs replacement: AWS cannot change StartingPosition/);
  });
});

describe('event sources on the way back', () => {
  it('are as they were after a source that AWS refuses', async () => {
    await using stage = await opened({
      ...SURROUNDINGS,
      rules: [
        {
          when: { operation: 'lambda:CreateEventSourceMapping', resource: STREAM },
          then: { error: 'InvalidParameterValueException', message: 'the role may not read the stream', status: 400 },
        },
      ],
    });
    const before = fed({
      PushEventSources: [balancer(OTHER_GROUP)],
      PullEventSources: { EventSourceMapping: queue() },
    });
    await succeeds(stage, before);
    const then = await connections(stage);
    const next = fed(
      {
        PushEventSources: [balancer(), route('placed', { AliasStageVariableName: 'lambdaAlias' })],
        PullEventSources: {
          EventSourceMapping: [queue({ BatchSize: 1 }), { EventSourceArn: STREAM, StartingPosition: 'LATEST' }],
        },
      },
      { key: 'resize-2.zip' },
    );
    const { rollouts } = await stage.deploy('dev/resize', next);
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /the role may not read the stream; version 1 serves$/);
    assert.deepEqual(await connections(stage), then);
    const { FunctionVersion } = await stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));
    assert.equal(FunctionVersion, '1');
    assert.equal((await planned(stage, before)).action, 'unchanged');
  });

  it('leave nothing of a function that could not be created', async () => {
    await using stage = await opened({
      ...SURROUNDINGS,
      rules: [
        {
          when: { operation: 'lambda:CreateEventSourceMapping' },
          then: { error: 'InvalidParameterValueException', message: 'no', status: 400 },
        },
      ],
    });
    const sources = {
      PushEventSources: [balancer(), route('placed')],
      PullEventSources: { EventSourceMapping: queue() },
    };
    const { rollouts } = await stage.deploy('dev/resize', fed(sources));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.deepEqual(await connections(stage), NOTHING);
  });

  it('say so where something could not be put back', async () => {
    await using stage = await opened({
      ...SURROUNDINGS,
      rules: [
        {
          when: { operation: 'lambda:CreateEventSourceMapping' },
          then: { error: 'InvalidParameterValueException', message: 'no', status: 400 },
        },
      ],
    });
    await succeeds(stage, fed(undefined));
    const sources = { PushEventSources: [route('orders')], PullEventSources: { EventSourceMapping: queue() } };
    const { rollouts } = await stage.deploy('dev/resize', fed(sources));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /left behind: .*route orders had no integration, and keeps the new one/);
  });
});

describe('requests through event sources', () => {
  const traffic = [
    { loadBalancer: 'front', perSecond: 50 },
    { api: API, route: 'placed', perSecond: 20 },
  ];

  it('are all served while a canary runs behind them and a mapping is added', async () => {
    await using stage = await opened();
    await succeeds(stage, fed({ PushEventSources: [balancer(), route('placed')] }));
    await stage.clock.advance(10_000);
    stage.setScenario({ ...SURROUNDINGS, traffic });
    const next = fed(
      { PushEventSources: [balancer(), route('placed')], PullEventSources: { EventSourceMapping: queue() } },
      { key: 'resize-2.zip', deployment: { trafficShiftingConfig: { type: 'LINEAR', percent: 30, waitInterval: 30 } } },
    );
    await succeeds(stage, next);
    for (const { served, failed, failures } of stage.sandbox.traffic) {
      assert.ok(served > 1000, String(served));
      assert.equal(failed, 0, JSON.stringify(failures));
    }
  });

  it('are all served while a target group goes over from the function to its alias', async () => {
    await using stage = await opened();
    await succeeds(stage, fed(undefined));
    const elb = new ElasticLoadBalancingV2Client(stage.client);
    const permission = { FunctionName: 'resize', Action: 'lambda:InvokeFunction' };
    await stage.lambda.send(
      new AddPermissionCommand({ ...permission, StatementId: 'elb', Principal: 'elasticloadbalancing.amazonaws.com' }),
    );
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: GROUP, Targets: [{ Id: FUNCTION }] }));
    stage.setScenario({ ...SURROUNDINGS, traffic: traffic.slice(0, 1) });
    await stage.clock.advance(5_000);
    await succeeds(stage, fed({ PushEventSources: [balancer()] }));
    await stage.clock.advance(5_000);
    const [counted] = stage.sandbox.traffic;
    assert.ok((counted?.served ?? 0) > 400, JSON.stringify(counted));
    assert.equal(counted?.failed, 0, JSON.stringify(counted?.failures));
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: GROUP, Targets: [{ Id: LIVE }] }));
    elb.destroy();
  });
});

describe('mappings of a function', () => {
  it('begin at the time that the file says', async () => {
    await using stage = await opened();
    const at = { EventSourceArn: STREAM, StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1_700_000_000 };
    const files = fed({ PullEventSources: { EventSourceMapping: at } });
    await succeeds(stage, files);
    const { EventSourceMappings = [] } = await stage.lambda.send(new ListEventSourceMappingsCommand({}));
    assert.equal(EventSourceMappings[0]?.StartingPositionTimestamp?.getTime(), 1_700_000_000_000);
    assert.equal((await planned(stage, files)).action, 'unchanged');
  });
});
