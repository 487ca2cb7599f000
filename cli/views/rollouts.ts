/** Rollouts of the store: for people in tables, and as machine output. */
import { isFinal, type RolloutRecord, type StatusEntry, targetLabel, targetView } from '../../engine/index.ts';
import { harmless, oneLine, table } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { dayAndTime, duration, iso, isoOrNull } from '../terminal/time.ts';
import { phaseSign, progressText } from './liveRollouts.ts';
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
    paused: record.paused ?? null,
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
export function statusJson({ rollout, owner, drift, unread }: StatusEntry): object {
  return {
    ...rolloutJson(rollout),
    since: iso(rollout.endedAt ?? rollout.startedAt),
    drift: drift === undefined ? null : (drift ?? 'none'),
    ...(unread === undefined ? {} : { unread: unread.message }),
    owner: owner === undefined ? null : { host: owner.host, pid: owner.pid },
  };
}

const sign = (record: RolloutRecord, style: Style): string =>
  isFinal(record.phase) ? phaseSign(record, style) : style.color.cyan(style.symbols.info);

/** Who is at it, for an unfinished rollout. */
const atWork = ({ rollout, owner }: StatusEntry): string => {
  if (rollout.endedAt !== null) return rollout.phase === 'succeeded' ? '' : rollout.message;
  if (owner === undefined) return `nobody runs it: take it up with \`gitmoxi resume\` (${rollout.message})`;
  return rollout.message;
};

function driftText({ drift, unread }: StatusEntry, { color }: Style): string {
  if (unread !== undefined) return color.yellow('drift unknown');
  if (drift === undefined) return '';
  return drift === null ? 'no drift' : color.yellow(`drift: ${oneLine(drift)}`);
}

/** @param now on the rollouts' clock */
export function statusLines(entries: readonly StatusEntry[], now: number, style: Style): string[] {
  const { color, symbols } = style;
  const rows = entries.map((entry) => {
    const { rollout } = entry;
    return [
      sign(rollout, style),
      color.bold(oneLine(rollout.workload)),
      rollout.phase,
      progressText(rollout),
      revisionText(rollout),
      color.dim(`${duration(now - (rollout.endedAt ?? rollout.startedAt))} ago`),
      driftText(entry, style),
      color.dim(oneLine(targetLabel(rollout.target))),
      oneLine(atWork(entry)),
    ];
  });
  return table(rows, { columns: style.tableWidth(), ellipsis: symbols.ellipsis, optional: [7, 4, 5, 3] });
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
