/** CloudWatch log groups. */
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type Listing, words } from './page.ts';

/** Source: CloudWatch Logs API reference, DescribeLogGroups: limit. */
const PER_PAGE = 50;

export const logGroups: Listing = async ({ clients, region, token: nextToken, abortSignal }) => {
  const logs = await clients.logs(region);
  const page = await logs.send(new DescribeLogGroupsCommand({ limit: PER_PAGE, nextToken }), { abortSignal });
  const things = (page.logGroups ?? []).map(({ logGroupName = '', retentionInDays: days }) => ({
    id: logGroupName,
    detail: words('log group', days !== undefined && `kept ${days} days`),
  }));
  return { things, token: page.nextToken };
};
