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

/** What a text has to look like, the texts of a list too; `words` follow "must be". */
export interface TextForm {
  readonly pattern?: string;
  readonly words?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const NAME: TextForm = { pattern: '^[a-zA-Z0-9_-]{1,255}$', words: 'up to 255 letters, digits, - and _' };

const ROLE: TextForm = {
  pattern: '^(?:[\\w+=,.@-]{1,64}|arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+)?$',
  words: 'the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME), or its name',
};

const FUNCTION: TextForm = {
  pattern:
    '^(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?(?:\\d{12}:)?(?:function:)?[a-zA-Z0-9_-]{1,64}(?::(?:\\$LATEST|[a-zA-Z0-9_-]+))?$',
  words: 'a name of up to 64 letters, digits, - and _, or the ARN of a function',
};

const arnOf = (service: string, words: string): TextForm => ({ pattern: `^(?:arn:aws[a-z-]*:${service}:.+)?$`, words });

/**
 * Forms of texts from the members' own documentation ("Pattern", "Length Constraints", or what it says in words) in the
 * Amazon ECS and AWS Lambda API references.
 */
export const TEXTS: Readonly<Record<string, TextForm>> = {
  'CreateServiceRequest.serviceName': NAME,
  'RegisterTaskDefinitionRequest.family': NAME,
  'RegisterTaskDefinitionRequest.executionRoleArn': ROLE,
  'RegisterTaskDefinitionRequest.taskRoleArn': ROLE,
  'ContainerDefinition.name': NAME,
  'ContainerDefinition.image': { minLength: 1 },
  'PortMapping.name': {
    pattern: '^[a-z0-9_][a-z0-9_-]{0,63}$',
    words: 'up to 64 lower-case letters, digits, - and _, not beginning with -',
  },
  'EFSVolumeConfiguration.fileSystemId': {
    pattern: '^(?:fs-[0-9a-f]{8,40}|arn:aws[a-z-]*:elasticfilesystem:.+)$',
    words: 'the id of a file system, such as fs-0123456789abcdef0',
  },
  'Tag.key': {
    pattern: '^(?![aA][wW][sS]:)',
    words: 'a key that does not begin with "aws:", which AWS keeps for itself',
    minLength: 1,
    maxLength: 128,
  },
  'Tag.value': { maxLength: 256 },
  'CreateFunctionRequest.FunctionName': FUNCTION,
  'CreateFunctionRequest.Description': { maxLength: 256 },
  'CreateFunctionRequest.Handler': { maxLength: 128 },
  'CreateFunctionRequest.KMSKeyArn': arnOf('kms', 'the ARN of a KMS key'),
  'DeadLetterConfig.TargetArn': arnOf('(?:sqs|sns)', 'the ARN of an SQS queue or an SNS topic'),
  'FunctionCode.S3Bucket': { maxLength: 63 },
  'FunctionCode.S3Key': { minLength: 1, maxLength: 1024 },
  'LoggingConfig.LogGroup': {
    pattern: '^[.\\-_/#A-Za-z0-9]{1,512}$',
    words: 'letters, digits and any of . - _ / #',
  },
  'VpcConfig.SubnetIds': {
    pattern: '^subnet-[0-9a-z]+$',
    words: 'the id of a subnet, such as subnet-0123456789abcdef0',
  },
  'VpcConfig.SecurityGroupIds': {
    pattern: '^sg-[0-9a-zA-Z]+$',
    words: 'the id of a security group, such as sg-0123456789abcdef0',
  },
  'CreateEventSourceMappingRequest.FunctionName': FUNCTION,
};

/** How many items a list has. Source: as of `TEXTS`. */
export const LISTS: Readonly<Record<string, Range>> = {
  'CreateServiceRequest.tags': [0, 50],
  // "Each service may be associated with one service registry."
  'CreateServiceRequest.serviceRegistries': [0, 1],
  // Amazon ECS developer guide, "Service quotas": what cannot be raised.
  'RegisterTaskDefinitionRequest.containerDefinitions': [1, 10],
  'CreateServiceRequest.loadBalancers': [0, 5],
  // Amazon ECS API reference, CreateService and RegisterTaskDefinition.
  'CreateServiceRequest.capacityProviderStrategy': [0, 20],
  'CreateServiceRequest.placementConstraints': [0, 10],
  'CreateServiceRequest.placementStrategy': [0, 5],
  'RegisterTaskDefinitionRequest.placementConstraints': [0, 10],
  'RegisterTaskDefinitionRequest.tags': [0, 50],
  'HealthCheck.command': [1],
  'CreateFunctionRequest.Architectures': [1, 1],
  // AWS Lambda API reference, CreateEventSourceMapping: "Fixed number of 1 item".
  'CreateEventSourceMappingRequest.Topics': [0, 1],
  'CreateEventSourceMappingRequest.Queues': [0, 1],
  // AWS Lambda API reference, VpcConfig.
  'VpcConfig.SubnetIds': [0, 16],
  'VpcConfig.SecurityGroupIds': [0, 5],
};

/** Members that the declarations call optional, and without which AWS refuses the request. Source: as of `TEXTS`. */
export const REQUIRED: readonly string[] = ['ContainerDefinition.name', 'ContainerDefinition.image'];
