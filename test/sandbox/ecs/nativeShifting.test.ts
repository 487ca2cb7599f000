import assert from 'node:assert/strict';
import {
  ContinueServiceDeploymentCommand,
  DescribeServiceRevisionsCommand,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Aws, createService, describe1, errorOf, MINUTE, register, SECOND, startAws } from '../aws.ts';
import {
  BLUE_GREEN,
  type Configuration,
  deployment,
  front,
  GIVEN,
  listenerOf,
  PORT,
  ROLE,
  served,
  until,
  update,
  weights,
} from './shifted.ts';

describe('a blue/green deployment of ECS', () => {
  it('goes through its stages, moves all traffic at once, bakes, and ends with the new tasks alone', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, BLUE_GREEN);
    assert.deepEqual(await weights(aws, there), [100, 0]);
    await update(aws);
    const stages: string[] = [];
    const shares = new Set<string>();
    let current = await deployment(aws);
    const start = aws.clock.now();
    while (current.status === 'PENDING' || current.status === 'IN_PROGRESS') {
      if (current.lifecycleStage !== undefined && stages.at(-1) !== current.lifecycleStage) {
        stages.push(current.lifecycleStage);
      }
      const [blue, green] = await weights(aws, there);
      shares.add(`${blue}/${green}`);
      const ready = current.targetServiceRevision?.runningTaskCount ?? 0;
      if (green !== 0) assert.equal(ready, 2);
      await aws.clock.advance(2 * SECOND);
      current = await deployment(aws);
    }
    assert.equal(current.status, 'SUCCESSFUL');
    assert.deepEqual(stages, [
      'PRE_SCALE_UP',
      'SCALE_UP',
      'POST_SCALE_UP',
      'TEST_TRAFFIC_SHIFT',
      'POST_TEST_TRAFFIC_SHIFT',
      'PRE_PRODUCTION_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
      'POST_PRODUCTION_TRAFFIC_SHIFT',
      'BAKE_TIME',
      'CLEAN_UP',
    ]);
    assert.deepEqual([...shares], ['100/0', '0/100']);
    assert.deepEqual(await weights(aws, there, there.test), [0, 100]);
    const took = aws.clock.now() - start;
    assert.ok(took > 6 * MINUTE && took < 12 * MINUTE, `${took / MINUTE} minutes`);
    const service = await describe1(aws);
    assert.deepEqual([service.runningCount, service.deployments?.length], [2, 1]);
    assert.equal(service.deployments?.[0]?.rolloutState, 'COMPLETED');
  });

  it('keeps the old tasks through the whole bake, each half in its own target group', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, BLUE_GREEN);
    await update(aws);
    const baking = await until(aws, ({ lifecycleStage }) => lifecycleStage === 'BAKE_TIME');
    await aws.clock.advance(4.5 * MINUTE);
    assert.equal((await describe1(aws)).runningCount, 4);
    for (const TargetGroupArn of Object.values(there.groups)) {
      const health = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      const states = health.TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State);
      assert.deepEqual(states, ['healthy', 'healthy']);
    }
    assert.equal(baking.targetServiceRevision?.requestedProductionTrafficWeight, 100);
    assert.equal(baking.sourceServiceRevisions?.[0]?.requestedProductionTrafficWeight, 0);
    const serviceRevisionArns = [
      baking.sourceServiceRevisions?.[0]?.arn ?? '',
      baking.targetServiceRevision?.arn ?? '',
    ];
    const { serviceRevisions } = await aws.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns }));
    assert.deepEqual(
      serviceRevisions?.map(({ resolvedConfiguration }) => resolvedConfiguration?.loadBalancers?.[0]?.targetGroupArn),
      [there.groups.blue, there.groups.green],
    );
  });

  it('goes back and forth between the two halves from one deployment to the next', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
    const seen: (number | undefined)[][] = [];
    for (const image of ['shop:2', 'shop:3']) {
      await update(aws, image);
      await until(aws, ({ status }) => status === 'SUCCESSFUL');
      seen.push(await weights(aws, there));
    }
    assert.deepEqual(seen, [
      [0, 100],
      [100, 0],
    ]);
  });

  it('sends everything back when an alarm goes off while it bakes, and keeps the old tasks', async () => {
    await using aws = await startAws({
      given: GIVEN,
      throttling: false,
      rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 240 } }],
    });
    const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
    const there = await served(aws, { ...BLUE_GREEN, alarms });
    await update(aws);
    const back = await until(aws, ({ status }) => status === 'ROLLBACK_IN_PROGRESS');
    assert.deepEqual(await weights(aws, there), [100, 0]);
    assert.equal(back.targetServiceRevision?.requestedProductionTrafficWeight, 0);
    const end = await until(aws, ({ status }) => status !== 'ROLLBACK_IN_PROGRESS');
    assert.equal(end.status, 'ROLLBACK_SUCCESSFUL');
    assert.deepEqual(end.alarms?.triggeredAlarmNames, ['errors']);
    assert.deepEqual(await weights(aws, there, there.test), [100, 0]);
    const service = await describe1(aws);
    assert.deepEqual([service.runningCount, service.deployments?.length], [2, 1]);
    assert.ok(service.taskDefinition?.endsWith('web:1'));
  });

  it('never gets traffic when its tasks do not start, and is rolled back by the circuit breaker', async () => {
    await using aws = await startAws({
      given: GIVEN,
      throttling: false,
      rules: [{ when: { image: 'shop:2' }, then: { pull: 'not-found' } }],
    });
    const deploymentCircuitBreaker = { enable: true, rollback: true };
    const there = await served(aws, { ...BLUE_GREEN, deploymentCircuitBreaker });
    await update(aws);
    const end = await until(aws, ({ status }) => status === 'ROLLBACK_SUCCESSFUL');
    assert.equal(end.deploymentCircuitBreaker?.status, 'TRIGGERED');
    assert.deepEqual(await weights(aws, there), [100, 0]);
    assert.equal((await describe1(aws)).runningCount, 2);
  });

  it('is given up when its tasks do not start within a day, where nothing else ends it', async () => {
    await using aws = await startAws({
      given: GIVEN,
      throttling: false,
      rules: [{ when: { image: 'shop:2' }, then: { capacity: 'unavailable' } }],
    });
    await served(aws, BLUE_GREEN);
    await update(aws);
    await aws.clock.advance(23.9 * 60 * MINUTE);
    assert.equal((await deployment(aws)).lifecycleStage, 'SCALE_UP');
    await aws.clock.advance(20 * MINUTE);
    const { status, rollback } = await deployment(aws);
    assert.equal(status, 'ROLLBACK_SUCCESSFUL');
    assert.match(rollback?.reason ?? '', /SCALE_UP took longer than 24 hours/);
  });

  it('bakes for a whole day where it is told to', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
    await served(aws, { ...BLUE_GREEN, bakeTimeInMinutes: 1440, alarms });
    await update(aws);
    await aws.clock.advance(24 * 60 * MINUTE);
    assert.equal((await deployment(aws)).lifecycleStage, 'BAKE_TIME');
    await aws.clock.advance(10 * MINUTE);
    assert.equal((await deployment(aws)).status, 'SUCCESSFUL');
  });

  it('is rolled back when asked, also without a rollback option', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, BLUE_GREEN);
    await update(aws);
    const { serviceDeploymentArn } = await until(aws, ({ lifecycleStage }) => lifecycleStage === 'BAKE_TIME');
    await aws.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
    assert.equal((await deployment(aws)).status, 'ROLLBACK_REQUESTED');
    await until(aws, ({ status }) => status === 'ROLLBACK_SUCCESSFUL');
    assert.deepEqual(await weights(aws, there), [100, 0]);
    assert.match(
      await errorOf(aws.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }))),
      /^ConflictException/,
    );
  });

  it('is cleared away by a newer one, which begins by giving the traffic back', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, BLUE_GREEN);
    await update(aws);
    const first = await until(aws, ({ lifecycleStage }) => lifecycleStage === 'BAKE_TIME');
    assert.deepEqual(await weights(aws, there), [0, 100]);
    await update(aws, 'shop:3');
    assert.equal((await deployment(aws, first.serviceDeploymentArn)).status, 'STOPPED');
    await until(aws, ({ lifecycleStage }) => lifecycleStage === 'RECONCILE_SERVICE');
    assert.deepEqual(await weights(aws, there), [100, 0]);
    await until(aws, ({ status }) => status === 'SUCCESSFUL');
    assert.deepEqual(await weights(aws, there), [0, 100]);
    const service = await describe1(aws);
    assert.deepEqual([service.runningCount, service.deployments?.length], [2, 1]);
    assert.ok(service.taskDefinition?.endsWith('web:3'));
  });
});

