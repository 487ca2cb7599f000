import assert from 'node:assert/strict';
import { DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { CreateAliasCommand, CreateFunctionCommand, GetFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import {
  type Aws,
  createCluster,
  createService,
  describe1,
  errorOf,
  MINUTE,
  register,
  SECOND,
  startAws,
} from './aws.ts';

const LAGGING = { when: { operation: 'ecs:DescribeServices' }, then: { lagSeconds: 10 } };

async function missing(aws: Aws): Promise<(string | undefined)[]> {
  const { failures } = await aws.ecs.send(new DescribeServicesCommand({ cluster: 'main', services: ['web'] }));
  return (failures ?? []).map(({ reason }) => reason);
}

describe('reads that lag behind', () => {
  it('do not see a new service for a while', async () => {
    await using aws = await startAws({ rules: [LAGGING], given: { clusters: ['main'] } });
    await createService(aws, await register(aws, 'shop:1'));
    assert.deepEqual(await missing(aws), ['MISSING']);
    await aws.clock.advance(10 * SECOND);
    assert.deepEqual(await missing(aws), []);
  });

  it('show to the last detail what was shown then, also where the lag began later', async () => {
    await using aws = await startAws({ given: { clusters: ['main'] } });
    await createService(aws, await register(aws, 'shop:1'), { desiredCount: 3 });
    await aws.clock.advance(45 * SECOND);
    const then = await describe1(aws);
    await aws.clock.advance(SECOND);
    await aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', desiredCount: 5 }));
    await aws.clock.advance(9 * SECOND);
    assert.equal((await describe1(aws)).desiredCount, 5);
    aws.rules(LAGGING);
    assert.deepEqual(await describe1(aws), then);
    await aws.clock.advance(5 * SECOND);
    assert.equal((await describe1(aws)).desiredCount, 5);
  });

  it('retrace a failing update and its rollback, look by look', async () => {
    const broken = { when: { image: 'shop:broken' }, then: { exit: { code: 1, afterSeconds: 3 } } };
    await using aws = await startAws({ given: { clusters: ['main'] }, rules: [broken], throttling: false });
    const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
    await createService(aws, await register(aws, 'shop:1'), { desiredCount: 2, deploymentConfiguration });
    await aws.clock.advance(3 * MINUTE);
    const taskDefinition = await register(aws, 'shop:broken');
    await aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', taskDefinition }));
    const looks: unknown[] = [];
    for (let look = 0; look < 60; look++) {
      looks.push(await describe1(aws));
      await aws.clock.advance(7.5 * SECOND);
    }
    assert.match(JSON.stringify(looks.at(-1)), /rolling back to deployment/);
    aws.rules({ when: { operation: 'ecs:DescribeServices' }, then: { lagSeconds: 60 * 7.5 } }, broken);
    for (const seen of looks) {
      assert.deepEqual(await describe1(aws), seen);
      await aws.clock.advance(7.5 * SECOND);
    }
  });

  it('leave other operations and all writes alone', async () => {
    await using aws = await startAws({
      rules: [{ when: { operation: 'ecs:Describe*' }, then: { lagSeconds: 60 } }],
      given: { clusters: ['main'] },
    });
    await createService(aws, await register(aws, 'shop:1'));
    await aws.clock.advance(MINUTE / 2);
    const { taskArns = [] } = await aws.ecs.send(new ListTasksCommand({ cluster: 'main' }));
    assert.equal(taskArns.length, 1);
    const { failures } = await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }));
    assert.deepEqual(
      failures?.map(({ reason }) => reason),
      ['MISSING'],
    );
    const { service } = await aws.ecs.send(
      new UpdateServiceCommand({ cluster: 'main', service: 'web', desiredCount: 2 }),
    );
    assert.equal(service?.desiredCount, 2);
  });

  it('see what follows from requests just as late', async () => {
    const rule = { when: { function: 'f' }, then: { invocations: { errorPercent: 50 } } };
    await using aws = await startAws({ rules: [rule], traffic: [{ alias: 'f:live', perSecond: 10 }] });
    await aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'f',
        Role: 'arn:aws:iam::111122223333:role/f',
        PackageType: 'Image',
        Code: { ImageUri: '111122223333.dkr.ecr.us-west-2.amazonaws.com/f:1' },
        Publish: true,
      }),
    );
    await aws.lambda.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }));
    await aws.cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'errors',
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    const alarm = async () => (await aws.cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0];
    while ((await alarm())?.StateValue !== 'ALARM') await aws.clock.advance(10 * SECOND);
    const seen = await alarm();
    aws.rules({ when: { operation: 'monitoring:DescribeAlarms' }, then: { lagSeconds: 30 } }, rule);
    assert.notEqual((await alarm())?.StateValue, 'ALARM');
    await aws.clock.advance(30 * SECOND);
    assert.deepEqual(await alarm(), seen);
  });

  it('see the world before a call that failed as the world after it', async () => {
    await using aws = await startAws({ rules: [{ when: { operation: 'lambda:Get*' }, then: { lagSeconds: 5 } }] });
    const create = () =>
      aws.lambda.send(
        new CreateFunctionCommand({
          FunctionName: 'f',
          Role: 'arn:aws:iam::111122223333:role/f',
          PackageType: 'Image',
          Code: { ImageUri: '111122223333.dkr.ecr.us-west-2.amazonaws.com/f:1' },
        }),
      );
    await create();
    assert.match(await errorOf(create()), /^ResourceConflictException/);
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(new InvokeCommand({ FunctionName: 'f' }));
    const { Configuration } = await aws.lambda.send(new GetFunctionCommand({ FunctionName: 'f' }));
    assert.equal(Configuration?.State, 'Active');
  });
});

describe('rules about one call', () => {
  it('each add their effects, an error with its own text', async () => {
    await using aws = await startAws({
      rules: [
        { when: { operation: 'ecs:DescribeServices' }, then: { delaySeconds: 3 } },
        { when: { operation: 'ecs:*', nth: 2 }, then: { error: 'ServerException' } },
        { when: { operation: 'ecs:*' }, then: { error: 'ClientException', message: 'no' } },
      ],
    });
    await createCluster(aws).catch(() => {});
    const start = aws.clock.now();
    assert.match(await errorOf(aws.clock.run(describe1(aws))), /^ServerException: Service Unavailable/);
    assert.equal(aws.clock.now() - start, 3 * SECOND);
    assert.equal(await errorOf(aws.clock.run(describe1(aws))), 'ClientException: no');
  });
});
