/**
 * Keeps reads within the rates that AWS publishes, and tries again while what hinders them is passing: a thousand
 * workloads are planned as surely as one. Owns when the next call of each kind is due.
 */
import type { Clock } from '../clock.ts';
import { toAwsError } from './errors.ts';

interface Rate {
  /** Calls that may be made at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Per account and region. Sources: Amazon ECS API reference, request throttling (task definition and service reads);
 * AWS Lambda developer guide, quotas (GetFunction; GetPolicy; all other control-plane calls together), which name no
 * burst; Elastic Load Balancing, request throttling. API Gateway's is what callers report.
 */
const RATES = {
  DescribeServices: { burst: 100, perSecond: 20 },
  DescribeTaskDefinition: { burst: 50, perSecond: 20 },
  GetFunction: { burst: 100, perSecond: 100 },
  GetPolicy: { burst: 15, perSecond: 15 },
  /** All other control-plane calls of Lambda, together. */
  lambda: { burst: 15, perSecond: 15 },
  /** Reads of load balancers. */
  elb: { burst: 40, perSecond: 10 },
  apiGateway: { burst: 40, perSecond: 10 },
} as const satisfies Record<string, Rate>;

const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 10_000;

/**
 * Makes a call when it is due.
 *
 * @param patienceMs how long it is tried again after its first passing failure, ms
 * @throws what the call throws, when it does not pass or does so for too long
 */
export type Pace = <T>(
  operation: keyof typeof RATES,
  region: string,
  patienceMs: number,
  call: () => Promise<T>,
) => Promise<T>;

/** @param clock the clock that AWS's rates are counted on: the sandbox has its own */
export function createPace(clock: Clock): Pace {
  /** When the next call would be due if none were made at once, by operation and region. */
  const nextAt = new Map<string, number>();

  async function turn(operation: keyof typeof RATES, region: string): Promise<void> {
    const { burst, perSecond } = RATES[operation];
    const gapMs = 1000 / perSecond;
    const key = `${operation}/${region}`;
    const now = clock.now();
    const dueAt = Math.max(nextAt.get(key) ?? Number.NEGATIVE_INFINITY, now - (burst - 1) * gapMs);
    nextAt.set(key, dueAt + gapMs);
    // Clocks count whole milliseconds.
    if (dueAt > now) await clock.sleepUntil(Math.ceil(dueAt));
  }

  return async (operation, region, patienceMs, call) => {
    let troubledSince: number | undefined;
    for (let waitMs = FIRST_BACK_OFF_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_BACK_OFF_MS)) {
      await turn(operation, region);
      try {
        return await call();
      } catch (error) {
        const now = clock.now();
        troubledSince ??= now;
        if (!toAwsError(error).passing || now + waitMs - troubledSince > patienceMs) throw error;
        await clock.sleepUntil(now + waitMs);
      }
    }
  };
}
