/** Clusters and task definitions. */
import { DescribeClustersCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { Lookup } from './lookup.ts';

export const clusters: Lookup<'cluster'> = {
  // Source: ECS API reference, DescribeClusters.
  most: 100,
  saysAbsent: (code) => code === 'ClusterNotFoundException',
  async ask(clients, region, ids, abortSignal) {
    const ecs = await clients.ecs(region);
    const { clusters: found = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [...ids] }), {
      abortSignal,
    });
    return new Map(
      found.map(({ clusterName = '', status = '', capacityProviders = [] }) => [
        clusterName,
        { status, capacityProviders },
      ]),
    );
  },
};

export const taskDefinitions: Lookup<'task-definition'> = {
  most: 1,
  // Source: ECS API reference, DescribeTaskDefinition: ClientException, which says no more than this text.
  saysAbsent: (code, message) => code === 'ClientException' && /unable to describe|not found/i.test(message),
  async ask(clients, region, [id = ''], abortSignal) {
    const ecs = await clients.ecs(region);
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: id }), {
      abortSignal,
    });
    return new Map([[id, { status: taskDefinition?.status ?? '' }]]);
  },
};
