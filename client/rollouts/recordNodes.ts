/** What is shown of one rollout: its icon and words, its row in a workload's history, and its events. Pure. */
import type { Phase, RolloutEvent, RolloutRecord } from '../../engine/index.ts';
import { countsOf, duration, failureLines, revisionOf, shortCommit } from '../words.ts';
import { fitted } from './narrow.ts';
import type { Icon, RolloutNode, Subject } from './rolloutNode.ts';

const MOVING: Icon = { name: 'sync~spin', color: 'charts.blue' };
export const GOOD: Icon = { name: 'pass-filled', color: 'testing.iconPassed' };
export const BAD: Icon = { name: 'error', color: 'testing.iconFailed' };

export const ICONS: Readonly<Record<Phase, Icon>> = {
  queued: { name: 'watch', color: 'charts.blue' },
  preparing: MOVING,
  launching: MOVING,
  stabilizing: MOVING,
  shifting: MOVING,
  finishing: MOVING,
  'rolling back': { name: 'sync~spin', color: 'charts.red' },
  succeeded: GOOD,
  'rolled back': { name: 'discard', color: 'charts.yellow' },
  failed: BAD,
  aborted: { name: 'circle-slash', color: 'charts.yellow' },
  superseded: { name: 'debug-step-over', color: 'disabledForeground' },
};

/** Unfinished, and its process is gone. */
export const ABANDONED: Icon = { name: 'debug-disconnect', color: 'charts.yellow' };
export const PAUSED: Icon = { name: 'debug-pause', color: 'charts.yellow' };

/** What a rollout waits for now, above its events. */
export function waitNode(
  subject: Subject,
  { id }: RolloutRecord,
  [text = '', ...more]: readonly string[],
): RolloutNode {
  return {
    id: `waiting ${id}`,
    label: text,
    description: more.join('; '),
    spoken: [text, ...more].join(', '),
    tooltip: [text, ...more],
    icon: { name: 'watch', color: 'charts.blue' },
    context: 'event',
    children: 'none',
    subject: { ...subject, rollout: id, isRollout: true },
  };
}

/** One rollout in a workload's history. */
export function historyNode(subject: Subject, record: RolloutRecord, now: number): RolloutNode {
  const name = record.revision.subject ?? (record.revision.commit ? shortCommit(record.revision.commit) : undefined);
  const when = since(record, now);
  // That it succeeded, its icon says as well.
  const words = record.phase === 'succeeded' ? [when] : [record.phase, when];
  const row = fitted(name ?? 'Working tree', words, { depth: 2, loses: 'end' });
  return {
    id: `rollout ${record.id}`,
    ...row,
    spoken: record.phase === 'succeeded' ? `${row.spoken}, ${record.phase}` : row.spoken,
    tooltip: recordLines(record, false, now),
    icon: record.paused !== null && record.endedAt === null ? PAUSED : ICONS[record.phase],
    context: ['rollout', ...recordWords(record)].join(' '),
    children: 'collapsed',
    subject: { ...subject, rollout: record.id, isRollout: true },
  };
}

const EVENT_ICONS: Readonly<Record<RolloutEvent['level'], Icon>> = {
  info: { name: 'circle-small-filled', color: 'disabledForeground' },
  warning: { name: 'warning', color: 'charts.yellow' },
  error: BAD,
};

/** One event of a rollout, newest first in the view. */
export function eventNode(subject: Subject, event: RolloutEvent, startedAt: number): RolloutNode {
  const when = `+${duration(event.time - startedAt)}`;
  return {
    id: `event ${event.rollout} ${event.seq}`,
    // The time comes first, where it is seen however long the message is.
    label: `${when}  ${event.message}`,
    description: '',
    spoken: `${when}, ${event.message}`,
    tooltip: [event.message, `${when}, ${event.phase}, ${event.code}`],
    icon: EVENT_ICONS[event.level],
    context: 'event',
    children: 'none',
    subject: { ...subject, rollout: event.rollout, isRollout: true },
  };
}

/** Words about a rollout that the manifest's menus go by. */
export function recordWords(record: RolloutRecord | undefined): string[] {
  if (record === undefined) return [];
  const isOver = record.endedAt !== null;
  return [
    'hasRollout',
    ...(isOver ? ['ended'] : ['inProgress']),
    ...(!isOver && record.paused !== null ? ['paused'] : []),
    ...(!isOver && isPromotable(record) ? ['promotable'] : []),
    ...(record.failure === null ? [] : ['failed']),
    ...(record.phase === 'succeeded' ? ['good'] : []),
  ];
}

/** Does it stand at a step, or wait for a person? */
const isPromotable = ({ paused, phase, waiting }: RolloutRecord): boolean =>
  paused !== null || phase === 'shifting' || waiting?.command === 'promote';

export const since = (record: RolloutRecord, now: number): string =>
  record.endedAt === null ? duration(now - record.startedAt, 1) : `${duration(now - record.endedAt, 1)} ago`;

/** What began a rollout. */
const BEGUN: Readonly<Record<RolloutRecord['trigger'], string>> = {
  manual: 'by hand',
  commit: 'by a commit',
  poll: 'by a fetched commit',
  webhook: 'by a pushed commit',
  rollback: 'a rollback',
  fallback: 'a move to the fallback capacity',
  return: 'a return from the fallback capacity',
};

/** What a tooltip says of it, line by line. */
export function recordLines(record: RolloutRecord, isAbandoned: boolean, now: number): string[] {
  const unfinished = record.endedAt === null;
  const took = duration((record.endedAt ?? now) - record.startedAt);
  const interrupted = unfinished && isAbandoned ? 'interrupted while ' : '';
  const counts = countsOf(record);
  return [
    `${interrupted}${record.phase}: ${record.message}`,
    ...(counts.length === 0 ? [] : [counts.join(', ')]),
    `${revisionOf(record)}, ${BEGUN[record.trigger]}, ${unfinished ? `begun ${took} ago${expectedWords(record)}` : `took ${took}`}`,
    ...(record.paused === null || !unfinished ? [] : [`paused by ${record.paused.by}`]),
    ...failureLines(record),
  ];
}

function expectedWords({ expected, phase }: RolloutRecord): string {
  if (expected == null || phase === 'rolling back') return '';
  return `, ${expected.rollouts === 0 ? 'takes at least' : 'usually takes'} ${duration(expected.ms)}`;
}
