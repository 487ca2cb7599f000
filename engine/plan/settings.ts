/**
 * Deployment settings: what `_depdef.json` and `_lambdadepdef.json` say, with the defaults filled in and combinations
 * resolved to the numbers that count. Pure; values outside their ranges are findings of engine/check, not of here.
 *
 * Rule for pairs of limits (`timeout`/`timeoutPerTask`, `failureThreshold`/`failureThresholdPercent`): what is given
 * counts; a default applies only when neither of the two is given.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';

export type TrafficShiftType = 'CANARY' | 'LINEAR' | 'ALL_AT_ONCE';

export interface TrafficShifting {
  readonly type: TrafficShiftType;
  /** Share of traffic per step, percent, 0–100. @default 20 */
  readonly percent: number;
  /** Wait between steps, seconds. @default 60 */
  readonly waitIntervalSeconds: number;
}

export interface StabilityCheck {
  /** Seconds between looks. @default 30 */
  readonly pollIntervalSeconds: number;
  /** Seconds until the whole check gives up. @default 300 */
  readonly timeoutSeconds: number;
}

export interface CircuitBreaker {
  /** Failed new tasks that end the rollout, 1 or more. */
  readonly threshold: number;
  readonly rollback: boolean;
  /**
   * Classes of failures (engine/diagnose) that do not count. Where there are any, only tasks that were seen to fail
   * count: ECS's own number does not say what failed. @default []
   */
  readonly ignore: readonly string[];
}

/** Other capacity for tasks that find no room on the service's own. */
export interface Fallback {
  /** CapacityProviderStrategyItem each, one or more. */
  readonly strategy: readonly JsonObject[];
  /** How long tasks are without room before they go there, seconds. @default 60 */
  readonly afterSeconds: number;
  /** Undefined where the service stays there until somebody brings it back. */
  readonly return: FallbackReturn | undefined;
}

export interface FallbackReturn {
  /** Wait before the first attempt, seconds; it doubles with each that fails. @default 1800 */
  readonly waitSeconds: number;
  /** Attempts before it is left where it is. @default 5 */
  readonly attempts: number;
}

/** What a newer commit does to a rollout of the same workload that is under way. */
export type Supersede = 'wait' | 'abort' | 'replace';

export interface EcsSettings {
  /** @default 'wait' */
  readonly supersede: Supersede;
  /** Checks of preflight that are let through, by name. @default none */
  readonly preflightIgnores: readonly string[];
  readonly stability: StabilityCheck;
  /** Undefined where `gmDeploymentCircuitBreaker` is absent: the breaker is off. */
  readonly breaker: CircuitBreaker | undefined;
  readonly deleteNewUponFailure: boolean;
  readonly deleteNewUponTrafficShiftFailure: boolean;
  /** Blue and green target groups, in no order. */
  readonly targetGroupArnPairs: readonly (readonly [string, string])[];
  readonly trafficShifting: TrafficShifting | undefined;
  /** CloudWatch alarms watched while tasks are replaced and traffic shifts. */
  readonly alarmNames: readonly string[];
  /** Who answers ECS's lifecycle hooks that pause: people, or the rollout while all is well. @default `wait` */
  readonly pauseHooks: 'wait' | 'continue';
  /** Undefined where the deployment definition names no other capacity. */
  readonly fallback: Fallback | undefined;
}

export interface LambdaSettings {
  /** @default 'wait' */
  readonly supersede: Supersede;
  /** Checks of preflight that are let through, by name. @default none */
  readonly preflightIgnores: readonly string[];
  readonly alias: string;
  readonly trafficShifting: TrafficShifting | undefined;
  /** CloudWatch alarms watched while traffic shifts. */
  readonly alarmNames: readonly string[];
  /** Seconds between looks at a published version. @default 10 */
  readonly readinessIntervalSeconds: number;
  /** Looks before the version counts as not ready. @default 5, and 60 with SnapStart where nothing is said */
  readonly readinessMaxRetries: number;
  /** Executions kept ready on the version that serves; null where the file does not say. */
  readonly provisionedConcurrency: number | null;
}

const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) ? value[key] : undefined);
const numberAt = (value: Json | undefined, key: string): number | undefined => {
  const found = member(value, key);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};
const booleanAt = (value: Json | undefined, key: string, otherwise: boolean): boolean => {
  const found = member(value, key);
  return typeof found === 'boolean' ? found : otherwise;
};

function textsAt(value: Json | undefined, key: string): string[] {
  const found = member(value, key);
  return Array.isArray(found) ? found.filter((text) => typeof text === 'string') : [];
}

/** `environment.region` and `environment.account` of either deployment definition. */
export function environmentOf(definition: JsonObject | undefined): { region?: string; account?: string } {
  const environment = definition?.['environment'];
  const region = member(environment, 'region');
  const account = member(environment, 'account');
  return {
    ...(typeof region === 'string' && region !== '' ? { region } : {}),
    ...(account !== undefined && account !== null && account !== '' ? { account: String(account) } : {}),
  };
}

/** Seconds of the stability check for a desired count: the larger of what is given. reference: `_depdef.json` keys. */
export function stabilityTimeoutSeconds(check: Json | undefined, desiredCount: number): number {
  const whole = numberAt(check, 'timeout');
  const perTask = numberAt(check, 'timeoutPerTask');
  const given = [whole, perTask === undefined ? undefined : perTask * desiredCount].filter((n) => n !== undefined);
  return given.length === 0 ? 300 : Math.max(...given);
}

