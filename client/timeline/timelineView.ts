/**
 * One rollout as a picture: phases over time, traffic, tasks, alarms, and what happened. Pure: markup from the record and its
 * events. Everything from outside is escaped; no style or script is written into the markup.
 */
import type { Phase, RolloutEvent, RolloutRecord } from '../../engine/index.ts';
import { duration, failureLines, revisionOf } from '../words.ts';

export interface TimelineInput {
  readonly record: RolloutRecord;
  readonly events: readonly RolloutEvent[];
  /** On the rollout's clock, ms since the epoch. */
  readonly now: number;
  /** What has to be known of where it runs. */
  readonly note?: string;
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\p{Cc}/gu, ' ');

/** Units of the picture's own coordinates. */
const WIDTH = 1000;
const BAND = 30;
const CHART = 90;
const LANE = 8;

/** What fired at the very end is seen too. */
const LEAST_LANE = 6;

interface Span {
  readonly phase: Phase;
  readonly from: number;
  readonly to: number;
}

/** The phases that it went through, each with its time. */
export function spansOf({ record, events, now }: TimelineInput): Span[] {
  const end = record.endedAt ?? Math.max(now, record.startedAt);
  const starts: { phase: Phase; from: number }[] = [{ phase: 'queued', from: record.startedAt }];
  for (const { time, phase } of events) {
    if (starts.at(-1)!.phase !== phase) starts.push({ phase, from: time });
  }
  return starts.flatMap(({ phase, from }, i) => {
    const to = Math.min(end, starts[i + 1]?.from ?? end);
    return to > from ? [{ phase, from, to }] : [];
  });
}

interface Point {
  readonly at: number;
  readonly value: number;
}

/** A number of the rollout over time, from the events that tell it. */
function series(events: readonly RolloutEvent[], names: readonly string[]): Point[] {
  return events.flatMap(({ time, data }) => {
    const name = names.find((one) => typeof data[one] === 'number');
    return name === undefined ? [] : [{ at: time, value: data[name] as number }];
  });
}

interface Scale {
  readonly start: number;
  readonly end: number;
}

const x = ({ start, end }: Scale, at: number): number =>
  Math.round(((Math.min(Math.max(at, start), end) - start) / Math.max(1, end - start)) * WIDTH * 10) / 10;

/** A line in steps that ends at the present. */
function steps(points: readonly Point[], scale: Scale, most: number): string {
  const y = (value: number) => Math.round((CHART - (value / Math.max(1, most)) * (CHART - 8)) * 10) / 10;
  const path = points
    .map(({ at, value }, i) => `${i === 0 ? `M0 ${y(0)} H` : 'H'}${x(scale, at)} V${y(value)}`)
    .join(' ');
  return points.length === 0 ? '' : `${path} H${WIDTH}`;
}

function chart(title: string, unit: string, points: readonly Point[], scale: Scale, most: number): string {
  if (points.length === 0) return '';
  const last = points.at(-1)!.value;
  const said = `${title}: ${points.map(({ at, value }) => `${value}${unit} after ${duration(at - scale.start)}`).join(', ')}`;
  return `<section><h2>${escaped(title)} <span class="value">${last}${unit}</span></h2>
<svg class="chart" viewBox="0 0 ${WIDTH} ${CHART}" preserveAspectRatio="none" role="img" aria-label="${escaped(said)}">
<line class="grid" x1="0" y1="8" x2="${WIDTH}" y2="8"/><line class="grid" x1="0" y1="${CHART}" x2="${WIDTH}" y2="${CHART}"/>
<path class="line" d="${steps(points, scale, most)}"/></svg></section>`;
}

function bands(spans: readonly Span[], scale: Scale): string {
  const said = spans.map(({ phase, from, to }) => `${phase} ${duration(to - from)}`).join(', ');
  const rects = spans.map(({ phase, from, to }) => {
    const left = x(scale, from);
    const width = Math.max(2, x(scale, to) - left);
    return `<rect class="phase ${phase.replaceAll(' ', '-')}" x="${left}" y="0" width="${width}" height="${BAND}"><title>${phase}, ${duration(to - from)}</title></rect>`;
  });
  const keys = spans.map(
    ({ phase, from, to }) =>
      `<li><span class="swatch ${phase.replaceAll(' ', '-')}"></span>${phase} <span class="value">${duration(to - from)}</span></li>`,
  );
  return `<section><h2>Phases</h2>
<svg class="bands" viewBox="0 0 ${WIDTH} ${BAND}" preserveAspectRatio="none" role="img" aria-label="${escaped(said)}">${rects.join('')}</svg>
<ul class="keys">${keys.join('')}</ul></section>`;
}

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

