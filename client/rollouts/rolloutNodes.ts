/** The nodes of the rollouts view, as plain data: order, words, icons. Pure. */
import type { Phase, RolloutEvent, RolloutRecord, Target } from '../../engine/index.ts';
import type { Welcome } from '../manifestIds.ts';
import {
  countsOf,
  duration,
  elapsedOf,
  errorText,
  failureLines,
  plural,
  revisionOf,
  shortCommit,
  timeHere,
} from '../words.ts';
import { groupOf, type Live, type LiveGroup, type Rollouts, type WorkloadPlan, type WorkloadRow } from './rollout.ts';
import type { RolloutsState } from './rolloutStore.ts';

/** A codicon and the theme colour it has. */
export interface Icon {
  readonly name: string;
  readonly color?: string;
}

/** What a command on a node is about. */
export interface Subject {
  readonly repo: string;
  readonly workload: string;
  readonly kind: 'ecs' | 'lambda';
  readonly target: Target | undefined;
  /** The rollout's id; on a workload, its latest. */
  readonly rollout: string | undefined;
  /** The node is about the rollout, not about the workload as a whole. */
  readonly isRollout: boolean;
}

export interface RolloutNode {
  /** Stable over refreshes. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Lines of plain text. */
  readonly tooltip: readonly string[];
  readonly icon: Icon;
  /** Words that the manifest's menus go by. */
  readonly context: string;
  readonly children: 'none' | 'collapsed' | 'expanded';
  readonly subject?: Subject;
  /** The group that a failure can be retried for; empty for all. */
  readonly retry?: string;
}

/** Nodes by id, and the ids of the children that are known without asking. */
export interface RolloutForest {
  readonly roots: readonly string[];
  readonly nodes: ReadonlyMap<string, RolloutNode>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly inProgress: number;
}

const MOVING: Icon = { name: 'sync~spin', color: 'charts.blue' };
const GOOD: Icon = { name: 'pass-filled', color: 'testing.iconPassed' };
const BAD: Icon = { name: 'error', color: 'testing.iconFailed' };

const ICONS: Readonly<Record<Phase, Icon>> = {
  queued: { name: 'watch', color: 'charts.blue' },
  preparing: MOVING,
  launching: MOVING,
  stabilizing: MOVING,
  shifting: MOVING,
  finishing: MOVING,
  'rolling back': { name: 'sync~spin', color: 'charts.orange' },
  succeeded: GOOD,
  'rolled back': { name: 'discard', color: 'charts.orange' },
  failed: BAD,
  aborted: { name: 'circle-slash', color: 'charts.orange' },
  superseded: { name: 'debug-step-over', color: 'disabledForeground' },
};

/** Unfinished, and its process is gone. */
const ABANDONED: Icon = { name: 'debug-disconnect', color: 'charts.orange' };
const PAUSED: Icon = { name: 'debug-pause', color: 'charts.yellow' };

export function welcomeOf(state: RolloutsState): Welcome {
  if ('failure' in state || state.rollouts.rows.length > 0 || state.rollouts.failures.length > 0) return 'rows';
  return state.rollouts.inRepository ? 'none' : 'noRepository';
}

/**
 * Rollouts in progress first, newest first; then every workload by its place.
 *
 * @param now on the rollouts' clock, ms since the epoch
 */
