/**
 * Scenarios: what goes wrong, as data. A rule says when it applies and what then happens; for each effect the first
 * rule that matches counts. Without a scenario everything is healthy.
 *
 * Pure: a scenario holds no state, and asking it changes nothing.
 */
import type { Json } from '../json.ts';
import { matchesGlob } from './glob.ts';

/** Why an image cannot be pulled. */
export const PULL_FAILURES = ['not-found', 'access-denied', 'rate-limited', 'wrong-architecture', 'no-route'] as const;

/** Why a task fails to start before or after its image is there. */
export const INIT_FAILURES = [
  'secret-denied',
  'secret-missing',
  'secret-malformed',
  'parameter-missing',
  'log-group-missing',
  'logs-unreachable',
  'file-system-unreachable',
  'no-addresses',
  'network-timeout',
  'entry-point-missing',
] as const;

export const ALARM_STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;

export type PullFailure = (typeof PULL_FAILURES)[number];
export type InitFailure = (typeof INIT_FAILURES)[number];
export type AlarmState = (typeof ALARM_STATES)[number];

/** What befalls tasks. */
export interface TaskEffect {
  readonly pull?: PullFailure;
  readonly init?: InitFailure;
  /** The essential container exits with `code` (0..255) this long after RUNNING. @default afterSeconds 1 */
  readonly exit?: { readonly code: number; readonly afterSeconds?: number };
  /** The container's own health check fails from the start, or from `afterSeconds` after RUNNING on. */
  readonly health?: 'failing' | { readonly failsAfterSeconds: number };
  /** The load balancer's health checks fail: always, without an answer, or from so long after RUNNING on. */
  readonly targets?: 'failing' | 'timing-out' | { readonly failsAfterSeconds: number };
  /** How requests through a load balancer fare. @default all are answered well, after 100 ms */
  readonly responses?: {
    /** Share of requests answered by a server error. @default 0 */
    readonly '5xxPercent'?: number;
    /** Until the answer. A request under way when its task ends is lost. @default 100 */
    readonly latencyMs?: number;
    /** Holds from so long after RUNNING on. @default 0 */
    readonly afterSeconds?: number;
  };
  /** A task on FARGATE_SPOT is told, so long after RUNNING, that its capacity is taken back. */
  readonly interrupt?: { readonly afterSeconds: number };
  /** The machine under the task is taken out of service, so long after RUNNING. */
  readonly retire?: { readonly afterSeconds: number };
  /** Seconds from creation to RUNNING, instead of the usual 25 to 45. */
  readonly startSeconds?: number;
  /** What the first essential container logs: before it exits where the rule says so, else at once. */
  readonly logs?: readonly string[];
  /** No room for the task: it is not placed at all. */
  readonly capacity?: 'unavailable';
}

/** What befalls a function's creation or update. */
export interface FunctionEffect {
  /** Creation ends in State `Failed` with this StateReasonCode. */
  readonly activation?: string;
  /** An update ends in LastUpdateStatus `Failed` with this LastUpdateStatusReasonCode. */
  readonly update?: string;
  /** The text beside either code. */
  readonly reason?: string;
  /** A published version's snapshot (SnapStart) fails with this StateReasonCode. */
  readonly snapStart?: string;
  /** Provisioned concurrency fails with this StatusReason. */
  readonly provisioned?: string;
  /** Until a snapshot or provisioned concurrency is ready, seconds. */
  readonly readySeconds?: number;
  /** How long creation or update takes, seconds. */
  readonly seconds?: number;
  /** How invocations fare. @default all succeed, after 100 ms */
  readonly invocations?: { readonly errorPercent?: number; readonly latencyMs?: number };
}

/** An alarm changes state some time after a deployment of the matching service or function began. */
export interface AlarmEffect {
  readonly state: AlarmState;
  /** @default 0 */
  readonly afterSeconds?: number;
  /** After this long it returns to OK. @default it stays */
  readonly forSeconds?: number;
}

/** What a lifecycle hook's function answers. */
export interface HookEffect {
  /** IN_PROGRESS is asked again half a minute later. */
  readonly hook?: 'SUCCEEDED' | 'FAILED' | 'IN_PROGRESS';
  /** Until it answers. @default 1 to 4 */
  readonly answerSeconds?: number;
}

/** An API call goes wrong. */
export interface ApiEffect {
  readonly error?: string;
  readonly message?: string;
  /** HTTP status of the error. @default 400 */
  readonly status?: number;
  /** The call takes effect, and the connection is then cut without an answer. */
  readonly loseAnswer?: true;
  /** The call takes no effect and is never answered. */
  readonly hang?: true;
  /** A read is answered as it would have been this many seconds ago; writes are not concerned. */
  readonly lagSeconds?: number;
  /** The answer comes this much later, seconds of the sandbox's clock. */
  readonly delaySeconds?: number;
  /** How many calls. @default 1 where the rule says `nth`, else all */
  readonly times?: number;
}

