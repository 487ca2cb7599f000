/** Target groups of load balancers. */
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Listing, words } from './page.ts';

/** Source: Elastic Load Balancing API reference, DescribeTargetGroups: PageSize. */
const PER_PAGE = 400;

export const targetGroups: Listing = async ({ clients, region, token: Marker, abortSignal }) => {
  const elb = await clients.elb(region);
  const page = await elb.send(new DescribeTargetGroupsCommand({ PageSize: PER_PAGE, Marker }), { abortSignal });
  const things = (page.TargetGroups ?? []).map((group) => ({
    id: group.TargetGroupArn ?? '',
    detail: words(
      group.TargetGroupName,
      group.Protocol && `${group.Protocol} ${group.Port ?? ''}`.trim(),
      group.TargetType,
      group.VpcId,
    ),
  }));
  return { things, token: page.NextMarker };
};
