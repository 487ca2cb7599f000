/** CloudWatch operations on metrics. */
import { AwsFault } from '../fault.ts';
import { number, object, objects, text, texts } from '../input.ts';
import type { Json, JsonObject, Output } from '../json.ts';
import { pageOf } from '../page.ts';
import type { Operation } from '../service.ts';
import { type Measurement, MINUTE_MS, metricsOf, putMeasurement, type Span, seriesOf } from './metrics.ts';
import { answerQuery, readDimensions, readMetricName, readPeriodMs, readQueries, readStatistic } from './queries.ts';

const validation = (message: string) => new AwsFault('ValidationError', message);
const invalidValue = (message: string) => new AwsFault('InvalidParameterValue', message);

/** Limits of one call: API, PutMetricData. */
const MAX_DATA = 1000;
const MAX_VALUES = 150;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

/** Limit of one answer: API, GetMetricStatistics. */
const MAX_POINTS = 1440;

const putMetricData: Operation = (input, { region }) => {
  const namespace = text(input, 'Namespace') ?? '';
  if (!/^[^:][^\0]{0,254}$/.test(namespace) || namespace.startsWith('AWS/')) {
    throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
  }
  const data = objects(input, 'MetricData') ?? [];
  if (data.length > MAX_DATA) throw validation(`MetricData can have at most ${MAX_DATA} items`);
  const read = data.map((datum) => {
    const seconds = number(datum, 'Timestamp');
    const at = seconds === undefined ? region.now : seconds * 1000;
    if (at < region.now - OLDEST_MS || at > region.now + NEWEST_MS) {
      throw invalidValue('The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.');
    }
    const name = text(datum, 'MetricName') ?? '';
    if (name === '') throw validation('MetricName is required');
    return { metric: { namespace, name, dimensions: readDimensions(datum) }, at, measured: readMeasurements(datum) };
  });
  for (const { metric, at, measured } of read) {
    for (const each of measured) putMeasurement(region, metric, at, each);
  }
  return {};
};

function readMeasurements(datum: JsonObject): readonly Measurement[] {
  const statistics = object(datum, 'StatisticValues');
  if (statistics !== undefined) {
    const member = (key: string) => number(statistics, key) ?? 0;
    const times = member('SampleCount');
    if (!(times > 0)) throw invalidValue('The parameter SampleCount must be more than 0.');
    return [{ value: member('Sum') / times, times, extremes: [member('Minimum'), member('Maximum')] }];
  }
  const values = numbers(datum, 'Values');
  if (values === undefined) return [{ value: number(datum, 'Value') ?? 0, times: 1 }];
  const counts = numbers(datum, 'Counts') ?? values.map(() => 1);
  if (values.length > MAX_VALUES || counts.length !== values.length || counts.some((times) => !(times > 0))) {
    throw invalidValue(`Values and Counts must have the same length, at most ${MAX_VALUES}, and counts be positive.`);
  }
  return values.map((value, i) => ({ value, times: counts[i]! }));
}

function numbers(input: JsonObject, key: string): readonly number[] | undefined {
  const value: Json | undefined = Object.hasOwn(input, key) ? input[key] : undefined;
  if (!Array.isArray(value)) return undefined;
  return value.map((item) => {
    if (typeof item !== 'number') throw new AwsFault('SerializationException', `${key} must be a list of numbers`);
    return item;
  });
}

function readSpan(input: JsonObject): Span {
  const [from, to] = [number(input, 'StartTime'), number(input, 'EndTime')];
  if (from === undefined || to === undefined) throw validation('StartTime and EndTime are required');
  if (from >= to) throw validation('The parameter StartTime must be less than the parameter EndTime.');
  return { from: Math.floor((from * 1000) / MINUTE_MS) * MINUTE_MS, to: to * 1000 };
}

const getMetricData: Operation = (input, { region }) => {
  const queries = readQueries(input, 'MetricDataQueries');
  const span = readSpan(input);
  const isAscending = text(input, 'ScanBy') === 'TimestampAscending';
  const results = queries
    .filter(({ returnsData }) => returnsData)
    .map(({ id, label, stat }): Output => {
      const points = [...answerQuery(region, queries, id, span)].sort(([a], [b]) => (isAscending ? a - b : b - a));
      return {
        Id: id,
        Label: label ?? stat?.metric.name ?? id,
        Timestamps: points.map(([at]) => at / 1000),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete',
      };
    });
  return { MetricDataResults: results, Messages: [] };
};

const getMetricStatistics: Operation = (input, { region }) => {
  const metric = readMetricName(input);
  const span = readSpan(input);
  const periodMs = readPeriodMs(input) ?? MINUTE_MS;
  if ((span.to - span.from) / periodMs > MAX_POINTS) {
    throw new AwsFault(
      'InvalidParameterCombination',
      `You have requested up to ${Math.ceil((span.to - span.from) / periodMs)} datapoints, which exceeds the limit of ${MAX_POINTS}.`,
    );
  }
  const simple = (texts(input, 'Statistics') ?? []).map(readStatistic);
  const extended = (texts(input, 'ExtendedStatistics') ?? []).map(readStatistic);
  if (simple.length + extended.length === 0) throw validation('Statistics or ExtendedStatistics must be specified');
  const points = new Map<number, { simple: [string, number][]; extended: [string, number][] }>();
  const gather = (kind: 'simple' | 'extended') => (statistic: string) => {
    for (const [at, value] of seriesOf(region, metric, statistic, periodMs, span)) {
      const point = points.get(at) ?? { simple: [], extended: [] };
      point[kind].push([statistic, value]);
      points.set(at, point);
    }
  };
  simple.forEach(gather('simple'));
  extended.forEach(gather('extended'));
  return {
    Label: metric.name,
    Datapoints: [...points].map(([at, point]) => ({
      Timestamp: at / 1000,
      ...Object.fromEntries(point.simple),
      ...(point.extended.length > 0 ? { ExtendedStatistics: Object.fromEntries(point.extended) } : {}),
      Unit: 'None',
    })),
  };
};

const listMetrics: Operation = (input, { region }) => {
  const [namespace, name] = [text(input, 'Namespace'), text(input, 'MetricName')];
  const wanted = (objects(input, 'Dimensions') ?? []).map((filter) => [text(filter, 'Name'), text(filter, 'Value')]);
  const found = [...metricsOf(region).byKey].filter(
    ([, metric]) =>
      (namespace === undefined || metric.namespace === namespace) &&
      (name === undefined || metric.name === name) &&
      wanted.every(([key, value]) =>
        metric.dimensions.some(([own, its]) => own === key && (value === undefined || its === value)),
      ),
  );
  const page = pageOf(found, ([key]) => key, {
    token: text(input, 'NextToken'),
    size: Math.min(500, region.world.pageSize),
    badToken: () => invalidValue('The next token is not valid'),
  });
  return {
    Metrics: page.items.map(([, metric]) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: metric.dimensions.map(([Name, Value]) => ({ Name, Value })),
    })),
    NextToken: page.nextToken,
  };
};

export const metricOperations = {
  PutMetricData: putMetricData,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
};
