/**
 * Amazon EC2, as far as a deployment looks at it: subnets and security groups. They come from the scenario; without a
 * list there, whatever is asked for by its id exists.
 */
import { AwsFault } from '../fault.ts';
import { isObject, type Json, type JsonObject, type Output } from '../json.ts';
import { matchesGlob } from '../scenario/index.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';

const VPC = 'vpc-0a1b2c3d4e5f60718';

/** Of a /24: AWS keeps five. Source: Amazon VPC user guide, "Subnet sizing". */
const FREE_ADDRESSES = 251;

/** The values of a numbered list: `Name.1`, `Name.2`, … */
function listed(input: JsonObject, name: string): readonly Json[] {
  const list = input[name];
  if (!isObject(list)) return [];
  return Object.keys(list)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => list[key]!);
}

const texts = (values: readonly Json[]): string[] => values.filter((value) => typeof value === 'string');

interface Asked {
  /** Each of them has to exist. */
  readonly ids: readonly string[];
  /** Values with `*` and `?`; a thing has to match one of each filter. */
  readonly filters: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** @throws AwsFault `InvalidParameterValue` for a filter that is not imitated */
function asked(input: JsonObject, idMember: string, known: readonly string[]): Asked {
  const filters = listed(input, 'Filter')
    .filter(isObject)
    .map((filter) => ({ name: String(filter['Name'] ?? ''), values: texts(listed(filter, 'Value')) }));
  const odd = filters.find(({ name }) => !known.includes(name));
  if (odd !== undefined) throw new AwsFault('InvalidParameterValue', `The filter '${odd.name}' is invalid`);
  return { ids: texts(listed(input, idMember)), filters };
}

/** The ids that somebody asks for by name, for a world in which they are taken to exist. */
const namedIn = ({ ids, filters }: Asked, idFilter: string): string[] => [
  ...ids,
  ...filters.filter(({ name }) => name === idFilter).flatMap(({ values }) => values.filter((id) => !/[*?]/.test(id))),
];

interface Thing {
  readonly id: string;
  readonly vpc: string;
}

function select<T extends Thing>(all: readonly T[], { ids, filters }: Asked, idFilter: string): T[] {
  return all.filter(
    (one) =>
      (ids.length === 0 || ids.includes(one.id)) &&
      filters.every(({ name, values }) =>
        values.some((value) => matchesGlob(value, name === idFilter ? one.id : one.vpc)),
      ),
  );
}

function missing(all: readonly Thing[], { ids }: Asked, code: string, text: (ids: string) => string): void {
  const gone = ids.filter((id) => !all.some((one) => one.id === id));
  if (gone.length > 0) throw new AwsFault(code, text(gone.join(', ')));
}

const describeSubnets: Operation = (input, { region }) => {
  const wanted = asked(input, 'SubnetId', ['subnet-id', 'vpc-id']);
  const given = region.scenario.given.subnets ?? namedIn(wanted, 'subnet-id').map((id) => ({ id }));
  const all = given.map((one) => ({ vpc: VPC, freeAddresses: FREE_ADDRESSES, ...one }));
  missing(all, wanted, 'InvalidSubnetID.NotFound', (ids) => `The subnet ID '${ids}' does not exist`);
  return {
    subnetSet: select(all, wanted, 'subnet-id').map(
      ({ id, vpc, freeAddresses }): Output => ({
        subnetId: id,
        subnetArn: region.arn('ec2', `subnet/${id}`),
        state: 'available',
        vpcId: vpc,
        cidrBlock: '10.0.0.0/24',
        availableIpAddressCount: freeAddresses,
        availabilityZone: zoneOf(region, id),
        defaultForAz: false,
        mapPublicIpOnLaunch: false,
        ownerId: region.account,
      }),
    ),
  };
};

const zoneOf = (region: Region, id: string): string =>
  `${region.name}${'abc'[Math.floor(region.random(`subnet/${id}`).between(0, 3))]}`;

const describeSecurityGroups: Operation = (input, { region }) => {
  const wanted = asked(input, 'GroupId', ['group-id', 'vpc-id']);
  const given = region.scenario.given.securityGroups ?? namedIn(wanted, 'group-id').map((id) => ({ id }));
  const all = given.map((one) => ({ vpc: VPC, ...one }));
  missing(all, wanted, 'InvalidGroup.NotFound', (ids) => `The security group '${ids}' does not exist`);
  return {
    securityGroupInfo: select(all, wanted, 'group-id').map(
      ({ id, vpc }): Output => ({
        groupId: id,
        groupName: id,
        groupDescription: 'of the sandbox',
        vpcId: vpc,
        ownerId: region.account,
      }),
    ),
  };
};

export const ec2: Service = {
  signingName: 'ec2',
  protocol: 'ec2Query',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  operations: { DescribeSubnets: describeSubnets, DescribeSecurityGroups: describeSecurityGroups },
  // Source: Amazon EC2 developer guide, "Request throttling": filtered describe calls.
  bucket: () => ({ name: 'describe', capacity: 100, refill: 20 }),
  throttled: () => new AwsFault('RequestLimitExceeded', 'Request limit exceeded.', 503),
};
