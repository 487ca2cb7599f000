/** Makes load balancers, listeners, rules and target groups; what a request may ask for is the operations' business. */
import type { JsonObject } from '../json.ts';
import type {
  Action,
  Elb,
  HealthCheck,
  Listener,
  LoadBalancer,
  LoadBalancerType,
  Rule,
  Tags,
  TargetGroup,
  TargetType,
} from './state.ts';
import { groupsChanged } from './targetHealth.ts';

/** The part of an ARN that stands for the type. */
const ARN_KIND: Readonly<Record<LoadBalancerType, string>> = { application: 'app', network: 'net', gateway: 'gwy' };

/** How long a load balancer is `provisioning`, seconds `[unverified]`. */
const PROVISIONING = [60, 120] as const;

function hex(elb: Elb, purpose: string): string {
  return elb.region.random(`elb/${purpose}/${elb.draws++}`).hex(16);
}

export interface LoadBalancerSpec {
  /** @default one of its own */
  readonly arn?: string | undefined;
  readonly name: string;
  readonly type: LoadBalancerType;
  readonly scheme?: string | undefined;
  readonly subnets?: readonly string[];
  readonly securityGroups?: readonly string[];
  readonly ipAddressType?: string | undefined;
  readonly state: LoadBalancer['state'];
  readonly tags?: Tags;
}

export function addLoadBalancer(elb: Elb, spec: LoadBalancerSpec): LoadBalancer {
  const { region } = elb;
  const { name, type } = spec;
  const balancer: LoadBalancer = {
    arn: spec.arn ?? region.arn('elasticloadbalancing', `loadbalancer/${ARN_KIND[type]}/${name}/${hex(elb, name)}`),
    name,
    type,
    scheme: spec.scheme ?? 'internet-facing',
    createdAt: region.now,
    subnets: spec.subnets ?? [],
    securityGroups: spec.securityGroups ?? [],
    ipAddressType: spec.ipAddressType ?? 'ipv4',
    state: spec.state,
    listeners: new Map(),
    attributes: new Map([
      ['deletion_protection.enabled', 'false'],
      ...(type === 'application' ? ([['idle_timeout.timeout_seconds', '60']] as const) : []),
    ]),
    tags: spec.tags ?? new Map(),
  };
  elb.loadBalancers.set(balancer.arn, balancer);
  if (balancer.state === 'provisioning') {
    const seconds = region.random(`elb/${balancer.arn}`).between(...PROVISIONING);
    region.after(Math.round(seconds * 1000), () => {
      balancer.state = 'active';
    });
  }
  return balancer;
}

export interface ListenerSpec {
  /** @default one of its own */
  readonly arn?: string | undefined;
  /** Of its default rule. @default one of its own */
  readonly defaultRuleArn?: string | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly actions: readonly Action[];
  readonly further?: JsonObject;
  readonly tags?: Tags;
}

export function addListener(elb: Elb, balancer: LoadBalancer, spec: ListenerSpec): Listener {
  const own = `${resourceOf(balancer.arn, ':loadbalancer/')}/${hex(elb, balancer.name)}`;
  const arn = spec.arn ?? elb.region.arn('elasticloadbalancing', `listener/${own}`);
  const listener: Listener = {
    arn,
    loadBalancer: balancer,
    port: spec.port,
    protocol: spec.protocol,
    further: spec.further ?? {},
    defaultRule: newRule(elb, resourceOf(arn, ':listener/'), {
      arn: spec.defaultRuleArn,
      priority: undefined,
      conditions: [],
      actions: spec.actions,
    }),
    rules: new Map(),
    tags: spec.tags ?? new Map(),
  };
  balancer.listeners.set(listener.arn, listener);
  groupsChanged(elb);
  return listener;
}

/** What follows the kind of a resource in its ARN. */
const resourceOf = (arn: string, kind: string): string => arn.slice(arn.indexOf(kind) + kind.length);

export interface RuleSpec {
  /** @default one of its own */
  readonly arn?: string | undefined;
  readonly priority: number | undefined;
  readonly conditions: readonly JsonObject[];
  readonly actions: readonly Action[];
  readonly tags?: Tags;
}

