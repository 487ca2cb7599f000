import assert from 'node:assert/strict';
import {
  breakerThreshold,
  ecsSettings,
  lambdaSettings,
  stabilityTimeoutSeconds,
} from '../../../engine/plan/settings.ts';

describe('deployment settings', () => {
  it('waits for the larger of timeout and timeoutPerTask × desired count', () => {
    assert.equal(stabilityTimeoutSeconds({ timeout: 220, timeoutPerTask: 25 }, 2), 220);
    assert.equal(stabilityTimeoutSeconds({ timeout: 220, timeoutPerTask: 25 }, 20), 500);
    assert.equal(stabilityTimeoutSeconds({ timeoutPerTask: 25 }, 4), 100);
    assert.equal(stabilityTimeoutSeconds({}, 4), 300);
    assert.equal(stabilityTimeoutSeconds(undefined, 4), 300);
  });

  it('trips at the smaller of failureThreshold and failureThresholdPercent, rounded up, never at none', () => {
    assert.equal(breakerThreshold({ failureThreshold: 5, failureThresholdPercent: 30 }, 10), 3);
    assert.equal(breakerThreshold({ failureThreshold: 2, failureThresholdPercent: 30 }, 10), 2);
    assert.equal(breakerThreshold({ failureThresholdPercent: 25 }, 3), 1);
    assert.equal(breakerThreshold({ failureThresholdPercent: 50 }, 100), 50);
    assert.equal(breakerThreshold({ failureThresholdPercent: 50 }, 0), 1);
    assert.equal(breakerThreshold({}, 10), 5);
  });

  it('has the circuit breaker off where its section is absent', () => {
    assert.equal(ecsSettings({}, 3).breaker, undefined);
    assert.deepEqual(ecsSettings({ gmDeploymentCircuitBreaker: {} }, 3).breaker, {
      threshold: 5,
      rollback: true,
      ignore: [],
    });
  });

  it('turns traffic shifting on by the presence of its section', () => {
    assert.equal(lambdaSettings({ alias: 'live' }).trafficShifting, undefined);
    assert.deepEqual(lambdaSettings({ alias: 'live', trafficShiftingConfig: {} }).trafficShifting, {
      type: 'CANARY',
      percent: 20,
      waitIntervalSeconds: 60,
    });
  });
});
