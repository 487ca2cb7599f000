/** CloudWatch alarms by name. A name that does not exist is absent from the answer: the caller must notice. */
import type { AlarmSeen } from '../rollout/index.ts';
import type { Clients } from './clients.ts';

/** Source: Amazon CloudWatch API reference, DescribeAlarms. */
const ALARMS_PER_CALL = 100;

export async function observeAlarms(
  clients: Clients,
  region: string,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<AlarmSeen[]> {
  if (names.length === 0) return [];
  const { DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
  const cloudWatch = await clients.cloudWatch(region);
  const found: AlarmSeen[] = [];
  for (let i = 0; i < names.length; i += ALARMS_PER_CALL) {
    // Without AlarmTypes, composite alarms are left out even when they are named.
    const AlarmNames = names.slice(i, i + ALARMS_PER_CALL);
    const answer = await cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNames,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: ALARMS_PER_CALL,
      }),
      { abortSignal },
    );
    for (const alarm of [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])]) {
      found.push({ name: alarm.AlarmName ?? '', state: alarm.StateValue ?? '', reason: alarm.StateReason ?? '' });
    }
  }
  return found;
}
