/** The door of engine/rollout. */
export type { Action, ActionType, AwsError, EcsAction, LambdaAction, Outcome } from './actions.ts';
export type {
  AlarmSeen,
  AliasSeen,
  DeploymentSeen,
  EcsSeen,
  EcsWish,
  ForwardReference,
  ForwardSeen,
  FunctionSeen,
  LambdaSeen,
  LambdaWish,
  Observation,
  ServiceSeen,
  StoppedTaskSeen,
  TargetsSeen,
  TaskSetSeen,
  Wish,
} from './observation.ts';
export type { ActionContext, AwsPort, Claim, Claimed, Created, Owner, StoredRollout, StorePort } from './ports.ts';
export {
  EVENT_CODES,
  type EventCode,
  type EventDraft,
  type Failure,
  isFinal,
  type Level,
  PHASES,
  type Phase,
  type Progress,
  type RecordedRevision,
  type RolloutEvent,
  type RolloutRecord,
  type Trigger,
} from './record.ts';
export { type RunnerInput, type RunnerPorts, runRollout } from './runner.ts';
export { strategies } from './strategies.ts';
export type { Command, Decision, RolloutSpec, Seen, Strategy } from './strategy.ts';
export type { ForwardWeights } from './weights.ts';
