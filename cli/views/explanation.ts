/** Why a rollout failed: for people, and as machine output. */
import { type Explanation, targetLabel, targetView } from '../../engine/index.ts';
import { harmless, oneLine, pad, shorten, wrap } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { dayAndTime, duration, iso, isoOrNull, timeOfDay } from '../terminal/time.ts';
import { phaseSign } from './liveRollouts.ts';
import { changedFileLine, differenceLines, shortRevision } from './plan.ts';
import { plural } from './problems.ts';
import { alike } from './rolloutSummary.ts';

export function explanationJson(explanation: Explanation): object {
  const { rollout, outcome, failure, evidence, logs, change, edit, missing } = explanation;
  return {
    rollout: rollout.id,
    workload: rollout.workload,
    target: targetView(rollout.target),
    phase: rollout.phase,
    message: rollout.message,
    startedAt: iso(rollout.startedAt),
    endedAt: isoOrNull(rollout.endedAt),
    outcome,
    class: failure?.class ?? null,
    reason: failure?.message ?? null,
    cause: failure?.cause ?? null,
    next: failure?.next ?? null,
    rule: failure?.rule ?? null,
    source: failure?.source ?? null,
    requestId: failure?.requestId ?? null,
    evidence: evidence.map(({ kind, text, at }) => ({ kind, text, time: isoOrNull(at) })),
    logs: logs.map((excerpt) => ({
      ...excerpt,
      lines: excerpt.lines.map(({ at, text }) => ({ time: iso(at), text })),
    })),
    change: change === null ? null : { ...change, committedAt: isoOrNull(change.committedAt) },
    edit,
    missing,
  };
}

const LABEL_COLUMNS = 'what happened  '.length;
const INDENT = 2;

/** Differences that are shown before the rest is only counted. */
const MOST_DIFFERENCES = 8;

/** A label, and lines beside it. */
function section(label: string, lines: readonly string[], { color }: Style): string[] {
  return lines.map((line, i) =>
    `${' '.repeat(INDENT)}${color.dim(pad(i === 0 ? label : '', LABEL_COLUMNS))}${line}`.trimEnd(),
  );
}

const room = (style: Style): number => style.width() - INDENT - LABEL_COLUMNS;

/** Each text behind a dot, its further lines below the first. */
function bullets(texts: readonly string[], style: Style): string[] {
  return texts.flatMap((text) =>
    wrap(text, room(style) - 2).map((line, i) => `${i === 0 ? style.symbols.dot : ' '} ${line}`),
  );
}

/** Tasks of one deployment write alike: of each container the last one is shown. */
function logLines({ logs }: Explanation, style: Style): string[] {
  const { color, symbols } = style;
  const shown = [...new Map(logs.map((excerpt) => [excerpt.container, excerpt])).values()];
  return shown.flatMap(({ group, stream, container, lines }) => [
    color.dim(shorten(oneLine(`${container ?? 'function'}: ${group} ${stream}`), room(style), symbols.ellipsis)),
    ...lines.map(
      ({ at, text }) =>
        `${color.dim(timeOfDay(at))} ${shorten(harmless(text).replaceAll(/\s/g, ' '), room(style) - 9, symbols.ellipsis)}`,
    ),
  ]);
}

function changeLines({ change }: Explanation, style: Style): string[] {
  if (change === null) return [];
  const { commit, subject, author, authorEmail, committedAt, since, files, differences } = change;
  const by = author === null || author === '' ? '' : ` by ${author}${authorEmail === null ? '' : ` <${authorEmail}>`}`;
  const when = committedAt === null ? '' : `, ${dayAndTime(committedAt)}`;
  const what = commit === null ? 'the working tree' : `${shortRevision(commit)} ${subject ?? ''}`.trimEnd();
  const against = since === null ? 'nothing served before' : `against ${shortRevision(since)}, which served before`;
  const hidden = differences.length - MOST_DIFFERENCES;
  return [
    ...wrap(oneLine(`${what}${by}${when}`), room(style)),
    style.color.dim(since === commit ? 'the same commit served before' : against),
    ...files.map(changedFileLine),
    ...differences
      .slice(0, MOST_DIFFERENCES)
      .flatMap(({ path, before, after }) =>
        differenceLines({ path, live: before, desired: after }, style, room(style)),
      ),
    ...(hidden > 0 ? [style.color.dim(`${style.symbols.ellipsis} and ${plural(hidden, 'more difference')}`)] : []),
  ];
}

function editLines({ edit }: Explanation, style: Style): string[] {
  if (edit === null) return [];
  const { color, symbols } = style;
  const diff = (sign: string, lines: readonly string[], paint: (text: string) => string) =>
    lines.map((line) => paint(shorten(`${sign} ${harmless(line)}`, room(style), symbols.ellipsis)));
  const { place, what } = edit;
  if (place === null) {
    const where = what.pointer === null ? '' : `${what.pointer}: `;
    return [
      ...wrap(edit.description, room(style)),
      ...diff('+', [`${where}${JSON.stringify(what.value)}`], color.green),
    ];
  }
  return [
    ...wrap(edit.description, room(style)),
    color.dim(`${oneLine(place.path)}:${place.line}`),
    ...diff('-', place.removed, color.red),
    ...diff('+', place.added, color.green),
  ];
}

const CALM: Readonly<Record<Exclude<Explanation['outcome'], 'failed'>, string>> = {
  succeeded: 'it succeeded: there is nothing to explain',
  aborted: 'somebody asked for it',
  superseded: 'something else took its place',
  'under way': 'it is not over yet; watch it with `gitmoxi status --watch`',
};

export function explanationLines(explanation: Explanation, style: Style): string[] {
  const { rollout, outcome, failure, evidence, missing } = explanation;
  const { color } = style;
  const took = rollout.endedAt === null ? '' : `, after ${duration(rollout.endedAt - rollout.startedAt)}`;
  const head = [
    `${outcome === 'under way' ? color.cyan(style.symbols.info) : phaseSign(rollout, style)} ${color.bold(oneLine(rollout.workload))}  ${rollout.phase}${took}  ${color.dim(rollout.id)}`,
    `${' '.repeat(INDENT)}${color.dim(oneLine(targetLabel(rollout.target)))}`,
    '',
  ];
  const said = (label: string, text: string) => section(label, wrap(text, room(style)), style);
  if (failure === null || outcome === 'aborted')
    return [...head, ...said('how it ended', `${rollout.message}${outcome === 'failed' ? '' : `; ${CALM[outcome]}`}`)];
  const texts = evidence.map(({ text }) => harmless(text)).filter((text) => !failure.message.includes(text));
  const parts = [
    said('what happened', `${failure.message} (${failure.class})`),
    failure.cause === null ? [] : said('why', failure.cause),
    section('evidence', bullets(alike(texts), style), style),
    section('request id', failure.requestId === null ? [] : [failure.requestId], style),
    section('last lines', logLines(explanation, style), style),
    section('what changed', changeLines(explanation, style), style),
    said('next', failure.next),
    section('edit', editLines(explanation, style), style),
    section('not seen', bullets(missing, style), style).map((line) => color.dim(line)),
  ];
  const shown = parts.filter((lines) => lines.length > 0);
  // What takes several lines gets air around it.
  return [
    ...head,
    ...shown.flatMap((lines, i) => (i > 0 && (lines.length > 2 || shown[i - 1]!.length > 2) ? ['', ...lines] : lines)),
  ];
}
