/**
 * The alarms that watch over a rollout: a lane for each, quiet until it fired, and below it the metric that it watches,
 * with its threshold. The values are there as a table too. Pure.
 */
import type { AlarmCurve, RolloutEvent, RolloutRecord } from '../../engine/index.ts';
import { duration } from '../words.ts';
import { chartBox, escaped, type Scale, WIDTH, x, y } from './drawing.ts';

const LANE = 8;

/** What fired at the very end is seen too. */
const LEAST_LANE = 6;

/** Alarms that watched over it, each with when it fired. */
function alarmsOf({ state }: RolloutRecord, events: readonly RolloutEvent[]): Map<string, number | undefined> {
  const watched = state?.['alarms'];
  const names = Array.isArray(watched) ? watched.filter((name) => typeof name === 'string') : [];
  const alarms = new Map<string, number | undefined>(names.map((name) => [name, undefined]));
  for (const { code, time, data } of events) {
    const name = data['alarm'];
    if (code === 'alarm.fired' && typeof name === 'string') alarms.set(name, alarms.get(name) ?? time);
  }
  return alarms;
}

/** @param curves undefined while nobody has read them */
export function alarmsMarkup(
  record: RolloutRecord,
  events: readonly RolloutEvent[],
  curves: readonly AlarmCurve[] | undefined,
  scale: Scale,
): string {
  const alarms = alarmsOf(record, events);
  if (alarms.size === 0) return '';
  const items = [...alarms].map(([name, firedAt]) => {
    const at = firedAt === undefined ? WIDTH : Math.min(x(scale, firedAt), WIDTH - LEAST_LANE);
    const said = firedAt === undefined ? 'quiet' : `in ALARM after ${duration(firedAt - scale.start)}`;
    const fired =
      firedAt === undefined ? '' : `<rect class="firing" x="${at}" y="0" width="${WIDTH - at}" height="${LANE}"/>`;
    const curve = curves?.find(({ alarm }) => alarm === name);
    return `<li><span>${escaped(name)} <span class="value">${said}</span></span>
<svg class="lane" viewBox="0 0 ${WIDTH} ${LANE}" preserveAspectRatio="none" role="img" aria-label="${escaped(`${name}: ${said}`)}"><rect class="quiet" x="0" y="0" width="${at}" height="${LANE}"/>${fired}</svg>
${curve === undefined ? '' : curveMarkup(curve, scale, firedAt)}</li>`;
  });
  return `<section><h2>Alarms</h2><ul class="lanes">${items.join('')}</ul></section>`;
}

/** At most three digits after the point. */
const shown = (value: number): string => String(Math.round(value * 1000) / 1000);

function curveMarkup(curve: AlarmCurve, scale: Scale, firedAt: number | undefined): string {
  const { alarm, metric, periodMs, threshold, breaches, unknown } = curve;
  const points = curve.points.filter(({ at }) => at + periodMs > scale.start && at < scale.end);
  const rule = threshold === undefined ? '' : ` · alarm where it is ${breaches ?? 'beyond'} ${shown(threshold)}`;
  const caption = `<span class="value">${escaped(`${metric ?? 'No metric'}${rule}`)}</span>`;
  if (points.length === 0) {
    return `<p class="curve">${caption} <span class="value">· ${escaped(`no data${unknown === undefined ? '' : `: ${unknown}`}`)}</span></p>`;
  }
  const values = points.map(({ value }) => value);
  const most = Math.max(...values, threshold ?? 0, Number.MIN_VALUE) * 1.1;
  const line = `<path class="line" d="${brokenSteps(points, periodMs, scale, most)}"/>`;
  const limit =
    threshold === undefined
      ? ''
      : `<line class="threshold" x1="0" y1="${y(threshold, most)}" x2="${WIDTH}" y2="${y(threshold, most)}"/>`;
  const mark =
    firedAt === undefined
      ? ''
      : `<line class="fired" x1="${x(scale, firedAt)}" y1="0" x2="${x(scale, firedAt)}" y2="100"/>`;
  const said = [
    `${alarm}: ${metric}`,
    `from ${shown(Math.min(...values))} to ${shown(Math.max(...values))}, at last ${shown(values.at(-1)!)}`,
    ...(threshold === undefined ? [] : [`threshold ${shown(threshold)}`]),
  ].join(', ');
  return `<p class="curve">${caption}</p>
${chartBox(said, `${limit}${mark}${line}`)}
${table(alarm, points, scale)}`;
}

/** Each value holds for its period; where a period has none the line is broken. */
function brokenSteps(points: AlarmCurve['points'], periodMs: number, scale: Scale, most: number): string {
  return points
    .map(({ at, value }, i) => {
      const isNext = points[i - 1] !== undefined && points[i - 1]!.at + periodMs >= at;
      const level = y(value, most);
      return `${isNext ? `V${level}` : `M${x(scale, at)} ${level}`} H${x(scale, at + periodMs)}`;
    })
    .join(' ');
}

function table(alarm: string, points: AlarmCurve['points'], { start }: Scale): string {
  const when = (at: number) => `${at < start ? '−' : '+'}${duration(Math.abs(at - start))}`;
  const rows = points.map(({ at, value }) => `<tr><td>${when(at)}</td><td>${shown(value)}</td></tr>`);
  return `<details data-key="${escaped(alarm)}"><summary>Values</summary>
<table><thead><tr><th scope="col">After</th><th scope="col">Value</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}
