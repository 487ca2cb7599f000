import assert from 'node:assert/strict';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListVersionsByFunctionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { trafficSteps } from '../../../engine/rollout/trafficSteps.ts';
import { resize } from './fixtures.ts';
import { ACCOUNT, REGION, Stage } from './stage.ts';

const alias = (stage: Stage) => stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));

async function versions(stage: Stage) {
  const { Versions = [] } = await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' }));
  return Versions.map(({ Version }) => Version);
}

const shifting = (trafficShiftingConfig: object, rest: object = {}) => ({
  deployment: { trafficShiftingConfig, ...rest } as never,
});

/** CloudWatch of the stage's sandbox, with one alarm that watches nothing. */
async function withAlarm(stage: Stage) {
  const cloudWatch = new CloudWatchClient({
    endpoint: stage.sandbox.endpoint,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
  });
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }),
  );
  return cloudWatch;
}

describe('traffic steps', () => {
  it('are what the type says, and always end at 100 %', () => {
    const steps = (type: 'CANARY' | 'LINEAR' | 'ALL_AT_ONCE', percent: number) =>
      trafficSteps({ type, percent, waitIntervalSeconds: 60 });
    assert.deepEqual(steps('CANARY', 20), [20, 100]);
    assert.deepEqual(steps('LINEAR', 30), [30, 60, 90, 100]);
    assert.deepEqual(steps('LINEAR', 50), [50, 100]);
    assert.deepEqual(steps('ALL_AT_ONCE', 20), [100]);
    assert.deepEqual(steps('CANARY', 100), [100]);
    assert.deepEqual(trafficSteps(undefined), [100]);
  });
});

describe('Lambda alias rollout', () => {
  it('creates function, version and alias, and plans nothing more right after', async () => {
    await using stage = await Stage.open();
    const { rollouts } = await stage.deploy('dev/resize', resize());
    assert.deepEqual([rollouts[0]?.phase, rollouts[0]?.reason], ['succeeded', 'version 1 serves as live']);
    assert.equal((await alias(stage)).FunctionVersion, '1');
    const again = await stage.plan('dev/resize', resize());
    assert.deepEqual([again.workloads[0]?.action, again.workloads[0]?.differences], ['unchanged', []]);
  });

  it('updates configuration and code, one after the other, and moves the alias at once', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const next = resize({
      key: 'resize-2.zip',
      definition: { MemorySize: 512, Environment: { Variables: { STAGE: 'prod' } } },
    });
    const plan = await stage.plan('dev/resize', next);
    assert.deepEqual(plan.workloads[0]?.differences.map(({ path }) => path).sort(), [
      '/Code',
      '/Environment',
      '/MemorySize',
    ]);
    const { rollouts } = await stage.deploy('dev/resize', next);
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    const live = await alias(stage);
    assert.equal(live.FunctionVersion, '2');
    const serving = await stage.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'resize', Qualifier: '2' }),
    );
    assert.deepEqual([serving.MemorySize, serving.Environment?.Variables], [512, { STAGE: 'prod' }]);
    assert.deepEqual((await stage.plan('dev/resize', next)).workloads[0]?.action, 'unchanged');
  });

  it('takes back what a file no longer says', async () => {
    await using stage = await Stage.open();
    await stage.deploy(
      'dev/resize',
      resize({ definition: { Timeout: 30, Environment: { Variables: { STAGE: 'prod' } } } }),
    );
    await stage.deploy('dev/resize', resize());
    const serving = await stage.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'resize', Qualifier: 'live' }),
    );
    assert.deepEqual([serving.Timeout, Object.keys(serving.Environment?.Variables ?? {})], [3, []]);
  });

  it('shifts in steps and bakes after each', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const seen: string[] = [];
    const onRecord = async () => {
      const { FunctionVersion, RoutingConfig } = await alias(stage);
      const now = JSON.stringify([FunctionVersion, RoutingConfig?.AdditionalVersionWeights ?? {}]);
      if (seen.at(-1) !== now) seen.push(now);
    };
    const next = resize({ key: 'resize-2.zip', ...shifting({ type: 'LINEAR', percent: 40, waitInterval: 120 }) });
    const before = stage.clock.now();
    const { rollouts } = await stage.deploy('dev/resize', next, undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual(seen, ['["1",{}]', '["1",{"2":0.4}]', '["1",{"2":0.8}]', '["2",{}]']);
    assert.ok(stage.clock.now() - before >= 240_000);
  });

  it('sends all traffic back when a watched alarm fires, and puts everything as it was', async () => {
    await using stage = await Stage.open();
    const cloudWatch = await withAlarm(stage);
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'OK', StateReason: 'test' }));
    await stage.deploy('dev/resize', resize());
    const before = await stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' }));
    let fired = false;
    const onRecord = (record: { progress: { trafficPercent?: number } }) => {
      if (fired || record.progress.trafficPercent !== 20) return;
      fired = true;
      cloudWatch.send(
        new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many errors' }),
      );
    };
    const files = resize({
      key: 'resize-2.zip',
      definition: { MemorySize: 512 },
      ...shifting({ percent: 20, waitInterval: 600 }, { alarms: { alarmNames: ['errors'] } }),
    });
    const { rollouts } = await stage.deploy('dev/resize', files, undefined, { onRecord });
    cloudWatch.destroy();
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /in ALARM while traffic was shifting: errors; version 1 serves/);
    const { FunctionVersion, RoutingConfig } = await alias(stage);
    assert.deepEqual([FunctionVersion, RoutingConfig?.AdditionalVersionWeights ?? {}], ['1', {}]);
    assert.deepEqual(await versions(stage), ['$LATEST', '1']);
    const after = await stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' }));
    assert.deepEqual(
      [after.Configuration?.MemorySize, after.Configuration?.CodeSha256],
      [before.Configuration?.MemorySize, before.Configuration?.CodeSha256],
    );
  });

  it('does not begin under an alarm that does not exist', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const files = resize({ key: 'resize-2.zip', ...shifting({}, { alarms: { alarmNames: ['nobody'] } }) });
    const { rollouts } = await stage.deploy('dev/resize', files);
    assert.equal(rollouts[0]?.phase, 'failed');
    assert.match(rollouts[0].reason ?? '', /there is no alarm nobody; nothing was changed/);
  });

  it('rolls back an update that Lambda reports as failed', async () => {
    await using stage = await Stage.open({
      scenario: {
        rules: [{ when: { code: '*broken.zip' }, then: { update: 'InvalidZipFileException', reason: 'bad zip' } }],
      },
    });
    await stage.deploy('dev/resize', resize());
    const { rollouts } = await stage.deploy('dev/resize', resize({ key: 'broken.zip' }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /InvalidZipFileException/);
    assert.deepEqual(await versions(stage), ['$LATEST', '1']);
  });

  it('publishes nothing where only $LATEST had strayed back to what is asked for', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    await stage.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'resize', MemorySize: 1024 }));
    const plan = await stage.plan('dev/resize', resize());
    assert.equal(plan.workloads[0]?.action, 'unchanged');
  });

  it('deletes the function of a deleted definition', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const { rollouts } = await stage.deploy('dev/resize', undefined, resize());
    assert.equal(rollouts[0]?.phase, 'succeeded');
    await assert.rejects(stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' })), {
      name: 'ResourceNotFoundException',
    });
  });
});
