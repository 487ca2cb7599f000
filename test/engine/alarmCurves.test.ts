/** The metrics behind the alarms of a rollout, read when somebody wants to see them. */
import assert from 'node:assert/strict';
import { DeleteAlarmsCommand, PutCompositeAlarmCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { type CurveWish, readAlarmCurves } from '../../engine/aws/alarmCurves.ts';
import { curvePeriodMs } from '../../engine/rollout/index.ts';
import { resize } from './rollout/fixtures.ts';
import { Stage } from './rollout/stage.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;

const metric = (Threshold: number, MetricName = 'Errors') => ({
  Namespace: 'AWS/Lambda',
  MetricName,
  Dimensions: [{ Name: 'FunctionName', Value: 'resize' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold,
  ComparisonOperator: 'GreaterThanThreshold',
});

/** Invocations of which a third fail, for ten minutes. */
async function invoked(): Promise<{ stage: Stage; from: number; to: number }> {
  const stage = await Stage.open({
    scenario: {
      given: { alarms: [{ name: 'errors', state: 'OK', metric: metric(10) }, { name: 'bare' }] },
      rules: [{ when: { function: 'resize' }, then: { invocations: { errorPercent: 50 } } }],
      traffic: [{ alias: 'resize:live', perSecond: 2 }],
    },
  });
  const { rollouts } = await stage.deploy('dev/resize', resize());
  assert.equal(rollouts[0]?.phase, 'succeeded');
  const from = stage.clock.now();
  await stage.clock.advance(10 * MINUTE);
  return { stage, from, to: stage.clock.now() };
}

const read = (stage: Stage, wish: CurveWish) =>
  stage.clock.run(readAlarmCurves(stage.cloudWatch, wish, stage.clock.now(), new AbortController().signal));

describe('the metrics behind alarms', () => {
  it('are their values over the time of the rollout, with the threshold', async () => {
    const { stage, from, to } = await invoked();
    await using _ = stage;
    const [curve] = await read(stage, { alarms: ['errors'], from, to });
    assert.equal(curve?.metric, 'Errors, Sum over 60 s');
    assert.deepEqual([curve?.threshold, curve?.breaches, curve?.periodMs], [10, '>', MINUTE]);
    const whole = curve?.points.filter(({ at }) => at >= from && at + MINUTE <= to - 2 * MINUTE) ?? [];
    assert.ok(whole.length >= 6);
    assert.deepEqual([...new Set(whole.map(({ value }) => Math.round(value)))], [60]);
  });

  it('are of metric math too, as the alarm has it', async () => {
    const { stage, from, to } = await invoked();
    await using _ = stage;
    const stat = (Id: string, MetricName: string) => {
      const { Namespace, Dimensions } = metric(0);
      const MetricStat = { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Sum' };
      return { Id, MetricStat, ReturnData: false };
    };
    const Metrics = [
      stat('errors', 'Errors'),
      stat('all', 'Invocations'),
      { Id: 'share', Expression: '100 * errors / all', Label: 'Errors in percent', ReturnData: true },
    ];
    await stage.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'share',
        Metrics,
        EvaluationPeriods: 1,
        Threshold: 40,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    );
    const [curve] = await read(stage, { alarms: ['share'], from, to });
    assert.equal(curve?.metric, 'Errors in percent over 60 s');
    assert.equal(curve?.breaches, '≥');
    assert.deepEqual([...new Set(curve?.points.map(({ value }) => Math.round(value)))], [50]);
  });

  it('say why there are none', async () => {
    const { stage, from, to } = await invoked();
    await using _ = stage;
    await stage.cloudWatch.send(new PutCompositeAlarmCommand({ AlarmName: 'both', AlarmRule: 'ALARM(errors)' }));
    await stage.cloudWatch.send(new PutMetricAlarmCommand({ AlarmName: 'gone', ...metric(1) } as never));
    await stage.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['gone'] }));
    const wish = { alarms: ['both', 'gone', 'bare'], from, to };
    const curves = await read(stage, wish);
    assert.deepEqual(
      curves.map(({ alarm, points, unknown }) => [alarm, points.length, unknown]),
      [
        ['both', 0, 'it watches other alarms'],
        ['gone', 0, 'there is no such alarm now'],
        ['bare', 0, 'it watches no metric'],
      ],
    );
    stage.setScenario({
      rules: [{ when: { operation: 'monitoring:GetMetricData' }, then: { error: 'AccessDenied', message: 'no' } }],
    });
    const [refused] = await read(stage, { ...wish, alarms: ['errors'] });
    assert.equal(refused?.unknown, 'AWS said AccessDenied: no');
    assert.equal(refused?.threshold, 10);
  });

  it('ask nothing where nothing is watched, and for twelve alarms at most', async () => {
    const { stage, from, to } = await invoked();
    await using _ = stage;
    const before = stage.sandbox.calls.length;
    assert.deepEqual(await read(stage, { alarms: [], from, to }), []);
    assert.equal(stage.sandbox.calls.length, before);
    const alarms = Array.from({ length: 40 }, (_one, i) => `alarm-${i}`);
    assert.equal((await read(stage, { alarms, from, to })).length, 12);
  });
});

describe('the period of a curve', () => {
  const now = 100 * DAY;

  it('is the alarm’s own while the picture has room for its values', () => {
    assert.equal(curvePeriodMs(MINUTE, now - 20 * MINUTE, now, now), MINUTE);
    assert.equal(curvePeriodMs(10 * SECOND, now - 10 * MINUTE, now, now), 10 * SECOND);
    assert.equal(curvePeriodMs(5 * MINUTE, now - 10 * MINUTE, now, now), 5 * MINUTE);
  });

  it('is longer for long rollouts, by whole periods', () => {
    assert.equal(curvePeriodMs(MINUTE, now - 2 * DAY, now, now), 15 * MINUTE);
    assert.equal(curvePeriodMs(10 * SECOND, now - 2 * 60 * MINUTE, now, now) % MINUTE, 0);
  });

  it('is one that CloudWatch still keeps', () => {
    assert.equal(curvePeriodMs(10 * SECOND, now - DAY, now - DAY + 10 * MINUTE, now), MINUTE);
    assert.equal(curvePeriodMs(MINUTE, now - 20 * DAY, now - 20 * DAY + 10 * MINUTE, now), 5 * MINUTE);
    assert.equal(curvePeriodMs(MINUTE, now - 70 * DAY, now - 70 * DAY + 10 * MINUTE, now), 60 * MINUTE);
  });
});
