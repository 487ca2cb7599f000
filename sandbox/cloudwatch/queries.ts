/** Metric data queries, as GetMetricData and alarms on metric math have them: read, checked and answered. Pure. */
import { AwsFault } from '../fault.ts';
import { flag, object, objects, text, whole } from '../input.ts';
import type { JsonObject } from '../json.ts';
import type { Region } from '../world.ts';
import { evaluateMath, MathError, type Series } from './metricMath.ts';
import { type Dimensions, isStatistic, type MetricName, type Span, seriesOf } from './metrics.ts';

const validation = (message: string) => new AwsFault('ValidationError', message);

export interface MetricQuery {
  readonly id: string;
  readonly label: string | undefined;
  readonly returnsData: boolean;
  /** Undefined for an expression that takes the others' period. */
  readonly periodMs: number | undefined;
  readonly stat: { readonly metric: MetricName; readonly statistic: string } | undefined;
  readonly expression: string | undefined;
}

/** The API takes more in one call; this keeps answers small. */
const MAX_QUERIES = 500;

export function readDimensions(input: JsonObject): Dimensions {
  const dimensions = objects(input, 'Dimensions') ?? [];
  if (dimensions.length > 30) throw validation('Dimensions can have at most 30 items');
  return dimensions.map((dimension) => [text(dimension, 'Name') ?? '', text(dimension, 'Value') ?? ''] as const);
}

export function readMetricName(input: JsonObject): MetricName {
  const [namespace, name] = [text(input, 'Namespace'), text(input, 'MetricName')];
  if (!namespace || !name) throw validation('Namespace and MetricName are required');
  return { namespace, name, dimensions: readDimensions(input) };
}

/** Periods below a minute are answered by the minute. */
export function readPeriodMs(input: JsonObject): number | undefined {
  const period = whole(input, 'Period');
  if (period === undefined) return undefined;
  if (![1, 5, 10, 20, 30].includes(period) && (period <= 0 || period % 60 !== 0)) {
    throw validation(`Metric period must be 1, 5, 10, 20, 30 or a multiple of 60: ${period}`);
  }
  return Math.max(60, period) * 1000;
}

export function readStatistic(statistic: string | undefined): string {
  if (statistic === undefined || !isStatistic(statistic)) throw validation(`Invalid statistic: ${statistic ?? ''}`);
  return statistic;
}

export function readQueries(input: JsonObject, key: string): readonly MetricQuery[] {
  const given = objects(input, key) ?? [];
  if (given.length === 0 || given.length > MAX_QUERIES) throw validation(`${key} must have 1 to ${MAX_QUERIES} items`);
  const queries = given.map(readQuery);
  if (new Set(queries.map(({ id }) => id)).size < queries.length) throw validation('The ids of queries must be unique');
  return queries;
}

function readQuery(query: JsonObject): MetricQuery {
  const id = text(query, 'Id') ?? '';
  if (!/^[a-z]\w{0,254}$/.test(id)) throw validation(`The id '${id}' must begin with a lower case letter`);
  const stat = object(query, 'MetricStat');
  const expression = text(query, 'Expression');
  if ((stat === undefined) === (expression === undefined)) {
    throw validation(`Either MetricStat or Expression must be specified for query '${id}'`);
  }
  const common = { id, label: text(query, 'Label'), returnsData: flag(query, 'ReturnData') ?? true, expression };
  if (stat === undefined) return { ...common, stat: undefined, periodMs: readPeriodMs(query) };
  const metric = readMetricName(object(stat, 'Metric') ?? {});
  const periodMs = readPeriodMs(stat);
  if (periodMs === undefined) throw validation(`Period is required in MetricStat of query '${id}'`);
  return { ...common, stat: { metric, statistic: readStatistic(text(stat, 'Stat')) }, periodMs };
}

/** The common period of a list of queries: that of the metrics, which expressions take over. */
export function periodOf(queries: readonly MetricQuery[]): number {
  return Math.max(60_000, ...queries.flatMap(({ periodMs }) => periodMs ?? []));
}

/**
 * Answers one of the queries, and what it refers to.
 * @throws AwsFault `ValidationError` for an expression that cannot be computed
 */
export function answerQuery(region: Region, queries: readonly MetricQuery[], id: string, span: Span): Series {
  const periodMs = periodOf(queries);
  const periods: number[] = [];
  const first = Math.floor(span.from / periodMs) * periodMs;
  for (let at = first < span.from ? first + periodMs : first; at < span.to; at += periodMs) periods.push(at);
  const answer = (wanted: string, asking: readonly string[]): Series | undefined => {
    const query = queries.find((candidate) => candidate.id === wanted);
    if (query === undefined || asking.includes(wanted)) return undefined;
    const { stat, expression = '' } = query;
    if (stat !== undefined) {
      return seriesOf(region, stat.metric, stat.statistic, query.periodMs ?? periodMs, span);
    }
    return evaluateMath(expression, (other) => answer(other, [...asking, wanted]), periods);
  };
  try {
    return answer(id, []) ?? new Map();
  } catch (error) {
    if (error instanceof MathError) throw validation(`Error in expression '${id}': ${error.message}`);
    throw error;
  }
}
