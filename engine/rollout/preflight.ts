/**
 * Preflight: what keeps a rollout from being protected, known before anything is changed. The plan shows it, and a
 * strategy that vets the world refuses to begin. Pure.
 */
import type { Severity } from '../finding.ts';
import type { AlarmSeen, EcsSeen, ForwardSeen, TargetsSeen } from './observation.ts';
import { findSwaps, type Swap } from './weights.ts';

export interface Obstacle {
  /** An error keeps the rollout from beginning. */
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  /** What to do, as an instruction. */
  readonly hint: string;
  /** Where the deployment definition asks for it. */
  readonly path: readonly (string | number)[];
}

/** An alarm that is missing, or fires already, protects nothing. */
export function alarmObstacles(seen: readonly AlarmSeen[], watched: readonly string[]): Obstacle[] {
  return watched.flatMap((name, i): Obstacle[] => {
    const path = ['alarms', 'alarmNames', i];
    const alarm = seen.find((one) => one.name === name);
    if (alarm === undefined) {
      const hint = 'create it in the region of the deployment, or correct its name';
      return [{ severity: 'error', code: 'plan.alarm-missing', message: `there is no alarm ${name}`, hint, path }];
    }
    if (alarm.state === 'ALARM') {
      const message = `alarm ${name} is in ALARM already, so it cannot tell whether the new revision is bad: ${alarm.reason}`;
      const hint = 'wait until it is OK, or take it out of alarms.alarmNames for this deployment';
      return [{ severity: 'error', code: 'plan.alarm-firing', message, hint, path }];
    }
    if (alarm.state !== 'INSUFFICIENT_DATA') return [];
    const message = `alarm ${name} has no data yet: until it has, it notices nothing`;
    const hint = 'see whether its metric is what the workload publishes';
    return [{ severity: 'warning', code: 'plan.alarm-without-data', message, hint, path }];
  });
}

type Pairs = readonly (readonly [string, string])[];

const weightOf = ({ weights }: ForwardSeen, group: string): number => weights[group] ?? 0;

const isReached = (forwards: readonly ForwardSeen[], { from, to }: Swap): boolean =>
  forwards.some(({ weights }) => weights[from] !== undefined || weights[to] !== undefined);

/** What one pair's halves get now, against the half that serves. */
function pairObstacle(
  swap: Swap,
  forwards: readonly ForwardSeen[],
  serves: boolean,
  path: Obstacle['path'],
): Obstacle | undefined {
  const { from, to } = swap;
  const problem = (code: string, message: string, hint: string, severity: Severity = 'error') => ({
    severity,
    code,
    message,
    hint,
    path,
  });
  if (!isReached(forwards, swap)) {
    return problem(
      'plan.pair-not-reached',
      `no listener and no rule forwards to ${from} or ${to}`,
      'forward a listener or rule to one of the pair',
    );
  }
  const total = (group: string) => forwards.reduce((sum, forward) => sum + weightOf(forward, group), 0);
  if (total(from) + total(to) === 0) {
    return problem(
      'plan.pair-without-weight',
      `both ${from} and ${to} have weight 0: no request reaches them, and there is none to shift`,
      'give the half that serves its weight in the listener or rule',
    );
  }
  if (!serves || total(to) === 0) return undefined;
  return problem(
    'plan.weights-moved',
    `${to} gets traffic, and the tasks that serve are behind ${from}: somebody changed the weights`,
    'see who did; this deployment first sends all traffic to the tasks that serve',
    'warning',
  );
}

/** What a shift between target groups would do, or why there can be none. */
export interface Survey {
  readonly swaps: readonly Swap[];
  readonly obstacles: readonly Obstacle[];
}

/**
 * @param asked target groups of the service definition
 * @param seen with the forwards to every target group of the pairs
 */
export function surveyTraffic(seen: EcsSeen, asked: readonly string[], pairs: Pairs): Survey {
  const primary = seen.service?.taskSets.find(({ status }) => status === 'PRIMARY');
  const found = findSwaps(asked, pairs, primary?.targetGroups ?? []);
  if ('problem' in found) {
    const hint = 'name each target group in exactly one of targetGroupArnPairs';
    const path = ['targetGroupArnPairs'];
    return {
      swaps: [],
      obstacles: [{ severity: 'error', code: 'plan.target-group-pairs', message: found.problem, hint, path }],
    };
  }
  const obstacles = found.swaps.flatMap((swap) => {
    const i = pairs.findIndex((pair) => pair.includes(swap.to));
    return pairObstacle(swap, seen.forwards, primary !== undefined, ['targetGroupArnPairs', i]) ?? [];
  });
  return { swaps: found.swaps, obstacles };
}

/**
 * Production traffic that goes where nothing answers, while healthy targets stand in the other half: ECS itself shifts
 * on from there without a word, and its idea of which half serves is wrong from then on.
 *
 * @param production the production listeners or rules of the service that runs
 */
export function productionObstacles(production: readonly ForwardSeen[], targets: readonly TargetsSeen[]): Obstacle[] {
  const healthyIn = (group: string) => targets.find(({ targetGroup }) => targetGroup === group)?.healthy;
  return production.flatMap(({ kind, weights }): Obstacle[] => {
    const groups = Object.keys(weights);
    const empty = groups.find((group) => weights[group]! > 0 && healthyIn(group) === 0);
    const serving = groups.find((group) => (healthyIn(group) ?? 0) > 0);
    if (empty === undefined || serving === undefined) return [];
    const message = `the production ${kind} sends traffic to ${empty}, which has no healthy target; the tasks that serve are behind ${serving}`;
    const hint = `see who changed its weights, give ${serving} all of the traffic again, then deploy`;
    return [{ severity: 'error', code: 'plan.production-misdirected', message, hint, path: [] }];
  });
}
