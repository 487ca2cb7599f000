import assert from 'node:assert/strict';
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { parseRule } from '../../../sandbox/cloudwatch/compositeRule.ts';
import { type Aws, errorOf, MINUTE, SECOND, startAws } from '../aws.ts';

const METRIC = {
  MetricName: 'Errors',
  Namespace: 'AWS/Lambda',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
} as const;

const put = (aws: Aws, AlarmName: string, more: object = {}) =>
  aws.cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, ...METRIC, ...more }));
const set = (aws: Aws, AlarmName: string, StateValue: 'OK' | 'ALARM') =>
  aws.cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'trial' }));
const describeAlarms = (aws: Aws, input: DescribeAlarmsCommandInput) =>
  aws.cloudwatch.send(new DescribeAlarmsCommand(input));

async function stateOf(aws: Aws, name: string): Promise<string | undefined> {
  const found = await describeAlarms(aws, { AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
  return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])][0]?.StateValue;
}

describe('a metric alarm', () => {
  it('begins unknown, and becomes what missing data makes of it', async () => {
    await using aws = await startAws();
    await put(aws, 'quiet', { TreatMissingData: 'notBreaching' });
    await put(aws, 'unsure');
    assert.equal(await stateOf(aws, 'quiet'), 'INSUFFICIENT_DATA');
    await aws.clock.advance(MINUTE);
    assert.deepEqual([await stateOf(aws, 'quiet'), await stateOf(aws, 'unsure')], ['OK', 'INSUFFICIENT_DATA']);
  });

  it('keeps its state when its definition is put again', async () => {
    await using aws = await startAws();
    await put(aws, 'errors');
    await set(aws, 'errors', 'ALARM');
    await put(aws, 'errors', { Threshold: 5 });
    const { MetricAlarms } = await describeAlarms(aws, { AlarmNames: ['errors'] });
    assert.deepEqual([MetricAlarms?.[0]?.StateValue, MetricAlarms?.[0]?.Threshold], ['ALARM', 5]);
    await aws.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    assert.equal(await stateOf(aws, 'errors'), undefined);
  });

  it('is refused with too many names or an odd period', async () => {
    await using aws = await startAws();
    const names = Array.from({ length: 101 }, (_, i) => `a${i}`);
    assert.match(await errorOf(describeAlarms(aws, { AlarmNames: names })), /^Validation(?:Error|Exception)/);
    assert.match(await errorOf(put(aws, 'odd', { Period: 45 })), /^Validation(?:Error|Exception): Metric period/);
  });
});

describe('a composite alarm', () => {
  it('follows its children, and is only listed when asked for', async () => {
    await using aws = await startAws({ throttling: false });
    await put(aws, 'errors');
    await put(aws, 'latency');
    await aws.cloudwatch.send(
      new PutCompositeAlarmCommand({ AlarmName: 'web', AlarmRule: 'ALARM("errors") AND NOT OK(latency)' }),
    );
    await aws.clock.advance(2 * SECOND);
    assert.equal(await stateOf(aws, 'web'), 'OK');
    await set(aws, 'errors', 'ALARM');
    assert.equal(await stateOf(aws, 'web'), 'ALARM');
    await set(aws, 'latency', 'OK');
    assert.equal(await stateOf(aws, 'web'), 'OK');
    const untyped = await describeAlarms(aws, { AlarmNames: ['web', 'errors'] });
    assert.deepEqual([untyped.MetricAlarms?.length, untyped.CompositeAlarms?.length ?? 0], [1, 0]);
  });

  it('needs a rule that can be read', () => {
    const holds = (rule: string) => parseRule(rule)?.((name) => (name === 'on' ? 'ALARM' : 'OK'));
    assert.equal(holds('TRUE'), true);
    assert.equal(holds('(ALARM(on) OR FALSE) AND NOT ALARM("off")'), true);
    assert.equal(holds('ALARM(off) OR ALARM("arn:aws:cloudwatch:us-west-2:1:alarm:on")'), true);
    for (const broken of [
      '',
      'ALARM(on',
      'ALARM()',
      'AND',
      'ALARM(on) ALARM(off)',
      'on',
      '('.repeat(20_000),
      '('.repeat(9_000),
      'NOT '.repeat(2_500),
    ]) {
      assert.equal(parseRule(broken), undefined, broken.slice(0, 30));
    }
  });
});