describe('a canary or linear deployment of ECS', () => {
  const sharesOf = async (configuration: Configuration) => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, configuration);
    await update(aws);
    const changes: string[] = [];
    let last = '';
    const start = aws.clock.now();
    for (;;) {
      const { status } = await deployment(aws);
      const share = (await weights(aws, there)).join('/');
      if (share !== last) changes.push(`${Math.round((aws.clock.now() - start) / MINUTE)} min ${share}`);
      last = share;
      if (status === 'SUCCESSFUL') return changes;
      assert.match(status ?? '', /^(?:PENDING|IN_PROGRESS)$/);
      await aws.clock.advance(10 * SECOND);
    }
  };

  it('gives a small part first, and everything after its bake', async () => {
    const canaryConfiguration = { canaryPercent: 0.5, canaryBakeTimeInMinutes: 20 };
    assert.deepEqual(await sharesOf({ strategy: 'CANARY', canaryConfiguration, bakeTimeInMinutes: 1 }), [
      '0 min 100/0',
      '2 min 995/5',
      '22 min 0/100',
    ]);
  });

  it('gives equal parts, each with its bake but the last', async () => {
    const linearConfiguration = { stepPercent: 50, stepBakeTimeInMinutes: 10 };
    assert.deepEqual(await sharesOf({ strategy: 'LINEAR', linearConfiguration, bakeTimeInMinutes: 1 }), [
      '0 min 100/0',
      '2 min 50/50',
      '12 min 0/100',
    ]);
  });
});

