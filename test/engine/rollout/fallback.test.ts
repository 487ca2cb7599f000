import assert from 'node:assert/strict';
import type { RolloutRecord } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { BLUE_GREEN, native, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { onSpot, shortage, spotStage, spotWeb, whereRuns } from './spot.ts';
import type { Files, Stage } from './stage.ts';

async function deployed(stage: Stage, files: Files): Promise<RolloutRecord> {
  const { rollouts } = await stage.deploy('dev/web', files);
  return (await stage.store.load(rollouts[0]!.rollout!))!.record;
}

const fallbacks = (stage: Stage) => stage.events.filter(({ code }) => code === 'capacity.fell-back');

const planned = async (stage: Stage, files: Files) => {
  const [plan] = (await stage.clock.run(stage.plan('dev/web', files))).workloads;
  return [plan?.action, plan?.differences, plan?.problems.map(({ code }) => code)];
};

describe('going over to the fallback capacity', () => {
  it('creates a service there when Spot has no room from the start, and plans no change back', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT')]);
    const record = await deployed(stage, spotWeb());
    assert.equal(record.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running, runs.strategy], [['FARGATE'], 2, ['FARGATE']]);
    assert.match(runs.mark ?? '', /^\d{4}-\S+Z from FARGATE_SPOT:0:1$/);
    assert.match(
      fallbacks(stage)[0]?.message ?? '',
      /no room on FARGATE_SPOT.* go to FARGATE; ECS said: .*Capacity is unavailable/,
    );
    assert.deepEqual(await planned(stage, spotWeb()), ['unchanged', [], ['plan.on-fallback']]);
  });

  it('takes the new tasks of a rolling update there, and follows that deployment', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 300)]);
    await deployed(stage, spotWeb());
    await stage.clock.advance(300_000);
    const record = await deployed(stage, spotWeb({ image: 'shop/web:2', desiredCount: 3 }));
    assert.equal(record.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running, runs.revision], [['FARGATE'], 3, 'web:2']);
    assert.equal(fallbacks(stage).length, 1);
  });

  it('stays there with a newer commit, without going through the shortage again', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT')]);
    await deployed(stage, spotWeb());
    const { mark } = await whereRuns(stage);
    const record = await deployed(stage, spotWeb({ image: 'shop/web:2' }));
    assert.equal(record.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.revision, runs.mark], [['FARGATE'], 'web:2', mark]);
    assert.equal(fallbacks(stage).length, 1);
  });

  it('waits for a shortage that passes', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 0, 50)]);
    const record = await deployed(stage, spotWeb({}, { fallbackAfter: 120 }));
    assert.equal(record.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.mark, fallbacks(stage).length], [['FARGATE_SPOT'], undefined, 0]);
  });

  it('does not go over for tasks that fail for another reason', async () => {
    await using stage = await spotStage([{ when: { image: '*:2' }, then: { exit: { code: 1, afterSeconds: 3 } } }]);
    await deployed(stage, spotWeb());
    const record = await deployed(stage, spotWeb({ image: 'shop/web:2' }));
    assert.deepEqual([record.phase, record.failure?.class, fallbacks(stage).length], ['rolled back', 'crash', 0]);
  });

  it('does not hold the shortage against the new tasks, and then does hold what they do', async () => {
    await using stage = await spotStage([
      { when: { image: '*:2' }, then: { exit: { code: 1, afterSeconds: 3 } } },
      shortage('FARGATE_SPOT', 300, 700),
    ]);
    await deployed(stage, spotWeb());
    await stage.clock.advance(300_000);
    const record = await deployed(
      stage,
      spotWeb({ image: 'shop/web:2', deployment: { gmDeploymentCircuitBreaker: { failureThreshold: 1 } } }),
    );
    assert.deepEqual([record.phase, record.failure?.class], ['rolled back', 'crash'], stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.revision, runs.running], ['web:1', 2]);
  });

  it('brings the original strategy back with a rollback once that has room, and takes the tag away', async () => {
    await using stage = await spotStage([
      { when: { image: '*:2' }, then: { exit: { code: 1, afterSeconds: 3 } } },
      shortage('FARGATE_SPOT', 300, 420),
    ]);
    await deployed(stage, spotWeb());
    await stage.clock.advance(300_000);
    const record = await deployed(stage, spotWeb({ image: 'shop/web:2' }, { fallbackAfter: 100 }));
    assert.equal(record.phase, 'rolled back', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual(
      [runs.providers, runs.strategy, runs.mark, runs.revision],
      [['FARGATE_SPOT'], ['FARGATE_SPOT'], undefined, 'web:1'],
    );
  });

  it('puts what served back on the fallback where Spot is still short, and says so', async () => {
    await using stage = await spotStage([
      { when: { image: '*:2' }, then: { exit: { code: 1, afterSeconds: 3 } } },
      shortage('FARGATE_SPOT', 300),
    ]);
    await deployed(stage, spotWeb());
    await stage.clock.advance(300_000);
    const record = await deployed(stage, spotWeb({ image: 'shop/web:2' }));
    assert.equal(record.phase, 'rolled back', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.revision, runs.running], [['FARGATE'], 'web:1', 2]);
    assert.match(runs.mark ?? '', /from FARGATE_SPOT/);
  });

  it('fails honestly for want of room when the fallback has none either', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 300, 1200), shortage('FARGATE', 300, 1200)]);
    await deployed(stage, spotWeb());
    await stage.clock.advance(300_000);
    const record = await deployed(stage, spotWeb({ image: 'shop/web:2' }));
    assert.deepEqual([record.phase, record.failure?.class], ['rolled back', 'capacity'], stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.revision, runs.running], ['web:1', 2]);
  });

  it('replaces a task set that finds no room, and serves from the other one', async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 300)]);
    const { blue, green, weights } = await balanced(stage);
    await deployed(stage, onSpot(external(blue, green)));
    await stage.clock.advance(300_000);
    const record = await deployed(stage, onSpot(external(blue, green, 'shop/web:2')));
    assert.equal(record.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:2', 2, green]]);
    assert.deepEqual(await weights(), { blue: 0, green: 100 });
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running], [['FARGATE'], 2]);
    assert.match(runs.mark ?? '', /from FARGATE_SPOT/);
    assert.deepEqual(await planned(stage, onSpot(external(blue, green, 'shop/web:2'))), [
      'unchanged',
      [],
      ['plan.on-fallback'],
    ]);
  });

  it("goes over within ECS's own traffic shift", async () => {
    await using stage = await spotStage([shortage('FARGATE_SPOT', 600)], SHIFTED_GIVEN);
    const front = await shifted(stage);
    await deployed(stage, onSpot(native(front, BLUE_GREEN, 'shop/web:1')));
    await stage.clock.advance(600_000);
    const record = await deployed(stage, onSpot(native(front, BLUE_GREEN, 'shop/web:2')));
    assert.equal(record.phase, 'succeeded', stage.story().join('\n'));
    const runs = await whereRuns(stage);
    assert.deepEqual([runs.providers, runs.running, runs.revision], [['FARGATE'], 2, 'web:2']);
    assert.match(runs.mark ?? '', /from FARGATE_SPOT/);
  });
});
