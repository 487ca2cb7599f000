/**
 * Metrics: what was measured, kept by the minute. Owns: the metrics of a region.
 *
 * A measurement is a value that was seen so many times, so that sums, counts, extremes and percentiles all follow.
 */
import type { Region } from '../world.ts';

export const MINUTE_MS = 60_000;

/** Metrics of AWS's own services can be read this long after their minute: SPEC.md, "Durations". */
const PUBLISHING_MS = 60_000;

/** Data of a minute is kept for 15 days: API, GetMetricData. */
const KEPT_MS = 15 * 86_400_000;

/** Names and values, in any order. */
export type Dimensions = readonly (readonly [name: string, value: string])[];

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

/** What was measured in one minute. */
interface Minute {
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
  /** How often each value was seen. */
  readonly values: Map<number, number>;
  /** Not read before; ms. */
  visibleAt: number;
}

export interface Metric extends MetricName {
  /** By the minute's beginning, ms since the epoch. */
  readonly minutes: Map<number, Minute>;
}

export interface Metrics {
  readonly region: Region;
  readonly byKey: Map<string, Metric>;
}

export function metricsOf(region: Region): Metrics {
  return region.part(createMetrics);
}

function createMetrics(region: Region): Metrics {
  return { region, byKey: new Map() };
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, [...dimensions].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

export function findMetric(region: Region, name: MetricName): Metric | undefined {
  return metricsOf(region).byKey.get(keyOf(name));
}

export interface Measurement {
  readonly value: number;
  /** How often it was seen, more than 0. */
  readonly times: number;
  /** Where only these are known of several values whose mean is `value`. */
  readonly extremes?: readonly [minimum: number, maximum: number];
}

/** Notes what was measured at one time by somebody outside, to be read at once. */
export function putMeasurement(region: Region, name: MetricName, at: number, measured: Measurement): void {
  add(metricFor(region, name), at, measured, region.now);
}

/** Notes what an AWS service measured evenly from `from` to `to`, ms: each minute gets its share. */
export function publishMeasurement(region: Region, name: MetricName, span: Span, measured: Measurement): void {
  const { from, to } = span;
  const metric = metricFor(region, name);
  for (let at = from; at < to; ) {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const end = Math.min(to, minute + MINUTE_MS);
    const times = (measured.times * (end - at)) / (to - from);
    add(metric, minute, { ...measured, times }, minute + MINUTE_MS + PUBLISHING_MS);
    at = end;
  }
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

function metricFor(region: Region, name: MetricName): Metric {
  const { byKey } = metricsOf(region);
  const key = keyOf(name);
  const metric = byKey.get(key) ?? { ...name, minutes: new Map() };
  byKey.set(key, metric);
  return metric;
}

function add(metric: Metric, at: number, measured: Measurement, visibleAt: number): void {
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const minute = metric.minutes.get(start) ?? newMinute(metric, start, visibleAt);
  const { value, times } = measured;
  const [minimum, maximum] = measured.extremes ?? [value, value];
  minute.sum += value * times;
  minute.count += times;
  minute.minimum = Math.min(minute.minimum, minimum);
  minute.maximum = Math.max(minute.maximum, maximum);
  minute.values.set(value, (minute.values.get(value) ?? 0) + times);
}

function newMinute({ minutes }: Metric, start: number, visibleAt: number): Minute {
  const minute: Minute = {
    sum: 0,
    count: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    values: new Map(),
    visibleAt,
  };
  minutes.set(start, minute);
  // Minutes arrive in about their order, so the first are the oldest.
  for (const old of minutes.keys()) {
    if (old > start - KEPT_MS) break;
    minutes.delete(old);
  }
  return minute;
}

/** Whether a statistic is one that can be computed: the five simple ones, or a percentile. */
export function isStatistic(statistic: string): boolean {
  return /^(?:Sum|SampleCount|Average|Minimum|Maximum|p(?:100|\d{1,2}(?:\.\d{1,10})?))$/.test(statistic);
}

/**
 * The statistic of each period that has data which can be read now, by the period's beginning in ms.
 * @param periodMs a multiple of a minute
 */
export function seriesOf(
  region: Region,
  name: MetricName,
  statistic: string,
  periodMs: number,
  { from, to }: Span,
): Map<number, number> {
  const periods = new Map<number, Minute[]>();
  for (const [start, minute] of findMetric(region, name)?.minutes ?? []) {
    const period = Math.floor(start / periodMs) * periodMs;
    if (period < from || period >= to || minute.visibleAt > region.now) continue;
    periods.set(period, [...(periods.get(period) ?? []), minute]);
  }
  return new Map(
    [...periods].sort(([a], [b]) => a - b).map(([period, minutes]) => [period, statisticOf(minutes, statistic)]),
  );
}

function statisticOf(minutes: readonly Minute[], statistic: string): number {
  const total = (member: 'sum' | 'count') => minutes.reduce((sum, minute) => sum + minute[member], 0);
  switch (statistic) {
    case 'Sum':
      return tidy(total('sum'));
    case 'SampleCount':
      return tidy(total('count'));
    case 'Average':
      return tidy(total('sum') / total('count'));
    case 'Minimum':
      return Math.min(...minutes.map(({ minimum }) => minimum));
    case 'Maximum':
      return Math.max(...minutes.map(({ maximum }) => maximum));
    default:
      return percentile(minutes, Number(statistic.slice(1)) / 100, total('count'));
  }
}

/** The smallest value that at least this share of all measurements does not exceed. */
function percentile(minutes: readonly Minute[], share: number, count: number): number {
  const values = minutes.flatMap((minute) => [...minute.values]).sort(([a], [b]) => a - b);
  let seen = 0;
  for (const [value, times] of values) {
    seen += times;
    if (seen >= share * count - 1e-9) return value;
  }
  return values.at(-1)?.[0] ?? 0;
}

/** Rates times durations leave rounding errors in the last digits. */
const tidy = (value: number) => Math.round(value * 1e9) / 1e9;
