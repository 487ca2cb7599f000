/** Operations on load balancers. */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import type { Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { addLoadBalancer } from './creating.ts';
import { loadBalancerNotFound, notPermitted, validation } from './faults.ts';
import { structures, words } from './form.ts';
import { elbOf, elbPage, loadBalancerOf, readName, readTags } from './lookup.ts';
import type { LoadBalancer, LoadBalancerType } from './state.ts';
import { groupsChanged } from './targetHealth.ts';

const TYPES: readonly LoadBalancerType[] = ['application', 'network', 'gateway'];

function showLoadBalancer(balancer: LoadBalancer, region: string): Output {
  const isApplication = balancer.type === 'application';
  const suffix = balancer.arn.split('/').at(-1);
  const internal = balancer.scheme === 'internal' ? 'internal-' : '';
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: `${internal}${balancer.name}-${suffix}.${region}.elb.amazonaws.com`,
    CanonicalHostedZoneId: 'Z1H1FL5HABSF5',
    CreatedTime: new Date(balancer.createdAt).toISOString(),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: 'vpc-0a1b2c3d',
    State: { Code: balancer.state },
    Type: balancer.type,
    AvailabilityZones: balancer.subnets.map((SubnetId, i) => ({ ZoneName: `${region}${'abc'[i % 3]}`, SubnetId })),
    SecurityGroups: isApplication ? balancer.securityGroups : undefined,
    IpAddressType: balancer.ipAddressType,
  };
}

const createLoadBalancer: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const name = readName(input, 'Load balancer');
  const type = TYPES.find((candidate) => candidate === (text(input, 'Type') ?? 'application'));
  if (type === undefined) throw validation(`Load balancer type '${text(input, 'Type')}' is not valid`);
  const scheme = text(input, 'Scheme') ?? 'internet-facing';
  if (scheme !== 'internet-facing' && scheme !== 'internal') {
    throw new AwsFault('InvalidScheme', `Load balancer scheme '${scheme}' must be 'internal' or 'internet-facing'`);
  }
  const mapped = (structures(input, 'SubnetMappings') ?? []).map((mapping) => text(mapping, 'SubnetId') ?? '');
  const subnets = words(input, 'Subnets') ?? mapped;
  if (subnets.length < (type === 'application' ? 2 : 1)) {
    throw validation(
      type === 'application'
        ? 'At least two subnets in two different Availability Zones must be specified'
        : 'At least one subnet must be specified',
    );
  }
  const tags = readTags(input);
  const securityGroups = words(input, 'SecurityGroups') ?? [];
  const existing = [...elb.loadBalancers.values()].find((balancer) => balancer.name === name);
  if (existing !== undefined) {
    const same = existing.type === type && existing.scheme === scheme && existing.subnets.join() === subnets.join();
    // AWS answers an equal request with the load balancer that exists.
    if (same) return { LoadBalancers: [showLoadBalancer(existing, region.name)] };
    throw new AwsFault(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    );
  }
  const ipAddressType = text(input, 'IpAddressType');
  const spec = { name, type, scheme, subnets, securityGroups, ipAddressType, tags };
  return { LoadBalancers: [showLoadBalancer(addLoadBalancer(elb, { ...spec, state: 'provisioning' }), region.name)] };
};

const describeLoadBalancers: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arns = words(input, 'LoadBalancerArns');
  const names = words(input, 'Names');
  const all = [...elb.loadBalancers.values()];
  const known = (value: string) => all.some(({ arn, name }) => arn === value || name === value);
  if (![...(arns ?? []), ...(names ?? [])].every(known)) throw loadBalancerNotFound();
  const found = all.filter(
    ({ arn, name }) => (!arns?.length && !names?.length) || arns?.includes(arn) || names?.includes(name),
  );
  const page = elbPage(region, input, found, ({ arn }) => arn);
  return {
    LoadBalancers: page.items.map((balancer) => showLoadBalancer(balancer, region.name)),
    NextMarker: page.nextToken,
  };
};

/** One that does not exist counts as deleted: API, DeleteLoadBalancer. */
const deleteLoadBalancer: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arn = text(input, 'LoadBalancerArn') ?? '';
  if (elb.loadBalancers.get(arn)?.attributes.get('deletion_protection.enabled') === 'true') {
    throw notPermitted(`Load balancer '${arn}' cannot be deleted because deletion protection is enabled`);
  }
  elb.loadBalancers.delete(arn);
  groupsChanged(elb);
  return {};
};

function showAttributes(attributes: ReadonlyMap<string, string>): Output {
  return { Attributes: [...attributes].map(([Key, Value]) => ({ Key, Value })) };
}

const describeLoadBalancerAttributes: Operation = (input, { region }) =>
  showAttributes(loadBalancerOf(elbOf(region), text(input, 'LoadBalancerArn') ?? '').attributes);

const modifyLoadBalancerAttributes: Operation = (input, { region }) => {
  const { attributes } = loadBalancerOf(elbOf(region), text(input, 'LoadBalancerArn') ?? '');
  for (const attribute of structures(input, 'Attributes') ?? []) {
    attributes.set(text(attribute, 'Key') ?? '', text(attribute, 'Value') ?? '');
  }
  return showAttributes(attributes);
};

export const loadBalancerOperations = {
  CreateLoadBalancer: createLoadBalancer,
  DescribeLoadBalancers: describeLoadBalancers,
  DeleteLoadBalancer: deleteLoadBalancer,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
};
