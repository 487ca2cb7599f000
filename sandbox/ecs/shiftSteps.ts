/**
 * What ECS's own BLUE_GREEN, LINEAR and CANARY strategies do, step by step. Pure.
 * Sources: ECS developer guide, "blue/green deployment workflow", and API, DeploymentConfiguration.
 */
import { number, object, text } from '../input.ts';
import type { JsonObject } from '../json.ts';

export type Stage =
  | 'RECONCILE_SERVICE'
  | 'PRE_SCALE_UP'
  | 'SCALE_UP'
  | 'POST_SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRE_PRODUCTION_TRAFFIC_SHIFT'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'BAKE_TIME'
  | 'CLEAN_UP';

export interface Step {
  readonly stage: Stage;
  /** Percent of the traffic that the new revision gets from now on. */
  readonly test?: number;
  readonly production?: number;
  /** How long the step lasts at least. */
  readonly bakeMinutes?: number;
}

/** @param reconciles whether an unfinished deployment has to be cleared away first */
export function shiftSteps(configuration: JsonObject, reconciles: boolean): readonly Step[] {
  return [
    ...(reconciles ? [{ stage: 'RECONCILE_SERVICE', test: 0, production: 0 } as const] : []),
    { stage: 'PRE_SCALE_UP' },
    { stage: 'SCALE_UP' },
    { stage: 'POST_SCALE_UP' },
    { stage: 'TEST_TRAFFIC_SHIFT', test: 100 },
    { stage: 'POST_TEST_TRAFFIC_SHIFT' },
    ...productionSteps(configuration).flatMap((step): Step[] => [{ stage: 'PRE_PRODUCTION_TRAFFIC_SHIFT' }, step]),
    { stage: 'POST_PRODUCTION_TRAFFIC_SHIFT' },
    { stage: 'BAKE_TIME', bakeMinutes: number(configuration, 'bakeTimeInMinutes') ?? 0 },
    { stage: 'CLEAN_UP' },
  ];
}

function productionSteps(configuration: JsonObject): readonly Step[] {
  const shift = (production: number, bakeMinutes = 0): Step => ({
    stage: 'PRODUCTION_TRAFFIC_SHIFT',
    production,
    // The last step's bake is BAKE_TIME.
    ...(production < 100 ? { bakeMinutes } : {}),
  });
  switch (text(configuration, 'strategy')) {
    case 'LINEAR': {
      const linear = object(configuration, 'linearConfiguration') ?? {};
      const percent = number(linear, 'stepPercent') ?? 10;
      const steps = Math.ceil(Number((100 / percent).toFixed(6)));
      return Array.from({ length: steps }, (_, i) =>
        shift(Math.min(100, Number(((i + 1) * percent).toFixed(1))), number(linear, 'stepBakeTimeInMinutes') ?? 6),
      );
    }
    case 'CANARY': {
      const canary = object(configuration, 'canaryConfiguration') ?? {};
      const percent = number(canary, 'canaryPercent') ?? 5;
      const first = shift(percent, number(canary, 'canaryBakeTimeInMinutes') ?? 10);
      return percent < 100 ? [first, shift(100)] : [first];
    }
    default:
      return [shift(100)];
  }
}

/**
 * The way back: traffic first, unless what served before has been stopped already.
 * @param serves whether what served before still runs
 */
export function rollbackSteps(serves: boolean): readonly Step[] {
  return [
    ...(serves ? [] : [{ stage: 'SCALE_UP' } as const]),
    { stage: 'PRODUCTION_TRAFFIC_SHIFT', production: 0 },
    { stage: 'TEST_TRAFFIC_SHIFT', test: 0 },
    { stage: 'CLEAN_UP' },
  ];
}

/**
 * Weights of a rule for the new revision's share, in whole numbers up to 999; thousandths only where percents do not
 * do.
 */
export function weightsFor(percent: number): { readonly target: number; readonly source: number } {
  if (Number.isInteger(percent)) return { target: percent, source: 100 - percent };
  const target = Math.min(999, Math.max(1, Math.round(percent * 10)));
  return { target, source: 1000 - target };
}
