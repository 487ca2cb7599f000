/** CloudWatch log groups. */
import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { orAbsent } from '../errors.ts';
import { type Lookup, oneOf } from './lookup.ts';

/** Named exactly, up to 50 at once: names that many others begin with have no pages then. */
async function exactly(logs: CloudWatchLogsClient, ids: readonly string[], abortSignal: AbortSignal) {
  const command = new DescribeLogGroupsCommand({ logGroupIdentifiers: [...ids] });
  const { logGroups = [] } = await logs.send(command, { abortSignal });
  return logGroups.map(({ logGroupName = '' }) => logGroupName);
}

/** Whether AWS leaves out, or refuses, what it was asked for exactly is not documented: before a "no" it is asked the old way. */
async function byPrefix(logs: CloudWatchLogsClient, id: string, abortSignal: AbortSignal) {
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }), { abortSignal });
  return logGroups.some(({ logGroupName }) => logGroupName === id) ? [id] : [];
}

export const logGroups: Lookup<'log-group'> = {
  // Source: CloudWatch Logs API reference, DescribeLogGroups: logGroupIdentifiers.
  most: 50,
  saysAbsent: oneOf('ResourceNotFoundException'),
  async ask(clients, region, ids, abortSignal) {
    const logs = await clients.logs(region);
    const asked = exactly(logs, ids, abortSignal);
    const named = ids.length === 1 ? await orAbsent(asked, 'ResourceNotFoundException') : await asked;
    const rest = ids.filter((id) => !named?.includes(id));
    const late = await Promise.all(rest.map((id) => byPrefix(logs, id, abortSignal)));
    return new Map([...(named ?? []), ...late.flat()].map((id) => [id, {}]));
  },
};