describe('lifecycle hooks', () => {
  const pause = (stage: 'POST_SCALE_UP' | 'PRE_PRODUCTION_TRAFFIC_SHIFT', timeoutConfiguration = {}) => ({
    targetType: 'PAUSE' as const,
    lifecycleStages: [stage],
    timeoutConfiguration,
  });
  const HOOK = 'arn:aws:lambda:us-west-2:111122223333:function:check';
  const check = { hookTargetArn: HOOK, roleArn: ROLE, lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT' as const] };
  const waitsFor = (aws: Aws) => until(aws, (now) => now.lifecycleHookDetails?.[0]?.status === 'AWAITING_ACTION');

  it('pause a deployment until somebody goes on', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const lifecycleHooks = [pause('POST_SCALE_UP', { timeoutInMinutes: 20_160 })];
    await served(aws, { ...BLUE_GREEN, bakeTimeInMinutes: 0, lifecycleHooks });
    await update(aws);
    const paused = await waitsFor(aws);
    assert.equal(paused.lifecycleStage, 'POST_SCALE_UP');
    const [hook] = paused.lifecycleHookDetails ?? [];
    assert.match(hook?.hookId ?? '', /^ecs-pause-[\w-]{43}$/);
    assert.equal(hook?.timeoutAction, 'ROLLBACK');
    await aws.clock.advance(30 * 60 * MINUTE);
    assert.equal((await deployment(aws)).lifecycleStage, 'POST_SCALE_UP');
    const { serviceDeploymentArn } = paused;
    const go = (hookId = hook?.hookId) =>
      aws.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId }));
    assert.match(await errorOf(go('ecs-pause-none')), /^InvalidParameterException/);
    await go();
    assert.match(await errorOf(go()), /^InvalidParameterException/);
    await until(aws, ({ status }) => status === 'SUCCESSFUL');
  });

  it('have a pause of its own before every production step, and roll back when told so at one', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, {
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
      bakeTimeInMinutes: 1,
      lifecycleHooks: [pause('PRE_PRODUCTION_TRAFFIC_SHIFT')],
    });
    await update(aws);
    const first = await waitsFor(aws);
    const { serviceDeploymentArn } = first;
    const answer = (from: ServiceDeployment, action: 'CONTINUE' | 'ROLLBACK') =>
      aws.ecs.send(
        new ContinueServiceDeploymentCommand({
          serviceDeploymentArn,
          hookId: from.lifecycleHookDetails?.[0]?.hookId,
          action,
        }),
      );
    await answer(first, 'CONTINUE');
    await until(aws, ({ lifecycleStage }) => lifecycleStage === 'PRODUCTION_TRAFFIC_SHIFT');
    const second = await waitsFor(aws);
    assert.notEqual(second.lifecycleHookDetails?.[0]?.hookId, first.lifecycleHookDetails?.[0]?.hookId);
    assert.deepEqual(await weights(aws, there), [50, 50]);
    await answer(second, 'ROLLBACK');
    await until(aws, ({ status }) => status === 'ROLLBACK_SUCCESSFUL');
    assert.deepEqual(await weights(aws, there), [100, 0]);
  });

  it('do what their time-out says when nobody answers', async () => {
    for (const [action, status] of [
      ['CONTINUE', 'SUCCESSFUL'],
      ['ROLLBACK', 'ROLLBACK_SUCCESSFUL'],
    ] as const) {
      await using aws = await startAws({ given: GIVEN, throttling: false });
      const lifecycleHooks = [pause('POST_SCALE_UP', { timeoutInMinutes: 30, action })];
      await served(aws, { ...BLUE_GREEN, bakeTimeInMinutes: 0, lifecycleHooks });
      await update(aws);
      await waitsFor(aws);
      await aws.clock.advance(40 * MINUTE);
      assert.equal((await deployment(aws)).status, status);
    }
  });

  it('run again on the way back, at the traffic shifts only', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const hook = { ...check, lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT' as const, 'POST_SCALE_UP' as const] };
    await served(aws, { ...BLUE_GREEN, lifecycleHooks: [hook] });
    await update(aws);
    const { serviceDeploymentArn } = await until(aws, ({ lifecycleStage }) => lifecycleStage === 'BAKE_TIME');
    aws.rules({ when: { hook: '*:check' }, then: { answerSeconds: 200 } });
    await aws.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
    const back = await until(aws, ({ status }) => status === 'ROLLBACK_IN_PROGRESS');
    assert.equal(back.lifecycleStage, 'PRODUCTION_TRAFFIC_SHIFT');
    assert.deepEqual(
      back.lifecycleHookDetails?.map(({ status }) => status),
      ['IN_PROGRESS'],
    );
    await aws.clock.advance(190 * SECOND);
    assert.equal((await deployment(aws)).lifecycleStage, 'PRODUCTION_TRAFFIC_SHIFT');
    await until(aws, ({ status }) => status === 'ROLLBACK_SUCCESSFUL');
  });

  it('ask a function, again while it is busy, and roll back when it says no', async () => {
    await using aws = await startAws({ given: GIVEN, throttling: false });
    const there = await served(aws, { ...BLUE_GREEN, bakeTimeInMinutes: 0, lifecycleHooks: [check] });
    aws.rules({ when: { hook: '*:check', untilSeconds: 600 }, then: { hook: 'IN_PROGRESS' } });
    await update(aws);
    const asked = await until(aws, ({ lifecycleStage }) => lifecycleStage === 'POST_TEST_TRAFFIC_SHIFT');
    assert.deepEqual(
      asked.lifecycleHookDetails?.map(({ targetArn, status }) => [targetArn, status]),
      [[HOOK, 'IN_PROGRESS']],
    );
    await aws.clock.advance(5 * MINUTE);
    assert.equal((await deployment(aws)).lifecycleStage, 'POST_TEST_TRAFFIC_SHIFT');
    assert.deepEqual(await weights(aws, there, there.test), [0, 100]);
    assert.deepEqual(await weights(aws, there), [100, 0]);
    await until(aws, ({ status }) => status === 'SUCCESSFUL');
    aws.rules({ when: { stage: 'POST_TEST_TRAFFIC_SHIFT', deployment: 3 }, then: { hook: 'FAILED' } });
    await update(aws, 'shop:3');
    const end = await until(aws, ({ status }) => status === 'ROLLBACK_SUCCESSFUL');
    assert.match(end.rollback?.reason ?? '', /POST_TEST_TRAFFIC_SHIFT ended with FAILED/);
    assert.deepEqual(await weights(aws, there), [0, 100]);
    assert.deepEqual(await weights(aws, there, there.test), [0, 100]);
  });
});

