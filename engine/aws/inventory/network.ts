/** Subnets and security groups, with the names that people gave them. */
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, type Tag } from '@aws-sdk/client-ec2';
import { type Listing, words } from './page.ts';

/** Source: EC2 API reference, DescribeSubnets and DescribeSecurityGroups: MaxResults. */
const PER_PAGE = 1_000;

const named = (tags: readonly Tag[] | undefined): string | undefined => tags?.find(({ Key }) => Key === 'Name')?.Value;

export const subnets: Listing = async ({ clients, region, token: NextToken, abortSignal }) => {
  const ec2 = await clients.ec2(region);
  const page = await ec2.send(new DescribeSubnetsCommand({ MaxResults: PER_PAGE, NextToken }), { abortSignal });
  const things = (page.Subnets ?? []).map(({ SubnetId = '', Tags, AvailabilityZone, VpcId }) => ({
    id: SubnetId,
    detail: words(named(Tags), AvailabilityZone, VpcId),
  }));
  return { things, token: page.NextToken };
};

export const securityGroups: Listing = async ({ clients, region, token: NextToken, abortSignal }) => {
  const ec2 = await clients.ec2(region);
  const page = await ec2.send(new DescribeSecurityGroupsCommand({ MaxResults: PER_PAGE, NextToken }), { abortSignal });
  const things = (page.SecurityGroups ?? []).map(({ GroupId = '', GroupName, VpcId }) => ({
    id: GroupId,
    detail: words(GroupName, VpcId),
  }));
  return { things, token: page.NextToken };
};
