/**
 * From an alarm until everything is sent back, by strategy, on the simulated AWS: the longest of many moments at which
 * the alarm fires between two looks.
 *
 *     node bench/alarm.ts
 *
 * Prints one line of JSON per strategy; run by bench/run.ts.
 */
import { CALL_MS, fires, POLL_MS, STRATEGIES } from '../test/engine/rollout/ringing.ts';

const MOMENTS = Array.from({ length: 10 }, (_, i) => 1 + i * (POLL_MS / 10));

for (const strategy of STRATEGIES) {
  const times: number[] = [];
  for (const afterMs of MOMENTS) times.push((await fires(strategy, afterMs)).ms);
  const figures = { strategy: strategy.name, longestMs: Math.max(...times), pollMs: POLL_MS, callMs: CALL_MS };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
