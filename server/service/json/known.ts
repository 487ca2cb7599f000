/** Values that are known for certain keys: from the sibling file, from AWS, or fixed. Pure. */
import { cpuUnits, FARGATE_SIZES, REGIONS } from '../../../engine/check/index.ts';
import { isObject, type Json, type JsonObject } from '../../../engine/json.ts';
import { AWS_WORDS, type AwsKind, imageRepository, placeOf } from '../aws.ts';
import type { FileView, WorkloadView } from '../knowledge.ts';
import { patternOf } from './location.ts';
import { objectIn } from './objects.ts';

export interface KnownValue {
  readonly value: string | number;
  readonly detail: string;
  /** Sorts by this instead of the value. */
  readonly order?: string;
}

const itemsOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const containersOf = (workload: WorkloadView) =>
  itemsOf(objectIn(workload, 'task')?.['containerDefinitions']).filter(isObject);

function containerNames({ workload }: FileView): KnownValue[] {
  return containersOf(workload).flatMap(({ name, image }) =>
    typeof name === 'string'
      ? [{ value: name, detail: typeof image === 'string' ? `container of ${image}` : 'container' }]
      : [],
  );
}

function containerPorts({ workload }: FileView): KnownValue[] {
  return containersOf(workload).flatMap((container) =>
    itemsOf(container['portMappings']).flatMap((mapping): KnownValue[] => {
      const port = isObject(mapping) ? mapping['containerPort'] : undefined;
      return typeof port === 'number' ? [{ value: port, detail: `port of ${String(container['name'])}` }] : [];
    }),
  );
}

function portNames({ workload }: FileView): KnownValue[] {
  return containersOf(workload).flatMap((container) =>
    itemsOf(container['portMappings']).flatMap((mapping): KnownValue[] =>
      isObject(mapping) && typeof mapping['name'] === 'string'
        ? [{ value: mapping['name'], detail: `port of ${String(container['name'])}` }]
        : [],
    ),
  );
}

function volumeNames({ workload }: FileView): KnownValue[] {
  return itemsOf(objectIn(workload, 'task')?.['volumes']).flatMap((volume): KnownValue[] =>
    isObject(volume) && typeof volume['name'] === 'string'
      ? [{ value: volume['name'], detail: 'volume of the task' }]
      : [],
  );
}

const regions = (): KnownValue[] => REGIONS.map((value) => ({ value, detail: 'AWS region' }));

function functionName({ workload }: FileView): KnownValue[] {
  const name = objectIn(workload, 'function')?.['FunctionName'];
  return typeof name === 'string' ? [{ value: name, detail: 'the function of this workload' }] : [];
}

function targetGroups({ workload }: FileView): KnownValue[] {
  const pairs = itemsOf(objectIn(workload, 'deployment')?.['targetGroupArnPairs']);
  return pairs.flatMap((pair, i) =>
    itemsOf(pair).flatMap((arn): KnownValue[] =>
      typeof arn === 'string' ? [{ value: arn, detail: `half of pair ${i + 1}` }] : [],
    ),
  );
}

const fixed =
  (...values: readonly string[]) =>
  (): KnownValue[] =>
    values.map((value) => ({ value, detail: '' }));

/** Sizes of tasks on Fargate, the smallest first. */
const sizes = (values: Iterable<number>, unit: string): KnownValue[] =>
  Array.from(values, (value, i) => ({
    value: String(value),
    detail: `${value / 1024} ${unit}`,
    order: String(i).padStart(3, '0'),
  }));

const cpus = (): KnownValue[] => sizes(FARGATE_SIZES.keys(), 'vCPU');

/** What goes with the task's cpu. */
function memories({ workload }: FileView): KnownValue[] {
  const units = cpuUnits(String(objectIn(workload, 'task')?.['cpu'] ?? ''));
  return sizes((units === undefined ? undefined : FARGATE_SIZES.get(units)) ?? [], 'GB');
}

/** Where an event source mapping can be: groups and mappings are each one object or a list of them. */
export const MAPPINGS: readonly string[] = ['PullEventSources', 'PullEventSources/*'].flatMap((group) => [
  `${group}/EventSourceMapping`,
  `${group}/EventSourceMapping/*`,
]);

