/**
 * What ECS keeps in one account and region: clusters with their services and tasks, and task definitions. Plain data;
 * who changes it: operations (`*Operations.ts`), the life of a task (`tasks.ts`), the service scheduler
 * (`scheduler.ts`).
 */
import type { Target } from '../elbv2/index.ts';
import type { JsonObject } from '../json.ts';
import type { Random } from '../random.ts';
import type { TaskEffect } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import type { Stage, Step } from './shiftSteps.ts';

export type Tags = Map<string, string>;

export interface Ecs {
  readonly region: Region;
  /** By name. */
  readonly clusters: Map<string, Cluster>;
  /** By family; revision n stands at n - 1. */
  readonly families: Map<string, TaskDefinition[]>;
  /** Of all tasks that are not STOPPED. */
  readonly addresses: Set<string>;
}

export interface Cluster {
  readonly ecs: Ecs;
  readonly name: string;
  readonly arn: string;
  status: 'ACTIVE' | 'INACTIVE';
  capacityProviders: readonly string[];
  defaultStrategy: readonly StrategyItem[];
  settings: readonly JsonObject[];
  configuration: JsonObject | undefined;
  readonly tags: Tags;
  /** By name. */
  readonly services: Map<string, EcsService>;
  /** By id; stopped ones for an hour. */
  readonly tasks: Map<string, Task>;
  /** RunTask's idempotency: client token to what was asked and answered. */
  readonly runTokens: Map<string, { readonly input: string; readonly tasks: readonly Task[] }>;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
  /** The definition as ECS shows it, without status and tags. */
  readonly definition: JsonObject;
  readonly containers: readonly ContainerSpec[];
  readonly tags: Tags;
  readonly registeredAt: number;
  readonly registeredBy: string;
  deregisteredAt: number | undefined;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly cpu: number;
  readonly memory: number | undefined;
  readonly ports: readonly number[];
  /** Seconds. */
  readonly stopTimeout: number;
  readonly healthCheck: HealthCheck | undefined;
}

/** Seconds, and a count. */
export interface HealthCheck {
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
}

export interface StrategyItem {
  readonly capacityProvider: string;
  readonly base: number;
  readonly weight: number;
}

/** Where ECS shifts a service's traffic by itself. */
export interface AdvancedConfiguration {
  readonly alternateTargetGroupArn: string;
  /** ARN of a rule, or of a listener for its default rule. */
  readonly productionListenerRule: string;
  readonly testListenerRule: string | undefined;
  readonly roleArn: string;
}

export interface LoadBalancer {
  readonly targetGroupArn: string | undefined;
  readonly loadBalancerName: string | undefined;
  readonly containerName: string;
  readonly containerPort: number;
  readonly advancedConfiguration: AdvancedConfiguration | undefined;
}

/** Where tasks run: exactly one of `launchType` and `strategy` is set. */
export interface Launch {
  readonly launchType: string | undefined;
  readonly strategy: readonly StrategyItem[] | undefined;
  readonly platformVersion: string | undefined;
}

/** Everything of a service that only a deployment can change: a service revision. */
export interface Revision {
  readonly arn: string;
  readonly createdAt: number;
  readonly taskDefinition: TaskDefinition;
  readonly launch: Launch;
  readonly networkConfiguration: JsonObject | undefined;
  readonly loadBalancers: readonly LoadBalancer[];
  /** Its tasks serve from the alternate target groups. */
  readonly alternate?: boolean;
  /** Further members kept and shown as they were given. */
  readonly further: JsonObject;
}

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

/** Tasks of one revision that are wanted together: those of a deployment or of a task set. */
export interface TaskGroup {
  /** `ecs-svc/` and 19 digits. */
  readonly id: string;
  /** 1 for the first deployment or task set of the service. */
  readonly ordinal: number;
  readonly revision: Revision;
  readonly createdAt: number;
  updatedAt: number;
  /** Consecutive tasks that never ran, which slows further starts. */
  startFailures: number;
  /** No task is started before; ms. */
  nextStartAt: number;
  /** Launches so far, which seed what becomes of each. */
  launches: number;
}

