/**
 * Amazon CloudWatch: alarms and metrics. A new operation is one function here or in `metricOperations.ts`, and one line
 * in its table.
 */
import { AwsFault } from '../fault.ts';
import { number, objects, text, texts, whole } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import { pageOf } from '../page.ts';
import type { AlarmState } from '../scenario/index.ts';
import type { Operation, Service } from '../service.ts';
import { type Alarm, alarmsOf, evaluateComposites, keepJudging, putAlarm, setAlarmState } from './alarms.ts';
import { parseRule } from './compositeRule.ts';
import { metricOperations } from './metricOperations.ts';
import { readMetricName, readQueries, readStatistic } from './queries.ts';

export { deploymentBegan, isInAlarm } from './alarms.ts';
export { type MetricName, publishMeasurement, type Span } from './metrics.ts';
export { restoreAlarms } from './restoring.ts';

const STATES: ReadonlySet<string> = new Set<AlarmState>(['OK', 'ALARM', 'INSUFFICIENT_DATA']);

const validation = (message: string) => new AwsFault('ValidationError', message);

function requiredName(input: JsonObject): string {
  const name = text(input, 'AlarmName') ?? '';
  if (name === '' || name.length > 255) {
    throw validation(
      `1 validation error detected: Value '${name.slice(0, 260)}' at 'alarmName' failed to satisfy constraint: Member must have length between 1 and 255`,
    );
  }
  return name;
}

const putMetricAlarm: Operation = (input, { region }) => {
  const alarms = alarmsOf(region);
  const name = requiredName(input);
  const period = whole(input, 'Period');
  if (period !== undefined && ![10, 20, 30].includes(period) && (period <= 0 || period % 60 !== 0)) {
    throw validation(`Metric period must be 10, 20, 30 or a multiple of 60: ${period}`);
  }
  const evaluations = whole(input, 'EvaluationPeriods');
  if (evaluations === undefined || evaluations < 1) throw validation('EvaluationPeriods must be 1 or more');
  if (text(input, 'ComparisonOperator') === undefined) throw validation('ComparisonOperator is required');
  const wanted = whole(input, 'DatapointsToAlarm');
  if (wanted !== undefined && (wanted < 1 || wanted > evaluations)) {
    throw validation('DatapointsToAlarm must be between 1 and EvaluationPeriods');
  }
  checkWatched(input);
  const isNew = !alarms.byName.has(name);
  const alarm = putAlarm(alarms, name, { ...input, Threshold: number(input, 'Threshold') ?? null }, undefined);
  keepJudging(alarms, alarm, isNew);
  return {};
};

/** A metric with a statistic, or metric math that returns one series. */
function checkWatched(input: JsonObject): void {
  if (objects(input, 'Metrics') !== undefined) {
    const returning = readQueries(input, 'Metrics').filter(({ returnsData }) => returnsData);
    if (returning.length !== 1) throw validation('Exactly one element of the metrics list should return data.');
  } else if (text(input, 'MetricName') !== undefined) {
    readMetricName(input);
    const statistic = text(input, 'Statistic') ?? text(input, 'ExtendedStatistic');
    if (statistic !== undefined) readStatistic(statistic);
  }
}

const putCompositeAlarm: Operation = (input, { region }) => {
  const alarms = alarmsOf(region);
  const name = requiredName(input);
  const rule = parseRule(text(input, 'AlarmRule') ?? '');
  if (rule === undefined) throw validation('AlarmRule must not contain syntax errors');
  putAlarm(alarms, name, input, rule);
  region.after(1000, () => evaluateComposites(alarms));
  return {};
};

function showAlarm(alarm: Alarm): Output {
  return {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    ...(alarm.rule === undefined ? { Dimensions: [] } : {}),
    ...alarm.definition,
    Tags: undefined,
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt / 1000,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: alarm.updatedAt / 1000,
    StateTransitionedTimestamp: alarm.transitionedAt / 1000,
  };
}

