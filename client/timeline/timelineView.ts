/**
 * One rollout as a picture: phases over time, traffic, tasks, alarms, and what happened. Pure: markup from the record and its
 * events. Everything from outside is escaped; no style or script is written into the markup.
 */
import type { AlarmCurve, Phase, RolloutEvent, RolloutRecord } from '../../engine/index.ts';
import { duration, failureLines, revisionOf } from '../words.ts';
import { alarmsMarkup } from './alarmsView.ts';
import { chartBox, escaped, type Point, type Scale, steps, WIDTH, x } from './drawing.ts';

export interface TimelineInput {
  readonly record: RolloutRecord;
  readonly events: readonly RolloutEvent[];
  /** On the rollout's clock, ms since the epoch. */
  readonly now: number;
  /** The metrics behind its alarms; undefined while nobody has read them. */
  readonly curves?: readonly AlarmCurve[];
  /** What has to be known of where it runs. */
  readonly note?: string;
}

/** Height of the phases, in the picture's own coordinates. */
const BAND = 30;

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

/** A number of the rollout over time, from the events that tell it. */
function series(events: readonly RolloutEvent[], names: readonly string[]): Point[] {
  return events.flatMap(({ time, data }) => {
    const name = names.find((one) => typeof data[one] === 'number');
    return name === undefined ? [] : [{ at: time, value: data[name] as number }];
  });
}

/** Lines over time, the first one solid. */
interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

function chart(title: string, unit: string, lines: readonly Line[], scale: Scale, most: number): string {
  const drawn = lines.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return '';
  const said = drawn.map(({ name, points }) => {
    const values = points.map(({ at, value }) => `${value}${unit} after ${duration(at - scale.start)}`);
    return `${name}: ${values.join(', ')}`;
  });
  const keys = drawn.map(
    ({ name, points }) => `${escaped(name)} <span class="value">${points.at(-1)!.value}${unit}</span>`,
  );
  const paths = drawn.map(
    ({ points }, i) => `<path class="line${i === 0 ? '' : ' other'}" d="${steps(points, scale, most)}"/>`,
  );
  const legend =
    drawn.length === 1
      ? ''
      : `<ul class="keys">${keys.map((key, i) => `<li><span class="stroke${i === 0 ? '' : ' other'}"></span>${key}</li>`).join('')}</ul>`;
  const heading = drawn.length === 1 ? keys[0] : escaped(title);
  return `<section><h2>${heading}</h2>
${chartBox(said.join('; '), paths.join(''))}${legend}</section>`;
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

function eventItem({ seq, time, level, message, phase }: RolloutEvent, start: number): string {
  return `<li class="${level}" role="option" tabindex="${seq === 1 ? 0 : -1}"><span class="when">+${duration(time - start)}</span><span class="level">${level === 'info' ? '' : level}</span><span class="message">${escaped(message)}</span><span class="value">${phase}</span></li>`;
}

const FACTS = (record: RolloutRecord): [string, string][] => [
  ['Revision', revisionOf(record)],
  ['Strategy', record.strategy],
  ['Begun by', record.trigger],
  ['Rollout', record.id],
];

/** How it stands, for people who hear it: told whenever it is another. */
export const spoken = ({ record }: TimelineInput): string => `${standing(record)}: ${record.message}`;

const standing = ({ paused, endedAt, phase }: RolloutRecord): string =>
  paused !== null && endedAt === null ? 'paused' : phase;

/** A rolling update that goes back counts the tasks of what served before. */
const isPuttingBack = ({ strategy }: RolloutRecord, { phase }: RolloutEvent): boolean =>
  strategy === 'ecs-rolling' && phase === 'rolling back';

const backCounts = ({ data: { ready, ...others } }: RolloutEvent): RolloutEvent['data'] =>
  ready === undefined ? others : { ...others, former: ready };

/** Where it went back, none of the new tasks is left. */
function endCounts(record: RolloutRecord, events: readonly RolloutEvent[]): { ready?: number; former?: number } {
  const { phase, progress } = record;
  const goingBack = events.filter((event) => isPuttingBack(record, event));
  if (!['rolled back', 'aborted'].includes(phase) || goingBack.length === 0) return progress;
  // What was created by it has nothing before it.
  const hasBefore = progress.ready !== undefined && goingBack.some(({ data }) => 'former' in data);
  return { ready: 0, ...(hasBefore ? { former: progress.ready } : {}) };
}

/** The page's content. */
export function timelineMarkup(input: TimelineInput): string {
  const { record, events, now, note } = input;
  const end = record.endedAt ?? Math.max(now, record.startedAt + 1);
  const scale = { start: record.startedAt, end };
  const { desired = 1, trafficPercent } = record.progress;
  // How it ended is told by the record alone.
  const atEnd = (value: number | undefined): Point[] =>
    record.endedAt === null || value === undefined ? [] : [{ at: record.endedAt, value }];
  const traffic = [...series(events, ['trafficPercent', 'percent']), ...atEnd(trafficPercent)];
  const counted = events.map((event) => (isPuttingBack(record, event) ? { ...event, data: backCounts(event) } : event));
  const { ready, former } = endCounts(record, counted);
  const tasks = [...series(counted, ['ready']), ...atEnd(ready)];
  const told = [...series(counted, ['former']), ...atEnd(former)];
  // They ran before anything was told of them.
  const others = told.length === 0 ? [] : [{ ...told[0]!, at: record.startedAt }, ...told];
  const most = Math.max(1, desired, ...[...tasks, ...others].map(({ value }) => value));
  const failure = failureLines(record);
  const name = record.workload.split('/').at(-1) ?? record.workload;
  const facts = FACTS(record).map(([term, text]) => `<dt>${term}</dt><dd>${escaped(text)}</dd>`);
  const badge = standing(record);
  return `<header><h1>${escaped(name)} <span class="badge ${badge.replaceAll(' ', '-')}">${badge}</span></h1>
${note === undefined ? '' : `<p class="note">${escaped(note)}. Nothing real is touched.</p>\n`}<p class="message">${escaped(record.message)}</p>
<p class="value">${escaped(record.workload)} · ${duration(end - record.startedAt)}</p></header>
${failure.length === 0 ? '' : `<section class="failure" role="note">${failure.map((line) => `<p>${escaped(line)}</p>`).join('')}</section>`}
${bands(spansOf(input), scale)}
${chart('Traffic', ' %', [{ name: 'Traffic to the new revision', points: traffic }], scale, 100)}
${chart(
  'Tasks that run',
  '',
  [
    { name: 'New tasks that run', points: tasks },
    { name: 'Those before', points: others },
  ],
  scale,
  most,
)}
${alarmsMarkup(record, events, input.curves, scale)}
<section><h2>Events</h2><ol class="events" role="listbox" aria-label="Events, newest last">${events.map((event) => eventItem(event, record.startedAt)).join('')}</ol></section>
<section><h2>About it</h2><dl>${facts.join('')}</dl></section>`;
}

/** The rollout as it was at a moment: for replaying it. Counts come from the events until then. */
export function asOf({ record, events, ...rest }: TimelineInput, at: number): TimelineInput {
  const curves = rest.curves?.map((curve) => ({
    ...curve,
    points: curve.points.filter((point) => point.at + curve.periodMs <= at),
  }));
  const same = { ...rest, ...(curves === undefined ? {} : { curves }) };
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
