/** The door of engine/rollout. */

export type { Action, ActionType, AwsError, EcsAction, LambdaAction, LinkWay, Outcome } from './actions.ts';
export { type AlarmCurve, curvePeriodMs, MOST_CURVES, watchedAlarms } from './alarmCurves.ts';
export { bakesMs, type Expected, expectedFrom, type TimeLeft, timeLeft } from './expectation.ts';
export type {
  AlarmSeen,
  AliasSeen,
  DeploymentSeen,
  EcsSeen,
  EcsWish,
  ForwardReference,
  ForwardSeen,
  FunctionSeen,
  HookSeen,
  LambdaSeen,
  LambdaWish,
  LinkStateSeen,
  Observation,
  ProvisionedSeen,
  ServiceDeploymentSeen,
  ServiceSeen,
  StoppedTaskSeen,
  TargetsSeen,
  TaskSetSeen,
  Wish,
} from './observation.ts';
export type {
  ActionContext,
  Asked,
  AwsPort,
  Claim,
  Claimed,
  Created,
  Owner,
  StoredRollout,
  StorePort,
} from './ports.ts';
export { productionObstacles, skipsOf, surveyTraffic } from './preflight.ts';
export {
  EVENT_CODES,
  type EventCode,
  type EventDraft,
  type Failure,
  goesBack,
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
export {
  type DueReturn,
  type FallbackState,
  fallbackOf,
  isSurelyOnOwn,
  lostRoom,
  mayLoseRoom,
  patienceOf,
  RECORDS_FOR_RETURN,
  returnOf,
  servingRollout,
} from './returning.ts';
export { type RunnerInput, type RunnerPorts, runRollout } from './runner.ts';
export { strategies } from './strategies.ts';
export { COMMANDS, type Command, type Decision, type RolloutSpec, type Seen, type Strategy } from './strategy.ts';
export { aheadOf, nextLook, WAITS, type WaitEnd, type Waiting, type WaitKind, waitWords } from './waiting.ts';
export type { ForwardWeights } from './weights.ts';
