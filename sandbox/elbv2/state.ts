/**
 * What Elastic Load Balancing keeps in one account and region: load balancers with their listeners and rules, and
 * target groups with their targets. Plain data; who changes it: operations (`*Operations.ts`), and `targetHealth.ts`.
 */
import type { JsonObject } from '../json.ts';
import type { Region } from '../world.ts';

export type Tags = Map<string, string>;

export interface Elb {
  readonly region: Region;
  /** By ARN. */
  readonly loadBalancers: Map<string, LoadBalancer>;
  /** By ARN. */
  readonly targetGroups: Map<string, TargetGroup>;
  /** The target groups that listeners and rules forward to, each with its load balancer. */
  inUse: ReadonlyMap<TargetGroup, LoadBalancer>;
  /** Random draws so far, which seed the next. */
  draws: number;
}

export type LoadBalancerType = 'application' | 'network' | 'gateway';

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly type: LoadBalancerType;
  readonly scheme: string;
  readonly createdAt: number;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly ipAddressType: string;
  state: 'provisioning' | 'active';
  /** By ARN. */
  readonly listeners: Map<string, Listener>;
  readonly attributes: Map<string, string>;
  readonly tags: Tags;
}

export interface Listener {
  readonly arn: string;
  readonly loadBalancer: LoadBalancer;
  port: number;
  protocol: string;
  /** Certificates, TLS policy and the like, kept and shown as they were given. */
  further: JsonObject;
  /** What is done where no other rule holds: the listener's `DefaultActions`. */
  readonly defaultRule: Rule;
  /** The other rules, by ARN. */
  readonly rules: Map<string, Rule>;
  readonly tags: Tags;
}

export interface Rule {
  readonly elb: Elb;
  readonly arn: string;
  /** Undefined for the default rule. */
  priority: number | undefined;
  conditions: readonly JsonObject[];
  actions: readonly Action[];
  /** What the data plane does: follows `actions` a few seconds later. */
  effective: readonly Action[];
  readonly tags: Tags;
}

export interface Action {
  readonly type: string;
  readonly order: number | undefined;
  readonly forward: Forward | undefined;
  /** The configuration of other types, kept and shown as given. */
  readonly further: JsonObject;
}

export interface Forward {
  readonly groups: readonly WeightedGroup[];
  readonly stickiness: { readonly enabled: boolean; readonly durationSeconds: number | undefined };
}

export interface WeightedGroup {
  readonly group: TargetGroup;
  /** 0 to 999. */
  readonly weight: number;
}

export type TargetType = 'ip' | 'instance' | 'lambda' | 'alb';

/** Seconds, and counts. */
export interface HealthCheck {
  readonly enabled: boolean;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly protocol: string | undefined;
  readonly port: string | undefined;
  readonly path: string | undefined;
  readonly matcher: JsonObject | undefined;
}

export interface TargetGroup {
  readonly elb: Elb;
  readonly arn: string;
  readonly name: string;
  readonly targetType: TargetType;
  readonly protocol: string | undefined;
  readonly protocolVersion: string | undefined;
  readonly port: number | undefined;
  readonly vpcId: string | undefined;
  readonly ipAddressType: string | undefined;
  healthCheck: HealthCheck;
  readonly attributes: Map<string, string>;
  /** By id and port. */
  readonly targets: Map<string, Target>;
  readonly tags: Tags;
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';

/** Why a target is in its state: the API's code and text. */
export interface TargetReason {
  readonly code: string;
  readonly text: string;
}

/** How requests fare with a backend. */
export interface Answer {
  /** 0 to 1: the share of requests that fail. */
  readonly failing: number;
  /** Why these do. */
  readonly reason: FailureReason;
  readonly latencyMs: number;
}

/** Why a request fails that reached a target: no connection, no answer in time, a server error, a broken connection. */
export type FailureReason = 'refused' | 'timeout' | '5xx' | 'closed';

/** What stands behind a target, as whoever registered it knows. */
export interface Backend {
  /** What its health checks and its clients get from it now; undefined where it answers well. */
  readonly failure: TargetReason | undefined;
  readonly answer: Answer;
  /** When it ceased to be, so that requests under way were lost; ms. */
  readonly endedAt: number | undefined;
  /** Told after each change of the target's state. */
  onHealth(target: Target): void;
}

export interface Target {
  readonly group: TargetGroup;
  /** IP address, instance, ARN of a function or of a load balancer. */
  readonly id: string;
  readonly port: number | undefined;
  readonly availabilityZone: string | undefined;
  readonly backend: Backend;
  readonly registeredAt: number;
  /** When one of its checks took place; the others follow in the group's interval. */
  firstCheckAt: number;
  state: TargetState;
  reason: TargetReason | undefined;
  /** Grows with each cause to think anew about what comes next, so that plans made before are void. */
  plan: number;
}