/** By role and pattern of the path. */
const KNOWN: Readonly<Record<string, (view: FileView) => KnownValue[]>> = {
  'service loadBalancers/*/containerName': containerNames,
  'service loadBalancers/*/containerPort': containerPorts,
  'service loadBalancers/*/targetGroupArn': targetGroups,
  'service serviceRegistries/*/containerName': containerNames,
  'service serviceRegistries/*/containerPort': containerPorts,
  'service capacityProviderStrategy/*/capacityProvider': fixed('FARGATE', 'FARGATE_SPOT'),
  'deployment fallbackCapacityProviderStrategy/*/capacityProvider': fixed('FARGATE', 'FARGATE_SPOT'),
  'deployment environment/region': regions,
  'task cpu': cpus,
  'task memory': memories,
  'task containerDefinitions/*/dependsOn/*/containerName': containerNames,
  'service serviceConnectConfiguration/services/*/portName': portNames,
  'service vpcLatticeConfigurations/*/portName': portNames,
  'service volumeConfigurations/*/name': volumeNames,
  'task containerDefinitions/*/volumesFrom/*/sourceContainer': containerNames,
  'task containerDefinitions/*/links/*': containerNames,
  'task containerDefinitions/*/mountPoints/*/sourceVolume': volumeNames,
  'task proxyConfiguration/containerName': containerNames,
  'task containerDefinitions/*/logConfiguration/options/awslogs-region': regions,
  ...Object.fromEntries(MAPPINGS.map((at) => [`eventSource ${at}/FunctionName`, functionName])),
};

const containerAt = (value: Json | undefined, path: AwsPath): JsonObject | undefined => {
  const index = path[1];
  const container = isObject(value) ? itemsOf(value['containerDefinitions'])[Number(index)] : undefined;
  return isObject(container) ? container : undefined;
};

/** Options of the log driver `awslogs`; none where another driver has options of that name. */
function logOptions(value: Json | undefined, path: AwsPath): JsonObject | undefined {
  const configuration = containerAt(value, path)?.['logConfiguration'];
  const options = isObject(configuration) ? configuration['options'] : undefined;
  return isObject(options) && isObject(configuration) && configuration['logDriver'] === 'awslogs' ? options : undefined;
}

type AwsPath = readonly (string | number)[];

/** What a key names of the account. */
export interface AwsKey {
  readonly role: string;
  readonly pattern: string;
  readonly kind: AwsKind;
  /** Whether what it names has to be there already. @default true */
  readonly isNeeded?: (value: Json | undefined, path: AwsPath) => boolean;
  /** The region, where it is not the workload's. */
  readonly region?: (value: Json | undefined, path: AwsPath) => string | undefined;
}

const never = () => false;

const key = (place: string, kind: AwsKind, more: Pick<AwsKey, 'isNeeded' | 'region'> = {}): AwsKey => {
  const space = place.indexOf(' ');
  return { role: place.slice(0, space), pattern: place.slice(space + 1), kind, ...more };
};

const VPC_CONFIGURATION = 'service networkConfiguration/awsvpcConfiguration';

