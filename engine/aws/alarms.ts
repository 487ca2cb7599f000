/** CloudWatch alarms by name. A name that does not exist is absent from the answer: the caller must notice. */
import type { CloudWatchClient, CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { AlarmSeen } from '../rollout/index.ts';
import { batches } from './batching.ts';
import type { Clients } from './clients.ts';

/** Source: Amazon CloudWatch API reference, DescribeAlarms. */
export const ALARMS_PER_CALL = 100;

/** `HTTPCode_Target_5XX_Count (Sum over 60 s) of AWS/ApplicationELB, TargetGroup=targetgroup/web/0f3a`; or a rule. */
function watchedBy(alarm: MetricAlarm & CompositeAlarm): string | undefined {
  if (alarm.AlarmRule !== undefined) return alarm.AlarmRule;
  const { MetricName, Namespace, Statistic, ExtendedStatistic, Period, Dimensions = [], Metrics = [] } = alarm;
  if (MetricName !== undefined) {
    const how = `${Statistic ?? ExtendedStatistic ?? 'statistic'} over ${Period ?? 60} s`;
    const of = [Namespace ?? '', ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(', ');
    return `${MetricName} (${how}) of ${of}`;
  }
  const names = Metrics.map(({ Expression, MetricStat }) => Expression ?? MetricStat?.Metric?.MetricName ?? '');
  return names.length === 0 ? undefined : names.filter((name) => name !== '').join(', ');
}

/**
 * One call.
 *
 * @param AlarmNames at most `ALARMS_PER_CALL`
 */
export async function describeAlarms(
  cloudWatch: CloudWatchClient,
  AlarmNames: readonly string[],
  abortSignal?: AbortSignal,
): Promise<{ readonly metric: readonly MetricAlarm[]; readonly composite: readonly CompositeAlarm[] }> {
  const { DescribeAlarmsCommand } = await import('./sdk/cloudWatch.ts');
  const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...AlarmNames],
      // Without AlarmTypes, composite alarms are left out even when they are named.
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: ALARMS_PER_CALL,
    }),
    abortSignal === undefined ? {} : { abortSignal },
  );
  return { metric: MetricAlarms, composite: CompositeAlarms };
}

export async function observeAlarms(
  clients: Clients,
  region: string,
  names: readonly string[],
  abortSignal?: AbortSignal,
): Promise<AlarmSeen[]> {
  if (names.length === 0) return [];
  const cloudWatch = await clients.cloudWatch(region);
  const found: AlarmSeen[] = [];
  for (const some of batches(names, ALARMS_PER_CALL)) {
    const { metric, composite } = await describeAlarms(cloudWatch, some, abortSignal);
    for (const alarm of [...metric, ...composite]) {
      found.push({
        name: alarm.AlarmName ?? '',
        state: alarm.StateValue ?? '',
        reason: alarm.StateReason ?? '',
        watches: watchedBy(alarm),
      });
    }
  }
  return found;
}
