/** How soon traffic is back after an alarm. */
import assert from 'node:assert/strict';
import { CALL_MS, fires, POLL_MS, STRATEGIES } from './ringing.ts';

describe('an alarm while traffic is shifted', () => {
  for (const strategy of STRATEGIES) {
    it(`sends it back within one look and two calls: ${strategy.name}`, async () => {
      for (const afterMs of [1, 7_000, 14_999, 61_000]) {
        const { ms, calls } = await fires(strategy, afterMs);
        const seen = `${ms} ms after it fired at ${afterMs} ms: ${calls.join(' ')}`;
        // The look that sees it is itself a call on its way.
        assert.ok(ms <= POLL_MS + CALL_MS + 2 * CALL_MS, seen);
      }
    });
  }
});