export function rolloutForest(state: RolloutsState, live: Live, now: number): RolloutForest {
  const nodes = new Map<string, RolloutNode>();
  const children = new Map<string, readonly string[]>();
  const add = (node: RolloutNode): string => {
    nodes.set(node.id, node);
    return node.id;
  };
  if ('failure' in state) {
    return { roots: [add(failureNode('failure', state.failure, ''))], nodes, children, inProgress: 0 };
  }
  const { rows, failures } = state.rollouts;
  const unfinished = rows.filter(({ record }) => record !== undefined && record.endedAt === null);
  const newest = unfinished.toSorted((a, b) => b.record!.startedAt - a.record!.startedAt);
  const roots = [
    ...newest.map((row) => add(progressNode(row, now))),
    ...failures.map(({ repo, error }) => add(failureNode(`failure ${repo}`, error, ''))),
  ];
  const groups = Map.groupBy(rows, groupOf);
  for (const key of [...groups.keys()].toSorted(compare)) {
    const members = groups.get(key)!.toSorted((a, b) => compare(a.workload, b.workload) || compare(a.id, b.id));
    const group = live.get(key);
    roots.push(add(groupNode(key, members, group)));
    const failed = group?.state === 'failed' ? [add(failureNode(`failure ${key}`, group.error, key))] : [];
    const named = labelsOf(members.map(({ workload }) => workload));
    children.set(`group ${key}`, [
      ...failed,
      ...members.map((row, i) => add(workloadNode(row, named[i]!, group, now))),
    ]);
  }
  return { roots, nodes, children, inProgress: unfinished.length };
}

function groupNode(key: string, members: readonly WorkloadRow[], live: LiveGroup | undefined): RolloutNode {
  const { target, kind, errors } = members[0]!;
  const isRead = target !== undefined || errors !== undefined;
  const place = [target?.account, target?.region].filter((text) => text !== undefined);
  const name = !isRead
    ? 'Reading files'
    : target === undefined
      ? 'No target'
      : target.kind === 'ecs'
        ? target.cluster
        : 'Lambda';
  return {
    id: `group ${key}`,
    label: name,
    description: [target?.region, target?.account].filter((text) => text !== undefined).join(' · '),
    tooltip: [
      target === undefined
        ? name
        : `${kind === 'ecs' ? `ECS cluster ${name}` : 'Lambda functions'}${place.length > 0 ? ` in ${place.join(', ')}` : ''}`,
      plural(members.length, 'workload'),
    ],
    icon:
      live?.state === 'reading' || !isRead
        ? { name: 'loading~spin' }
        : { name: target === undefined ? 'question' : kind === 'ecs' ? 'server-environment' : 'symbol-event' },
    context: 'group',
    children: 'expanded',
  };
}

interface State {
  readonly word: string;
  readonly icon: Icon;
  readonly why: string | undefined;
}

/** How a workload stands: its files, who holds it, and what runs. */
function stateOf(row: WorkloadRow, live: LiveGroup | undefined): State {
  const { record } = row;
  if (row.errors !== undefined && row.errors > 0)
    return { word: plural(row.errors, 'error'), icon: BAD, why: 'its files have errors' };
  if (row.held !== undefined) return { word: 'held', icon: { name: 'lock', color: 'charts.yellow' }, why: row.held };
  const plan = live?.state === 'read' ? live.plans.get(row.id) : undefined;
  if (plan !== undefined) return liveState(row, plan);
  if (record === undefined) {
    const word =
      row.errors === undefined || live?.state === 'reading'
        ? 'looking'
        : live?.state === 'failed'
          ? 'unknown'
          : 'not deployed';
    return { word, icon: { name: 'circle-outline', color: 'disabledForeground' }, why: undefined };
  }
  return { word: record.phase, icon: ICONS[record.phase], why: record.message };
}

function liveState({ record, head }: WorkloadRow, plan: WorkloadPlan): State {
  const why = plan.reason;
  switch (plan.action) {
    case 'unchanged':
      return { word: 'in sync', icon: GOOD, why };
    case 'create':
      return { word: 'never deployed', icon: { name: 'circle-outline', color: 'charts.blue' }, why };
    case 'blocked':
      return { word: 'blocked', icon: { name: 'warning', color: 'charts.orange' }, why };
    case 'delete':
      return { word: 'to be deleted', icon: { name: 'trash', color: 'charts.orange' }, why };
    default: {
      const isDrift = record?.phase === 'succeeded' && record.revision.commit === head && head !== undefined;
      return isDrift
        ? { word: 'drifted', icon: { name: 'warning', color: 'charts.yellow' }, why }
        : { word: 'out of sync', icon: { name: 'circle-large-filled', color: 'charts.yellow' }, why };
    }
  }
}

