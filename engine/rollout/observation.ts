/**
 * Observations: one consistent reading of everything a rollout needs to decide, and the wishes that say what to read.
 * engine/aws fills them in AWS's own words; this module owns the shape.
 */
import type { EcsTarget, LambdaTarget } from '../plan/index.ts';

export interface EcsWish {
  readonly kind: 'ecs';
  readonly target: EcsTarget;
  /** Deployments (`ecs-svc/…`) whose stopped tasks are wanted; none asks for no tasks at all. */
  readonly stoppedTasksOf: readonly string[];
}

export interface LambdaWish {
  readonly kind: 'lambda';
  readonly target: LambdaTarget;
  readonly alias: string;
  /** A published version whose state is wanted. */
  readonly version: string | undefined;
  readonly alarms: readonly string[];
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

export interface ServiceEventSeen {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

export interface ServiceSeen {
  readonly arn: string;
  readonly status: string;
  readonly desiredCount: number;
  readonly taskDefinition: string;
  readonly deployments: readonly DeploymentSeen[];
  /** Newest first, as ECS lists them. */
  readonly events: readonly ServiceEventSeen[];
}

export interface StoppedTaskSeen {
  readonly arn: string;
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
  readonly stoppedTasks: readonly StoppedTaskSeen[];
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
}

export interface LambdaSeen {
  readonly kind: 'lambda';
  /** `$LATEST`; undefined when there is no such function. */
  readonly latest: FunctionSeen | undefined;
  readonly alias: AliasSeen | undefined;
  /** The wished-for version; undefined when it does not exist. */
  readonly version: FunctionSeen | undefined;
  /** Only those that exist. */
  readonly alarms: readonly AlarmSeen[];
}

export type Observation = EcsSeen | LambdaSeen;