/** Text conditions are globs (`*`, `?`); a condition that is left out holds. */
export interface Place {
  readonly account?: string;
  readonly region?: string;
  /** Seconds since the scenario was set: the rule holds from then on. */
  readonly fromSeconds?: number;
  /** Seconds since the scenario was set: the rule no longer holds. */
  readonly untilSeconds?: number;
}

export interface TaskCondition extends Place {
  readonly image?: string;
  readonly container?: string;
  readonly service?: string;
  readonly cluster?: string;
  readonly family?: string;
  /** Revision number of the task definition. */
  readonly revision?: number;
  /** 1 for the deployment that created the service, and so on. */
  readonly deployment?: number;
  readonly capacityProvider?: string;
}

export interface FunctionCondition extends Place {
  readonly function?: string;
  /** Where the code comes from: `s3://bucket/key`, an image URI, or `zip:` and the code's SHA-256. */
  readonly code?: string;
  /** Number of a published version; of `invocations` only. */
  readonly version?: string;
  /** 1 for the first update after creation, and so on; code and configuration updates count alike. */
  readonly updateNumber?: number;
}

export interface AlarmCondition extends Place {
  readonly alarm: string;
  readonly service?: string;
  readonly function?: string;
  readonly deployment?: number;
}

export interface HookCondition extends Place {
  /** ARN of the hook's function. */
  readonly hook?: string;
  /** For example `POST_SCALE_UP`. */
  readonly stage?: string;
  readonly service?: string;
  readonly deployment?: number;
}

export interface ApiCondition extends Place {
  /** For example `ecs:UpdateService` or `lambda:*`. */
  readonly operation: string;
  /** ARN of who calls. */
  readonly caller?: string;
  /** Any name or ARN that the request gives as a member of its own. */
  readonly resource?: string;
  /** The first matching call that is concerned, from 1 since the scenario was set. */
  readonly nth?: number;
}

export type Rule =
  | { readonly kind: 'task'; readonly when: TaskCondition; readonly effect: TaskEffect }
  | { readonly kind: 'function'; readonly when: FunctionCondition; readonly effect: FunctionEffect }
  | { readonly kind: 'alarm'; readonly when: AlarmCondition; readonly effect: AlarmEffect }
  | { readonly kind: 'hook'; readonly when: HookCondition; readonly effect: HookEffect }
  | { readonly kind: 'api'; readonly when: ApiCondition; readonly effect: ApiEffect };

export type AlarmRule = Extract<Rule, { kind: 'alarm' }>;
export type ApiRule = Extract<Rule, { kind: 'api' }>;

/** An HTTP API with ids of one's own, so that configuration files may name them. */
export interface GivenApi {
  readonly apiId: string;
  /** @default the id */
  readonly name?: string;
  readonly routes?: readonly {
    readonly routeId: string;
    /** @default `$default` */
    readonly routeKey?: string;
    /** What the route's integration points to. @default no integration */
    readonly functionArn?: string;
  }[];
  /** Each deploys by itself. @default `$default` */
  readonly stages?: readonly { readonly stageName: string; readonly variables?: Readonly<Record<string, string>> }[];
}

export interface GivenCluster {
  readonly name: string;
  readonly capacityProviders: readonly string[];
}

export interface GivenAlarm {
  readonly name: string;
  readonly state: AlarmState;
  /** What it watches: members of PutMetricAlarm. @default nothing, so that it changes only as it is told */
  readonly metric?: Readonly<Record<string, Json>>;
}

/**
 * A target group that is there from the start, with what forwards to it. One of `arn` and `name` is set. Where several
 * listeners or rules forward to a group, it is named for each, by its ARN.
 */
export interface GivenTargetGroup {
  /** In its own account and region only. */
  readonly arn?: string;
  readonly name?: string;
  /** @default 'ip' */
  readonly type?: 'ip' | 'instance' | 'lambda' | 'alb';
  /** @default 80 */
  readonly port?: number;
  /** Name or ARN of the load balancer that forwards to it. @default none does */
  readonly loadBalancer?: string;
  /** @default 'application' */
  readonly loadBalancerType?: 'application' | 'network';
  /** @default 80 */
  readonly listenerPort?: number;
  /** Priority of the listener's rule that forwards to it. @default the listener's default rule */
  readonly rule?: number;
  /** What the listener is to be called. @default an ARN of its own */
  readonly listenerArn?: string;
  /** What the rule is to be called. @default an ARN of its own */
  readonly ruleArn?: string;
  /** 0 to 999. @default 1 for the first group of a listener or rule, 0 for the others */
  readonly weight?: number;
  /** @default 30 */
  readonly healthCheckIntervalSeconds?: number;
  /** @default 300 */
  readonly deregistrationDelaySeconds?: number;
}

