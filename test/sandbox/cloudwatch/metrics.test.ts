import assert from 'node:assert/strict';
import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  type MetricDataQuery,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  paginateListMetrics,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import {
  ACCOUNT,
  type Aws,
  createCluster,
  createService,
  errorOf,
  MINUTE,
  REGION,
  register,
  SECOND,
  startAws,
} from '../aws.ts';

const put = (aws: Aws, value: number, MetricName = 'Errors') =>
  aws.cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [{ MetricName, Value: value, Timestamp: new Date(aws.clock.now()) }],
    }),
  );

const query = (name: string, Stat: string, Period = 60): MetricDataQuery => ({
  Id: name.toLowerCase(),
  MetricStat: { Metric: { Namespace: 'Shop', MetricName: name }, Stat, Period },
});

async function data(aws: Aws, MetricDataQueries: MetricDataQuery[]): Promise<Record<string, number[]>> {
  const now = aws.clock.now();
  const { MetricDataResults = [] } = await aws.cloudwatch.send(
    new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: new Date(now - 3_600_000),
      EndTime: new Date(now + MINUTE),
      ScanBy: 'TimestampAscending',
    }),
  );
  return Object.fromEntries(MetricDataResults.map(({ Id, Values }) => [Id, Values ?? []]));
}

async function stateOf(aws: Aws, name: string): Promise<string> {
  const { MetricAlarms, CompositeAlarms } = await aws.cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
  );
  return [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])][0]?.StateValue ?? 'none';
}

const putAlarm = (aws: Aws, input: Partial<PutMetricAlarmCommandInput> = {}) =>
  aws.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      ...input,
    }),
  );

describe('metrics', () => {
  it('give sums, averages, extremes, counts and percentiles of what was put', async () => {
    await using aws = await startAws();
    for (const value of [1, 2, 3, 10]) await put(aws, value);
    await aws.clock.advance(MINUTE);
    await aws.cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: [{ MetricName: 'Errors', Values: [7, 9], Counts: [2, 1], Timestamp: new Date(aws.clock.now()) }],
      }),
    );
    const stats = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount', 'p50', 'p99'];
    const queries = stats.map((stat) => ({ ...query('Errors', stat), Id: stat.toLowerCase() }));
    assert.deepEqual(await data(aws, queries), {
      sum: [16, 23],
      average: [4, 23 / 3].map((value) => Math.round(value * 1e9) / 1e9),
      minimum: [1, 7],
      maximum: [10, 9],
      samplecount: [4, 3],
      p50: [2, 7],
      p99: [10, 9],
    });
    const { Datapoints } = await aws.cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'Errors',
        Period: 300,
        Statistics: ['Sum'],
        ExtendedStatistics: ['p90'],
        StartTime: new Date(aws.clock.now() - 600_000),
        EndTime: new Date(aws.clock.now() + 60_000),
      }),
    );
    assert.deepEqual([Datapoints?.[0]?.Sum, Datapoints?.[0]?.ExtendedStatistics], [39, { p90: 10 }]);
  });

  it('are computed with by metric math, missing data included', async () => {
    await using aws = await startAws();
    await put(aws, 200, 'Requests');
    await put(aws, 5);
    await aws.clock.advance(MINUTE);
    await put(aws, 100, 'Requests');
    const rate = (Expression: string): MetricDataQuery => ({ Id: 'rate', Expression });
    const inputs = [query('Requests', 'Sum'), query('Errors', 'Sum')].map((each) => ({ ...each, ReturnData: false }));
    assert.deepEqual(await data(aws, [...inputs, rate('100 * errors / requests')]), { rate: [2.5] });
    assert.deepEqual(await data(aws, [...inputs, rate('100 * FILL(errors, 0) / requests')]), { rate: [2.5, 0] });
    assert.match(await errorOf(data(aws, [...inputs, rate('errors +')])), /^Validation.*Unexpected 'end'/);
    assert.match(await errorOf(data(aws, [rate('rate + 1')])), /Unknown id 'rate'/);
    assert.match(await errorOf(data(aws, [rate('('.repeat(2000))])), /nested too deeply/);
  });

  it('are listed in pages, and refuse AWS’s own namespaces', async () => {
    await using aws = await startAws({ pageSize: 1 });
    await put(aws, 1);
    await put(aws, 1, 'Requests');
    const names: (string | undefined)[] = [];
    for await (const page of paginateListMetrics({ client: aws.cloudwatch }, { Namespace: 'Shop' })) {
      names.push(...(page.Metrics ?? []).map(({ MetricName }) => MetricName));
    }
    assert.deepEqual(names, ['Errors', 'Requests']);
    const own = new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData: [{ MetricName: 'X', Value: 1 }] });
    assert.match(await errorOf(aws.cloudwatch.send(own)), /^InvalidParameterValue/);
  });
});

