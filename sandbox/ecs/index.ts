/**
 * Amazon ECS. A new operation is one function in the file of its fellows and one line in that file's table; the request
 * rates of all of them stand here.
 */
import { AwsFault } from '../fault.ts';
import type { Bucket, Service } from '../service.ts';
import { clusterOperations } from './clusterOperations.ts';
import { serviceDeploymentOperations } from './serviceDeploymentOperations.ts';
import { serviceOperations } from './serviceOperations.ts';
import { tagOperations } from './tagOperations.ts';
import { taskDefinitionOperations } from './taskDefinitionOperations.ts';
import { taskOperations } from './taskOperations.ts';
import { taskSetOperations } from './taskSetOperations.ts';

export { restoreEcs } from './restoring.ts';

/** Capacity and refill per second. Source: developer guide, "request throttling". */
const BUCKETS: readonly (readonly [name: string, capacity: number, refill: number, operations: RegExp])[] = [
  [
    'service modify',
    50,
    5,
    /^(?:Create|Update|Delete)Service$|TaskSet$|ServicePrimaryTaskSet$|^(?:Stop|Continue)ServiceDeployment$/,
  ],
  ['service read', 100, 20, /^(?:DescribeServices|ListServices|DescribeTaskSets)$/],
  ['service deployment read', 50, 20, /^(?:List|Describe)ServiceDeployments$/],
  ['service revision read', 50, 20, /^DescribeServiceRevisions$/],
  ['task run', 100, 40, /^(?:Run|Start|Stop)Task$/],
  ['task read', 100, 20, /^(?:Describe|List)Tasks$/],
  ['task definition delete', 5, 1, /^DeleteTaskDefinitions$/],
  ['task definition modify', 20, 1, /^(?:Register|Deregister)TaskDefinition$/],
  ['task definition read', 50, 20, /^(?:Describe|List)TaskDefinition/],
  ['capacity provider modify', 10, 1, /CapacityProviders?$/],
  ['cluster modify', 20, 1, /^(?:Create|Update|Delete)Cluster/],
  ['cluster read', 50, 20, /^(?:Describe|List)Clusters$/],
  ['tag modify', 20, 10, /^(?:Tag|Untag)Resource$/],
  ['tag read', 50, 20, /^ListTagsForResource$/],
];

function bucket(operation: string): Bucket | undefined {
  const found = BUCKETS.find(([, , , operations]) => operations.test(operation));
  return found && { name: found[0], capacity: found[1], refill: found[2] };
}

export const ecs: Service = {
  signingName: 'ecs',
  protocol: 'awsJson1_1',
  targetPrefix: 'AmazonEC2ContainerServiceV20141113',
  operations: {
    ...clusterOperations,
    ...taskDefinitionOperations,
    ...serviceOperations,
    ...serviceDeploymentOperations,
    ...taskSetOperations,
    ...taskOperations,
    ...tagOperations,
  },
  bucket,
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
};