/** A steady stream of requests. */
export type TrafficSource = {
  /** Requests a second. */
  readonly perSecond: number;
} & (
  | {
      /** A load balancer's name or ARN. */
      readonly loadBalancer: string;
      /** @default 80 */
      readonly listenerPort?: number;
      /** Priority of the rule that the requests match. @default the default rule */
      readonly rule?: number;
    }
  | {
      /** `function:alias` (or `function:version`). */
      readonly alias: string;
    }
  | {
      /** Ids of an HTTP API and of one of its routes. */
      readonly api: string;
      readonly route: string;
      /** @default `$default` */
      readonly stage?: string;
    }
);

export interface Scenario {
  /** What every account and region has from the start. */
  readonly given: {
    /** ECS clusters: by name with FARGATE and FARGATE_SPOT, or with the capacity providers that are named. */
    readonly clusters: readonly (string | GivenCluster)[];
    readonly alarms: readonly GivenAlarm[];
    readonly targetGroups?: readonly GivenTargetGroup[];
    readonly apis?: readonly GivenApi[];
    /** ARNs of the roles that may be assumed, globs. @default every role */
    readonly roles?: readonly string[];
    /** Where one of these lists is given, nothing else of its kind exists. @default whatever is asked for exists */
    readonly subnets?: readonly {
      readonly id: string;
      readonly name?: string;
      readonly vpc?: string;
      readonly freeAddresses?: number;
    }[];
    readonly securityGroups?: readonly { readonly id: string; readonly name?: string; readonly vpc?: string }[];
    /** Names or ARNs, and the services that may assume each. @default trusts those that deployments need */
    readonly iamRoles?: readonly { readonly name: string; readonly trusts?: readonly string[] }[];
    /** URIs of images in ECR, globs. */
    readonly images?: readonly string[];
    /** Prefixes of ECR repositories that fill themselves from another registry. @default none */
    readonly pullThroughCaches?: readonly string[];
    /** `bucket/key`, globs. */
    readonly objects?: readonly string[];
    /** ARNs of versions of Lambda layers, globs. */
    readonly layers?: readonly string[];
    /** Names of CloudWatch log groups. */
    readonly logGroups?: readonly string[];
    readonly secrets?: readonly { readonly name: string; readonly value: string }[];
    /** SSM parameters of type String. */
    readonly parameters?: readonly { readonly name: string; readonly value: string }[];
    /** Tasks do not start without the log groups, secrets and parameters that they name. @default these are taken to exist */
    readonly strict?: true;
  };
  readonly rules: readonly Rule[];
  /** Requests that come in, in every account and region that has what they are for. @default none */
  readonly traffic?: readonly TrafficSource[];
}

export const noScenario: Scenario = { given: { clusters: [], alarms: [] }, rules: [] };

/** What a rule's conditions are held against. A list matches when one of its members does. */
export interface Subject {
  readonly account: string;
  readonly region: string;
  readonly elapsedSeconds: number;
  readonly [condition: string]: string | number | readonly string[] | undefined;
}

/** The effect of all matching rules on tasks; for each kind of effect, the first one. */
export function taskEffect(scenario: Scenario, subject: Subject): TaskEffect {
  return firstOfEach(scenario.rules.filter((rule) => rule.kind === 'task' && matches(rule.when, subject)));
}

export function functionEffect(scenario: Scenario, subject: Subject): FunctionEffect {
  return firstOfEach(scenario.rules.filter((rule) => rule.kind === 'function' && matches(rule.when, subject)));
}

/** The answer of a lifecycle hook's function; without a rule it succeeds. */
export function hookEffect(scenario: Scenario, subject: Subject): HookEffect {
  return firstOfEach(scenario.rules.filter((rule) => rule.kind === 'hook' && matches(rule.when, subject)));
}

/** The rules about alarms that a deployment of `subject` sets off. Their `alarm` globs are for the caller to apply. */
export function alarmRules(scenario: Scenario, subject: Subject): readonly AlarmRule[] {
  return scenario.rules.filter(
    (rule): rule is AlarmRule => rule.kind === 'alarm' && matches({ ...rule.when, alarm: undefined }, subject),
  );
}

/** The rules about one API call, `nth` not yet applied: counting is the caller's. */
export function apiRules(scenario: Scenario, subject: Subject): readonly ApiRule[] {
  return scenario.rules.filter(
    (rule): rule is ApiRule => rule.kind === 'api' && matches({ ...rule.when, nth: undefined }, subject),
  );
}

function firstOfEach(rules: readonly Rule[]): object {
  return Object.assign({}, ...rules.map((rule) => rule.effect).reverse());
}

function matches(when: object, subject: Subject): boolean {
  return Object.entries(when).every(([condition, wanted]: [string, string | number | undefined]) => {
    if (wanted === undefined) return true;
    if (condition === 'fromSeconds') return subject.elapsedSeconds >= Number(wanted);
    if (condition === 'untilSeconds') return subject.elapsedSeconds < Number(wanted);
    const actual = subject[condition];
    if (typeof wanted === 'number') return actual === wanted;
    return [actual].flat().some((value) => typeof value === 'string' && matchesGlob(wanted, value));
  });
}
