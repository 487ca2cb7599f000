/**
 * Subnets and security groups. Loaded when somebody asks: of the largest of the SDK's clients, a bundle keeps what is
 * imported here.
 */
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { type Lookup, oneOf } from './lookup.ts';

export { EC2Client } from '@aws-sdk/client-ec2';

/** Source: EC2 API reference, Filter: values. */
const VALUES_PER_FILTER = 200;

/** By filter, which leaves out what does not exist; asked for by id, EC2 would refuse the whole call. */
export const subnets: Lookup<'subnet'> = {
  most: VALUES_PER_FILTER,
  saysAbsent: oneOf('InvalidSubnetID.NotFound', 'InvalidSubnetID.Malformed'),
  async ask(clients, region, ids, abortSignal) {
    const ec2 = await clients.ec2(region);
    const Filters = [{ Name: 'subnet-id', Values: [...ids] }];
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }), { abortSignal });
    return new Map(
      Subnets.map((one) => [
        one.SubnetId ?? '',
        { vpc: one.VpcId ?? '', freeAddresses: one.AvailableIpAddressCount ?? 0 },
      ]),
    );
  },
};

export const securityGroups: Lookup<'security-group'> = {
  most: VALUES_PER_FILTER,
  saysAbsent: oneOf('InvalidGroup.NotFound', 'InvalidGroupId.Malformed', 'InvalidSecurityGroupID.NotFound'),
  async ask(clients, region, ids, abortSignal) {
    const ec2 = await clients.ec2(region);
    const Filters = [{ Name: 'group-id', Values: [...ids] }];
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }), { abortSignal });
    return new Map(SecurityGroups.map((one) => [one.GroupId ?? '', { vpc: one.VpcId ?? '' }]));
  },
};