function workloadNode(row: WorkloadRow, label: string, live: LiveGroup | undefined, now: number): RolloutNode {
  const { record } = row;
  const isMoving = record !== undefined && record.endedAt === null;
  const state = isMoving ? { ...moving(row), why: record.message } : stateOf(row, live);
  // How the last attempt ended shows where it is not what the state says anyway.
  const ending = !isMoving && record !== undefined && record.phase !== 'succeeded' ? record.phase : undefined;
  const told = ending !== undefined && ending !== state.word ? [ending] : [];
  // In a narrow sidebar there is room for one of the two.
  const when = record === undefined || told.length > 0 ? [] : [since(record, now)];
  return {
    id: row.id,
    label,
    description: [state.word, ...told, ...when].join(' · '),
    tooltip: [
      row.workload,
      ...(state.why === undefined ? [] : [`${state.word}: ${state.why}`]),
      ...(record === undefined ? [] : recordLines(record, row.owner === undefined, now)),
      ...waitLines(row),
      ...fallbackLines(row),
      ...differenceLines(live?.state === 'read' ? live.plans.get(row.id) : undefined),
    ],
    icon: state.icon,
    context: ['workload', row.kind, ...(row.held === undefined ? [] : ['held']), ...recordWords(record)].join(' '),
    children: record === undefined ? 'none' : 'collapsed',
    subject: subjectOf(row, record?.id, false),
  };
}

/** Differences from what runs that a tooltip has room for. */
const MOST_DIFFERENCES = 6;

