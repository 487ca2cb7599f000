import assert from 'node:assert/strict';
import type { RolloutRow } from '../../client/rollouts/rollout.ts';
import { duration, rolloutNodes, shortPath, welcomeOf } from '../../client/rollouts/rolloutNodes.ts';
import { EngineError, isFinal, PHASES, type RolloutRecord } from '../../engine/index.ts';

const NOW = 10_000_000;

function row(workload: string, change: Partial<RolloutRecord> = {}, running = false): RolloutRow {
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
    answered: 0,
    startedAt: NOW - 300_000,
    updatedAt: NOW - 60_000,
    endedAt: NOW - 60_000,
    ...change,
  };
  return { id: workload, place: `prod/${workload} (eu-west-1)`, record, running };
}

const moving = (workload: string, change: Partial<RolloutRecord> = {}) =>
  row(workload, { phase: 'stabilizing', endedAt: null, ...change }, true);

const state = (...rows: RolloutRow[]) => ({ rollouts: { rows, inRepository: true } });

describe('the rollouts view', () => {
  it('shows what is in progress first, newest first, then the others by workload', () => {
    const rows = [row('zoo'), row('app'), moving('old', { startedAt: 1 }), moving('new', { startedAt: 2 })];
    assert.deepEqual(
      rolloutNodes(state(...rows), NOW).map(({ label }) => label),
      ['new', 'old', 'app', 'zoo'],
    );
  });

  it('shows how far a rollout is, in tasks and traffic, and since when', () => {
    const progress = { ready: 1, desired: 3, trafficPercent: 20 };
    const [node] = rolloutNodes(state(moving('web', { progress, startedAt: NOW - 80_000 })), NOW);
    assert.equal(node!.description, 'stabilizing · 1/3 tasks · 20 % traffic · 1 min');
    assert.equal(node!.icon.name, 'sync~spin');
  });

  it('shows how an ended one ended and how long ago, without counts of the past', () => {
    const [node] = rolloutNodes(state(row('web', { progress: { ready: 3, desired: 3 } })), NOW);
    assert.equal(node!.description, 'succeeded · 1 min ago');
    assert.deepEqual(node!.tooltip, [
      'web on prod/web (eu-west-1)',
      'succeeded: everything runs',
      'commit c0ffee0 (Serve faster), by manual, took 4 min',
    ]);
  });

  it('does not show a rollout as running when nobody runs it', () => {
    const [node] = rolloutNodes(state({ ...moving('web'), running: false }), NOW);
    assert.match(node!.description, /^interrupted · /);
    assert.match(node!.tooltip[1]!, /^interrupted while stabilizing/);
    assert.equal(node!.icon.name, 'debug-disconnect');
  });

  it('says why a rollout failed and what to do', () => {
    const why = { message: 'the container exits', cause: 'it used too much memory', next: 'look at its log' };
    const failure = { class: 'crash', evidence: [], ...why } as const;
    const [node] = rolloutNodes(state(row('web', { phase: 'failed', failure })), NOW);
    assert.deepEqual(node!.tooltip.slice(-3), ['the container exits', 'it used too much memory', 'look at its log']);
  });

  it('has an icon with a colour for every phase', () => {
    for (const phase of PHASES) {
      const one = isFinal(phase) ? row('web', { phase }) : moving('web', { phase });
      const [node] = rolloutNodes(state(one), NOW);
      assert.ok(node!.icon.name && node!.icon.color, phase);
    }
  });

  it('shows a failure to read as a node with what to do', () => {
    const failure = new EngineError('store.locked', 'the store is locked', { hint: 'close the other program' });
    const [node] = rolloutNodes({ failure }, NOW);
    assert.equal(node!.label, 'the store is locked');
    assert.deepEqual(node!.tooltip, ['the store is locked', 'close the other program']);
  });

  it('welcomes with the reason why it is empty', () => {
    assert.equal(welcomeOf(state()), 'none');
    assert.equal(welcomeOf({ rollouts: { rows: [], inRepository: false } }), 'noRepository');
    assert.equal(welcomeOf(state(row('web'))), 'rows');
    assert.equal(welcomeOf({ failure: 'x' }), 'rows');
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
