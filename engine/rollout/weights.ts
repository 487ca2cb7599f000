/**
 * Weights of target groups behind listeners and rules: which halves there are, and what each traffic step wants. Pure.
 *
 * Source: Elastic Load Balancing API reference, TargetGroupTuple: weights are whole numbers, 0–999.
 */
import type { ForwardSeen } from './observation.ts';

/** A pair's half that serves, and the one that takes over. */
export interface Swap {
  readonly from: string;
  readonly to: string;
}

/** A listener's default action or a rule, with the weights it is to have. */
export interface ForwardWeights {
  readonly arn: string;
  readonly kind: 'listener' | 'rule';
  /** By target group, of all that the action forwards to. */
  readonly weights: Readonly<Record<string, number>>;
}

/** What a pair's two weights add up to at least, where there is room: fine enough for steps of one percent. */
const WHOLE = 100;

/** The largest weight there is. */
const LARGEST = 999;

/** The weight the pair has in a forward now. */
const pairWeight = (weights: Readonly<Record<string, number>>, { from, to }: Swap): number =>
  (weights[from] ?? 0) + (weights[to] ?? 0);

/**
 * The weights that give the new halves a share of their pairs' traffic. Target groups outside the pairs keep their part.
 *
 * @param percent share of the new halves, 0–100
 */
export function weightsAt(forwards: readonly ForwardSeen[], swaps: readonly Swap[], percent: number): ForwardWeights[] {
  return forwards.map(({ arn, kind, weights }) => {
    const touched = swaps.filter(({ from, to }) => weights[from] !== undefined || weights[to] !== undefined);
    const next: Record<string, number> = {};
    const whole = Math.max(1, ...touched.map((swap) => pairWeight(weights, swap)));
    const largest = Math.max(whole, ...Object.values(weights));
    // Small weights are scaled up, all alike and by a whole number, so that the pair's part can be divided and no part changes.
    const scale =
      largest > LARGEST
        ? LARGEST / largest
        : Math.max(1, Math.min(Math.ceil(WHOLE / whole), Math.floor(LARGEST / largest)));
    for (const [group, weight] of Object.entries(weights)) next[group] = Math.round(weight * scale);
    for (const swap of touched) {
      if (pairWeight(weights, swap) === 0) {
        // Somebody keeps traffic off this forward: it stays so, and only knows both halves.
        next[swap.from] = next[swap.to] = 0;
        continue;
      }
      const total = Math.round(pairWeight(weights, swap) * scale);
      next[swap.to] = Math.round((total * percent) / 100);
      next[swap.from] = total - next[swap.to]!;
    }
    return { arn, kind, weights: next };
  });
}

const sum = (weights: Readonly<Record<string, number>>): number =>
  Object.values(weights).reduce((total, weight) => total + weight, 0);

/** Do the weights that are seen mean what is wanted? Shares count, not numbers; a share of 0 may be left out. */
export function sameShares(seen: Readonly<Record<string, number>>, wanted: Readonly<Record<string, number>>): boolean {
  const [a, b] = [sum(seen), sum(wanted)];
  if (a === 0 || b === 0) return a === b;
  return [...Object.keys(seen), ...Object.keys(wanted)].every(
    (group) => Math.abs((seen[group] ?? 0) / a - (wanted[group] ?? 0) / b) < 0.002,
  );
}

/** Are all forwards as wanted, and every wanted target group attached, if only with weight 0? */
export function areInForce(seen: readonly ForwardSeen[], wanted: readonly ForwardWeights[]): boolean {
  return wanted.every(({ arn, weights }) => {
    const there = seen.find((forward) => forward.arn === arn);
    return (
      there !== undefined &&
      Object.keys(weights).every((group) => there.weights[group] !== undefined) &&
      sameShares(there.weights, weights)
    );
  });
}

export type Swaps = { readonly swaps: readonly Swap[] } | { readonly problem: string };

/**
 * Finds each load balancer's swap: the half that serves is what the primary task set uses; the other half takes over.
 *
 * @param asked target groups of the service definition
 * @param serving target groups of the primary task set; empty where nothing serves yet: then the asked ones come first
 */
export function findSwaps(
  asked: readonly string[],
  pairs: readonly (readonly [string, string])[],
  serving: readonly string[],
): Swaps {
  const swaps: Swap[] = [];
  for (const group of asked) {
    const holding = pairs.filter((pair) => pair.includes(group));
    const [pair] = holding;
    if (pair === undefined) return { problem: `the target group ${group} is in none of targetGroupArnPairs` };
    if (holding.length > 1)
      return { problem: `the target group ${group} is in ${holding.length} of targetGroupArnPairs` };
    const active = pair.find((half) => serving.includes(half));
    const to = active === undefined ? group : pair[0] === active ? pair[1] : pair[0];
    swaps.push({ from: to === pair[0] ? pair[1] : pair[0], to });
  }
  return { swaps };
}
