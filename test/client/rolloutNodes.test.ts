import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventNode, historyNode, waitNode } from '../../client/rollouts/recordNodes.ts';
import {
  groupOf,
  type Live,
  type LiveGroup,
  type WorkloadPlan,
  type WorkloadRow,
} from '../../client/rollouts/rollout.ts';
import type { RolloutNode } from '../../client/rollouts/rolloutNode.ts';
import { changesBetween, rolloutForest, shortPath, welcomeOf } from '../../client/rollouts/rolloutNodes.ts';
import { duration } from '../../client/words.ts';
import { EngineError, isFinal, PHASES, type RolloutRecord } from '../../engine/index.ts';

const NOW = 10_000_000;

function row(workload: string, change: Partial<RolloutRecord> = {}, more: Partial<WorkloadRow> = {}): WorkloadRow {
  const record: RolloutRecord = {
    version: 1,
    id: `r-${workload}`,
    workload,
    kind: 'ecs',
    repository: { identity: 'example.com/shop', root: '/shop' },
    revision: { commit: 'c0ffee'.padEnd(40, '0'), subject: 'Serve faster' },
    target: { kind: 'ecs', account: undefined, region: 'eu-west-1', cluster: 'prod', service: workload },
    strategy: 'ecs-rolling',
    trigger: 'manual',
    force: false,
    hold: null,
    digest: 'd',
    phase: 'succeeded',
    message: 'everything runs',
    progress: {},
    state: null,
    serving: null,
    pending: null,
    outcome: null,
    attempts: 0,
    failure: null,
    replaced: null,
    paused: null,
    waiting: null,
    expected: null,
    answered: 0,
    startedAt: NOW - 300_000,
    updatedAt: NOW - 60_000,
    endedAt: NOW - 60_000,
    ...change,
  };
  return {
    id: workload,
    workload,
    kind: 'ecs',
    repo: '/shop',
    target: record.target,
    errors: 0,
    held: undefined,
    head: record.revision.commit,
    record,
    owner: undefined,
    waits: [],
    fallback: undefined,
    ...more,
  };
}

const OWNER = { id: 'o', host: 'laptop', pid: 1 };

const moving = (workload: string, change: Partial<RolloutRecord> = {}) =>
  row(workload, { phase: 'stabilizing', endedAt: null, ...change }, { owner: OWNER });

const state = (...rows: WorkloadRow[]) => ({ rollouts: { rows, inRepository: true, failures: [], unversioned: [] } });

const NO_LIVE: Live = new Map();

/** The nodes as they stand from top to bottom, groups opened. */
function shown(of: Parameters<typeof rolloutForest>[0], live = NO_LIVE): RolloutNode[] {
  const { roots, nodes, children } = rolloutForest(of, live, NOW);
  return roots.flatMap((id) => [id, ...(children.get(id) ?? [])]).map((id) => nodes.get(id)!);
}

const workloadNode = (one: WorkloadRow, live = NO_LIVE): RolloutNode => shown(state(one), live).at(-1)!;

/** What runs, as a plan of the workload found it. */
function livePlan(one: WorkloadRow, action: WorkloadPlan['action'], reason = 'because'): Live {
  const plan: WorkloadPlan = {
    workload: one.workload,
    kind: 'ecs',
    action,
    reason,
    changedFiles: [],
    target: one.target,
    strategy: 'ecs-rolling',
    differences: action === 'update' ? [{ path: '/desiredCount', live: 1, desired: 2 }] : [],
    problems: [],
    desired: undefined,
  };
  return new Map([[groupOf(one), { state: 'read', plans: new Map([[one.id, plan]]) }]]);
}

