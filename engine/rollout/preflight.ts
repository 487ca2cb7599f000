/**
 * What a strategy vets before it begins: alarms that would protect nothing, and traffic that cannot be shifted. Pure.
 */
import type { Desired } from '../plan/index.ts';
import { alarmObstacles, type CheckName, letThrough, type Obstacle, obstacle, refusing } from '../preflight/index.ts';
import type { AlarmSeen, EcsSeen, ForwardSeen, TargetsSeen } from './observation.ts';
import { type EventDraft, goesBack, type RolloutRecord } from './record.ts';
import { findSwaps, type Swap } from './weights.ts';

/**
 * What an emergency is known by keeps nobody from leaving it: a rollback, or a move to other capacity, begins whatever
 * alarms, weights and targets are like.
 */
const LET_THROUGH_ON_THE_WAY_BACK: readonly CheckName[] = [
  'alarm-missing',
  'alarm-firing',
  'weights-moved',
  'no-healthy-target',
  'rollback-target-inactive',
  'rollback-image-missing',
  'deployment-in-progress',
];

/** The checks that are let through: as the files say, as somebody asked, and as the occasion is. */
export function skipsOf(
  desired: Desired | undefined,
  { skips = [], trigger }: Pick<RolloutRecord, 'skips' | 'trigger'>,
): string[] {
  const occasion = goesBack(trigger) ? LET_THROUGH_ON_THE_WAY_BACK : [];
  return [...new Set([...(desired?.settings.preflightIgnores ?? []), ...skips, ...occasion])];
}

const UNWATCHED: readonly CheckName[] = ['alarm-missing', 'alarm-firing'];

/** What watched alarms are like before anything has begun. */
export interface VettedAlarms {
  readonly refusal: Obstacle | undefined;
  /** Those that are watched from now on. */
  readonly alarms: readonly string[];
  readonly told: readonly EventDraft[];
}

/** An alarm that is let through would only be in the way: it is not watched. */
export function vetAlarms(
  seen: readonly AlarmSeen[],
  watched: readonly string[],
  skips: readonly string[],
): VettedAlarms {
  const useless = watched.filter((name) =>
    alarmObstacles(seen, [name]).some((one) => UNWATCHED.includes(one.name) && skips.includes(one.name)),
  );
  return {
    refusal: refusing(letThrough(alarmObstacles(seen, watched), skips)),
    alarms: watched.filter((name) => !useless.includes(name)),
    told: useless.map((name) => ({
      code: 'rollout.progress',
      level: 'warning',
      message: `alarm ${name} is not watched: it ${seen.some((one) => one.name === name) ? 'is in ALARM already' : 'does not exist'}`,
    })),
  };
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
  const problem = (name: CheckName, message: string, hint: string) =>
    obstacle(name, { file: 'deployment', path }, message, hint);
  if (!isReached(forwards, swap)) {
    return problem(
      'pair-not-reached',
      `no listener and no rule forwards to ${from} or ${to}`,
      'forward a listener or rule to one of the pair',
    );
  }
  const total = (group: string) => forwards.reduce((sum, forward) => sum + weightOf(forward, group), 0);
  if (total(from) + total(to) === 0) {
    return problem(
      'pair-without-weight',
      `both ${from} and ${to} have weight 0: no request reaches them, and there is none to shift`,
      'give the half that serves its weight in the listener or rule',
    );
  }
  if (!serves || total(to) === 0) return undefined;
  return problem(
    'weights-moved',
    `${to} gets traffic, and the tasks that serve are behind ${from}: somebody changed the weights`,
    'see who did, and give all weight to the half that serves',
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
    const at = { file: 'deployment', path: ['targetGroupArnPairs'] } as const;
    const hint = 'name each target group in exactly one of targetGroupArnPairs';
    return { swaps: [], obstacles: [obstacle('target-group-pairs', at, found.problem, hint)] };
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
    return [obstacle('production-misdirected', { file: 'service', path: ['loadBalancers'] }, message, hint)];
  });
}
