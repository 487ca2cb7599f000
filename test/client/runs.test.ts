/** What becomes of rollouts that a window lets go of. */
import assert from 'node:assert/strict';
import { Runs } from '../../client/engine/runs.ts';
import type { EngineSession } from '../../client/engine/session.ts';
import type { DeployReport, PlanReport, RolloutRecord, RolloutSummary, RunOptions } from '../../engine/index.ts';

const summary = (workload: string, phase: RolloutSummary['phase']): RolloutSummary => ({
  rollout: `ro-${workload}`,
  workload,
  target: { kind: 'ecs', account: undefined, region: 'eu-west-1', cluster: 'prod', service: workload },
  phase,
  startedAt: 1,
  endedAt: null,
  reason: 'this process stopped watching it',
  next: 'take it up with `gitmoxi resume`',
});

const record = (workload: string) => ({ id: `ro-${workload}`, workload, endedAt: null }) as unknown as RolloutRecord;

/** A window with one rollout that runs, beside one that is over and one that waits for its turn. */
async function deploying(): Promise<{ readonly runs: Runs; readonly report: Promise<DeployReport> }> {
  const begun = Promise.withResolvers<void>();
  const engine = {
    deploy: async (_plan: PlanReport, { signal, onRecord }: RunOptions): Promise<DeployReport> => {
      onRecord?.(record('web'));
      const over = new Promise((resolve) => signal.addEventListener('abort', resolve));
      begun.resolve();
      await over;
      // What was written down last is told although nobody waits for it.
      onRecord?.(record('web'));
      return {
        revision: 'c0ffee',
        rollouts: [summary('web', 'unfinished'), summary('job', 'succeeded'), summary('api', 'busy')],
      };
    },
  };
  const session = { open: async () => ({ engine }) } as unknown as EngineSession;
  const runs = new Runs(session, { moved: () => {}, happened: () => {} });
  const report = runs.deploy({} as PlanReport);
  await begun.promise;
  return { runs, report };
}

describe('the rollouts that a window runs', () => {
  it('are left to whoever looks next, and run here no more', async () => {
    const { runs, report } = await deploying();
    assert.deepEqual(
      runs.running.map(({ workload }) => workload),
      ['web'],
    );
    await runs.close();
    assert.deepEqual(runs.running, []);
    assert.equal((await report).rollouts[0]?.next, 'take it up with `gitmoxi resume`');
  });

  it('have nobody to take them up where they end with the place that they ran at', async () => {
    const { runs, report } = await deploying();
    const gone = { reason: 'the sandbox was stopped', next: 'deploy again' };
    await Promise.all([runs.close(gone), runs.close()]);
    assert.deepEqual(
      (await report).rollouts.map(({ workload, phase, reason, next }) => [workload, phase, reason, next]),
      [
        ['web', 'unfinished', 'the sandbox was stopped', 'deploy again'],
        ['job', 'succeeded', 'this process stopped watching it', 'take it up with `gitmoxi resume`'],
        ['api', 'unfinished', 'the sandbox was stopped', 'deploy again'],
      ],
    );
  });
});