describe('a service with a shifting strategy', () => {
  it('goes on where it serves when it becomes a rolling one, and from there when it shifts again', async () => {
    await using aws = await startAws({
      given: GIVEN,
      throttling: false,
      traffic: [{ loadBalancer: 'front', rule: 10, perSecond: 10 }],
    });
    const there = await served(aws, { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
    const before = aws.sandbox.traffic[0]?.failed;
    const healthyIn = async (TargetGroupArn: string) => {
      const health = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      return health.TargetHealthDescriptions?.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
    };
    const seen: unknown[] = [];
    for (const [image, strategy] of [
      ['shop:2', 'BLUE_GREEN'],
      ['shop:3', 'ROLLING'],
      ['shop:4', 'CANARY'],
    ] as const) {
      await update(aws, image, { deploymentConfiguration: { strategy, bakeTimeInMinutes: 0 } });
      await until(aws, ({ status }) => status === 'SUCCESSFUL');
      const healthy = [await healthyIn(there.groups.blue), await healthyIn(there.groups.green)];
      seen.push([strategy, await weights(aws, there), healthy]);
    }
    assert.deepEqual(seen, [
      ['BLUE_GREEN', [0, 100], [0, 2]],
      ['ROLLING', [0, 100], [0, 2]],
      ['CANARY', [100, 0], [2, 0]],
    ]);
    assert.equal(aws.sandbox.traffic[0]?.failed, before);
  });

  it('shows the defaults of its strategy', async () => {
    await using aws = await startAws({ given: GIVEN });
    const { loadBalancers } = await front(aws);
    const taskDefinition = await register(aws, 'shop:1', PORT);
    const linearConfiguration = { stepPercent: 20, stepBakeTimeInMinutes: undefined };
    const deploymentConfiguration = { strategy: 'LINEAR' as const, linearConfiguration };
    const service = await createService(aws, taskDefinition, { loadBalancers, deploymentConfiguration });
    assert.equal(service.deploymentConfiguration?.bakeTimeInMinutes, 15);
    assert.deepEqual(service.deploymentConfiguration?.linearConfiguration, {
      stepPercent: 20,
      stepBakeTimeInMinutes: 6,
    });
    assert.deepEqual(service.loadBalancers, loadBalancers);
  });

  it('is refused with numbers out of range, unknown rules, and hooks that cannot be', async () => {
    const tcp = { name: 'tcp', loadBalancer: 'net', loadBalancerType: 'network' };
    const given = { ...GIVEN, targetGroups: [...GIVEN.targetGroups, tcp] };
    await using aws = await startAws({ given, throttling: false });
    const { loadBalancers, groups } = await front(aws);
    const taskDefinition = await register(aws, 'shop:1', PORT);
    const refusal = (deploymentConfiguration: Configuration, balancers = loadBalancers) =>
      errorOf(createService(aws, taskDefinition, { loadBalancers: balancers, deploymentConfiguration }));
    const [balancer] = loadBalancers;
    const advancedConfiguration = { ...balancer!.advancedConfiguration!, productionListenerRule: groups.blue };
    const { ListenerArn } = await listenerOf(aws, 'net');
    const network = {
      ...balancer!,
      advancedConfiguration: { ...advancedConfiguration, productionListenerRule: ListenerArn },
    };
    const hook = { hookTargetArn: ROLE, roleArn: ROLE, lifecycleStages: ['SCALE_UP' as 'POST_SCALE_UP'] };
    const halt = { targetType: 'PAUSE' as const, lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT' as const] };
    const refused: [RegExp, Promise<string>][] = [
      [/stepPercent .*: 2/, refusal({ strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } })],
      [/canaryPercent .*: 0$/, refusal({ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0 } })],
      [/bakeTimeInMinutes .*: 1441/, refusal({ ...BLUE_GREEN, bakeTimeInMinutes: 1441 })],
      [/strategy must be one of .*: PURPLE/, refusal({ strategy: 'PURPLE' as 'CANARY' })],
      [/advancedConfiguration is required/, refusal(BLUE_GREEN, [{ ...balancer!, advancedConfiguration: undefined }])],
      [/listener rule .* does not exist/, refusal(BLUE_GREEN, [{ ...balancer!, advancedConfiguration }])],
      [/needs an Application Load Balancer/, refusal({ strategy: 'CANARY' }, [])],
      [/needs an Application Load Balancer/, refusal({ strategy: 'LINEAR' }, [network])],
      [/cannot run at SCALE_UP/, refusal({ ...BLUE_GREEN, lifecycleHooks: [hook] })],
      [/PAUSE lifecycle hook cannot run at PRODUCTION/, refusal({ ...BLUE_GREEN, lifecycleHooks: [halt] })],
      [/at most 10 PAUSE/, refusal({ ...BLUE_GREEN, lifecycleHooks: Array.from({ length: 11 }, () => halt) })],
    ];
    for (const [expected, error] of refused) assert.match(await error, expected);
    assert.match(await errorOf(describe1(aws).then((service) => assert.equal(service, undefined))), /^no error/);
  });
});