/** Failed tasks that trip the breaker: the smaller of what is given, percentages rounded up, at least 1. */
export function breakerThreshold(breaker: Json | undefined, desiredCount: number): number {
  const count = numberAt(breaker, 'failureThreshold');
  const percent = numberAt(breaker, 'failureThresholdPercent');
  const given = [count, percent === undefined ? undefined : Math.ceil((percent * desiredCount) / 100)].filter(
    (n) => n !== undefined,
  );
  return Math.max(1, given.length === 0 ? 5 : Math.min(...given));
}

function trafficShiftingOf(definition: JsonObject | undefined): TrafficShifting | undefined {
  const config = definition?.['trafficShiftingConfig'];
  if (!isObject(config)) return undefined;
  const type = config['type'];
  return {
    type: type === 'LINEAR' || type === 'ALL_AT_ONCE' ? type : 'CANARY',
    percent: numberAt(config, 'percent') ?? 20,
    waitIntervalSeconds: numberAt(config, 'waitInterval') ?? 60,
  };
}

function pairsOf(definition: JsonObject | undefined): [string, string][] {
  const pairs = definition?.['targetGroupArnPairs'];
  if (!Array.isArray(pairs)) return [];
  return pairs.flatMap((pair): [string, string][] => {
    if (!Array.isArray(pair) || pair.length !== 2) return [];
    const [one, other] = pair;
    return typeof one === 'string' && typeof other === 'string' ? [[one, other]] : [];
  });
}

function supersedeOf(definition: JsonObject | undefined): Supersede {
  const asked = definition?.['supersede'];
  return asked === 'abort' || asked === 'replace' ? asked : 'wait';
}

function fallbackOf(definition: JsonObject | undefined): Fallback | undefined {
  const given = definition?.['fallbackCapacityProviderStrategy'];
  const strategy = Array.isArray(given) ? given.filter(isObject) : [];
  if (strategy.length === 0) return undefined;
  const back = definition?.['fallbackReturn'];
  return {
    strategy,
    afterSeconds: numberAt(definition, 'fallbackAfter') ?? 60,
    return: booleanAt(back, 'enabled', true)
      ? { waitSeconds: numberAt(back, 'waitInterval') ?? 1800, attempts: numberAt(back, 'attempts') ?? 5 }
      : undefined,
  };
}

const alarmNamesOf = (definition: JsonObject | undefined): string[] => textsAt(definition?.['alarms'], 'alarmNames');

/** @param desiredCount tasks the service wants, 0 or more: percentages and per-task limits are of this number */
export function ecsSettings(definition: JsonObject | undefined, desiredCount: number): EcsSettings {
  const breaker = definition?.['gmDeploymentCircuitBreaker'];
  return {
    supersede: supersedeOf(definition),
    preflightIgnores: textsAt(definition?.['preflight'], 'ignore'),
    stability: {
      pollIntervalSeconds: numberAt(definition?.['stabilityCheck'], 'pollInterval') ?? 30,
      timeoutSeconds: stabilityTimeoutSeconds(definition?.['stabilityCheck'], desiredCount),
    },
    breaker: isObject(breaker)
      ? {
          threshold: breakerThreshold(breaker, desiredCount),
          rollback: booleanAt(breaker, 'rollback', true),
          ignore: textsAt(breaker, 'ignore'),
        }
      : undefined,
    deleteNewUponFailure: booleanAt(definition, 'deleteNewUponFailure', true),
    deleteNewUponTrafficShiftFailure: booleanAt(definition, 'deleteNewUponTrafficShiftFailure', true),
    targetGroupArnPairs: pairsOf(definition),
    trafficShifting: trafficShiftingOf(definition),
    alarmNames: alarmNamesOf(definition),
    pauseHooks: definition?.['pauseHooks'] === 'continue' ? 'continue' : 'wait',
    fallback: fallbackOf(definition),
  };
}

/**
 * Looks at a version that takes a SnapStart snapshot, where the file says nothing: the usual five of ten seconds would
 * fail every one of them. Ten minutes. Source: AWS Lambda developer guide, "Lambda SnapStart": publishing takes minutes.
 */
const SNAPSHOT_LOOKS = 60;

/** @param lambda the function's definition: how long a version takes depends on it */
export function lambdaSettings(definition: JsonObject | undefined, lambda?: JsonObject): LambdaSettings {
  const readiness = definition?.['readinessCheck'];
  const snapshots = member(lambda?.['SnapStart'], 'ApplyOn') === 'PublishedVersions';
  return {
    supersede: supersedeOf(definition),
    preflightIgnores: textsAt(definition?.['preflight'], 'ignore'),
    alias: String(definition?.['alias'] ?? ''),
    trafficShifting: trafficShiftingOf(definition),
    alarmNames: alarmNamesOf(definition),
    readinessIntervalSeconds: numberAt(readiness, 'waitInterval') ?? 10,
    readinessMaxRetries: numberAt(readiness, 'maxRetries') ?? (snapshots ? SNAPSHOT_LOOKS : 5),
    provisionedConcurrency: numberAt(definition?.['provisionedConcurrency'], 'provisionedConcurrentExecutions') ?? null,
  };
}
