/** Values that are known for certain keys: from the sibling file, from AWS, or fixed. Pure. */
import { objectOf, REGIONS } from '../../../engine/check/index.ts';
import { isObject, type Json } from '../../../engine/json.ts';
import type { AwsKind } from '../aws.ts';
import type { FileView, WorkloadView } from '../knowledge.ts';

export interface KnownValue {
  readonly value: string | number;
  readonly detail: string;
}

const itemsOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const containersOf = ({ checked }: WorkloadView) =>
  itemsOf(objectOf(checked, 'task')?.['containerDefinitions']).filter(isObject);

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

function volumeNames({ workload }: FileView): KnownValue[] {
  return itemsOf(objectOf(workload.checked, 'task')?.['volumes']).flatMap((volume): KnownValue[] =>
    isObject(volume) && typeof volume['name'] === 'string'
      ? [{ value: volume['name'], detail: 'volume of the task' }]
      : [],
  );
}

const regions = (): KnownValue[] => REGIONS.map((value) => ({ value, detail: 'AWS region' }));

function functionName({ workload }: FileView): KnownValue[] {
  const name = objectOf(workload.checked, 'function')?.['FunctionName'];
  return typeof name === 'string' ? [{ value: name, detail: 'the function of this workload' }] : [];
}

function targetGroups({ workload }: FileView): KnownValue[] {
  const pairs = itemsOf(objectOf(workload.checked, 'deployment')?.['targetGroupArnPairs']);
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

const CPU = fixed('256', '512', '1024', '2048', '4096', '8192', '16384');

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
  'task cpu': CPU,
  'task containerDefinitions/*/dependsOn/*/containerName': containerNames,
  'task containerDefinitions/*/volumesFrom/*/sourceContainer': containerNames,
  'task containerDefinitions/*/mountPoints/*/sourceVolume': volumeNames,
  'task proxyConfiguration/containerName': containerNames,
  'task containerDefinitions/*/logConfiguration/options/awslogs-region': regions,
  'eventSource PullEventSources/EventSourceMapping/FunctionName': functionName,
  'eventSource PullEventSources/EventSourceMapping/*/FunctionName': functionName,
};

/** Which things of the account a key names. */
const AWS_KEYS: Readonly<Record<string, AwsKind>> = {
  'service cluster': 'cluster',
  'service loadBalancers/*/targetGroupArn': 'targetGroup',
  'service networkConfiguration/awsvpcConfiguration/subnets/*': 'subnet',
  'service networkConfiguration/awsvpcConfiguration/securityGroups/*': 'securityGroup',
  'service capacityProviderStrategy/*/capacityProvider': 'capacityProvider',
  'task executionRoleArn': 'role',
  'task taskRoleArn': 'role',
  'task containerDefinitions/*/logConfiguration/options/awslogs-group': 'logGroup',
  'deployment targetGroupArnPairs/*/*': 'targetGroup',
  'deployment alarms/alarmNames/*': 'alarm',
  'function Role': 'role',
  'function VpcConfig/SubnetIds/*': 'subnet',
  'function VpcConfig/SecurityGroupIds/*': 'securityGroup',
  'eventSource PushEventSources/*/TargetGroupArn': 'targetGroup',
  'eventSource PullEventSources/EventSourceMapping/EventSourceArn': 'queue',
};

/** The kind of thing that the key of a pattern names. */
export const awsKindOf = (role: string, pattern: string): AwsKind | undefined => AWS_KEYS[`${role} ${pattern}`];

/** Keys with a kind. */
export const AWS_PATTERNS: readonly { readonly role: string; readonly pattern: string; readonly kind: AwsKind }[] =
  Object.entries(AWS_KEYS).map(([key, kind]) => {
    const space = key.indexOf(' ');
    return { role: key.slice(0, space), pattern: key.slice(space + 1), kind };
  });

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

export function knownValues(view: FileView, pattern: string): KnownValue[] {
  const { role } = view.document;
  const values = KNOWN[`${role} ${pattern}`]?.(view) ?? [];
  const kind = awsKindOf(role, pattern);
  const things = kind === undefined ? [] : view.aws.list(kind).things;
  const all = [...values, ...things.map(({ id, detail }) => ({ value: id, detail: detail ?? kind! }))];
  return [...new Map(all.map((one) => [one.value, one])).values()];
}
