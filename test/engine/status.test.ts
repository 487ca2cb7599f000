import assert from 'node:assert/strict';
import { deployPlan } from '../../engine/deploying.ts';
import { statusEntry, withSurroundings } from '../../engine/status.ts';
import { createTurns } from '../../engine/turns.ts';
import { resize } from './rollout/fixtures.ts';
import { shortage, spotStage, spotWeb } from './rollout/spot.ts';
import { Stage } from './rollout/stage.ts';

async function statusOf(stage: Stage) {
  const latest = await stage.store.latest();
  const entries = await withSurroundings(stage.store, latest.map(statusEntry));
  return entries.toSorted((a, b) => (a.workload < b.workload ? -1 : 1));
}

describe('the status of workloads', () => {
  it('tells of a service on its fallback since when, and of its way back', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT')]);
    await stage.deploy('dev/web', spotWeb());
    const [web] = await statusOf(stage);
    const { on, own, since, due } = web!.fallback!;
    assert.deepEqual([on, own, due?.attempt, due?.attempts], ['FARGATE', 'FARGATE_SPOT', 1, 5]);
    assert.ok(since > web!.rollout.startedAt && since < web!.rollout.endedAt!);
    assert.equal(due?.dueAt, web!.rollout.endedAt! + 1800_000);
  });

  it('tells of no fallback where the service has its own capacity', async () => {
    await using stage = await spotStage([]);
    await stage.deploy('dev/web', spotWeb());
    const [web] = await statusOf(stage);
    assert.equal(web!.rollout.phase, 'succeeded');
    assert.equal('fallback' in web!, false);
  });

  it('tells what is held, and since when, of that workload alone', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const hold = { repository: 'test', kind: 'lambda', reason: 'by ada', commit: undefined } as const;
    await stage.store.hold({ ...hold, workload: 'dev/other' });
    assert.equal((await statusOf(stage))[0]!.held, undefined);
    await stage.store.hold({ ...hold, workload: 'dev/resize' });
    const { reason, commit, since } = (await statusOf(stage))[0]!.held!;
    assert.deepEqual([reason, commit, typeof since], ['by ada', null, 'number']);
  });

  it('tells the place of those that wait for their turn, who then say nothing of it any more', async () => {
    await using stage = await Stage.open();
    const names = ['one', 'two', 'three'];
    const plans = [];
    for (const name of names)
      plans.push(await stage.plan(`dev/${name}`, resize({ definition: { FunctionName: name } })));
    const ports = stage.ports({ turns: createTurns(1) });
    const lines: string[] = [];
    const onRecord = async ({ phase }: { readonly phase: string }) => {
      if (phase !== 'preparing' || lines.length > 0) return;
      lines.push('');
      const entries = await statusOf(stage);
      lines[0] = entries
        .map(({ ahead, rollout }) => `${rollout.waiting?.for ?? 'runs'} ${ahead ?? ''}`)
        .sort()
        .join('; ');
    };
    const report = { ...plans[0]!, workloads: plans.flatMap(({ workloads }) => workloads) };
    const { rollouts } = await stage.clock.run(deployPlan(ports, report, stage.options({ onRecord })));
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    assert.equal(lines[0], 'runs ; turn 0; turn 1');
    assert.deepEqual(
      (await statusOf(stage)).map(({ rollout }) => rollout.waiting),
      [null, null, null],
    );
  });
});
