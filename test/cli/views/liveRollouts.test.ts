import assert from 'node:assert/strict';
import { progressText } from '../../../cli/views/liveRollouts.ts';
import type { RolloutRecord } from '../../../engine/index.ts';

const text = (progress: RolloutRecord['progress'], more: Partial<RolloutRecord> = {}) =>
  progressText({ kind: 'ecs', phase: 'shifting', ...more, progress } as RolloutRecord);

describe('what there is to count in a rollout', () => {
  it('is tasks, traffic, and the stage that ECS is in', () => {
    assert.equal(text({ ready: 1, desired: 2 }), '1/2 tasks');
    assert.equal(text({ ready: 2, desired: 2, trafficPercent: 10 }), '2/2 tasks, 10 % traffic');
    const baking = { ready: 2, desired: 2, trafficPercent: 100, stage: 'BAKE_TIME' };
    assert.equal(text(baking), '2/2 tasks, 100 % traffic, BAKE_TIME');
  });

  it('is one thing when it is over, and nothing where there is nothing', () => {
    const over = { ready: 2, desired: 2, trafficPercent: 100, stage: 'CLEAN_UP' };
    assert.equal(text(over, { phase: 'succeeded' }), '2/2 tasks');
    assert.equal(text({ trafficPercent: 20 }, { kind: 'lambda' }), '20 % traffic');
    assert.equal(text({}), '');
  });
});