export interface Deployment extends TaskGroup {
  status: 'PRIMARY' | 'ACTIVE';
  rolloutState: RolloutState;
  rolloutReason: string;
  /** Tasks that an older deployment still keeps; of the primary one, the service's desired count counts. */
  desiredCount: number;
  /** As shown: consecutive failures. */
  failedTasks: number;
  /** What ECS's circuit breaker holds against its threshold. */
  breakerFailures: number;
  /** Not completed before; ms. */
  earliestEnd: number;
  /** The end of the bake, once everything is up and alarms are watched; ms. */
  bakeUntil: number | undefined;
  alarms: 'off' | 'watched' | 'disabled' | 'triggered';
  /** The API's record of the rollout that this deployment is part of. */
  record: ServiceDeployment;
}

/** Of a service with an EXTERNAL controller. */
export interface TaskSet extends TaskGroup {
  readonly arn: string;
  readonly externalId: string | undefined;
  /** The request that created it, and its token, for idempotency. */
  readonly creation: string;
  readonly clientToken: string | undefined;
  readonly tags: Tags;
  status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  /** Percent of the service's desired count. */
  scale: number;
  /** Tasks; follows scale and desired count at the scheduler's next look. */
  computedDesiredCount: number;
  stability: 'STEADY_STATE' | 'STABILIZING';
  stabilityAt: number;
}

export type ServiceDeploymentStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'SUCCESSFUL'
  | 'STOP_REQUESTED'
  | 'STOPPED'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED';

export interface ServiceDeployment {
  readonly arn: string;
  readonly createdAt: number;
  readonly source: readonly Revision[];
  readonly target: Deployment;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  stoppedAt: number | undefined;
  updatedAt: number;
  status: ServiceDeploymentStatus;
  statusReason: string | undefined;
  rollback: { readonly reason: string; readonly startedAt: number; readonly to: Revision } | undefined;
  breakerTriggered: boolean;
  triggeredAlarms: readonly string[];
  /** Of the strategies that shift traffic. */
  shift: Shift | undefined;
}

/** A walk through the stages. */
export interface Shift {
  readonly steps: readonly Step[];
  /** Index of the present step, -1 before the first. */
  at: number;
  /** When it began, and when it may end at the earliest; ms. */
  since: number;
  readyAt: number;
  /** Of the present step. */
  hooks: readonly HookRun[];
  /** Percent of the traffic that the target revision gets. */
  test: number;
  production: number;
}

export interface HookRun {
  /** Of a pause. */
  readonly id: string | undefined;
  readonly type: 'AWS_LAMBDA' | 'PAUSE';
  readonly targetArn: string | undefined;
  readonly stage: Stage;
  status: 'AWAITING_ACTION' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  /** ms. */
  readonly expiresAt: number;
  readonly timeoutAction: 'CONTINUE' | 'ROLLBACK';
}

