/** The nodes of the rollouts view, as plain data: order, words, icons. Pure. */
import type { RolloutRecord, Target } from '../../engine/index.ts';
import type { CredentialTrouble, Welcome } from '../manifestIds.ts';
import { codeOf, duration, errorText, messageOf, plural, timeHere, upperFirst } from '../words.ts';
import { type Forms, fitted } from './narrow.ts';
import { ABANDONED, BAD, GOOD, ICONS, PAUSED, recordLines, recordWords, since } from './recordNodes.ts';
import { groupOf, type Live, type LiveGroup, type WorkloadPlan, type WorkloadRow } from './rollout.ts';
import type { Icon, RolloutNode, Subject } from './rolloutNode.ts';
import type { RolloutsState } from './rolloutStore.ts';

/** Nodes by id, and the ids of the children that are known without asking. */
export interface RolloutForest {
  readonly roots: readonly string[];
  readonly nodes: ReadonlyMap<string, RolloutNode>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly inProgress: number;
  /** What is wrong with the credentials, where no group is answered for it. */
  readonly credentials: CredentialTrouble | undefined;
}

export function welcomeOf(state: RolloutsState): Welcome {
  if ('failure' in state) return 'rows';
  const { rows, failures, unversioned, inRepository } = state.rollouts;
  if (rows.length + failures.length + unversioned.length > 0) return 'rows';
  return inRepository ? 'none' : 'noRepository';
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
    return {
      roots: [add(failureNode('failure', state.failure, ''))],
      nodes,
      children,
      inProgress: 0,
      credentials: undefined,
    };
  }
  const { rows, failures, unversioned } = state.rollouts;
  const unfinished = rows.filter(({ record }) => record !== undefined && record.endedAt === null);
  const newest = unfinished.toSorted((a, b) => b.record!.startedAt - a.record!.startedAt);
  const roots = [
    ...newest.map((row) => add(progressNode(row, now))),
    ...failures.map(({ repo, error }) => add(failureNode(`failure ${repo}`, error, ''))),
    ...unversioned.map((folder) => add(unversionedNode(folder))),
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
  const credentials = credentialTrouble([...groups.keys()].map((key) => live.get(key)));
  return { roots, nodes, children, inProgress: unfinished.length, credentials };
}

const CREDENTIAL_TROUBLE: ReadonlyMap<string | undefined, CredentialTrouble> = new Map([
  ['aws.no-credentials', 'missing'],
  ['aws.rejected-credentials', 'refused'],
]);