describe('the rollouts view', () => {
  it('shows what is in progress first, newest first, then every workload by its place', () => {
    const rows = [row('zoo'), row('app'), moving('old', { startedAt: 1 }), moving('new', { startedAt: 2 })];
    assert.deepEqual(
      shown(state(...rows)).map(({ label }) => label),
      ['new', 'old', 'prod', 'app', 'new', 'old', 'zoo'],
    );
    assert.equal(rolloutForest(state(...rows), NO_LIVE, NOW).inProgress, 2);
  });

  it('groups workloads by account, region and cluster', () => {
    const other = { kind: 'ecs', account: '1', region: 'us-east-1', cluster: 'test', service: 'b' } as const;
    const nodes = shown(state(row('a'), row('b', {}, { target: other })));
    assert.deepEqual(
      nodes.filter(({ context }) => context === 'group').map(({ label, description }) => [label, description]),
      [
        ['prod', 'eu-west-1'],
        ['test', 'us-east-1 · 1'],
      ],
    );
  });

  it('shows how far a rollout is, in tasks and traffic, since when, and how long it usually takes', () => {
    const progress = { ready: 1, desired: 3, trafficPercent: 20 };
    const one = moving('web', { progress, startedAt: NOW - 80_000, expected: { ms: 180_000, rollouts: 3 } });
    const [node] = shown(state(one));
    assert.equal(node!.description, 'stabilizing · 20 % · 1/3 · 1 min');
    const lines = node!.tooltip.join('\n');
    assert.match(lines, /^1\/3 tasks, 20 % traffic$/m);
    assert.match(lines, /begun 1 min 20 s ago, usually takes 3 min$/m);
    const [without] = shown(state(moving('web', { ...one.record, progress: { ready: 1, desired: 3 } })));
    assert.equal(without!.description, 'stabilizing · 1/3 · 1 of ~3 min');
    assert.equal(node!.icon.name, 'sync~spin');
  });

  it('says at the least how long it takes where only its bakes are known, and nothing when it goes back', () => {
    const expected = { ms: 600_000, rollouts: 0 };
    const times = (phase: RolloutRecord['phase']) =>
      shown(state(moving('web', { phase, expected, startedAt: NOW - 130_000 })))[0]!.description;
    assert.equal(times('shifting'), 'shifting · 2 of 10 min+');
    assert.equal(times('rolling back'), 'rolling back · 2 min');
  });

  it('says what a rollout waits for and who runs it, and nothing of that where nobody does', () => {
    const waits = ['2 of 3 targets healthy', 'gives up at 12:31:05'];
    const [node] = shown(state({ ...moving('web'), waits }));
    assert.deepEqual(node!.tooltip.slice(-2), [
      '2 of 3 targets healthy; gives up at 12:31:05',
      'run by process 1 on laptop',
    ]);
    const [left] = shown(state({ ...moving('web'), waits, owner: undefined }));
    assert.ok(!left!.tooltip.join().includes('targets healthy'), left!.tooltip.join('\n'));
  });

  it('has what a rollout waits for above its events', () => {
    const { record } = moving('web');
    const [{ subject }] = shown(state(moving('web'))) as [RolloutNode];
    const node = waitNode(subject!, record!, ['2 of 3 targets healthy', 'gives up at 12:31:05']);
    assert.deepEqual(
      [node.label, node.description, node.children],
      ['2 of 3 targets healthy', 'gives up at 12:31:05', 'none'],
    );
    assert.equal(node.subject?.rollout, record!.id);
  });

  it('says where a service runs that is not on its own capacity', () => {
    const due = { since: NOW, own: 'FARGATE_SPOT', attempt: 1, attempts: 5, dueAt: NOW + 60_000 };
    const fallback = { since: NOW, on: 'FARGATE', own: 'FARGATE_SPOT', due };
    const { tooltip } = workloadNode(row('web', {}, { fallback }));
    assert.match(tooltip.join('\n'), /^on FARGATE since .*, instead of FARGATE_SPOT; the next attempt is at /m);
  });

  it('shows how an ended one ended and how long ago, without counts of the past', () => {
    const node = workloadNode(row('web', { progress: { ready: 3, desired: 3 } }));
    assert.equal(node.description, 'succeeded · 1 min ago');
    assert.deepEqual(node.tooltip, [
      'web',
      'succeeded: everything runs',
      'succeeded: everything runs',
      'commit c0ffee0 (Serve faster), by hand, took 4 min',
    ]);
  });

  it('shows workloads whose files are not read yet, where they were rolled out to or in a group of their own', () => {
    const known = row('dev/web', {}, { errors: undefined });
    const unknown = {
      ...row('dev/job', {}, { errors: undefined, target: undefined }),
      record: undefined,
    };
    const told = shown(state(known, unknown)).map(({ label, description }) => [label, description]);
    assert.deepEqual(told, [
      ['prod', 'eu-west-1'],
      ['web', 'succeeded · 1 min ago'],
      ['Reading files', ''],
      ['job', 'looking'],
    ]);
  });

  it('says how what runs compares with the files', () => {
    const words = (one: WorkloadRow, action: WorkloadPlan['action']) =>
      workloadNode(one, livePlan(one, action)).description.split(' · ')[0];
    const fresh = row('web', {}, { record: undefined });
    const older = row('web', {}, { head: 'f00d'.padEnd(40, '0') });
    assert.equal(words(row('web'), 'unchanged'), 'in sync');
    assert.equal(words(fresh, 'create'), 'never deployed');
    assert.equal(words(older, 'update'), 'out of sync');
    assert.equal(words(row('web'), 'update'), 'drifted');
    assert.equal(words(row('web', {}, { held: 'by Ada' }), 'unchanged'), 'held');
    assert.equal(words(row('web', {}, { errors: 2 }), 'unchanged'), '2 errors');
  });

  it('names the places where what runs differs', () => {
    const one = row('web');
    assert.ok(workloadNode(one, livePlan(one, 'update')).tooltip.includes('  /desiredCount'));
  });

  it('keeps what could not be read to its own group, with a way to retry', () => {
    const one = row('web');
    const live: Live = new Map([[groupOf(one), { state: 'failed', error: new EngineError('aws.x', 'no answer') }]]);
    const failed = shown(state(one), live).find(({ context }) => context === 'failure')!;
    assert.deepEqual([failed.label, failed.description], ['No answer', 'select to retry']);
    assert.equal(failed.retry, groupOf(one));
  });

  it('says in a few words that there are no credentials, whatever AWS says at length', () => {
    const one = row('web');
    const error = new EngineError('aws.no-credentials', `no AWS credentials to tell ${'whose they are, '.repeat(9)}`);
    const live: Live = new Map([[groupOf(one), { state: 'failed', error }]]);
    const failed = shown(state(one), live).find(({ context }) => context === 'failure')!;
    assert.deepEqual([failed.label, failed.description], ['No AWS credentials', 'retry']);
    assert.match(failed.tooltip[0]!, /whose they are/);
  });

  it('tells trouble with the credentials where nothing is answered for it, and not where one place of several lacks them', () => {
    const [here, there] = [row('a'), row('b', {}, { target: { ...row('b').target!, region: 'us-east-1' } })];
    const failed = (code: string) => ({ state: 'failed', error: new EngineError(code, 'no') }) as const;
    const troubleOf = (...groups: [string, LiveGroup][]) =>
      rolloutForest(state(here, there), new Map(groups), NOW).credentials;
    const missing: [string, LiveGroup] = [groupOf(here), failed('aws.no-credentials')];
    assert.equal(troubleOf(missing), 'missing');
    assert.equal(troubleOf([groupOf(here), failed('aws.rejected-credentials')]), 'refused');
    assert.equal(troubleOf([groupOf(here), failed('aws.unreachable')]), undefined);
    assert.equal(troubleOf(missing, [groupOf(there), { state: 'read', plans: new Map() }]), undefined);
    assert.equal(troubleOf(['ecs/of/another/window', missing[1]]), undefined);
  });

  it('says where a region is missing, since nothing can be looked at without one', () => {
    const target = { kind: 'ecs', account: undefined, region: undefined, cluster: 'c', service: 'web' } as const;
    const node = workloadNode(row('web', {}, { target, record: undefined }));
    assert.equal(node.description, 'no region');
    assert.match(node.tooltip.join('\n'), /gitmoxi\.region/);
  });

  it('fits names, subjects and places of any length into a narrow sidebar, and says them in full', () => {
    const name = 'customer-notification-dispatcher-v2';
    const target = {
      kind: 'ecs',
      account: '123456789012',
      region: 'ap-southeast-2',
      cluster: 'staging-platform-cluster',
      service: name,
    } as const;
    const [group, long] = shown(state(row(name, {}, { target })));
    assert.equal(long!.description, 'succeeded');
    assert.match(long!.label, /^customer.*….*-v2$/);
    assert.match(long!.spoken, /^customer-notification-dispatcher-v2, succeeded, 1 min ago$/);
    assert.deepEqual([group!.label, group!.description], ['staging-p…-cluster', 'ap-southeast-2']);
    const fresh = row(name, {}, { target, record: undefined });
    const [, never] = shown(state(fresh), livePlan(fresh, 'create'));
    assert.equal(never!.description, 'new');
    assert.match(never!.spoken, /, never deployed$/);
    const subject = 'Build everything that we ever wanted to have and then some more';
    const { record, ...rest } = row('web', { revision: { commit: 'c'.repeat(40), subject } });
    const { label, description } = historyNode({ ...rest, rollout: 'r', isRollout: true }, record!, NOW);
    assert.match(label, /^Build everything .*…$/);
    assert.equal(description, '1 min ago');
  });

  it('shows when an event was before what it says', () => {
    const event = {
      rollout: 'r',
      workload: 'web',
      seq: 1,
      time: NOW,
      phase: 'shifting',
      code: 'rollout.progress',
      level: 'info',
      message: '10 % of the traffic',
      data: {},
    } as const;
    const { record, ...rest } = row('web');
    const node = eventNode({ ...rest, rollout: 'r', isRollout: true }, event, record!.startedAt);
    assert.equal(node.label, '+5 min  10 % of the traffic');
  });

  it('offers to promote only what stands at a step or waits for a person', () => {
    const isOffered = (change: Partial<RolloutRecord>) =>
      /\bpromotable\b/.test(shown(state(moving('web', change)))[0]!.context);
    assert.equal(isOffered({ phase: 'stabilizing' }), false);
    assert.equal(isOffered({ phase: 'shifting' }), true);
    assert.equal(isOffered({ phase: 'stabilizing', paused: { by: 'ada', since: NOW } }), true);
    const wait = { text: '', since: NOW, limit: null, lookEveryMs: 1, nextLookAt: NOW };
    assert.equal(isOffered({ phase: 'launching', waiting: { ...wait, for: 'person', command: 'promote' } }), true);
    assert.equal(isOffered({ phase: 'launching', waiting: { ...wait, for: 'tasks', command: null } }), false);
  });

  it('does not show a rollout as running when nobody runs it', () => {
    const [node] = shown(state({ ...moving('web'), owner: undefined }));
    assert.match(node!.description, /^interrupted · /);
    assert.match(node!.tooltip[1]!, /^interrupted while stabilizing/);
    assert.equal(node!.icon.name, 'debug-disconnect');
  });

  it('shows who paused a rollout, and offers to resume it', () => {
    const [node] = shown(state(moving('web', { paused: { by: 'ada@laptop', since: NOW } })));
    assert.match(node!.description, /^paused( · |$)/);
    assert.doesNotMatch(node!.description, / (s|min|h)\b/);
    assert.ok(node!.tooltip.includes('paused by ada@laptop'));
    assert.match(node!.context, /\binProgress\b.*\bpaused\b/);
  });

  it('says why a rollout failed and what to do', () => {
    const why = { message: 'the container exits', cause: 'it used too much memory', next: 'look at its log' };
    const failure = { class: 'crash', evidence: [], ...why } as const;
    const node = workloadNode(row('web', { phase: 'failed', failure }));
    assert.deepEqual(node.tooltip.slice(-3), ['the container exits', 'it used too much memory', 'look at its log']);
    assert.match(node.context, /\bfailed\b/);
  });

  it('has an icon with a colour for every phase', () => {
    for (const phase of PHASES) {
      const one = isFinal(phase) ? row('web', { phase }) : moving('web', { phase });
      const node = workloadNode(one);
      assert.ok(node.icon.name && node.icon.color, phase);
    }
  });

  it('shows a failure to read as a node with what to do', () => {
    const failure = new EngineError('store.locked', 'the store is locked', { hint: 'close the other program' });
    const [node] = shown({ failure });
    assert.equal(node!.label, 'The store is locked');
    assert.deepEqual(node!.tooltip, ['The store is locked: close the other program', 'Select to try again.']);
  });

  it('says of a folder outside of every repository why its workloads are missing, and offers to make it one', () => {
    const { rollouts } = state(row('web'));
    const found = (folder: string) =>
      shown({ rollouts: { ...rollouts, unversioned: [folder] } }).find(({ context }) => context === 'unversioned')!;
    const node = found('/shops/legacy');
    assert.deepEqual([node.label, node.description, node.icon.name], ['legacy', 'not in a Git repository', 'warning']);
    assert.match(node.tooltip.join('\n'), /a commit is the request to deploy.*\n.*Initialize Repository/);
    assert.deepEqual([node.onSelect?.command, node.children], ['git.init', 'none']);
    assert.equal(found('C:\\work\\legacy').label, 'legacy');
    assert.equal(welcomeOf({ rollouts: { ...rollouts, rows: [], unversioned: ['/shops/legacy'] } }), 'rows');
  });

  it('welcomes with the reason why it is empty', () => {
    assert.equal(welcomeOf(state()), 'none');
    assert.equal(
      welcomeOf({ rollouts: { rows: [], inRepository: false, failures: [], unversioned: [] } }),
      'noRepository',
    );
    assert.equal(welcomeOf(state(row('web'))), 'rows');
    assert.equal(welcomeOf({ failure: 'x' }), 'rows');
  });

  it('changes one node when one rollout moves, and the shape when one begins', () => {
    const forest = (...rows: WorkloadRow[]) => rolloutForest(state(...rows), NO_LIVE, NOW);
    const [web, api] = [moving('web'), row('api')];
    const further = moving('web', { progress: { ready: 1, desired: 2 } });
    const moved = changesBetween(forest(web, api), forest(further, api));
    assert.equal(moved.shape, false);
    assert.deepEqual(moved.changed, ['progress r-web', 'web']);
    assert.equal(changesBetween(forest(row('web'), api), forest(web, api)).shape, true);
  });
});

