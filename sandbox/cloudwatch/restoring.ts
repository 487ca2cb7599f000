/** Alarms as a snapshot tells them, in the states that they were in. */
import { text } from '../input.ts';
import { type JsonObject, pick } from '../json.ts';
import type { AlarmState } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import { alarmsOf, keepJudging, putAlarm, setAlarmState } from './alarms.ts';

/** Members of a described alarm that PutMetricAlarm takes. */
const MEMBERS = [
  'Namespace',
  'MetricName',
  'Dimensions',
  'Statistic',
  'ExtendedStatistic',
  'Period',
  'EvaluationPeriods',
  'DatapointsToAlarm',
  'Threshold',
  'ComparisonOperator',
  'TreatMissingData',
  'Unit',
  'Metrics',
];

const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/** @param described DescribeAlarms'; of a composite alarm the state alone is kept, since its children are not there */
export function restoreAlarms(region: Region, described: readonly JsonObject[]): void {
  const alarms = alarmsOf(region);
  for (const one of described) {
    const name = text(one, 'AlarmName') ?? '';
    const definition = pick(one, MEMBERS);
    const alarm = putAlarm(alarms, name, definition, undefined);
    if (text(definition, 'MetricName') !== undefined) keepJudging(alarms, alarm, false);
    const state = STATES.find((known) => known === text(one, 'StateValue')) ?? 'OK';
    setAlarmState(alarms, name, state, text(one, 'StateReason') ?? '');
  }
}