/** Where some group was answered, what another one lacks is its own affair. */
function credentialTrouble(groups: readonly (LiveGroup | undefined)[]): CredentialTrouble | undefined {
  if (groups.some((group) => group?.state === 'read')) return undefined;
  return groups
    .map((group) => (group?.state === 'failed' ? CREDENTIAL_TROUBLE.get(codeOf(group.error)) : undefined))
    .find((trouble) => trouble !== undefined);
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
    ...fitted(name, placeForms(target)),
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

/** Region and account; of the account the last digits at the least. */
const placeForms = ({ region, account }: Partial<Target> = {}): Forms[] => [
  ...(region === undefined ? [] : [region]),
  ...(account === undefined ? [] : [[account, `…${account.slice(-4)}`] as const]),
];

interface State {
  readonly word: string;
  /** Beside a long name. */
  readonly short?: string;
  readonly icon: Icon;
  readonly why: string | undefined;
}

const NO_REGION: State = {
  word: 'no region',
  icon: { name: 'question', color: 'charts.yellow' },
  why: 'environment.region in its deployment definition, the setting gitmoxi.region or AWS_REGION says where it runs',
};

/** How a workload stands: its files, who holds it, and what runs. */
function stateOf(row: WorkloadRow, live: LiveGroup | undefined): State {
  const { record } = row;
  if (row.errors !== undefined && row.errors > 0)
    return { word: plural(row.errors, 'error'), icon: BAD, why: 'its files have errors' };
  if (row.target !== undefined && row.target.region === undefined) return NO_REGION;
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
      return { word: 'never deployed', short: 'new', icon: { name: 'circle-outline', color: 'charts.blue' }, why };
    case 'blocked':
      return { word: 'blocked', icon: { name: 'warning', color: 'charts.yellow' }, why };
    case 'delete':
      return { word: 'to be deleted', icon: { name: 'trash', color: 'charts.yellow' }, why };
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
  const state: State = isMoving ? { ...moving(row), why: record.message } : stateOf(row, live);
  // How the last attempt ended shows where it is not what the state says anyway.
  const ending = !isMoving && record !== undefined && record.phase !== 'succeeded' ? record.phase : undefined;
  const told = ending !== undefined && ending !== state.word ? [ending] : [];
  const when = record === undefined ? [] : [since(record, now)];
  return {
    id: row.id,
    ...fitted(label, [[state.word, ...(state.short === undefined ? [] : [state.short])], ...told, ...when], {
      depth: 1,
    }),
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
  // What can be done with a paused one takes room in its row; how long it has taken stands in the workload's.
  const elapsed = record.paused === null ? [elapsedForms(record, now)] : [];
  return {
    id: `progress ${record.id}`,
    ...fitted(nameOf(row.workload), [word, ...countForms(record), ...elapsed]),
    tooltip: [row.workload, ...recordLines(record, row.owner === undefined, now), ...waitLines(row)],
    icon,
    context: ['rollout', ...recordWords(record)].join(' '),
    children: 'collapsed',
    subject: subjectOf(row, record.id, true),
  };
}

/** What moves, while it moves. */
const countForms = ({ progress: { ready, desired, trafficPercent } }: RolloutRecord): Forms[] => [
  ...(trafficPercent === undefined ? [] : [`${trafficPercent} %`]),
  ...(ready === undefined || desired === undefined
    ? []
    : [[`${ready}/${desired} tasks`, `${ready}/${desired}`] as const]),
];

/** How long it has taken, and of how much: of one whose bakes alone are known, the least. */
function elapsedForms({ startedAt, expected, phase }: RolloutRecord, now: number): Forms {
  const elapsed = duration(now - startedAt, 1);
  if (expected == null || phase === 'rolling back') return elapsed;
  const whole = duration(expected.ms, 1);
  const [amount, unit] = elapsed.split(' ');
  const short = whole.endsWith(` ${unit}`) ? amount : elapsed;
  return expected.rollouts === 0
    ? [`${elapsed} of at least ${whole}`, `${short} of ${whole}+`, elapsed]
    : [`${elapsed} of ~${whole}`, `${short} of ~${whole}`, elapsed];
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

/** What failed, in a few words, by the code of the error; the tooltip has the rest. */
const FAILURES: Readonly<Record<string, string>> = {
  'aws.no-credentials': 'No AWS credentials',
  'aws.rejected-credentials': 'Credentials refused',
  'aws.role-refused': 'Role refused',
  'aws.wrong-account': 'Wrong account',
  'aws.unreachable': 'AWS is out of reach',
  'client.no-answer': 'AWS does not answer',
};

function failureNode(id: string, error: unknown, group: string): RolloutNode {
  const code = codeOf(error) ?? '';
  const name = Object.hasOwn(FAILURES, code) ? FAILURES[code]! : upperFirst(messageOf(error));
  const fit = { depth: group === '' ? 0 : 1, loses: 'end' } as const;
  return {
    id,
    ...fitted(name, [['select to retry', 'retry']], fit),
    tooltip: [upperFirst(errorText(error)), 'Select to try again.'],
    icon: BAD,
    context: 'failure',
    children: 'none',
    retry: group,
  };
}

/** A folder with workloads that nobody can deploy. */
function unversionedNode(folder: string): RolloutNode {
  const name = folder.split(/[/\\]/).findLast((part) => part !== '') ?? folder;
  return {
    id: `unversioned ${folder}`,
    ...fitted(name, [['not in a Git repository', 'not in Git']], { depth: 0, loses: 'middle' }),
    tooltip: [
      `${name} is not in a Git repository`,
      `Its workloads are not shown: a commit is the request to deploy, and ${folder} can have none.`,
      'Select to run Git: Initialize Repository, then commit its files. Where they are in a repository below it, add the folder of that repository to the workspace.',
    ],
    icon: { name: 'warning', color: 'charts.yellow' },
    context: 'unversioned',
    children: 'none',
    onSelect: { command: 'git.init', title: 'Initialize Repository' },
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
