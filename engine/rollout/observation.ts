/**
 * Observations: one consistent reading of everything a rollout needs to decide, and the wishes that say what to read.
 * engine/aws fills them in AWS's own words; this module owns the shape.
 */
import type { EcsTarget, LambdaTarget, SourceLink } from '../plan/index.ts';
import type { LinkWay } from './actions.ts';

/** A listener's default action, or a rule. */
export interface ForwardReference {
  readonly arn: string;
  readonly kind: 'listener' | 'rule';
}

export interface EcsWish {
  readonly kind: 'ecs';
  readonly target: EcsTarget;
  /** Target groups whose forwards are to be found: every listener and rule that sends traffic to one of them. */
  readonly findForwardsTo?: readonly string[];
  /** Forwards that are known, to be read again. */
  readonly forwards?: readonly ForwardReference[];
  /** Target groups whose targets' health is wanted. */
  readonly healthOf?: readonly string[];
  readonly alarms?: readonly string[];
  /** ECS's records of deployments: those that began after a time, ms since the epoch, or one by its ARN. */
  readonly serviceDeployments?: { readonly after: number } | { readonly arn: string };
  /** Deployments (`ecs-svc/…`) whose stopped tasks are wanted; none asks for no tasks at all. */
  readonly stoppedTasksOf: readonly string[];
}

export interface LambdaWish {
  readonly kind: 'lambda';
  readonly target: LambdaTarget;
  /** An alias to look at; empty for none. */
  readonly alias: string;
  /** Is `$LATEST` to be looked at? @default true */
  readonly latest?: boolean;
  /** A published version whose state is wanted. */
  readonly version: string | undefined;
  readonly alarms: readonly string[];
  /** A link to look at, and which way it is to be. */
  readonly link?: { readonly link: SourceLink; readonly way: LinkWay };
  /** A version whose provisioned concurrency is wanted. */
  readonly provisionedOf?: string;
}

export type Wish = EcsWish | LambdaWish;

/** ECS's own names; times in ms since the epoch. */
export interface DeploymentSeen {
  readonly id: string;
  readonly status: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  readonly rolloutState: string | undefined;
  readonly rolloutStateReason: string | undefined;
}

/** A lifecycle hook of the stage that a service deployment is in. */
export interface HookSeen {
  /** Of pauses. */
  readonly id: string | undefined;
  readonly type: string;
  /** Of functions. */
  readonly targetArn: string | undefined;
  readonly status: string;
  readonly expiresAt: number | undefined;
  readonly timeoutAction: string | undefined;
}

/** ECS's record of one deployment, whatever the strategy. */
export interface ServiceDeploymentSeen {
  readonly arn: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly stage: string | undefined;
  /** Of the revision to deploy; empty where the record was asked for by its ARN. */
  readonly taskDefinition: string;
  readonly requestedCount: number;
  readonly runningCount: number;
  /** Share of production traffic that the revision to deploy is given, percent; undefined where nothing is shifted. */
  readonly trafficPercent: number | undefined;
  readonly hooks: readonly HookSeen[];
  readonly rollback: { readonly reason: string | undefined; readonly taskDefinition: string } | undefined;
  readonly breaker: { readonly status: string; readonly failures: number; readonly threshold: number } | undefined;
  readonly triggeredAlarms: readonly string[];
}

export interface ServiceEventSeen {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

export interface TaskSetSeen {
  readonly id: string;
  readonly status: string;
  readonly taskDefinition: string;
  readonly externalId: string | undefined;
  readonly computedDesiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly stability: string;
  readonly targetGroups: readonly string[];
}

/** What a listener or rule forwards to. */
export interface ForwardSeen extends ForwardReference {
  /** By target group. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface TargetsSeen {
  readonly targetGroup: string;
  readonly healthy: number;
  readonly unhealthy: number;
  /** Of the unhealthy ones. */
  readonly reasons: readonly string[];
}

export interface ServiceSeen {
  readonly arn: string;
  readonly status: string;
  readonly desiredCount: number;
  readonly taskDefinition: string;
  readonly deployments: readonly DeploymentSeen[];
  /** Of services with the EXTERNAL controller. */
  readonly taskSets: readonly TaskSetSeen[];
  /** Newest first, as ECS lists them. */
  readonly events: readonly ServiceEventSeen[];
}

export interface StoppedTaskSeen {
  readonly arn: string;
  readonly taskDefinition: string;
  readonly startedBy: string;
  readonly stopCode: string | undefined;
  readonly stoppedReason: string | undefined;
  /** Ms since the epoch. */
  readonly stoppedAt: number;
  readonly containers: readonly {
    readonly name: string;
    readonly exitCode: number | undefined;
    readonly reason: string | undefined;
  }[];
}

export interface EcsSeen {
  readonly kind: 'ecs';
  /** Undefined when ECS knows no such service. */
  readonly service: ServiceSeen | undefined;
  /** Oldest first. */
  readonly serviceDeployments: readonly ServiceDeploymentSeen[];
  readonly stoppedTasks: readonly StoppedTaskSeen[];
  readonly forwards: readonly ForwardSeen[];
  readonly targets: readonly TargetsSeen[];
  /** Only those that exist. */
  readonly alarms: readonly AlarmSeen[];
}

/** States as Lambda names them. */
export interface FunctionSeen {
  readonly state: string;
  readonly stateReason: string | undefined;
  readonly stateReasonCode: string | undefined;
  readonly lastUpdateStatus: string | undefined;
  readonly lastUpdateStatusReason: string | undefined;
  readonly lastUpdateStatusReasonCode: string | undefined;
  readonly codeSha256: string;
  /** ISO 8601, as Lambda writes it: later texts are later times. */
  readonly lastModified: string;
}

export interface AliasSeen {
  readonly version: string;
  /** Percent by version, of the additional weights only. */
  readonly additional: Readonly<Record<string, number>>;
}

export interface AlarmSeen {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  /** What it watches, for people; undefined where CloudWatch does not say. */
  readonly watches?: string | undefined;
}

/** How a link of an event source is, compared with how it is to be. */
export type LinkStateSeen = 'set' | 'settling' | 'open';

export interface ProvisionedSeen {
  readonly requested: number;
  /** `IN_PROGRESS`, `READY` or `FAILED`. */
  readonly status: string;
  readonly reason: string | undefined;
}

export interface LambdaSeen {
  readonly kind: 'lambda';
  /** `$LATEST`; undefined when there is no such function, or it was not wished for. */
  readonly latest: FunctionSeen | undefined;
  readonly alias: AliasSeen | undefined;
  /** The wished-for version; undefined when it does not exist. */
  readonly version: FunctionSeen | undefined;
  /** Only those that exist. */
  readonly alarms: readonly AlarmSeen[];
  /** Of the wished-for link. */
  readonly link: LinkStateSeen | undefined;
  /** Of the wished-for version; undefined where it has none. */
  readonly provisioned: ProvisionedSeen | undefined;
}

export type Observation = EcsSeen | LambdaSeen;

/** What is seen where nobody looks. */
export const NOTHING_OF_ECS: EcsSeen = {
  kind: 'ecs',
  service: undefined,
  serviceDeployments: [],
  stoppedTasks: [],
  forwards: [],
  targets: [],
  alarms: [],
};

export const NOTHING_OF_LAMBDA: LambdaSeen = {
  kind: 'lambda',
  latest: undefined,
  alias: undefined,
  version: undefined,
  alarms: [],
  link: undefined,
  provisioned: undefined,
};