export function addRule(elb: Elb, listener: Listener, spec: RuleSpec): Rule {
  const rule = newRule(elb, resourceOf(listener.arn, ':listener/'), spec);
  listener.rules.set(rule.arn, rule);
  groupsChanged(elb);
  return rule;
}

function newRule(elb: Elb, path: string, { arn, priority, conditions, actions, tags }: RuleSpec): Rule {
  return {
    elb,
    arn: arn ?? elb.region.arn('elasticloadbalancing', `listener-rule/${path}/${hex(elb, path)}`),
    priority,
    conditions,
    actions,
    effective: actions,
    tags: tags ?? new Map(),
  };
}

export interface TargetGroupSpec {
  readonly name: string;
  /** @default one of its own */
  readonly arn?: string | undefined;
  readonly targetType: TargetType;
  readonly protocol: string | undefined;
  readonly protocolVersion?: string | undefined;
  readonly port: number | undefined;
  readonly vpcId?: string | undefined;
  readonly healthCheck?: Partial<HealthCheck>;
  readonly tags?: Tags;
}

export function addTargetGroup(elb: Elb, spec: TargetGroupSpec): TargetGroup {
  const { name, targetType } = spec;
  const isLambda = targetType === 'lambda';
  const isHttp = /^HTTPS?$/.test(spec.protocol ?? '');
  const group: TargetGroup = {
    elb,
    arn: spec.arn ?? elb.region.arn('elasticloadbalancing', `targetgroup/${name}/${hex(elb, name)}`),
    name,
    targetType,
    protocol: isLambda ? undefined : spec.protocol,
    protocolVersion: isHttp && !isLambda ? (spec.protocolVersion ?? 'HTTP1') : undefined,
    port: isLambda ? undefined : spec.port,
    vpcId: isLambda ? undefined : (spec.vpcId ?? 'vpc-0a1b2c3d'),
    ipAddressType: isLambda ? undefined : 'ipv4',
    healthCheck: healthCheckOf(targetType, spec.protocol, spec.healthCheck),
    attributes: new Map(attributesOf(targetType, isHttp)),
    targets: new Map(),
    tags: spec.tags ?? new Map(),
  };
  elb.targetGroups.set(group.arn, group);
  return group;
}

/** A health check with what is not given filled in. Source: ELBv2 API, CreateTargetGroup. */
export function healthCheckOf(
  targetType: TargetType,
  protocol: string | undefined,
  given: Partial<HealthCheck> = {},
): HealthCheck {
  const isLambda = targetType === 'lambda';
  const isHttp = /^HTTPS?$/.test(protocol ?? '');
  const http = isHttp || isLambda;
  return {
    enabled: !isLambda,
    interval: isLambda ? 35 : 30,
    timeout: isLambda ? 30 : http ? 5 : 10,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    protocol: isLambda ? undefined : isHttp ? 'HTTP' : 'TCP',
    port: isLambda ? undefined : 'traffic-port',
    path: http ? '/' : undefined,
    matcher: http ? { HttpCode: '200' } : undefined,
    ...given,
  };
}

/** Source: ELBv2 API, TargetGroupAttribute. */
function attributesOf(targetType: TargetType, isHttp: boolean): readonly (readonly [string, string])[] {
  if (targetType === 'lambda') return [['lambda.multi_value_headers.enabled', 'false']];
  const forAll = [
    ['deregistration_delay.timeout_seconds', '300'],
    ['stickiness.enabled', 'false'],
    ['stickiness.type', isHttp ? 'lb_cookie' : 'source_ip'],
    ['load_balancing.cross_zone.enabled', 'use_load_balancer_configuration'],
  ] as const;
  if (!isHttp) return forAll;
  return [
    ...forAll,
    ['stickiness.lb_cookie.duration_seconds', '86400'],
    ['slow_start.duration_seconds', '0'],
    ['load_balancing.algorithm.type', 'round_robin'],
  ];
}
