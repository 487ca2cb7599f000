/** Reads the metrics behind alarms. An alarm that cannot be read is a curve without values that says why. */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricAlarm,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { type AlarmCurve, curvePeriodMs, MOST_CURVES } from '../rollout/index.ts';
import { describeAlarms } from './alarms.ts';
import { toAwsError } from './errors.ts';

export interface CurveWish {
  readonly alarms: readonly string[];
  /** What time it is about, ms since the epoch. */
  readonly from: number;
  readonly to: number;
}

const BREACHES: Readonly<Record<string, AlarmCurve['breaches']>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '≥',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '≤',
};

/** CloudWatch's own default, seconds. */
const PERIOD_SECONDS = 60;

/** A whole page of this many values is one answer. Source: CloudWatch API reference, GetMetricData. */
const MOST_VALUES = 500;

/** @throws the SDK's error where the alarms themselves cannot be described */
export async function readAlarmCurves(
  cloudWatch: CloudWatchClient,
  { alarms, from, to }: CurveWish,
  now: number,
  abortSignal: AbortSignal,
): Promise<AlarmCurve[]> {
  const AlarmNames = alarms.slice(0, MOST_CURVES);
  if (AlarmNames.length === 0) return [];
  const { metric, composite } = await describeAlarms(cloudWatch, AlarmNames, abortSignal);
  const composites = new Set(composite.map(({ AlarmName }) => AlarmName));
  return Promise.all(
    AlarmNames.map((name): Promise<AlarmCurve> | AlarmCurve => {
      const alarm = metric.find(({ AlarmName }) => AlarmName === name);
      if (alarm !== undefined) return readCurve(cloudWatch, name, alarm, { from, to, now }, abortSignal);
      return without(name, composites.has(name) ? 'it watches other alarms' : 'there is no such alarm now');
    }),
  );
}

const without = (alarm: string, unknown: string): AlarmCurve => ({
  alarm,
  metric: undefined,
  periodMs: 0,
  threshold: undefined,
  breaches: undefined,
  points: [],
  unknown,
});

interface Times {
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

async function readCurve(
  cloudWatch: CloudWatchClient,
  name: string,
  alarm: MetricAlarm,
  { from, to, now }: Times,
  abortSignal: AbortSignal,
): Promise<AlarmCurve> {
  const own = periodOf(alarm) * 1000;
  const periodMs = curvePeriodMs(own, from, to, now);
  const queries = queriesOf(alarm, periodMs / 1000);
  if (queries === undefined) return without(name, 'it watches no metric');
  const { Threshold: threshold, ComparisonOperator = '' } = alarm;
  const known = {
    alarm: name,
    metric: metricOf(alarm, periodMs),
    periodMs,
    threshold,
    breaches: BREACHES[ComparisonOperator],
  };
  try {
    const answer = await cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(Math.floor(from / periodMs) * periodMs),
        // What has no end yet has no value either.
        EndTime: new Date(Math.max(to, from + 1_000)),
        ScanBy: 'TimestampAscending',
        MaxDatapoints: MOST_VALUES,
      }),
      { abortSignal },
    );
    const { Timestamps = [], Values = [] } = answer.MetricDataResults?.[0] ?? {};
    return { ...known, points: Timestamps.map((at, i) => ({ at: at.getTime(), value: Values[i] ?? 0 })) };
  } catch (error) {
    const { code, message } = toAwsError(error);
    return { ...known, points: [], unknown: `AWS said ${code}: ${message}` };
  }
}

const periodOf = ({ Period, Metrics = [] }: MetricAlarm): number =>
  Period ?? Math.max(PERIOD_SECONDS, ...Metrics.flatMap((one) => one.Period ?? one.MetricStat?.Period ?? []));

/** Undefined where it watches nothing that can be asked for. */
function queriesOf(alarm: MetricAlarm, Period: number): MetricDataQuery[] | undefined {
  const { Namespace, MetricName, Dimensions = [], Statistic, ExtendedStatistic, Unit, Metrics } = alarm;
  if (Metrics !== undefined && Metrics.length > 0) {
    // As the alarm has them, one of which is what it watches; a band of anomaly detection is not.
    const { ThresholdMetricId } = alarm;
    const watched = Metrics.find(({ Id, ReturnData }) => ReturnData !== false && Id !== ThresholdMetricId)?.Id;
    return Metrics.filter(({ Id }) => Id !== ThresholdMetricId).map((one) => ({
      ...one,
      ReturnData: one.Id === watched,
      ...(one.Period === undefined ? {} : { Period }),
      ...(one.MetricStat === undefined ? {} : { MetricStat: { ...one.MetricStat, Period } }),
    }));
  }
  const Stat = Statistic ?? ExtendedStatistic;
  if (Namespace === undefined || MetricName === undefined || Stat === undefined) return undefined;
  const Metric = { Namespace, MetricName, Dimensions };
  return [{ Id: 'watched', MetricStat: { Metric, Period, Stat, ...(Unit === undefined ? {} : { Unit }) } }];
}

/** `Errors, Sum over 60 s`, or the label of what metric math gives. */
function metricOf({ MetricName, Statistic, ExtendedStatistic, Metrics = [] }: MetricAlarm, periodMs: number): string {
  const every = `over ${periodMs / 1000} s`;
  if (MetricName !== undefined) return `${MetricName}, ${Statistic ?? ExtendedStatistic} ${every}`;
  const shown = Metrics.find(({ ReturnData }) => ReturnData !== false);
  return `${shown?.Label ?? shown?.Expression ?? shown?.MetricStat?.Metric?.MetricName ?? 'a metric'} ${every}`;
}
