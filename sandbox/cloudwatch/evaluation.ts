/**
 * Judges metric alarms by their metrics. Pure. Source: CloudWatch user guide, "Evaluating an alarm" and "Configuring how
 * CloudWatch alarms treat missing data".
 */
import { number, objects, text, whole } from '../input.ts';
import type { JsonObject } from '../json.ts';
import type { AlarmState } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import { findMetric, seriesOf } from './metrics.ts';
import { answerQuery, periodOf, readMetricName, readQueries } from './queries.ts';

export interface Judgement {
  readonly state: AlarmState;
  readonly reason: string;
}

/** Beyond those it judges by, so many periods are looked at, as the newest data is late. */
const EXTRA_PERIODS = 2;

type Comparison = readonly [holds: (value: number, threshold: number) => boolean, words: string, opposite: string];

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  GreaterThanOrEqualToThreshold: [
    (value, threshold) => value >= threshold,
    'greater than or equal to',
    'not greater than or equal to',
  ],
  GreaterThanThreshold: [(value, threshold) => value > threshold, 'greater than', 'not greater than'],
  LessThanThreshold: [(value, threshold) => value < threshold, 'less than', 'not less than'],
  LessThanOrEqualToThreshold: [
    (value, threshold) => value <= threshold,
    'less than or equal to',
    'not less than or equal to',
  ],
};

/** Whether anything was ever measured of what the alarm watches: until then its state is what missing data makes it. */
export function hasData(region: Region, definition: JsonObject): boolean {
  if (objects(definition, 'Metrics') === undefined) {
    return text(definition, 'MetricName') !== undefined && findMetric(region, readMetricName(definition)) !== undefined;
  }
  return readQueries(definition, 'Metrics').some(({ stat }) => stat && findMetric(region, stat.metric) !== undefined);
}

/** @returns undefined where the state stays */
export function judge(region: Region, definition: JsonObject, current: AlarmState): Judgement | undefined {
  const comparison = COMPARISONS[text(definition, 'ComparisonOperator') ?? ''];
  const threshold = number(definition, 'Threshold');
  if (comparison === undefined || threshold === undefined) return undefined;
  const evaluations = whole(definition, 'EvaluationPeriods') ?? 1;
  const wanted = whole(definition, 'DatapointsToAlarm') ?? evaluations;
  const points = recentPoints(region, definition, evaluations);
  const [holds, words, opposite] = comparison;
  const breaching = points.filter(([, value]) => holds(value, threshold));
  const state = stateOf({
    evaluations,
    wanted,
    found: points.length,
    breaching: breaching.length,
    treatment: text(definition, 'TreatMissingData') ?? 'missing',
  });
  if (state === undefined || state === current) return undefined;
  if (points.length === 0) return { state, reason: missingReason(evaluations, state) };
  const named = state === 'ALARM' ? breaching : points.filter((point) => !breaching.includes(point));
  const shown = named.map(([at, value]) => `${shownNumber(value)} (${shownTime(at)})`).join(', ');
  const verb = named.length === 1 ? 'datapoint' : 'datapoints';
  const was = named.length === 1 ? 'was' : 'were';
  const relation = state === 'ALARM' ? words : opposite;
  return {
    state,
    reason: `Threshold Crossed: ${named.length} out of the last ${evaluations} datapoints [${shown}] ${was} ${relation} the threshold (${shownNumber(threshold)}) (minimum ${wanted} ${verb} for ${current} -> ${state} transition).`,
  };
}

/** What an alarm is of which nothing was ever measured. */
export function judgeMissing(definition: JsonObject): Judgement {
  const treatment = text(definition, 'TreatMissingData') ?? 'missing';
  const state = treatment === 'breaching' ? 'ALARM' : treatment === 'notBreaching' ? 'OK' : 'INSUFFICIENT_DATA';
  return { state, reason: missingReason(whole(definition, 'EvaluationPeriods') ?? 1, state) };
}

function missingReason(evaluations: number, state: AlarmState): string {
  const unknown = evaluations === 1 ? '1 datapoint was' : `${evaluations} datapoints were`;
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${unknown} unknown.`;
  const treated = state === 'ALARM' ? 'Breaching' : 'NonBreaching';
  return `Threshold Crossed: no datapoints were received for ${evaluations} ${evaluations === 1 ? 'period' : 'periods'} and ${evaluations} missing ${evaluations === 1 ? 'datapoint was' : 'datapoints were'} treated as [${treated}].`;
}

/** The newest of the periods that are looked at, at most as many as the alarm judges by, oldest first. */
function recentPoints(
  region: Region,
  definition: JsonObject,
  evaluations: number,
): readonly (readonly [number, number])[] {
  const queries = objects(definition, 'Metrics') === undefined ? undefined : readQueries(definition, 'Metrics');
  const periodMs = queries === undefined ? Math.max(60, whole(definition, 'Period') ?? 60) * 1000 : periodOf(queries);
  const to = Math.floor(region.now / periodMs) * periodMs;
  const span = { from: to - (evaluations + EXTRA_PERIODS) * periodMs, to };
  const returning = queries?.find(({ returnsData }) => returnsData)?.id ?? '';
  const statistic = text(definition, 'Statistic') ?? text(definition, 'ExtendedStatistic') ?? 'Average';
  const series =
    queries === undefined
      ? seriesOf(region, readMetricName(definition), statistic, periodMs, span)
      : answerQuery(region, queries, returning, span);
  return [...series].sort(([a], [b]) => a - b).slice(-evaluations);
}

interface Evidence {
  readonly evaluations: number;
  /** Breaching data points that make an ALARM. */
  readonly wanted: number;
  readonly found: number;
  readonly breaching: number;
  readonly treatment: string;
}

/** @returns undefined where missing data leaves the state as it is */
function stateOf({ evaluations, wanted, found, breaching, treatment }: Evidence): AlarmState | undefined {
  const missing = evaluations - found;
  if (treatment === 'breaching') return breaching + missing >= wanted ? 'ALARM' : 'OK';
  if (treatment === 'notBreaching') return breaching >= wanted ? 'ALARM' : 'OK';
  if (breaching >= wanted) return 'ALARM';
  if (treatment === 'ignore') return breaching + missing < wanted ? 'OK' : undefined;
  if (found === 0) return 'INSUFFICIENT_DATA';
  // What is there decides alone: fewer data points, all of them breaching, are an ALARM too.
  return breaching === found ? 'ALARM' : 'OK';
}

const shownNumber = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** For example `21/11/26 10:00:00`, in UTC. */
function shownTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
