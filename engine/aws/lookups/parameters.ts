/** SSM parameters: that they are there. Asks only what answers without their values. */
import { DescribeParametersCommand } from '@aws-sdk/client-ssm';
import type { Lookup } from './lookup.ts';

export { SSMClient } from '@aws-sdk/client-ssm';

export const parameters: Lookup<'parameter'> = {
  // Source: Systems Manager API reference, DescribeParameters: MaxResults, and ParameterStringFilter: Values.
  most: 50,
  saysAbsent: () => false,
  async ask(clients, region, ids, abortSignal) {
    const ssm = await clients.ssm(region);
    const found = new Map<string, object>();
    // GetParameters would give the values along.
    const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: ids.map(withoutSelector) }];
    let NextToken: string | undefined;
    do {
      const command = new DescribeParametersCommand({ ParameterFilters, MaxResults: 50, NextToken });
      const answer = await ssm.send(command, { abortSignal });
      for (const { Name } of answer.Parameters ?? [])
        for (const id of ids) if (withoutSelector(id) === Name) found.set(id, {});
      NextToken = answer.NextToken;
    } while (NextToken !== undefined && found.size < ids.length);
    return found;
  },
};

/** `name:version` and `name:label` are the parameter `name`. */
const withoutSelector = (name: string): string => name.replace(/:[^:/]*$/, '');
