/** Reads and shows function configurations, with AWS's defaults and ranges. Source: Lambda API, CreateFunction. */
import { object, objects, text, textMap, texts, whole } from '../input.ts';
import type { Json, JsonObject, Output } from '../json.ts';
import { invalid, validation } from './faults.ts';
import type { FunctionVersion, LambdaFunction } from './state.ts';

/** Members that CreateFunction and UpdateFunctionConfiguration share. */
export const CONFIGURATION_MEMBERS = [
  'Runtime',
  'Role',
  'Handler',
  'Description',
  'Timeout',
  'MemorySize',
  'VpcConfig',
  'Environment',
  'DeadLetterConfig',
  'KMSKeyArn',
  'TracingConfig',
  'Layers',
  'FileSystemConfigs',
  'ImageConfig',
  'EphemeralStorage',
  'SnapStart',
  'LoggingConfig',
];

const ROLE = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** Bytes of all environment variables: Lambda quotas. */
const MAX_ENVIRONMENT = 4096;

/** The configuration after a request: what it does not name stays as in `before`. */
export function readConfiguration(input: JsonObject, before: JsonObject): JsonObject {
  const read: Record<string, Json> = { ...before };
  for (const key of CONFIGURATION_MEMBERS) {
    const value = Object.hasOwn(input, key) ? input[key] : undefined;
    if (value !== undefined && value !== null) read[key] = value;
  }
  const role = text(read, 'Role') ?? '';
  if (!ROLE.test(role)) {
    throw validation(
      role,
      'role',
      'Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
    );
  }
  checkRange(read, 'Timeout', 'timeout', 1, 900);
  checkRange(read, 'MemorySize', 'memorySize', 128, 10_240);
  checkRange(object(read, 'EphemeralStorage') ?? {}, 'Size', 'ephemeralStorage.size', 512, 10_240);
  const variables = textMap(object(read, 'Environment') ?? {}, 'Variables') ?? new Map<string, string>();
  const bytes = [...variables].reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  if (bytes > MAX_ENVIRONMENT) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. Size: ${bytes} bytes`,
    );
  }
  if ((texts(read, 'Layers') ?? []).length > 5) throw invalid('Cannot reference more than 5 layers.');
  return read;
}

function checkRange(input: JsonObject, key: string, member: string, low: number, high: number): void {
  const value = whole(input, key);
  if (value === undefined) return;
  if (value < low) throw validation(String(value), member, `Member must have value greater than or equal to ${low}`);
  if (value > high) throw validation(String(value), member, `Member must have value less than or equal to ${high}`);
}

export const CONFIGURATION_DEFAULTS: JsonObject = {
  Description: '',
  Timeout: 3,
  MemorySize: 128,
  TracingConfig: { Mode: 'PassThrough' },
  EphemeralStorage: { Size: 512 },
};

/** The `FunctionConfiguration` of the API; `arn` with the qualifier that was asked for. */
export function showConfiguration(fn: LambdaFunction, version: FunctionVersion, arn: string): Output {
  const { configuration, code } = version;
  const role = configuration['Role'];
  const layers = texts(configuration, 'Layers') ?? [];
  const deadLetter = text(object(configuration, 'DeadLetterConfig') ?? {}, 'TargetArn');
  const key = text(configuration, 'KMSKeyArn');
  const image = object(configuration, 'ImageConfig');
  return {
    ...configuration,
    FunctionName: fn.name,
    FunctionArn: arn,
    Role: role,
    CodeSize: code.size,
    LastModified: new Date(version.lastModified).toISOString().replace('Z', '+0000'),
    CodeSha256: code.sha256,
    Version: version.version,
    VpcConfig: showVpc(object(configuration, 'VpcConfig')),
    DeadLetterConfig: deadLetter ? { TargetArn: deadLetter } : undefined,
    KMSKeyArn: key || undefined,
    Environment: showEnvironment(object(configuration, 'Environment')),
    Layers: layers.length > 0 ? layers.map((layer) => ({ Arn: layer, CodeSize: 0 })) : undefined,
    FileSystemConfigs: objects(configuration, 'FileSystemConfigs')?.length
      ? configuration['FileSystemConfigs']
      : undefined,
    ImageConfig: undefined,
    ImageConfigResponse: image && { ImageConfig: image },
    RevisionId: version.revisionId,
    State: version.state,
    StateReason: version.stateReason?.text,
    StateReasonCode: version.stateReason?.code,
    LastUpdateStatus: version.updateStatus,
    LastUpdateStatusReason: version.updateReason?.text,
    LastUpdateStatusReasonCode: version.updateReason?.code,
    PackageType: fn.packageType,
    Architectures: code.architectures,
    SnapStart: showSnapStart(object(configuration, 'SnapStart'), version),
    LoggingConfig: {
      LogFormat: 'Text',
      LogGroup: `/aws/lambda/${fn.name}`,
      ...object(configuration, 'LoggingConfig'),
    },
    RuntimeVersionConfig: undefined,
  };
}

function showEnvironment(environment: JsonObject | undefined): Output | undefined {
  const variables = object(environment ?? {}, 'Variables');
  return variables === undefined || Object.keys(variables).length === 0 ? undefined : { Variables: variables };
}

function showVpc(vpc: JsonObject | undefined): Output | undefined {
  const subnets = texts(vpc ?? {}, 'SubnetIds') ?? [];
  if (vpc === undefined || subnets.length === 0) return undefined;
  return { Ipv6AllowedForDualStack: false, ...vpc, VpcId: 'vpc-0a1b2c3d4e5f60718' };
}

function showSnapStart(snapStart: JsonObject | undefined, version: FunctionVersion): Output {
  const apply = text(snapStart ?? {}, 'ApplyOn') ?? 'None';
  return { ApplyOn: apply, OptimizationStatus: apply !== 'None' && version.version !== '$LATEST' ? 'On' : 'Off' };
}
