import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { EngineSession } from '../../client/engine/session.ts';
import { LiveStates } from '../../client/rollouts/liveStates.ts';
import { groupOf, type WorkloadRow } from '../../client/rollouts/rollout.ts';
import type { PlanReport, PlanRequest } from '../../engine/index.ts';

function row(workload: string, region: string): WorkloadRow {
  return {
    id: workload,
    workload,
    kind: 'ecs',
    repo: '/shop',
    target: { kind: 'ecs', account: undefined, region, cluster: 'prod', service: workload },
    errors: 0,
    held: undefined,
    head: undefined,
    record: undefined,
    owner: undefined,
    waits: [],
    fallback: undefined,
  };
}

/** An engine whose plans end as the test says, by the workloads that are asked for. */
const sessionWith = (plan: (selectors: readonly string[]) => Promise<PlanReport>) =>
  ({
    open: async () => ({ engine: { plan: ({ selectors }: PlanRequest) => plan(selectors ?? []) } }),
  }) as unknown as EngineSession;

const nothing = { workloads: [] } as unknown as PlanReport;

describe('what runs, as the rollouts view knows it', () => {
  it('shows a region that does not answer as such after a while, and the others at once', async () => {
    const slow = row('slow', 'eu-west-1');
    const fast = row('fast', 'us-east-1');
    const session = sessionWith(async ([name]) => (name === 'slow' ? new Promise(() => {}) : nothing));
    let told = Promise.withResolvers<void>();
    const states = new LiveStates(session, () => told.resolve());
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      states.look([slow, fast], 60_000);
      assert.equal(states.live.get(groupOf(slow))?.state, 'reading');
      await told.promise;
      assert.equal(states.live.get(groupOf(fast))?.state, 'read');
      assert.equal(states.live.get(groupOf(slow))?.state, 'reading');
      told = Promise.withResolvers();
      mock.timers.tick(20_000);
      await told.promise;
    } finally {
      mock.timers.reset();
    }
    const group = states.live.get(groupOf(slow));
    assert.ok(group?.state === 'failed');
    assert.match(String(group.error), /AWS did not answer within 20 seconds/);
  });

  it('asks again where a rollout has ended since, whoever ran it', async () => {
    let asked = 0;
    const told = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const session = sessionWith(async () => {
      asked += 1;
      return nothing;
    });
    const states = new LiveStates(session, () => told[asked - 1]!.resolve());
    const at = (endedAt: number | null) =>
      ({ ...row('web', 'eu-west-1'), record: { id: 'ro-1', endedAt } }) as unknown as WorkloadRow;
    states.look([at(null)], 60_000);
    await told[0]!.promise;
    states.look([at(null)], 60_000);
    assert.equal(asked, 1);
    states.look([at(1_000)], 60_000);
    await told[1]!.promise;
    states.look([at(1_000)], 60_000);
    assert.equal(asked, 2);
  });

  it('asks again only for what is old, or was forgotten', async () => {
    let asked = 0;
    let told = Promise.withResolvers<void>();
    const session = sessionWith(async () => {
      asked += 1;
      return nothing;
    });
    const states = new LiveStates(session, () => told.resolve());
    const one = row('web', 'eu-west-1');
    states.look([one], 60_000);
    states.look([one], 60_000);
    await told.promise;
    states.look([one], 60_000);
    assert.equal(asked, 1);
    told = Promise.withResolvers();
    states.forget(groupOf(one));
    assert.equal(states.live.get(groupOf(one))?.state, 'read');
    states.look([one], 60_000);
    await told.promise;
    assert.equal(asked, 2);
  });

  it('does not ask about what has errors, or no region', async () => {
    const session = sessionWith(() => assert.fail('asked'));
    const states = new LiveStates(session, () => {});
    states.look(
      [
        { ...row('web', 'eu-west-1'), errors: 1 },
        { ...row('job', 'eu-west-1'), target: undefined },
      ],
      0,
    );
    assert.equal(states.live.size, 0);
  });
});