function differenceLines(plan: WorkloadPlan | undefined): string[] {
  if (plan === undefined || plan.differences.length === 0) return [];
  const shown = plan.differences.slice(0, MOST_DIFFERENCES).map(({ path }) => `  ${path}`);
  const more = plan.differences.length - shown.length;
  return ['differs from what runs in:', ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

const subjectOf = (row: WorkloadRow, rollout: string | undefined, isRollout: boolean): Subject => ({
  repo: row.repo,
  workload: row.workload,
  kind: row.kind,
  target: row.target,
  rollout,
  isRollout,
});

function moving({ record, owner }: WorkloadRow): { word: string; icon: Icon } {
  if (owner === undefined) return { word: 'interrupted', icon: ABANDONED };
  if (record!.paused !== null) return { word: 'paused', icon: PAUSED };
  return { word: record!.phase, icon: ICONS[record!.phase] };
}

function progressNode(row: WorkloadRow, now: number): RolloutNode {
  const record = row.record!;
  const { word, icon } = moving(row);
  return {
    id: `progress ${record.id}`,
    label: nameOf(row.workload),
    description: [word, ...countsOf(record, ''), elapsedOf(record, now, 1)].join(' · '),
    tooltip: [row.workload, ...recordLines(record, row.owner === undefined, now), ...waitLines(row)],
    icon,
    context: ['rollout', ...recordWords(record)].join(' '),
    children: 'collapsed',
    subject: subjectOf(row, record.id, true),
  };
}

/** What a rollout that somebody runs waits for, and who that is. */
function waitLines({ waits, owner }: WorkloadRow): string[] {
  if (owner === undefined) return [];
  return [...(waits.length === 0 ? [] : [waits.join('; ')]), `run by process ${owner.pid} on ${owner.host}`];
}

function fallbackLines({ fallback }: WorkloadRow): string[] {
  if (fallback === undefined) return [];
  const { on, own, since, due } = fallback;
  const at = due?.dueAt == null ? '' : `; the next attempt is at ${timeHere(due.dueAt)}`;
  return [`on ${on} since ${timeHere(since)}, instead of ${own}${at}`];
}

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
  return {
    id: `rollout ${record.id}`,
    label: name ?? 'Working tree',
    description: [record.phase, since(record, now)].join(' · '),
    tooltip: recordLines(record, false, now),
    icon: record.paused !== null && record.endedAt === null ? PAUSED : ICONS[record.phase],
    context: ['rollout', ...recordWords(record)].join(' '),
    children: 'collapsed',
    subject: { ...subject, rollout: record.id, isRollout: true },
  };
}

const EVENT_ICONS: Readonly<Record<RolloutEvent['level'], Icon>> = {
  info: { name: 'circle-small-filled', color: 'disabledForeground' },
  warning: { name: 'warning', color: 'charts.orange' },
  error: BAD,
};

/** One event of a rollout, newest first in the view. */
export function eventNode(subject: Subject, event: RolloutEvent, startedAt: number): RolloutNode {
  return {
    id: `event ${event.rollout} ${event.seq}`,
    label: event.message,
    description: `+${duration(event.time - startedAt)}`,
    tooltip: [event.message, `${event.phase}, ${event.code}`],
    icon: EVENT_ICONS[event.level],
    context: 'event',
    children: 'none',
    subject: { ...subject, rollout: event.rollout, isRollout: true },
  };
}

function recordWords(record: RolloutRecord | undefined): string[] {
  if (record === undefined) return [];
  const isOver = record.endedAt !== null;
  return [
    'hasRollout',
    ...(isOver ? ['ended'] : ['inProgress']),
    ...(!isOver && record.paused !== null ? ['paused'] : []),
    ...(record.failure === null ? [] : ['failed']),
    ...(record.phase === 'succeeded' ? ['good'] : []),
  ];
}

const since = (record: RolloutRecord, now: number): string =>
  record.endedAt === null ? duration(now - record.startedAt, 1) : `${duration(now - record.endedAt, 1)} ago`;

function recordLines(record: RolloutRecord, isAbandoned: boolean, now: number): string[] {
  const unfinished = record.endedAt === null;
  const took = duration((record.endedAt ?? now) - record.startedAt);
  const interrupted = unfinished && isAbandoned ? 'interrupted while ' : '';
  return [
    `${interrupted}${record.phase}: ${record.message}`,
    `${revisionOf(record)}, by ${record.trigger}, ${unfinished ? `begun ${took} ago` : `took ${took}`}`,
    ...(record.paused === null || !unfinished ? [] : [`paused by ${record.paused.by}`]),
    ...failureLines(record),
  ];
}

const nameOf = (path: string): string => path.split('/').at(-1)!;

/** The last segment is name enough where no other workload beside it has the same. */
function labelsOf(paths: readonly string[]): string[] {
  const counts = Map.groupBy(paths, nameOf);
  return paths.map((path) => (counts.get(nameOf(path))!.length === 1 ? nameOf(path) : shortPath(path)));
}

/** What fits beside the state in a sidebar of 300 pixels, characters. */
const MAX_LABEL = 24;

/** Keeps the ends of a long path: the first folder often names the environment, the last segment the workload. */
export function shortPath(path: string): string {
  const [first, ...rest] = path.split('/');
  if (path.length <= MAX_LABEL || rest.length < 2) return path;
  return `${first}/…/${rest.at(-1)}`;
}

function failureNode(id: string, error: unknown, group: string): RolloutNode {
  const text = errorText(error);
  return {
    id,
    label: error instanceof Error ? error.message : String(error),
    description: 'select to retry',
    tooltip: [text],
    icon: BAD,
    context: 'failure',
    children: 'none',
    retry: group,
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Ids of nodes that differ, and whether the shape of the forest does. */
export function changesBetween(before: RolloutForest, after: RolloutForest): { shape: boolean; changed: string[] } {
  const sameList = (a: readonly string[] = [], b: readonly string[] = []) =>
    a.length === b.length && a.every((id, i) => id === b[i]);
  const shape =
    !sameList(before.roots, after.roots) ||
    before.children.size !== after.children.size ||
    [...after.children].some(([id, ids]) => !sameList(before.children.get(id), ids));
  const changed = [...after.nodes].flatMap(([id, node]) =>
    JSON.stringify(before.nodes.get(id)) === JSON.stringify(node) ? [] : [id],
  );
  return { shape, changed };
}

export type { Rollouts };