describe('the label of a workload', () => {
  it('is its path, a long one without the middle', () => {
    assert.equal(shortPath('services/prod/web'), 'services/prod/web');
    assert.equal(shortPath('prod/europe/customers/payments'), 'prod/…/payments');
    assert.equal(shortPath('prod/a-name-that-is-long-by-itself'), 'prod/a-name-that-is-long-by-itself');
  });
});

describe('a duration', () => {
  for (const [ms, text] of [
    [-5, '0 s'],
    [999, '0 s'],
    [45_000, '45 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [356_400_000, '4 d 3 h'],
  ] as const) {
    it(`of ${ms} ms is ${text}`, () => assert.equal(duration(ms), text));
  }
});

describe('colours', () => {
  it('are some that every theme has: in high contrast charts.orange is transparent', () => {
    const client = join(import.meta.dirname, '../../client');
    const named = globSync('**/*.{ts,css,js}', { cwd: client }).flatMap((path) =>
      [...readFileSync(join(client, path), 'utf8').matchAll(/charts[.-](\w+)/g)].map(([, name]) => name!),
    );
    assert.ok(named.length > 0);
    assert.deepEqual([...new Set(named)].toSorted(), ['blue', 'foreground', 'green', 'purple', 'red', 'yellow']);
  });
});
