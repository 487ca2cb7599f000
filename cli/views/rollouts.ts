/** Rollouts of the store: for people in tables, and as machine output. */
import { isFinal, type RolloutRecord, type StatusEntry, targetLabel, targetView } from '../../engine/index.ts';
import { harmless, oneLine, table, wrap } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { dayAndTime, duration, iso, isoOrNull } from '../terminal/time.ts';
import {
  commandText,
  elapsedText,
  expectedJson,
  fallbackJson,
  fallbackText,
  timeNear,
  waitingJson,
  waitingText,
} from './insight.ts';
import { nameText, phaseSign, progressText } from './liveRollouts.ts';
import { shortRevision } from './plan.ts';

const revisionText = ({ revision }: RolloutRecord): string =>
  revision.commit === undefined ? 'working tree' : shortRevision(revision.commit);

/** A record without what only the machinery knows. */
export function rolloutJson(record: RolloutRecord): object {
  const { id, workload, kind, target, strategy, trigger, phase, message, progress, failure } = record;
  return {
    rollout: id,
    workload,
    kind,
    target: targetView(target),
    strategy,
    trigger,
    phase,
    message,
    paused: record.paused ? { by: record.paused.by, since: iso(record.paused.since) } : null,
    waiting: waitingJson(record.waiting),
    expected: expectedJson(record.expected),
    traffic: progress.trafficPercent ?? null,
    stage: progress.stage ?? null,
    tasks: progress.desired === undefined ? null : { ready: progress.ready ?? 0, desired: progress.desired },
    revision: {
      commit: record.revision.commit ?? null,
      subject: record.revision.subject ?? null,
      author: record.revision.author ?? null,
    },
    failure,
    startedAt: iso(record.startedAt),
    updatedAt: iso(record.updatedAt),
    endedAt: isoOrNull(record.endedAt),
  };
}

/** `drift`: `none`, or how what runs differs; null where nobody looked or it cannot be told. */
export function statusJson({ rollout, owner, drift, unread, held, fallback, ahead }: StatusEntry): object {
  return {
    ...rolloutJson(rollout),
    since: iso(rollout.endedAt ?? rollout.startedAt),
    drift: drift === undefined ? null : (drift ?? 'none'),
    ...(unread === undefined ? {} : { unread: unread.message }),
    owner: owner === undefined ? null : { host: owner.host, pid: owner.pid },
    ahead: ahead ?? null,
    held: held === undefined ? null : { reason: held.reason, commit: held.commit, since: iso(held.since) },
    fallback: fallbackJson(fallback),
  };
}

const sign = (record: RolloutRecord, style: Style): string =>
  isFinal(record.phase) ? phaseSign(record, style) : style.color.cyan(style.symbols.info);

/** A line below that of a workload, and how it is painted. */
type Detail = readonly [text: string, paint?: (text: string) => string];

/** What an unfinished rollout waits for, who has to do something, and who runs it. */
function underWay({ rollout, owner, ahead }: StatusEntry, now: number, { color }: Style): Detail[] {
  const { waiting, message, id } = rollout;
  const paused = rollout.paused ?? null;
  if (owner === undefined)
    return [['nobody is running this: `gitmoxi resume`', color.yellow], [`it was at: ${message}`]];
  const command = commandText(rollout);
  const isHeldBack = paused !== null && waiting?.for === 'person';
  const what: Detail = [waiting == null || isHeldBack ? message : waitingText(waiting, now, ahead)];
  return [
    ...(paused === null
      ? []
      : [[`paused by ${paused.by} since ${timeNear(paused.since, now)}`, color.yellow] as const]),
    what,
    ...(command === undefined ? [] : [[`go on with \`${command}\``, color.yellow] as const]),
    [`${id}, run by process ${owner.pid} on ${owner.host}`, color.dim],
  ];
}