describe('an alarm on a metric', () => {
  it('follows the metric each minute, says why, and composite alarms follow it', async () => {
    await using aws = await startAws();
    await putAlarm(aws);
    await aws.cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName: 'all', AlarmRule: 'ALARM(errors)' }));
    await put(aws, 6);
    await aws.clock.advance(2 * MINUTE);
    assert.deepEqual([await stateOf(aws, 'errors'), await stateOf(aws, 'all')], ['ALARM', 'ALARM']);
    const { MetricAlarms } = await aws.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }));
    assert.equal(
      MetricAlarms?.[0]?.StateReason,
      'Threshold Crossed: 1 out of the last 1 datapoints [6.0 (01/01/26 00:00:00)] was greater than the threshold (5.0) (minimum 1 datapoint for INSUFFICIENT_DATA -> ALARM transition).',
    );
    await aws.clock.advance(4 * MINUTE);
    assert.deepEqual([await stateOf(aws, 'errors'), await stateOf(aws, 'all')], ['OK', 'OK']);
  });

  it('needs M of N data points', async () => {
    await using aws = await startAws();
    await putAlarm(aws, { EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    for (const [value, state] of [
      [9, 'OK'],
      [0, 'OK'],
      [9, 'ALARM'],
      [0, 'OK'],
    ] as const) {
      await put(aws, value);
      await aws.clock.advance(MINUTE);
      assert.equal(await stateOf(aws, 'errors'), state, `after ${value}`);
    }
  });

  it('treats missing data as it is told', async () => {
    const statesWith = async (TreatMissingData: string) => {
      await using aws = await startAws();
      await putAlarm(aws, { TreatMissingData });
      await put(aws, 9);
      await aws.clock.advance(MINUTE);
      const before = await stateOf(aws, 'errors');
      await aws.clock.advance(10 * MINUTE);
      return [before, await stateOf(aws, 'errors')];
    };
    assert.deepEqual(await statesWith('missing'), ['ALARM', 'INSUFFICIENT_DATA']);
    assert.deepEqual(await statesWith('notBreaching'), ['ALARM', 'OK']);
    assert.deepEqual(await statesWith('breaching'), ['ALARM', 'ALARM']);
    assert.deepEqual(await statesWith('ignore'), ['ALARM', 'ALARM']);
  });

  it('returns from a state that was set, unless the scenario has set it', async () => {
    await using aws = await startAws({
      rules: [{ when: { alarm: 'errors', service: 'web' }, then: { state: 'ALARM' } }],
    });
    await putAlarm(aws);
    await put(aws, 0);
    await aws.clock.advance(2 * MINUTE);
    const set = new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a test' });
    await aws.cloudwatch.send(set);
    assert.equal(await stateOf(aws, 'errors'), 'ALARM');
    await aws.clock.advance(MINUTE);
    assert.equal(await stateOf(aws, 'errors'), 'OK');
    await createCluster(aws);
    await createService(aws, await register(aws, 'app:1'));
    await aws.clock.advance(5 * MINUTE);
    assert.equal(await stateOf(aws, 'errors'), 'ALARM');
  });

  it('is refused on metric math that returns two series', async () => {
    await using aws = await startAws();
    const Metrics = [query('Errors', 'Sum'), query('Requests', 'Sum')];
    const input = { Metrics, MetricName: undefined, Namespace: undefined, Statistic: undefined, Period: undefined };
    assert.match(await errorOf(putAlarm(aws, input)), /^Validation(?:Error|Exception): Exactly one element/);
  });
});