export interface ServiceEvent {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

/** What of a service changes without a deployment. */
export interface ServiceSettings {
  readonly desiredCount: number;
  /** `minimumHealthyPercent`, `maximumPercent`, `deploymentCircuitBreaker`, `alarms`, … with defaults filled in. */
  readonly deploymentConfiguration: JsonObject;
  readonly placementConstraints: readonly JsonObject[];
  readonly placementStrategy: readonly JsonObject[];
  readonly healthCheckGracePeriodSeconds: number | undefined;
  readonly enableECSManagedTags: boolean;
  readonly propagateTags: string;
  readonly enableExecuteCommand: boolean;
  readonly availabilityZoneRebalancing: string;
}

export interface EcsService {
  readonly cluster: Cluster;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly schedulingStrategy: string;
  readonly controller: 'ECS' | 'EXTERNAL' | 'CODE_DEPLOY';
  /** Whether the controller was named at creation, which decides whether it is shown for ECS. */
  readonly controllerNamed: boolean;
  readonly roleArn: string;
  /** The request that created it, for idempotency. */
  readonly creation: string;
  readonly tags: Tags;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  settings: ServiceSettings;
  /** What is deployed; undefined for a service whose task sets hold it. */
  revision: Revision | undefined;
  /** Newest first; the first is the primary one. */
  deployments: Deployment[];
  /** In the order of their creation; only with an EXTERNAL controller. */
  taskSets: TaskSet[];
  /** Task sets so far. */
  taskSetsMade: number;
  /** Where a rollback goes. */
  lastCompleted: Deployment | undefined;
  readonly records: ServiceDeployment[];
  readonly revisions: Revision[];
  /** Newest first, at most 100. */
  events: ServiceEvent[];
  /** Tasks not yet STOPPED. */
  readonly tasks: Set<Task>;
  /** All that is wanted runs, and this was said. */
  steady: boolean;
  /** What the service's scheduler does at each look. */
  readonly look: (service: EcsService) => void;
  /** When the scheduler looks next; ms, infinite when it sleeps. */
  wakeAt: number;
  /** Messages already said, with when, so that a lasting trouble is not repeated. */
  readonly said: Map<string, number>;
  /** Random draws so far, which seed the next. */
  draws: number;
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export type StopCode =
  | 'TaskFailedToStart'
  | 'EssentialContainerExited'
  | 'UserInitiated'
  | 'ServiceSchedulerInitiated'
  | 'SpotInterruption'
  | 'InfrastructureHealth';

export interface TaskContainer {
  readonly spec: ContainerSpec;
  readonly arn: string;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  exitCode: number | undefined;
  reason: string | undefined;
}

export type Health = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';

/** `failed` is told when a task is seen to be unhealthy, `stopped` at its end. */
export type TaskNews = 'changed' | 'failed' | 'stopped';

export interface LaunchRequest {
  readonly cluster: Cluster;
  readonly taskDefinition: TaskDefinition;
  readonly launchType: string;
  readonly capacityProvider: string | undefined;
  readonly platformVersion: string | undefined;
  readonly networkConfiguration: JsonObject | undefined;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly tags: Tags;
  readonly overrides: JsonObject;
  readonly enableExecuteCommand: boolean;
  /** The service and its deployment's ordinal, for scenarios. */
  readonly service: { readonly name: string; readonly deployment: number } | undefined;
  readonly loadBalancers: readonly LoadBalancer[];
  /** Time after the start during which failed load balancer checks do not count, seconds. */
  readonly graceSeconds: number;
  /** Names this launch among all of the region, the same in each run. */
  readonly key: string;
  readonly onNews: (task: Task, news: TaskNews) => void;
}

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly request: LaunchRequest;
  readonly effect: TaskEffect;
  /** What it needs and the account does not have. */
  readonly missing: { readonly name: string } | undefined;
  readonly random: Random;
  readonly containers: readonly TaskContainer[];
  readonly eni: { readonly id: string; readonly ip: string; readonly mac: string; readonly attachmentId: string };
  readonly availabilityZone: string;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  /** Of the containers' own checks. */
  health: Health;
  /** Of the load balancer's checks. */
  targetHealth: Health;
  /** Counts as healthy for its deployment: checks passed, or 40 s of running where there are none. */
  counted: boolean;
  /** Has counted as healthy at some time. */
  everCounted: boolean;
  /** Its registrations in target groups, also those that have ended. */
  readonly targets: Target[];
  /** Load balancer checks fail from now on, as the scenario asks. */
  targetsFail: boolean;
  /** What the service's events have said about its targets. */
  targetsSaid: 'nothing' | 'registered' | 'deregistered';
  /** Why it is seen as unhealthy: what its `stoppedReason` will be. */
  failure: string | undefined;
  /** The target whose failed checks are the reason. */
  failedTarget: Target | undefined;
  version: number;
  readonly createdAt: number;
  connectivityAt: number | undefined;
  pullStartedAt: number | undefined;
  pullStoppedAt: number | undefined;
  startedAt: number | undefined;
  stoppingAt: number | undefined;
  executionStoppedAt: number | undefined;
  stoppedAt: number | undefined;
  stopCode: StopCode | undefined;
  stoppedReason: string | undefined;
}