const describeAlarms: Operation = (input, { region }) => {
  const names = texts(input, 'AlarmNames');
  const prefix = text(input, 'AlarmNamePrefix');
  if (names !== undefined && names.length > 100) {
    throw validation(
      "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: Member must have length less than or equal to 100",
    );
  }
  if (names !== undefined && prefix !== undefined) {
    throw new AwsFault('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix cannot be specified together');
  }
  // Without a word about types only metric alarms come back, even where a composite one is named.
  const types = texts(input, 'AlarmTypes') ?? ['MetricAlarm'];
  const state = text(input, 'StateValue');
  const found = [...alarmsOf(region).byName.values()]
    .filter(
      (alarm) =>
        types.includes(alarm.rule === undefined ? 'MetricAlarm' : 'CompositeAlarm') &&
        (names === undefined || names.includes(alarm.name)) &&
        (prefix === undefined || alarm.name.startsWith(prefix)) &&
        (state === undefined || alarm.state === state),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const size = whole(input, 'MaxRecords') ?? 50;
  if (size < 1 || size > 100) throw validation(`MaxRecords must be between 1 and 100: ${size}`);
  const page = pageOf(found, ({ name }) => name, {
    token: text(input, 'NextToken'),
    size: Math.min(size, region.world.pageSize),
    badToken: () => new AwsFault('InvalidNextToken', 'The next token is not valid'),
  });
  return {
    MetricAlarms: page.items.filter(({ rule }) => rule === undefined).map(showAlarm),
    CompositeAlarms: page.items.filter(({ rule }) => rule !== undefined).map(showAlarm),
    NextToken: page.nextToken,
  };
};

const setAlarmStateOperation: Operation = (input, { region }) => {
  const alarms = alarmsOf(region);
  const name = requiredName(input);
  const state = text(input, 'StateValue') ?? '';
  if (!STATES.has(state)) {
    throw validation(
      `1 validation error detected: Value '${state}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]`,
    );
  }
  if (!alarms.byName.has(name)) throw new AwsFault('ResourceNotFound', `Alarm with name ${name} not found`, 404);
  setAlarmState(alarms, name, state as AlarmState, text(input, 'StateReason') ?? '');
  return {};
};

const deleteAlarms: Operation = (input, { region }) => {
  const { byName } = alarmsOf(region);
  const names = texts(input, 'AlarmNames') ?? [];
  if (names.length > 100) throw validation('AlarmNames can have at most 100 items');
  const unknown = names.find((name) => !byName.has(name));
  if (unknown !== undefined) throw new AwsFault('ResourceNotFound', `Alarm with name ${unknown} not found`, 404);
  for (const name of names) byName.delete(name);
  return {};
};

/** Calls per second. Source: CloudWatch service quotas. */
const RATES: Readonly<Record<string, number>> = {
  DescribeAlarms: 9,
  PutMetricAlarm: 3,
  PutCompositeAlarm: 3,
  SetAlarmState: 3,
  DeleteAlarms: 3,
  GetMetricData: 500,
  GetMetricStatistics: 400,
  ListMetrics: 25,
  PutMetricData: 500,
};

export const cloudwatch: Service = {
  signingName: 'monitoring',
  protocol: 'awsJson1_0',
  targetPrefix: 'GraniteServiceVersion20100801',
  shapeNamespace: 'com.amazonaws.cloudwatch#',
  shapes: {
    InvalidParameterCombination: 'InvalidParameterCombinationException',
    InvalidParameterValue: 'InvalidParameterValueException',
  },
  operations: {
    PutMetricAlarm: putMetricAlarm,
    PutCompositeAlarm: putCompositeAlarm,
    DescribeAlarms: describeAlarms,
    SetAlarmState: setAlarmStateOperation,
    DeleteAlarms: deleteAlarms,
    ...metricOperations,
  },
  bucket: (operation) => {
    const rate = RATES[operation];
    return rate === undefined ? undefined : { name: operation, capacity: rate, refill: rate };
  },
  throttled: () => new AwsFault('Throttling', 'Rate exceeded'),
};
