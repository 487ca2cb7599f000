/** Elastic Load Balancing's errors with its own texts (SPEC.md, "Elastic Load Balancing"). */
import { AwsFault } from '../fault.ts';

export const validation = (message: string) => new AwsFault('ValidationError', message);
export const loadBalancerNotFound = () => new AwsFault('LoadBalancerNotFound', 'One or more load balancers not found');
export const listenerNotFound = () => new AwsFault('ListenerNotFound', 'One or more listeners not found');
export const ruleNotFound = () => new AwsFault('RuleNotFound', 'One or more rules not found');
export const targetGroupNotFound = () => new AwsFault('TargetGroupNotFound', 'One or more target groups not found');
export const notPermitted = (message: string) => new AwsFault('OperationNotPermitted', message);
