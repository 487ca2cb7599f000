/** The nodes of the rollouts view, as plain data: order, words, icons. Pure. */
import type { Phase, RolloutRecord } from '../../engine/index.ts';
import type { Welcome } from '../manifestIds.ts';
import type { RolloutRow } from './rollout.ts';
import type { RolloutsState } from './rolloutStore.ts';

/** A codicon and the theme colour it has. */
export interface Icon {
  readonly name: string;
  readonly color?: string;
}

export interface RolloutNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Lines of plain text. */
  readonly tooltip: readonly string[];
  readonly icon: Icon;
  /** What the manifest's menus go by. */
  readonly context: 'rollout.inProgress' | 'rollout.ended' | 'failure';
}

const MOVING: Icon = { name: 'sync~spin', color: 'charts.blue' };

const ICONS: Readonly<Record<Phase, Icon>> = {
  queued: { name: 'watch', color: 'charts.blue' },
  preparing: MOVING,
  launching: MOVING,
  stabilizing: MOVING,
  shifting: MOVING,
  finishing: MOVING,
  'rolling back': { name: 'sync~spin', color: 'charts.orange' },
  succeeded: { name: 'pass-filled', color: 'testing.iconPassed' },
  'rolled back': { name: 'discard', color: 'charts.orange' },
  failed: { name: 'error', color: 'testing.iconFailed' },
  aborted: { name: 'circle-slash', color: 'charts.orange' },
  superseded: { name: 'debug-step-over', color: 'disabledForeground' },
};

/** Unfinished, and its process is gone. */
const ABANDONED: Icon = { name: 'debug-disconnect', color: 'charts.orange' };

export function welcomeOf(state: RolloutsState): Welcome {
  if ('failure' in state || state.rollouts.rows.length > 0) return 'rows';
  return state.rollouts.inRepository ? 'none' : 'noRepository';
}

/**
 * In progress first, newest first; then the others by workload.
 *
 * @param now ms since the epoch
 */
export function rolloutNodes(state: RolloutsState, now: number): RolloutNode[] {
  if ('failure' in state) return [failureNode(state.failure)];
  const { rows } = state.rollouts;
  const unfinished = rows.filter(({ record }) => record.endedAt === null);
  const ended = rows.filter(({ record }) => record.endedAt !== null);
  return [
    ...unfinished.toSorted((a, b) => b.record.startedAt - a.record.startedAt),
    ...ended.toSorted((a, b) => compare(a.record.workload, b.record.workload) || compare(a.id, b.id)),
  ].map((row) => rolloutNode(row, now));
}

function rolloutNode({ id, place, record, running }: RolloutRow, now: number): RolloutNode {
  const unfinished = record.endedAt === null;
  const abandoned = unfinished && !running;
  const took = (record.endedAt ?? now) - record.startedAt;
  const elapsed = duration(took);
  const when = unfinished ? duration(took, 1) : `${duration(now - record.endedAt, 1)} ago`;
  return {
    id,
    label: shortPath(record.workload),
    description: [abandoned ? 'interrupted' : record.phase, ...counts(record), when].join(' · '),
    tooltip: [
      `${record.workload} on ${place}`,
      `${abandoned ? `interrupted while ${record.phase}` : record.phase}: ${record.message}`,
      `${revisionOf(record)}, by ${record.trigger}, ${unfinished ? 'begun' : 'took'} ${elapsed}${unfinished ? ' ago' : ''}`,
      ...failureLines(record),
    ],
    icon: abandoned ? ABANDONED : ICONS[record.phase],
    context: unfinished ? 'rollout.inProgress' : 'rollout.ended',
  };
}

/** What fits beside the state in a sidebar of 300 pixels, characters. */
const MAX_LABEL = 24;

/** Keeps the ends of a long path: the first folder often names the environment, the last segment the workload. */
export function shortPath(path: string): string {
  const [first, ...rest] = path.split('/');
  if (path.length <= MAX_LABEL || rest.length < 2) return path;
  return `${first}/…/${rest.at(-1)}`;
}

/** What moves, while it moves. */
function counts({ endedAt, progress: { ready, desired, trafficPercent } }: RolloutRecord): string[] {
  if (endedAt !== null) return [];
  const tasks = ready === undefined || desired === undefined ? [] : [`${ready}/${desired} tasks`];
  return [...tasks, ...(trafficPercent === undefined ? [] : [`${trafficPercent} % traffic`])];
}

function revisionOf({ revision: { commit, subject } }: RolloutRecord): string {
  if (commit === undefined) return 'working tree';
  return `commit ${commit.slice(0, 7)}${subject === undefined ? '' : ` (${subject})`}`;
}

/** An engine's error says what to do; anything else says at least what it is. */
/** What happened, why, and what to do. */
function failureLines({ failure }: RolloutRecord): string[] {
  if (failure === null) return [];
  return [failure.message, ...(failure.cause === undefined ? [] : [failure.cause]), failure.next];
}

function failureNode(failure: unknown): RolloutNode {
  const message = failure instanceof Error ? failure.message : String(failure);
  const hint = (failure as { hint?: unknown } | undefined)?.hint;
  return {
    id: 'failure',
    label: message,
    description: 'select to retry',
    tooltip: [message, ...(typeof hint === 'string' ? [hint] : [])],
    icon: { name: 'error', color: 'testing.iconFailed' },
    context: 'failure',
  };
}

/** The largest one or two units: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. A clock that runs behind gives `0 s`. */
export function duration(ms: number, units: 1 | 2 = 2): string {
  const sizes = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const at = sizes.findIndex(([, size]) => seconds >= size);
  if (at < 0) return '0 s';
  const [name, size] = sizes[at]!;
  const [smallerName, smallerSize] = sizes[at + 1] ?? ['', 1];
  const rest = Math.floor((seconds % size) / smallerSize);
  return `${Math.floor(seconds / size)} ${name}${rest === 0 || units === 1 ? '' : ` ${rest} ${smallerName}`}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