/** One lane for each alarm: quiet until it fired. */
function lanes(alarms: ReadonlyMap<string, number | undefined>, scale: Scale): string {
  if (alarms.size === 0) return '';
  const items = [...alarms].map(([name, firedAt]) => {
    const at = firedAt === undefined ? WIDTH : Math.min(x(scale, firedAt), WIDTH - LEAST_LANE);
    const said = firedAt === undefined ? 'quiet' : `in ALARM after ${duration(firedAt - scale.start)}`;
    const fired =
      firedAt === undefined ? '' : `<rect class="firing" x="${at}" y="0" width="${WIDTH - at}" height="${LANE}"/>`;
    return `<li><span>${escaped(name)} <span class="value">${said}</span></span>
<svg class="lane" viewBox="0 0 ${WIDTH} ${LANE}" preserveAspectRatio="none" role="img" aria-label="${escaped(`${name}: ${said}`)}"><rect class="quiet" x="0" y="0" width="${at}" height="${LANE}"/>${fired}</svg></li>`;
  });
  return `<section><h2>Alarms</h2><ul class="lanes">${items.join('')}</ul></section>`;
}

function eventItem({ seq, time, level, message, phase }: RolloutEvent, start: number): string {
  return `<li class="${level}" tabindex="${seq === 1 ? 0 : -1}"><span class="when">+${duration(time - start)}</span><span class="level">${level === 'info' ? '' : level}</span><span class="message">${escaped(message)}</span><span class="value">${phase}</span></li>`;
}

const FACTS = (record: RolloutRecord): [string, string][] => [
  ['Revision', revisionOf(record)],
  ['Strategy', record.strategy],
  ['Begun by', record.trigger],
  ['Rollout', record.id],
];

/** The page's content. */
export function timelineMarkup(input: TimelineInput): string {
  const { record, events, now, note } = input;
  const end = record.endedAt ?? Math.max(now, record.startedAt + 1);
  const scale = { start: record.startedAt, end };
  const traffic = series(events, ['trafficPercent', 'percent']);
  // How it ended is told by the record alone.
  const last = record.endedAt === null ? undefined : record.progress.ready;
  const tasks = [...series(events, ['ready']), ...(last === undefined ? [] : [{ at: record.endedAt!, value: last }])];
  const desired = Math.max(1, record.progress.desired ?? 1, ...tasks.map(({ value }) => value));
  const failure = failureLines(record);
  const name = record.workload.split('/').at(-1) ?? record.workload;
  const facts = FACTS(record).map(([term, text]) => `<dt>${term}</dt><dd>${escaped(text)}</dd>`);
  return `<header><h1>${escaped(name)} <span class="badge ${record.phase.replaceAll(' ', '-')}">${record.phase}</span></h1>
${note === undefined ? '' : `<p class="note">${escaped(note)}. Nothing real is touched.</p>\n`}<p class="message" aria-live="polite">${escaped(record.message)}</p>
<p class="value">${escaped(record.workload)} · ${duration(end - record.startedAt)}</p></header>
${failure.length === 0 ? '' : `<section class="failure" role="note">${failure.map((line) => `<p>${escaped(line)}</p>`).join('')}</section>`}
${bands(spansOf(input), scale)}
${chart('Traffic to the new revision', ' %', traffic, scale, 100)}
${chart('New tasks that run', '', tasks, scale, desired)}
${lanes(alarmsOf(record, events), scale)}
<section><h2>Events</h2><ol class="events" role="listbox" aria-label="Events, newest last">${events.map((event) => eventItem(event, record.startedAt)).join('')}</ol></section>
<section><h2>About it</h2><dl>${facts.join('')}</dl></section>`;
}

/** The rollout as it was at a moment: for replaying it. Counts come from the events until then. */
export function asOf({ record, events, ...same }: TimelineInput, at: number): TimelineInput {
  const seen = events.filter(({ time }) => time <= at);
  const last = seen.at(-1);
  const isOver = record.endedAt !== null && at >= record.endedAt;
  if (isOver || last === undefined) return { ...same, record, events: isOver ? events : seen, now: at };
  const past: RolloutRecord = {
    ...record,
    phase: last.phase,
    message: last.message,
    endedAt: null,
    failure: seen.some(({ code }) => code === 'rollout.failed') ? record.failure : null,
  };
  return { ...same, record: past, events: seen, now: at };
}
