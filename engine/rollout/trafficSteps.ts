/** The traffic steps of a shift, for whatever carries the traffic. Pure. */
import type { TrafficShifting } from '../plan/index.ts';

/**
 * @returns shares of the new revision, percent, strictly increasing, the last one 100: CANARY `[p, 100]`, LINEAR
 *   `[p, 2p, …, 100]`, otherwise `[100]`
 */
export function trafficSteps(shifting: TrafficShifting | undefined): number[] {
  if (shifting === undefined || shifting.type === 'ALL_AT_ONCE' || shifting.percent >= 100 || shifting.percent <= 0) {
    return [100];
  }
  if (shifting.type === 'CANARY') return [shifting.percent, 100];
  const steps: number[] = [];
  for (let share = shifting.percent; share < 100; share += shifting.percent) steps.push(share);
  return [...steps, 100];
}