/** What there is to know of a workload beyond its line: what is waited for, or why it is not as it should be. */
function detailsOf(entry: StatusEntry, now: number, style: Style): Detail[] {
  const { rollout, held, fallback, drift, workload } = entry;
  const { color } = style;
  const isOver = isFinal(rollout.phase);
  const isBad = isOver && rollout.phase !== 'succeeded';
  const what = held?.commit == null ? 'held' : `held: commit ${shortRevision(held.commit)},`;
  return [
    ...(isOver ? [] : underWay(entry, now, style)),
    ...(isBad ? [[rollout.message] as const, [`all about it: gitmoxi explain ${rollout.id}`, color.dim] as const] : []),
    ...(drift == null ? [] : [[`drift: ${drift}`, color.yellow] as const]),
    ...(fallback === undefined ? [] : [[fallbackText(fallback, now, workload), color.yellow] as const]),
    ...(held === undefined
      ? []
      : [[`${what} ${held.reason}; let it go with \`gitmoxi release ${workload}\``, color.yellow] as const]),
  ];
}

const DETAIL_INDENT = '    ';

/** Broken into lines before they are painted; what is to be typed stays in one piece. */
const detailLines = (details: readonly Detail[], style: Style): string[] =>
  details.flatMap(([text, paint = (plain: string) => plain]) => {
    const whole = oneLine(text).replaceAll(/`[^`]*`/g, (command) => command.replaceAll(' ', '\u00a0'));
    const lines = wrap(whole, style.width() - DETAIL_INDENT.length);
    return lines.map((line) => DETAIL_INDENT + paint(line.replaceAll('\u00a0', ' ')));
  });

/**
 * A line for each workload, and below it what there is to know.
 *
 * @param now on the rollouts' clock
 */
export function statusLines(entries: readonly StatusEntry[], now: number, style: Style): string[] {
  const { color, symbols } = style;
  const rows = entries.map((entry) => {
    const { rollout } = entry;
    return [
      sign(rollout, style),
      color.bold(nameText(rollout.workload, style)),
      rollout.phase,
      progressText(rollout),
      revisionText(rollout),
      // What has drifted is said below.
      entry.unread !== undefined ? color.yellow('drift unknown') : entry.drift === null ? 'no drift' : '',
      color.dim(oneLine(targetLabel(rollout.target))),
      color.dim(rollout.endedAt === null ? elapsedText(rollout, now) : `${duration(now - rollout.endedAt)} ago`),
    ];
  });
  const lines = table(rows, { columns: style.tableWidth(), ellipsis: symbols.ellipsis, optional: [6, 4, 5, 3] });
  return entries.flatMap((entry, i) => [lines[i]!, ...detailLines(detailsOf(entry, now, style), style)]);
}

/** Why drift is not known, once for each account and region. */
export function unreadLines(entries: readonly StatusEntry[], { color, symbols }: Style): string[] {
  const unread = entries.filter((entry) => entry.unread !== undefined);
  const places = Map.groupBy(unread, ({ target }) => `${target.account}/${target.region}`);
  return [...places.values()].flatMap(([first, ...more]) => {
    const { message, hint } = first!.unread!;
    const others = more.length === 0 ? '' : ` (and ${more.length} more there)`;
    return [
      `${color.yellow(symbols.warning)} ${harmless(message)}${others}`,
      ...(hint === undefined ? [] : [color.dim(`  hint: ${harmless(hint)}`)]),
    ];
  });
}

export function historyLines(records: readonly RolloutRecord[], style: Style): string[] {
  const { color, symbols } = style;
  const rows = records.map((record) => [
    sign(record, style),
    dayAndTime(record.startedAt),
    record.id,
    color.bold(oneLine(record.workload)),
    record.phase,
    record.endedAt === null ? '' : duration(record.endedAt - record.startedAt),
    revisionText(record),
    oneLine(
      record.phase === 'succeeded' ? (record.revision.subject ?? '') : (record.failure?.message ?? record.message),
    ),
  ]);
  return table(rows, { columns: style.tableWidth(), ellipsis: symbols.ellipsis, optional: [5, 6, 1] });
}
