/** How rollouts ended: for people, and as the machine output of the contract. */
import { type DeployReport, type RolloutRecord, targetView } from '../../engine/index.ts';
import { harmless, oneLine, table, wrap } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { duration, isoOrNull } from '../terminal/time.ts';

type RolloutSummary = DeployReport['rollouts'][number];

/** What was not begun, where there is any. */
function blockedJson({ blocked = [] }: DeployReport): object {
  if (blocked.length === 0) return {};
  return {
    blocked: blocked.map(({ workload, kind, target, reason, problems }) => ({
      workload,
      kind,
      target: target === undefined ? null : targetView(target),
      reason,
      problems,
    })),
  };
}

export function summaryJson(report: DeployReport): object {
  return {
    summary: {
      revision: report.revision,
      rollouts: report.rollouts.map(({ rollout, workload, target, phase, startedAt, endedAt, reason }) => ({
        rollout,
        workload,
        target: targetView(target),
        phase,
        startedAt: isoOrNull(startedAt),
        endedAt: isoOrNull(endedAt),
        ...(reason === undefined ? {} : { reason }),
      })),
      ...blockedJson(report),
    },
  };
}

function sign({ phase }: RolloutSummary, { color, symbols }: Style): string {
  if (phase === 'succeeded') return color.green(symbols.ok);
  const isCalm = phase === 'unfinished' || phase === 'busy' || phase === 'superseded' || phase === 'rolled back';
  return isCalm ? color.yellow(symbols.warning) : color.red(symbols.failed);
}

const tookText = ({ startedAt, endedAt }: RolloutSummary): string =>
  startedAt === null || endedAt === null ? '' : duration(endedAt - startedAt);

/** Task ids and the like: two sentences that differ in nothing else say the same. */
const ID = /\b[0-9a-f-]{32,36}\b/g;

/** Sentences that say the same once, with how often. */
export function alike(texts: readonly string[]): string[] {
  const groups = [...Map.groupBy(texts, (text) => text.replaceAll(ID, '')).values()];
  return groups.map((group) => (group.length === 1 ? group[0]! : `${group[0]} (and ${group.length - 1} more like it)`));
}

function failureLines(summary: RolloutSummary, record: RolloutRecord | undefined, style: Style): string[] {
  const { color, symbols } = style;
  const room = style.width() - 4;
  const failure = record?.failure ?? null;
  const paragraph = (text: string, first: string) =>
    wrap(text, room - first.length).map((line, i) => `    ${i === 0 ? first : ' '.repeat(first.length)}${line}`);
  const reason = failure === null ? (summary.reason ?? '') : failure.message;
  const kind = failure === null || failure.class === 'unknown' ? '' : ` (${failure.class})`;
  const evidence = alike((failure?.evidence ?? []).filter((text) => !reason.includes(text)));
  return [
    ...(reason === '' ? [] : paragraph(`${reason}${kind}`, '')),
    ...evidence.flatMap((text) => paragraph(harmless(text), `${symbols.dot} `)).map((line) => color.dim(line)),
    ...(failure?.requestId === undefined ? [] : [color.dim(`    request id: ${failure.requestId}`)]),
    ...(failure?.cause === undefined ? [] : paragraph(failure.cause, 'why: ')),
    ...(summary.next === undefined ? [] : paragraph(summary.next, 'next: ')),
    ...(failure === null || record?.phase === 'aborted'
      ? []
      : [color.dim(`    all about it: gitmoxi explain ${summary.rollout}`)]),
  ];
}

/** A table of all, and below it what to know about those that did not succeed. */
export function summaryLines(
  report: DeployReport,
  records: ReadonlyMap<string, RolloutRecord>,
  style: Style,
): string[] {
  const { color, symbols } = style;
  const rows = report.rollouts.map((summary) => [
    sign(summary, style),
    color.bold(oneLine(summary.workload)),
    summary.phase,
    tookText(summary),
    color.dim(summary.rollout ?? ''),
    summary.phase === 'succeeded' ? oneLine(summary.reason ?? '') : '',
  ]);
  const lines = table(rows, { columns: style.tableWidth(), ellipsis: symbols.ellipsis });
  return report.rollouts.flatMap((summary, i) =>
    summary.phase === 'succeeded'
      ? [lines[i]!]
      : [lines[i]!, ...failureLines(summary, records.get(summary.rollout ?? ''), style)],
  );
}
