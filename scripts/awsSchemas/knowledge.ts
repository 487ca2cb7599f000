/**
 * What AWS's API holds that the SDK's type declarations do not say. Each entry names its source; `buildSchema` refuses
 * an entry whose member no longer exists, so that this list cannot go stale unseen. Pure data.
 */

/** Smallest and largest value, both allowed. */
export type Range = readonly [minimum: number, maximum?: number];

/**
 * The declarations have one type for all numbers. These, read from the API references of the members, are fractions
 * ("Type: Double"); every other number that is reachable from the four requests is an integer there.
 */
export const FRACTIONS: readonly string[] = [
  'CanaryConfiguration.canaryPercent',
  'LinearConfiguration.stepPercent',
  'LambdaManagedInstancesCapacityProviderConfig.ExecutionEnvironmentMemoryGiBPerVCpu',
];

/** Sizes, times, counts and ports: nothing negative unless `RANGES` says so. */
export const USUAL_RANGE: Range = [0];

const PORT: Range = [1, 65_535];

/**
 * Ranges from the members' own documentation ("Valid values", "Valid Range") in the Amazon ECS and AWS Lambda API
 * references. Where the range depends on another member, the widest one stands here.
 */
export const RANGES: Readonly<Record<string, Range>> = {
  'CapacityProviderStrategyItem.weight': [0, 1000],
  'CapacityProviderStrategyItem.base': [0, 100_000],
  'CanaryConfiguration.canaryPercent': [0.1, 100],
  'CanaryConfiguration.canaryBakeTimeInMinutes': [0, 1440],
  'LinearConfiguration.stepPercent': [3, 100],
  'LinearConfiguration.stepBakeTimeInMinutes': [0, 1440],
  'DeploymentConfiguration.minimumHealthyPercent': [0],
  'DeploymentConfiguration.bakeTimeInMinutes': [0, 1440],
  // Of functions at most 1440.
  'DeploymentLifecycleHookTimeoutConfiguration.timeoutInMinutes': [1, 20_160],
  'DeploymentEarlySuccessCriteria.healthyPercent': [0, 100],
  'LoadBalancer.containerPort': PORT,
  'ServiceRegistry.containerPort': PORT,
  'ServiceRegistry.port': PORT,
  'ServiceConnectClientAlias.port': PORT,
  'ServiceConnectService.ingressPortOverride': PORT,
  'ServiceManagedEBSVolumeConfiguration.sizeInGiB': [1, 16_384],
  'PortMapping.containerPort': PORT,
  // 0 asks for a dynamic host port.
  'PortMapping.hostPort': [0, 65_535],
  'EFSVolumeConfiguration.transitEncryptionPort': PORT,
  'S3FilesVolumeConfiguration.transitEncryptionPort': PORT,
  'ContainerDefinition.memory': [4],
  'ContainerDefinition.memoryReservation': [4],
  'HealthCheck.interval': [5, 300],
  'HealthCheck.timeout': [2, 60],
  'HealthCheck.retries': [1, 10],
  'HealthCheck.startPeriod': [0, 300],
  'LinuxParameters.swappiness': [0, 100],
  'Tmpfs.size': [1],
  'ContainerRestartPolicy.restartAttemptPeriod': [60, 1800],
  'EphemeralStorage.sizeInGiB': [21, 200],
  // -1 is "unlimited" for every kind of limit.
  'Ulimit.softLimit': [-1],
  'Ulimit.hardLimit': [-1],
  'CreateFunctionRequest.MemorySize': [128, 32_768],
  'CreateFunctionRequest.Timeout': [1, 5400],
  'EphemeralStorage.Size': [512, 10_240],
  'CreateEventSourceMappingRequest.BatchSize': [1, 10_000],
  'CreateEventSourceMappingRequest.MaximumBatchingWindowInSeconds': [0, 300],
  'CreateEventSourceMappingRequest.ParallelizationFactor': [1, 10],
  // -1 is "for ever".
  'CreateEventSourceMappingRequest.MaximumRecordAgeInSeconds': [-1, 604_800],
  'CreateEventSourceMappingRequest.MaximumRetryAttempts': [-1, 10_000],
  'CreateEventSourceMappingRequest.TumblingWindowInSeconds': [0, 900],
  'ProvisionedPollerConfig.MinimumPollers': [1],
  'ProvisionedPollerConfig.MaximumPollers': [1, 10_000],
  'ScalingConfig.MaximumConcurrency': [2, 1000],
};

/** Enums that AWS extends several times a year: a value that the installed SDK does not know yet may be right. */
export const OPEN_ENUMS: readonly string[] = ['Runtime'];
