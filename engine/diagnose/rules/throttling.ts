/** Rates that were exceeded: asking less often, or later, is the remedy. */
import { type Rule, SOURCE } from './rule.ts';

export const THROTTLING: readonly Rule[] = [
  {
    id: 'pull-rate-limit',
    pattern: /toomanyrequests: |reached your (?:unauthenticated )?pull rate limit/i,
    class: 'throttling',
    cause: 'the registry limits how often images may be pulled, and the limit is reached',
    next: 'pull through Amazon ECR (a pull-through cache or a copy there), or log in to the registry with repositoryCredentials',
    source: SOURCE.pulling,
  },
  {
    id: 'service-throttled',
    pattern: /operations are being throttled/i,
    class: 'throttling',
    cause: "AWS limits the rate of ECS's own calls for this service",
    next: 'wait: ECS tries again by itself; deploy fewer services at once',
    source: SOURCE.events,
  },
  {
    id: 'network-calls-throttled',
    pattern: /EC2RequestLimitExceeded|EC2Throttled(?:Exception)?/i,
    class: 'throttling',
    cause: "Amazon EC2 limits the rate of Lambda's calls for network interfaces",
    next: 'wait and deploy again; deploy fewer functions with a VPC at once',
    source: SOURCE.lambdaStates,
  },
  {
    id: 'rate-exceeded',
    pattern:
      /Rate exceeded|Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|PriorRequestNotComplete|ProvisionedThroughputExceeded|TransactionInProgress/i,
    class: 'throttling',
    cause: 'more calls were made than AWS allows per second in this account and region',
    next: 'wait a little and deploy again; if it stays, see who else calls, or ask AWS for a higher rate',
    source: SOURCE.common,
  },
];
