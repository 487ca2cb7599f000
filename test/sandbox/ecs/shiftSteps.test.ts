import assert from 'node:assert/strict';
import { type Step, shiftSteps, weightsFor } from '../../../sandbox/ecs/shiftSteps.ts';

const production = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.production === undefined ? [] : [[step.production, step.bakeMinutes]]));

describe('the steps of a traffic shift', () => {
  it('are the stages in ECS’s order, with a bake before the old tasks go', () => {
    const steps = shiftSteps({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 15 }, false);
    assert.deepEqual(
      steps.map(({ stage }) => stage),
      [
        'PRE_SCALE_UP',
        'SCALE_UP',
        'POST_SCALE_UP',
        'TEST_TRAFFIC_SHIFT',
        'POST_TEST_TRAFFIC_SHIFT',
        'PRE_PRODUCTION_TRAFFIC_SHIFT',
        'PRODUCTION_TRAFFIC_SHIFT',
        'POST_PRODUCTION_TRAFFIC_SHIFT',
        'BAKE_TIME',
        'CLEAN_UP',
      ],
    );
    assert.equal(steps.find(({ stage }) => stage === 'BAKE_TIME')?.bakeMinutes, 15);
    assert.equal(shiftSteps({ strategy: 'BLUE_GREEN' }, true)[0]?.stage, 'RECONCILE_SERVICE');
  });

  it('go to everything in equal parts, the last one smaller where they do not divide', () => {
    const steps = (stepPercent: number) =>
      production(
        shiftSteps({ strategy: 'LINEAR', linearConfiguration: { stepPercent, stepBakeTimeInMinutes: 2 } }, false),
      );
    assert.deepEqual(steps(25), [
      [25, 2],
      [50, 2],
      [75, 2],
      [100, undefined],
    ]);
    assert.deepEqual(steps(40), [
      [40, 2],
      [80, 2],
      [100, undefined],
    ]);
    assert.deepEqual(steps(100), [[100, undefined]]);
    assert.equal(steps(33.4).length, 3);
    assert.equal(steps(3).length, 34);
    assert.equal(production(shiftSteps({ strategy: 'LINEAR' }, false)).length, 10);
  });

  it('go to everything after one small part for a canary', () => {
    assert.deepEqual(production(shiftSteps({ strategy: 'CANARY' }, false)), [
      [5, 10],
      [100, undefined],
    ]);
    const whole = { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 100 } };
    assert.deepEqual(production(shiftSteps(whole, false)), [[100, undefined]]);
  });

  it('pass each production shift only after its own stage before it', () => {
    const stages = shiftSteps({ strategy: 'LINEAR' }, false).map(({ stage }) => stage);
    const before = stages.filter((stage) => stage === 'PRE_PRODUCTION_TRAFFIC_SHIFT').length;
    assert.equal(before, 10);
  });
});

describe('the weights for a share of the traffic', () => {
  it('are the percents themselves, or thousandths for fractions, never beyond 999', () => {
    assert.deepEqual(weightsFor(25), { target: 25, source: 75 });
    assert.deepEqual(weightsFor(0.1), { target: 1, source: 999 });
    assert.deepEqual(weightsFor(99.9), { target: 999, source: 1 });
    assert.deepEqual(weightsFor(0.04), { target: 1, source: 999 });
  });
});
