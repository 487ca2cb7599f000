import assert from 'node:assert/strict';
import { breakerThreshold, rollingWindow, stopBudget, tasksToStart } from '../../../sandbox/ecs/rolling.ts';

describe('the rolling window', () => {
  const table: [desired: number, minimum: number, maximum: number, lower: number, upper: number][] = [
    [1, 100, 200, 1, 2],
    [1, 0, 100, 0, 1],
    [1, 100, 199, 1, 1],
    [2, 50, 100, 1, 2],
    [2, 75, 100, 2, 2],
    [3, 100, 125, 3, 3],
    [3, 66, 150, 2, 4],
    [4, 100, 200, 4, 8],
    [10, 90, 110, 9, 11],
    [0, 100, 200, 0, 0],
  ];
  for (const [desired, minimum, maximum, lower, upper] of table) {
    it(`of ${desired} tasks at ${minimum}/${maximum} percent is ${lower} to ${upper}`, () => {
      assert.deepEqual(rollingWindow(desired, minimum, maximum), { lower, upper });
    });
  }
});

describe('the first step of a rolling update', () => {
  const steps: [desired: number, minimum: number, maximum: number, start: number, stop: number][] = [
    [1, 100, 200, 1, 0],
    [1, 0, 100, 0, 1],
    [1, 100, 199, 0, 0],
    [2, 50, 100, 0, 1],
    [2, 75, 100, 0, 0],
    [3, 100, 125, 0, 0],
    [3, 66, 150, 1, 1],
    [4, 100, 200, 4, 0],
    [10, 90, 110, 1, 1],
  ];
  for (const [desired, minimumPercent, maximumPercent, start, stop] of steps) {
    it(`of ${desired} tasks at ${minimumPercent}/${maximumPercent} starts ${start} and may stop ${stop}`, () => {
      const counts = { desired, minimumPercent, maximumPercent, current: 0, older: desired, healthy: desired };
      assert.equal(tasksToStart(counts), start);
      assert.equal(stopBudget(counts).healthy, stop);
    });
  }
});

describe('the circuit breaker’s threshold', () => {
  it('is half of desired, between 3 and 200, by default', () => {
    const thresholds = [1, 25, 400, 800].map((desired) => breakerThreshold(desired, 'BOUNDED_PERCENT', 50));
    assert.deepEqual(thresholds, [3, 13, 200, 200]);
  });

  it('is what the service says otherwise', () => {
    assert.equal(breakerThreshold(800, 'UNBOUNDED_PERCENT', 50), 400);
    assert.equal(breakerThreshold(1, 'UNBOUNDED_PERCENT', 50), 1);
    assert.equal(breakerThreshold(800, 'COUNT', 7), 7);
  });
});
