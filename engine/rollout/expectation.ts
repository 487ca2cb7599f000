/**
 * How long a rollout takes: as long as those before it took, or else what its own settings make it wait. Pure.
 */
import { isObject, type Json } from '../json.ts';
import type { Desired, StrategyName } from '../plan/index.ts';
import { isFinal, type RolloutRecord } from './record.ts';
import { trafficSteps } from './trafficSteps.ts';

export interface Expected {
  /** From its beginning to its end, ms. */
  readonly ms: number;
  /** How many earlier rollouts this is the median of; 0 where it is only what the settings make the rollout wait. */
  readonly rollouts: number;
}

/** Earlier rollouts that count, the newest: a service that has grown takes longer than it did once. */
const MOST = 5;

/** Did it change something, so that its time says how long a change takes? One that found nothing to do has no state. */
const counts = (record: RolloutRecord, { kind, strategy }: Pick<RolloutRecord, 'kind' | 'strategy'>): boolean =>
  record.phase === 'succeeded' && record.state !== null && record.kind === kind && record.strategy === strategy;

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : Math.round((sorted[middle - 1]! + sorted[middle]!) / 2);
}

/**
 * Earlier rollouts that took less than this one has to wait were other ones: they created the target, were promoted, or
 * had shorter bakes.
 *
 * @param earlier rollouts of the same workload, newest first
 * @param leastMs what the settings make it wait, ms
 * @returns null where nothing is known
 */
export function expectedFrom(
  earlier: readonly RolloutRecord[],
  like: Pick<RolloutRecord, 'kind' | 'strategy'>,
  leastMs: number,
): Expected | null {
  const took = earlier
    .filter((record) => counts(record, like))
    .slice(0, MOST)
    .map(({ startedAt, endedAt, updatedAt }) => (endedAt ?? updatedAt) - startedAt)
    .filter((ms) => ms >= leastMs)
    .sort((a, b) => a - b);
  if (took.length > 0) return { ms: median(took), rollouts: took.length };
  return leastMs > 0 ? { ms: leastMs, rollouts: 0 } : null;
}

const MINUTE_MS = 60_000;

const numberAt = (value: Json | undefined, key: string, otherwise: number): number => {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : otherwise;
};

/**
 * What ECS itself bakes, ms; what the definition leaves open has ECS's default.
 *
 * Source: Amazon ECS API reference, DeploymentConfiguration, LinearConfiguration, CanaryConfiguration.
 */
function bakesOfEcs(configuration: Json | undefined): number {
  if (!isObject(configuration)) return 0;
  const { strategy, linearConfiguration, canaryConfiguration } = configuration;
  const shifts = strategy === 'BLUE_GREEN' || strategy === 'LINEAR' || strategy === 'CANARY';
  const end = numberAt(configuration, 'bakeTimeInMinutes', shifts ? 15 : 0);
  if (strategy === 'CANARY') return (end + numberAt(canaryConfiguration, 'canaryBakeTimeInMinutes', 10)) * MINUTE_MS;
  if (strategy !== 'LINEAR') return end * MINUTE_MS;
  const percent = Math.max(1, numberAt(linearConfiguration, 'stepPercent', 10));
  const bakes = Math.ceil(100 / percent) - 1;
  return (end + bakes * numberAt(linearConfiguration, 'stepBakeTimeInMinutes', 6)) * MINUTE_MS;
}

/**
 * What the settings of a rollout make it wait at the least: its bakes, ms.
 *
 * @param creates there is nothing yet from which traffic could be shifted
 */
export function bakesMs(strategy: StrategyName, desired: Desired | undefined, creates: boolean): number {
  if (desired === undefined || creates) return 0;
  if ((strategy === 'ecs-native' || strategy === 'ecs-rolling') && desired.kind === 'ecs')
    return bakesOfEcs(desired.service['deploymentConfiguration']);
  const { trafficShifting } = desired.settings;
  if (trafficShifting === undefined || (strategy !== 'ecs-blue-green' && strategy !== 'lambda-alias')) return 0;
  const bakes = trafficSteps(trafficShifting).length - (trafficShifting.type === 'ALL_AT_ONCE' ? 0 : 1);
  return bakes * trafficShifting.waitIntervalSeconds * 1000;
}

/** How far an unfinished rollout is in its time. */
export interface TimeLeft {
  readonly elapsedMs: number;
  /** Null where it takes longer than was expected, or nothing was. */
  readonly leftMs: number | null;
}

/**
 * @param now on the rollout's clock, ms since the epoch
 * @returns undefined for rollouts that are over, or that go back
 */
export function timeLeft({ phase, startedAt, expected }: RolloutRecord, now: number): TimeLeft | undefined {
  if (isFinal(phase) || phase === 'rolling back') return undefined;
  const elapsedMs = Math.max(0, now - startedAt);
  const left = expected == null ? null : expected.ms - elapsedMs;
  return { elapsedMs, leftMs: left === null || left <= 0 ? null : left };
}
