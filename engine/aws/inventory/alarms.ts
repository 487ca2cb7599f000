/** Metric alarms and composite ones. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ALARMS_PER_CALL } from '../alarms.ts';
import { type Listing, words } from './page.ts';

export const alarms: Listing = async ({ clients, region, token: NextToken, abortSignal }) => {
  const cloudWatch = await clients.cloudWatch(region);
  const command = new DescribeAlarmsCommand({
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    MaxRecords: ALARMS_PER_CALL,
    NextToken,
  });
  const page = await cloudWatch.send(command, { abortSignal });
  const metric = (page.MetricAlarms ?? []).map(({ AlarmName = '', MetricName, StateValue }) => ({
    id: AlarmName,
    detail: words(MetricName, StateValue),
  }));
  const composite = (page.CompositeAlarms ?? []).map(({ AlarmName = '', StateValue }) => ({
    id: AlarmName,
    detail: words('composite', StateValue),
  }));
  return { things: [...metric, ...composite], token: page.NextToken };
};