describe('metrics of traffic', () => {
  const GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/blue/0123456789abcdef`;

  it('count what a load balancer forwards, and set off an alarm on server errors', async () => {
    await using aws = await startAws({
      given: { targetGroups: [{ arn: GROUP, loadBalancer: 'web' }] },
      traffic: [{ loadBalancer: 'web', perSecond: 50 }],
      rules: [
        { when: { service: 'web' }, then: { responses: { '5xxPercent': 10, latencyMs: 250, afterSeconds: 600 } } },
      ],
    });
    await createCluster(aws);
    const definition = await register(aws, 'app:1', { portMappings: [{ containerPort: 80 }] });
    const loadBalancers = [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }];
    await createService(aws, definition, { desiredCount: 2, loadBalancers });
    const { LoadBalancers } = await aws.elbv2.send(new DescribeLoadBalancersCommand({}));
    const balancer = LoadBalancers?.[0]?.LoadBalancerArn?.split(':loadbalancer/')[1] ?? '';
    assert.match(balancer, /^app\/web\/[0-9a-f]{16}$/);
    const Dimensions = [
      { Name: 'LoadBalancer', Value: balancer },
      { Name: 'TargetGroup', Value: 'targetgroup/blue/0123456789abcdef' },
    ];
    await putAlarm(aws, { Namespace: 'AWS/ApplicationELB', MetricName: 'HTTPCode_Target_5XX_Count', Dimensions });
    await aws.clock.advance(9 * MINUTE);
    assert.equal(await stateOf(aws, 'errors'), 'OK');
    await aws.clock.advance(6 * MINUTE);
    assert.equal(await stateOf(aws, 'errors'), 'ALARM');
    await aws.clock.advance(5 * MINUTE);
    const of = (MetricName: string, Stat: string): MetricDataQuery => ({
      Id: MetricName.toLowerCase(),
      MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Stat, Period: 60 },
    });
    const values = await data(aws, [
      of('RequestCount', 'Sum'),
      of('HTTPCode_Target_5XX_Count', 'Sum'),
      of('TargetResponseTime', 'p99'),
      of('HealthyHostCount', 'Minimum'),
    ]);
    const last = Object.fromEntries(Object.entries(values).map(([id, all]) => [id, all.at(-1)]));
    assert.deepEqual(last, {
      requestcount: 3000,
      httpcode_target_5xx_count: 300,
      targetresponsetime: 0.25,
      healthyhostcount: 2,
    });
  });

  it('set off an alarm that the scenario gives', async () => {
    const balancer = 'app/web/fedcba9876543210';
    await using aws = await startAws({
      given: {
        targetGroups: [
          { arn: GROUP, loadBalancer: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:loadbalancer/${balancer}` },
        ],
        alarms: [
          {
            name: 'nobody-there',
            metric: {
              Namespace: 'AWS/ApplicationELB',
              MetricName: 'HTTPCode_ELB_503_Count',
              Dimensions: [{ Name: 'LoadBalancer', Value: balancer }],
              Statistic: 'Sum',
              Threshold: 0,
              ComparisonOperator: 'GreaterThanThreshold',
            },
          },
        ],
      },
      traffic: [{ loadBalancer: 'web', perSecond: 1 }],
    });
    assert.equal(await stateOf(aws, 'nobody-there'), 'OK');
    await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['web'] }));
    await aws.clock.advance(4 * MINUTE);
    assert.equal(await stateOf(aws, 'nobody-there'), 'ALARM');
  });

  it('tell the versions of a weighted alias apart', async () => {
    await using aws = await startAws({
      traffic: [{ alias: 'f:live', perSecond: 10 }],
      rules: [{ when: { function: 'f', version: '2' }, then: { invocations: { errorPercent: 50, latencyMs: 40 } } }],
    });
    await aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'f',
        Role: `arn:aws:iam::${ACCOUNT}:role/r`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'code', S3Key: 'one.zip' },
      }),
    );
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(new PublishVersionCommand({ FunctionName: 'f' }));
    await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'f', S3Bucket: 'code', S3Key: 'two.zip' }));
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(new PublishVersionCommand({ FunctionName: 'f' }));
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(
      new CreateAliasCommand({
        FunctionName: 'f',
        Name: 'live',
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: { 2: 0.2 } },
      }),
    );
    await aws.clock.advance(4 * MINUTE);
    const of = (id: string, MetricName: string, version?: string): MetricDataQuery => ({
      Id: id,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [
            { Name: 'FunctionName', Value: 'f' },
            { Name: 'Resource', Value: 'f:live' },
            ...(version === undefined ? [] : [{ Name: 'ExecutedVersion', Value: version }]),
          ],
        },
        Stat: MetricName === 'Duration' ? 'Maximum' : 'Sum',
        Period: 60,
      },
    });
    const queries = [
      of('all', 'Invocations'),
      of('one', 'Invocations', '1'),
      of('two', 'Invocations', '2'),
      of('errors', 'Errors', '2'),
      of('fine', 'Errors', '1'),
      of('slow', 'Duration', '2'),
    ];
    const values = await data(aws, queries);
    assert.deepEqual(Object.fromEntries(Object.entries(values).map(([id, all]) => [id, all.at(-1)])), {
      all: 600,
      one: 480,
      two: 120,
      errors: 60,
      fine: 0,
      slow: 40,
    });
    await aws.lambda.send(
      new UpdateAliasCommand({ FunctionName: 'f', Name: 'live', RoutingConfig: { AdditionalVersionWeights: {} } }),
    );
    await aws.clock.advance(10 * MINUTE + SECOND);
    assert.equal((await data(aws, [of('one', 'Invocations', '1')]))['one']?.length, 4);
  });
});
