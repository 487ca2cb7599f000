/** The door of engine/plan. */
export {
  capacityWords,
  FALLBACK_TAG,
  fallbackMark,
  isAnother,
  liveMark,
  onFallbackSince,
  strategyWords,
  withOwnCapacity,
} from './capacity.ts';
export {
  type Desired,
  desiredOf,
  type EcsDesired,
  type LambdaDesired,
  OWN_TAG_PREFIX,
  secretsOf,
  targetOf,
  wantedFor,
} from './desired.ts';
export { canonical, type Difference, differences, isEmpty, pointer } from './differences.ts';
export { digestOf } from './digest.ts';
export {
  changedMembers,
  NONE_OF,
  ongoingDeployment,
  primaryDeployment,
  sameTaskDefinition,
  serviceDifferences,
  taskDefinitionDifferences,
  taskDefinitionName,
} from './ecs.ts';
export { mappingMember, sourceName } from './eventSourceMappings.ts';
export { calledBy, integrationUri, isOwnStatement, SOURCES_TAG, sourceChanges } from './eventSources.ts';
export {
  CODE_TAG,
  codeDifferences,
  codeReference,
  configurationDifferences,
  configurationRequest,
  PROVISIONED_TAG,
  provisionedDifferences,
  tagDifferences,
} from './lambda.ts';
export {
  isOurs,
  type Live,
  type LiveEcs,
  type LiveEventSources,
  type LiveFailure,
  type LiveLambda,
  type LiveMapping,
  type LiveRoute,
  servingOf,
} from './live.ts';
export { problemAt } from './places.ts';
export { differencesOf, functionDifferences, planWorkload, rendersTheSame } from './plan.ts';
export { revisionChanges } from './revisionChanges.ts';
export type {
  CircuitBreaker,
  EcsSettings,
  Fallback,
  FallbackReturn,
  LambdaSettings,
  StabilityCheck,
  Supersede,
  TrafficShifting,
} from './settings.ts';
export { breakerThreshold, environmentOf, stabilityTimeoutSeconds } from './settings.ts';
export {
  type ApiSnapshot,
  alarmsIn,
  type FunctionSnapshot,
  type RegionSnapshot,
  type SnapshotWish,
  snapshotWish,
  targetGroupsIn,
  withoutEnvironment,
} from './snapshot.ts';
export { type EventSource, eventSourcesOf, type MappingSource, type SourceLink } from './sources.ts';
export {
  type EcsTarget,
  type LambdaTarget,
  parseArn,
  type Surroundings,
  type Target,
  targetKey,
  targetLabel,
  targetView,
} from './target.ts';
export type { PlanAction, PlanInput, StrategyName, UnderWay, WorkloadPlan } from './workloadPlan.ts';
