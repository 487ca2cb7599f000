/**
 * The target groups that a scenario gives, with the load balancers, listeners and rules that forward to them. Groups of
 * one listener (or of one of its rules) share one action; the first has all the weight unless weights are given.
 */
import type { GivenTargetGroup } from '../scenario/index.ts';
import { addListener, addLoadBalancer, addRule, addTargetGroup } from './creating.ts';
import type { Action, Elb, Listener, LoadBalancer, TargetGroup } from './state.ts';

const DEFAULT_PORT = 80;

export function addGiven(elb: Elb): void {
  const forwards = new Map<string, { given: GivenTargetGroup; group: TargetGroup }[]>();
  for (const given of elb.region.scenario.given.targetGroups ?? []) {
    if (given.arn !== undefined && !isHere(elb, given.arn)) continue;
    const group = addGroup(elb, given);
    if (given.loadBalancer === undefined) continue;
    const { loadBalancer, listenerPort = DEFAULT_PORT, rule = null } = given;
    const place = JSON.stringify([loadBalancer, listenerPort, rule]);
    forwards.set(place, [...(forwards.get(place) ?? []), { given, group }]);
  }
  // Listeners come before their rules.
  for (const members of [...forwards.values()].sort((a, b) => order(a[0]!.given) - order(b[0]!.given))) {
    addForward(elb, members);
  }
}

const order = ({ rule }: GivenTargetGroup) => rule ?? 0;

/** An ARN says whose it is. */
function isHere({ region }: Elb, arn: string): boolean {
  return arn.startsWith(region.arn('elasticloadbalancing', 'targetgroup/'));
}

function addGroup(elb: Elb, given: GivenTargetGroup): TargetGroup {
  const isNetwork = given.loadBalancerType === 'network';
  const { healthCheckIntervalSeconds: interval, deregistrationDelaySeconds: delay } = given;
  const known = given.arn === undefined ? undefined : elb.targetGroups.get(given.arn);
  if (known !== undefined) return known;
  const group = addTargetGroup(elb, {
    arn: given.arn,
    name: given.arn?.split('/')[1] ?? given.name ?? '',
    targetType: given.type ?? 'ip',
    protocol: isNetwork ? 'TCP' : 'HTTP',
    port: given.port ?? DEFAULT_PORT,
    healthCheck: interval === undefined ? {} : { interval },
  });
  if (delay !== undefined) group.attributes.set('deregistration_delay.timeout_seconds', String(delay));
  return group;
}

function addForward(elb: Elb, members: readonly { given: GivenTargetGroup; group: TargetGroup }[]): void {
  const { given } = members[0]!;
  const action: Action = {
    type: 'forward',
    order: undefined,
    forward: {
      groups: members.map(({ given: { weight }, group }, i) => ({ group, weight: weight ?? (i === 0 ? 1 : 0) })),
      stickiness: { enabled: false, durationSeconds: undefined },
    },
    further: {},
  };
  const isNetwork = given.loadBalancerType === 'network';
  const balancer = balancerNamed(elb, given.loadBalancer ?? '', isNetwork ? 'network' : 'application');
  const port = given.listenerPort ?? DEFAULT_PORT;
  const protocol = isNetwork ? 'TCP' : 'HTTP';
  const arn = given.listenerArn;
  if (given.rule === undefined) {
    addListener(elb, balancer, { arn, port, protocol, actions: [action] });
    return;
  }
  const listener =
    listenerAt(balancer, port) ?? addListener(elb, balancer, { arn, port, protocol, actions: [NOTHING_HERE] });
  const conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: [`/rule-${given.rule}/*`] } }];
  addRule(elb, listener, { arn: given.ruleArn, priority: given.rule, conditions, actions: [action] });
}

/** What a listener does that was only named for its rules. */
const NOTHING_HERE: Action = {
  type: 'fixed-response',
  order: undefined,
  forward: undefined,
  further: { FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain' } },
};

/** @param named by name, or by an ARN that it is to have */
function balancerNamed(elb: Elb, named: string, type: LoadBalancer['type']): LoadBalancer {
  const arn = named.startsWith('arn:') ? named : undefined;
  const name = arn?.split('/').at(-2) ?? named;
  const found = [...elb.loadBalancers.values()].find((balancer) => balancer.name === name);
  return found ?? addLoadBalancer(elb, { arn, name, type, state: 'active' });
}

function listenerAt(balancer: LoadBalancer, port: number): Listener | undefined {
  return [...balancer.listeners.values()].find((listener) => listener.port === port);
}
