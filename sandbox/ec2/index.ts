/**
 * Amazon EC2, as far as a deployment looks at it: subnets and security groups. They come from the scenario; without a
 * list there, whatever is asked for by its id exists.
 */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import { isObject, type Json, type JsonObject, type Output } from '../json.ts';
import { pageOf } from '../page.ts';
import { matchesGlob, type Scenario } from '../scenario/index.ts';
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

type GivenSubnet = NonNullable<Scenario['given']['subnets']>[number];

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
  readonly name?: string;
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

/**
 * What is asked for page by page is all of it: a world in which everything is taken to exist has no such list.
 *
 * @throws AwsFault `UnsupportedOperation`
 */
function mustBeListed(list: object | undefined, input: JsonObject, wanted: Asked, what: string): void {
  if (list !== undefined || input['MaxResults'] === undefined || wanted.ids.length + wanted.filters.length > 0) return;
  const message = `The sandbox lists ${what} only where its scenario gives them; those that are asked for by id exist.`;
  throw new AwsFault('UnsupportedOperation', message);
}

/** Source: EC2 API reference, DescribeSubnets and DescribeSecurityGroups: MaxResults from 5 to 1,000. */
function ec2Page<T extends Thing>(region: Region, input: JsonObject, things: readonly T[]) {
  const asked = input['MaxResults'] === undefined ? 1_000 : Number(input['MaxResults']);
  if (!(asked >= 5 && asked <= 1_000)) {
    throw new AwsFault('InvalidParameterValue', `Value ( ${asked} ) for parameter maxResults is invalid.`);
  }
  return pageOf(things, ({ id }) => id, {
    token: text(input, 'NextToken'),
    size: Math.min(asked, region.world.pageSize),
    badToken: () => new AwsFault('InvalidNextToken', 'The token is not valid.'),
  });
}

const describeSubnets: Operation = (input, { region }) => {
  const wanted = asked(input, 'SubnetId', ['subnet-id', 'vpc-id']);
  mustBeListed(region.scenario.given.subnets, input, wanted, 'subnets');
  const given = region.scenario.given.subnets ?? namedIn(wanted, 'subnet-id').map((id) => ({ id }));
  const all = given.map((one: GivenSubnet) => ({ vpc: VPC, freeAddresses: FREE_ADDRESSES, ...one }));
  missing(all, wanted, 'InvalidSubnetID.NotFound', (ids) => `The subnet ID '${ids}' does not exist`);
  const page = ec2Page(region, input, select(all, wanted, 'subnet-id'));
  return {
    nextToken: page.nextToken,
    subnetSet: page.items.map(
      ({ id, name, vpc, freeAddresses }): Output => ({
        tagSet: name === undefined ? [] : [{ key: 'Name', value: name }],
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
  mustBeListed(region.scenario.given.securityGroups, input, wanted, 'security groups');
  const given = region.scenario.given.securityGroups ?? namedIn(wanted, 'group-id').map((id) => ({ id }));
  const all = given.map((one: Pick<GivenSubnet, 'id' | 'name' | 'vpc'>) => ({ vpc: VPC, ...one }));
  missing(all, wanted, 'InvalidGroup.NotFound', (ids) => `The security group '${ids}' does not exist`);
  const page = ec2Page(region, input, select(all, wanted, 'group-id'));
  return {
    nextToken: page.nextToken,
    securityGroupInfo: page.items.map(
      ({ id, name = id, vpc }): Output => ({
        groupId: id,
        groupName: name,
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