/** Which things of the account a key names. */
export const AWS_KEYS: readonly AwsKey[] = [
  key('service cluster', 'cluster'),
  // Deploying creates it where it does not exist.
  key('service serviceName', 'service', { isNeeded: never }),
  key('service role', 'role'),
  key('service loadBalancers/*/targetGroupArn', 'targetGroup'),
  key('service loadBalancers/*/advancedConfiguration/alternateTargetGroupArn', 'targetGroup'),
  key('service loadBalancers/*/advancedConfiguration/roleArn', 'role'),
  key(`${VPC_CONFIGURATION}/subnets/*`, 'subnet'),
  key(`${VPC_CONFIGURATION}/securityGroups/*`, 'securityGroup'),
  key('service capacityProviderStrategy/*/capacityProvider', 'capacityProvider'),
  key('service deploymentConfiguration/alarms/alarmNames/*', 'alarm'),
  key('service deploymentConfiguration/lifecycleHooks/*/roleArn', 'role'),
  key('service volumeConfigurations/*/managedEBSVolume/roleArn', 'role'),
  key('task executionRoleArn', 'role'),
  key('task taskRoleArn', 'role'),
  key('task containerDefinitions/*/image', 'image'),
  key('task containerDefinitions/*/logConfiguration/options/awslogs-group', 'logGroup', {
    isNeeded: (value, path) => {
      const options = logOptions(value, path);
      return options !== undefined && String(options['awslogs-create-group']) !== 'true';
    },
    region: (value, path) => {
      const region = logOptions(value, path)?.['awslogs-region'];
      return typeof region === 'string' ? region : undefined;
    },
  }),
  key('deployment targetGroupArnPairs/*/*', 'targetGroup'),
  key('deployment alarms/alarmNames/*', 'alarm'),
  key('deployment fallbackCapacityProviderStrategy/*/capacityProvider', 'capacityProvider'),
  key('function Role', 'role'),
  key('function Code/ImageUri', 'image'),
  key('function VpcConfig/SubnetIds/*', 'subnet'),
  key('function VpcConfig/SecurityGroupIds/*', 'securityGroup'),
  // Lambda creates it with the first line that is logged.
  key('function LoggingConfig/LogGroup', 'logGroup', { isNeeded: never }),
  key('eventSource PushEventSources/TargetGroupArn', 'targetGroup'),
  key('eventSource PushEventSources/*/TargetGroupArn', 'targetGroup'),
  ...MAPPINGS.flatMap((at) => [
    key(`eventSource ${at}/EventSourceArn`, 'queue'),
    // The function of the workload itself may be yet to come.
    key(`eventSource ${at}/FunctionName`, 'function', { isNeeded: never }),
  ]),
];

const AWS_KEY_OF = new Map(AWS_KEYS.map((one) => [`${one.role} ${one.pattern}`, one]));

/** Keys of objects that schemas leave open. */
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  'task containerDefinitions/*/logConfiguration/options': [
    'awslogs-group',
    'awslogs-region',
    'awslogs-stream-prefix',
    'awslogs-create-group',
    'mode',
    'max-buffer-size',
  ],
};

export const knownKeys = (role: string, pattern: string): readonly string[] => KNOWN_KEYS[`${role} ${pattern}`] ?? [];

/**
 * @param path of the value
 * @param typed what stands there, as far as it is plain text
 */
export function knownValues(view: FileView, path: AwsPath, typed: string): KnownValue[] {
  const { role } = view.document;
  const pattern = patternOf(path);
  const values = KNOWN[`${role} ${pattern}`]?.(view) ?? [];
  const aws = AWS_KEY_OF.get(`${role} ${pattern}`);
  const all = [...values, ...(aws === undefined ? [] : thingsFor(view, aws, path, typed))];
  return [...new Map(all.toReversed().map((one) => [one.value, one])).values()].toReversed();
}

function thingsFor({ workload, aws, document }: FileView, key: AwsKey, path: AwsPath, typed: string): KnownValue[] {
  const place = placeOf(workload.checked);
  if (place === undefined) return [];
  const value = workload.checked.files.find((file) => file.path === document.path)?.value;
  const there = { ...place, region: key.region?.(value, path) ?? place.region };
  const shown = (kind: AwsKind, of?: string) =>
    aws.list(kind, there, of).things.map(({ id, detail }) => ({ value: id, detail: detail ?? AWS_WORDS[kind] }));
  if (key.kind === 'service') return shown('service', clusterOf(objectIn(workload, 'service')));
  if (key.kind !== 'image') return shown(key.kind);
  const repository = imageRepository(typed);
  if (repository === undefined) return shown('repository');
  // The newest first, as they come.
  return shown('image', repository).map((one, i) => ({ ...one, order: String(i).padStart(5, '0') }));
}

/** The name of a service's cluster. */
export function clusterOf(service: JsonObject | undefined): string {
  const cluster = service?.['cluster'];
  return typeof cluster === 'string' && cluster !== '' ? cluster.replace(/^arn:.*:cluster\//, '') : 'default';
}
