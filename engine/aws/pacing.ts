/**
 * Keeps this process within the rates that AWS publishes: a thousand workloads are planned and rolled out as surely as
 * one, and nobody else who uses the account is starved. Owns when the next call of each kind is due.
 */
import type { Clock } from '../clock.ts';
import { isUnreachable, toAwsError } from './errors.ts';

/** AWS's services, as their clients are named here. */
export type ServiceName =
  | 'ecs'
  | 'lambda'
  | 'elb'
  | 'cloudWatch'
  | 'logs'
  | 'apiGateway'
  | 'sts'
  | 'ec2'
  | 'iam'
  | 'ecr'
  | 's3'
  | 'secretsManager'
  | 'ssm';

interface Rate {
  readonly operations: RegExp;
  /** Calls that may be made at once. */
  readonly burst: number;
  readonly perSecond: number;
}

const rate = (operations: RegExp, burst: number, perSecond: number): Rate => ({ operations, burst, perSecond });

/**
 * Per account and region; the first that names an operation counts for it, together with the others it names. Calls
 * that no rate is published for are not held back.
 *
 * Sources: Amazon ECS API reference, request throttling; AWS Lambda developer guide, quotas, which name no burst;
 * Elastic Load Balancing user guide, request throttling; Amazon CloudWatch and CloudWatch Logs user guides, quotas;
 * Amazon EC2 developer guide, request throttling. API Gateway's is what callers report.
 */
const RATES: Readonly<Record<ServiceName, readonly Rate[]>> = {
  ecs: [
    rate(/^(Describe|List)Services$/, 100, 20),
    rate(/^(Create|Update|Delete)Service$|TaskSet/, 50, 5),
    rate(/^(Describe|List)TaskDefinition/, 50, 20),
    rate(/^(Register|Deregister)TaskDefinition$/, 20, 1),
    rate(/^(Describe|List)Tasks$/, 100, 20),
    rate(/^(Describe|List|Stop|Continue)ServiceDeployments?$/, 50, 20),
    rate(/^DescribeServiceRevisions$/, 50, 20),
    rate(/^(Tag|Untag)Resource$/, 20, 10),
    rate(/^ListTagsForResource$/, 50, 20),
  ],
  lambda: [rate(/^GetFunction$/, 100, 100), rate(/^GetPolicy$/, 15, 15), rate(/./, 15, 15)],
  elb: [rate(/^Describe/, 40, 10), rate(/^(Register|Deregister)Targets$/, 20, 4), rate(/./, 20, 3)],
  cloudWatch: [rate(/^DescribeAlarms$/, 9, 9), rate(/^GetMetricData$/, 50, 50)],
  logs: [rate(/^DescribeLogGroups$/, 10, 10)],
  apiGateway: [rate(/./, 40, 10)],
  sts: [],
  ec2: [rate(/^Describe/, 100, 20)],
  iam: [],
  ecr: [],
  s3: [],
  secretsManager: [],
  ssm: [],
};

/** Resolves when a call may be made. */
export type Pace = (service: ServiceName, operation: string, region: string) => Promise<void>;

/** @param clock the clock that AWS's rates are counted on: the sandbox has its own */
export function createPace(clock: Clock): Pace {
  /** When the next call would be due if none were made at once, by kind of call and region. */
  const nextAt = new Map<string, number>();

  return async (service, operation, region) => {
    const index = RATES[service].findIndex(({ operations }) => operations.test(operation));
    const found = RATES[service][index];
    if (found === undefined) return;
    const gapMs = 1000 / found.perSecond;
    const key = `${service} ${index} ${region}`;
    const now = clock.now();
    const dueAt = Math.max(nextAt.get(key) ?? Number.NEGATIVE_INFINITY, now - (found.burst - 1) * gapMs);
    nextAt.set(key, dueAt + gapMs);
    // Clocks count whole milliseconds.
    if (dueAt > now) await clock.sleepUntil(Math.ceil(dueAt));
  };
}

const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 10_000;

/** AWS that does not answer at all is asked again for this long, ms: who waits is to hear of it soon. */
const UNREACHABLE_PATIENCE_MS = 10_000;

/** Makes a call again while its failures are passing. */
export type Patiently = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * @param patienceMs how long a call is tried again after its first passing failure, ms
 * @returns what throws what the call throws, when it does not pass or does so for too long
 */
export const patience =
  (clock: Clock, patienceMs: number): Patiently =>
  async (call) => {
    const askedAt = clock.now();
    let troubledSince: number | undefined;
    for (let waitMs = FIRST_BACK_OFF_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_BACK_OFF_MS)) {
      try {
        return await call();
      } catch (error) {
        const now = clock.now();
        troubledSince ??= now;
        if (!toAwsError(error).passing || now + waitMs - troubledSince > patienceMs) throw error;
        if (isUnreachable(error) && now + waitMs - askedAt > UNREACHABLE_PATIENCE_MS) throw error;
        await clock.sleepUntil(now + waitMs);
      }
    }
  };
