import assert from 'node:assert/strict';
import { desiredOf, type StrategyName } from '../../../engine/plan/index.ts';
import { bakesMs, expectedFrom, type RolloutRecord, timeLeft } from '../../../engine/rollout/index.ts';
import { resize, web } from './fixtures.ts';
import { checkedFrom, type Files } from './stage.ts';

const LIKE = { kind: 'ecs', strategy: 'ecs-rolling' } as const;

/** A rollout of the past that took so long. */
const took = (seconds: number, rest: Partial<RolloutRecord> = {}): RolloutRecord =>
  ({
    ...LIKE,
    phase: 'succeeded',
    state: {},
    startedAt: 1000,
    endedAt: 1000 + seconds * 1000,
    ...rest,
  }) as RolloutRecord;

describe('how long a rollout is expected to take', () => {
  it('is the median of the newest five that succeeded the same way', () => {
    const earlier = [60, 600, 120, 90, 100, 9000, 9000].map((seconds) => took(seconds));
    assert.deepEqual(expectedFrom(earlier, LIKE, 0), { ms: 100_000, rollouts: 5 });
    assert.deepEqual(expectedFrom([took(60), took(90)], LIKE, 0), { ms: 75_000, rollouts: 2 });
  });

  it('does not count rollouts that failed, found nothing to do, or went another way', () => {
    const others = [
      took(1, { phase: 'rolled back' }),
      took(2, { state: null }),
      took(3, { strategy: 'ecs-blue-green' }),
      took(4, { kind: 'lambda' }),
      took(5, { phase: 'stabilizing', endedAt: null }),
    ];
    assert.equal(expectedFrom(others, LIKE, 0), null);
    assert.deepEqual(expectedFrom([...others, took(60)], LIKE, 0), { ms: 60_000, rollouts: 1 });
  });

  it('is what the settings make it wait where there was none before', () => {
    assert.deepEqual(expectedFrom([], LIKE, 120_000), { ms: 120_000, rollouts: 0 });
  });

  it('does not count rollouts that took less than the settings make it wait: a creation, or one that was promoted', () => {
    assert.deepEqual(expectedFrom([took(60)], LIKE, 120_000), { ms: 120_000, rollouts: 0 });
    assert.deepEqual(expectedFrom([took(60), took(200), took(45)], LIKE, 120_000), { ms: 200_000, rollouts: 1 });
  });
});

describe('what the settings of a rollout make it wait', () => {
  const bakes = (strategy: StrategyName, files: Files, creates = false): number =>
    bakesMs(strategy, desiredOf(checkedFrom('dev/x', files), {}, undefined), creates) / 60_000;
  const shifting = (config: object) => resize({ deployment: { trafficShiftingConfig: config } as never });
  const native = (deploymentConfiguration: object) => web({ service: { deploymentConfiguration } as never });

  it('is a bake after each traffic step but the last', () => {
    assert.equal(bakes('lambda-alias', shifting({ type: 'LINEAR', percent: 25, waitInterval: 60 })), 3);
    assert.equal(bakes('lambda-alias', shifting({ type: 'CANARY', percent: 5, waitInterval: 600 })), 10);
    assert.equal(bakes('lambda-alias', shifting({ type: 'ALL_AT_ONCE', waitInterval: 120 })), 2);
    assert.equal(bakes('lambda-alias', resize()), 0);
  });

  it('is nothing where there is nothing yet to shift traffic from', () => {
    assert.equal(bakes('lambda-alias', shifting({ type: 'LINEAR', percent: 25, waitInterval: 60 }), true), 0);
  });

  it("is ECS's own bakes, with its defaults", () => {
    assert.equal(bakes('ecs-native', native({ strategy: 'BLUE_GREEN' })), 15);
    const linear = { strategy: 'LINEAR', bakeTimeInMinutes: 1, linearConfiguration: { stepPercent: 30 } };
    assert.equal(bakes('ecs-native', native(linear)), 1 + 3 * 6);
    const canary = { strategy: 'CANARY', bakeTimeInMinutes: 0, canaryConfiguration: { canaryBakeTimeInMinutes: 7 } };
    assert.equal(bakes('ecs-native', native(canary)), 7);
    assert.equal(bakes('ecs-rolling', native({ bakeTimeInMinutes: 3 })), 3);
    assert.equal(bakes('ecs-rolling', web()), 0);
  });

  it('is told for any content of a definition', () => {
    for (const odd of [
      { strategy: 'LINEAR', linearConfiguration: { stepPercent: 0 } },
      { bakeTimeInMinutes: -5 },
      [],
      'x',
    ])
      assert.ok(Number.isFinite(bakes('ecs-native', native(odd as object))));
  });
});

describe('the time left', () => {
  const expected = { ms: 300_000, rollouts: 3 };
  const running = took(0, { phase: 'shifting', endedAt: null, startedAt: 0, expected });

  it('is what is expected without what is over', () => {
    assert.deepEqual(timeLeft(running, 130_000), { elapsedMs: 130_000, leftMs: 170_000 });
  });

  it('is unknown once it takes longer, and where nothing was expected', () => {
    assert.deepEqual(timeLeft(running, 300_000), { elapsedMs: 300_000, leftMs: null });
    assert.deepEqual(timeLeft({ ...running, expected: null }, 1000), { elapsedMs: 1000, leftMs: null });
  });

  it('is not told of a rollout that is over or goes back, and not below zero by a clock that is behind', () => {
    assert.equal(timeLeft({ ...running, phase: 'rolling back' }, 1000), undefined);
    assert.equal(timeLeft({ ...running, phase: 'succeeded' }, 1000), undefined);
    assert.equal(timeLeft(running, -5000)?.elapsedMs, 0);
  });
});
