/**
 * Elastic Load Balancing, version 2. A new operation is one function in the file of its fellows and one line in that
 * file's table; the request rates of all of them stand here.
 */
import { AwsFault } from '../fault.ts';
import { type Bucket, isMutating, type Service } from '../service.ts';
import { listenerOperations } from './listenerOperations.ts';
import { loadBalancerOperations } from './loadBalancerOperations.ts';
import { ruleOperations } from './ruleOperations.ts';
import { tagOperations } from './tagOperations.ts';
import { targetGroupOperations } from './targetGroupOperations.ts';
import { targetOperations } from './targetOperations.ts';

export { elbOf } from './lookup.ts';
export { restoreElb } from './restoring.ts';
export type {
  Action,
  Answer,
  Backend,
  Elb,
  FailureReason,
  Forward,
  LoadBalancer,
  Rule,
  Target,
  TargetGroup,
  TargetReason,
} from './state.ts';
export {
  backendChanged,
  deregisterTarget,
  drainingMs,
  FAILURES,
  GOOD_ANSWER,
  isInUse,
  isTargetRegistered,
  loadBalancersOf,
  registerTarget,
} from './targetHealth.ts';
export { setWeights, weightsOf } from './weights.ts';

/** Source: user guide, "request throttling": 40 reads at once; the other numbers are `[unverified]`. */
function bucket(operation: string): Bucket {
  if (!isMutating(operation)) return { name: 'read', capacity: 40, refill: 10 };
  if (/^(?:Register|Deregister)Targets$/.test(operation)) return { name: 'registration', capacity: 20, refill: 4 };
  return { name: 'modify', capacity: 20, refill: 3 };
}

export const elbv2: Service = {
  signingName: 'elasticloadbalancing',
  protocol: 'awsQuery',
  xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  operations: {
    ...loadBalancerOperations,
    ...targetGroupOperations,
    ...targetOperations,
    ...listenerOperations,
    ...ruleOperations,
    ...tagOperations,
  },
  bucket,
  throttled: () => new AwsFault('Throttling', 'Rate exceeded'),
};
