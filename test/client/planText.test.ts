import assert from 'node:assert/strict';
import { details, type Files, nothingToDo, present, question, summary } from '../../client/deploying/planText.ts';
import type { WorkloadPlan } from '../../client/rollouts/rollout.ts';
import type { PlanReport } from '../../engine/index.ts';

const TARGET = { kind: 'ecs', account: '123456789012', region: 'eu-west-1', cluster: 'shop', service: 'web' } as const;

function plan(change: Partial<WorkloadPlan> = {}): WorkloadPlan {
  return {
    workload: 'dev/web',
    kind: 'ecs',
    action: 'update',
    reason: '2 differences from what runs',
    changedFiles: [],
    target: TARGET,
    strategy: 'ecs-rolling',
    differences: [],
    problems: [],
    desired: undefined,
    ...change,
  };
}

const differing = (...paths: readonly string[]) => paths.map((path) => ({ path, live: 1, desired: 2 }));

function files(rendered: Readonly<Record<string, object>> = {}): Files {
  return Object.entries(rendered).map(([suffix, value]) => ({
    path: `dev/web${suffix}`,
    suffix,
    text: JSON.stringify(value),
    rendered: value,
  })) as unknown as Files;
}

const report = (workloads: readonly WorkloadPlan[], trigger = 'manual'): PlanReport =>
  ({
    workloads,
    context: {
      trigger,
      commit: { id: 'c0ffee'.padEnd(40, '0'), subject: 'Serve faster' },
      repository: { root: '/shop' },
    },
  }) as unknown as PlanReport;

describe('what is said before a deployment', () => {
  it('names what is changed, created and replaced', () => {
    const differences = differing('/taskDefinition/containerDefinitions/0/image', '/desiredCount');
    const lines = details(plan({ differences }), files());
    assert.deepEqual(lines.slice(0, 3), [
      'Changes: containerDefinitions[0].image, desiredCount',
      'Creates: a task definition revision',
      'Replaces: the tasks that run',
    ]);
  });

  it('replaces no task where only the service changes', () => {
    const said = details(plan({ differences: differing('/desiredCount') }), files()).join('\n');
    assert.match(said, /^Changes: desiredCount$/m);
    assert.doesNotMatch(said, /Replaces|Creates/);
  });

  it('publishes a version of a function for its code, and not for its tags', () => {
    const given = files({ '_lambdadef.json': { Code: {}, Tags: {} } });
    const said = (path: string) =>
      details(plan({ kind: 'lambda', strategy: 'lambda-alias', differences: differing(path) }), given).join('\n');
    assert.match(said('/Code'), /^Replaces: the version that serves$/m);
    assert.doesNotMatch(said('/Tags/team'), /Replaces/);
  });

  it('says of a new service what is created, that it goes again when it fails, and when it gives up', () => {
    const created = plan({ action: 'create' });
    const said = details(created, files({ '_depdef.json': { stabilityCheck: { timeout: 300 } } }));
    assert.deepEqual(said, [
      'Creates: the service, a task definition revision',
      'Strategy: rolling update by ECS',
      'Takes: not known before its first rollout; it gives up after 5 min',
      'Watched by: no alarm',
      'If it fails: the new service is deleted again',
    ]);
    const kept = details(created, files({ '_depdef.json': { deleteNewUponFailure: false } }));
    assert.equal(kept.at(-1), 'If it fails: the new service is kept for a look');
  });

  it('says how long it usually takes, what watches, and the way back', () => {
    const given = files({
      '_depdef.json': { alarms: { alarmNames: ['errors'] }, gmDeploymentCircuitBreaker: { failureThreshold: 3 } },
    });
    const said = details(plan({ expected: { ms: 150_000, rollouts: 4 } }), given);
    assert.deepEqual(said.slice(1), [
      'Takes: usually 2 min 30 s',
      'Watched by: alarm errors, a circuit breaker on failing tasks',
      'If it fails: the service gets its former task definition and settings back',
    ]);
  });

  it('promises no way back where the settings say that there is none', () => {
    const given = files({ '_depdef.json': { gmDeploymentCircuitBreaker: { rollback: false } } });
    assert.match(details(plan(), given).at(-1)!, /^If it fails: nothing goes back by itself/);
    const gone = details(plan({ action: 'delete', strategy: 'ecs-delete' }), files());
    assert.equal(gone[0], 'Deletes: the service and its tasks');
    assert.match(gone.at(-1)!, /nothing brings back/);
  });

  it('names no more members than fit', () => {
    const [changes] = details(
      plan({ differences: differing(...'abcdefghi'.split('').map((key) => `/${key}`)) }),
      files(),
    );
    assert.equal(changes, 'Changes: a, b, c, d, e, f and 3 more');
  });
});

describe('the question before a deployment', () => {
  it('says what is done where, from which commit', () => {
    assert.equal(
      question(report([plan({ action: 'create' })])),
      'Create shop/web (123456789012, eu-west-1) from c0ffee0 “Serve faster”?',
    );
    assert.match(question(report([plan()], 'rollback')), /^Roll back shop\/web .* to c0ffee0/);
    assert.match(question(report([plan(), plan({ workload: 'b' })])), /^Deploy 2 workloads from /);
  });
});

describe('the summary of a plan', () => {
  it('is told as sentences, and of a rollback where it goes', () => {
    const text = summary(report([plan()]), () => files());
    assert.match(text, /^# Plan for c0ffee0 “Serve faster”\n\n## dev\/web: update\n\n2 differences from what runs\.$/m);
    const back = summary(report([plan({ reason: 'forced' })], 'rollback'), () => files());
    assert.match(back, /^# Roll back to c0ffee0.*Going back to an earlier good rollout\.$/ms);
    assert.doesNotMatch(back, /forced/);
  });

  it('has what runs now on its other side, value by value', () => {
    const differences = [
      { path: '/taskDefinition/containerDefinitions/0/image', live: 'web:1', desired: 'web:2' },
      { path: '/tags', live: null, desired: [] },
      { path: '/x', live: { long: 'v'.repeat(200) }, desired: 1 },
    ];
    const lines = present(report([plan({ differences }), plan({ workload: 'dev/new', action: 'create' })])).split('\n');
    assert.deepEqual(lines.slice(0, 6), [
      '# What runs now',
      '',
      '## dev/web',
      '',
      '- containerDefinitions[0].image: web:1',
      '- tags: not there',
    ]);
    assert.match(lines[6]!, /^- x: \{"long":"v+…$/);
    assert.deepEqual(lines.slice(7), ['', '## dev/new', '', 'Nothing yet.', '']);
    const many = Array.from({ length: 25 }, (_, i) => ({ path: `/${i}x`, live: i, desired: 0 }));
    assert.match(present(report([plan({ differences: many })])), /- and 5 more\n$/);
    assert.match(present(report([plan({ action: 'unchanged' })])), /What the files ask for\.\n$/);
  });

  it('says where there is nothing to do, and why', () => {
    const same = plan({ action: 'unchanged', reason: 'what runs is what the files ask for' });
    assert.match(
      summary(report([same]), () => files()),
      /: nothing to do$/m,
    );
    assert.match(nothingToDo(report([same])), /what runs is what the files ask for/);
    assert.match(
      summary(report([]), () => files()),
      /No workload is touched\./,
    );
  });
});
