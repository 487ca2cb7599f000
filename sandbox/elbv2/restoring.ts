/** Target groups, listeners and rules as a snapshot tells them, under their own ARNs. */
import { number, object, objects, text, texts, whole } from '../input.ts';
import type { JsonObject } from '../json.ts';
import type { Region } from '../world.ts';
import { addListener, addLoadBalancer, addRule, addTargetGroup } from './creating.ts';
import { elbOf } from './lookup.ts';
import type { Action, Elb, HealthCheck, Listener, LoadBalancerType, TargetGroup, TargetType } from './state.ts';
import { registerTarget } from './targetHealth.ts';

const TYPES: Readonly<Record<string, LoadBalancerType>> = { app: 'application', net: 'network', gwy: 'gateway' };
const TARGET_TYPES: readonly TargetType[] = ['ip', 'instance', 'lambda', 'alb'];

/** Source: ELBv2 API, TargetGroup: the members of health checks, and what they are called here. */
const CHECK_NUMBERS = [
  ['interval', 'HealthCheckIntervalSeconds'],
  ['timeout', 'HealthCheckTimeoutSeconds'],
  ['healthyThreshold', 'HealthyThresholdCount'],
  ['unhealthyThreshold', 'UnhealthyThresholdCount'],
] as const;

/** @param given the target groups and listeners of a region's snapshot; what is there already stays as it is */
export function restoreElb(
  region: Region,
  given: { readonly targetGroups: readonly JsonObject[]; readonly listeners: readonly JsonObject[] },
): void {
  const elb = elbOf(region);
  for (const group of given.targetGroups) restoreGroup(elb, group);
  for (const listener of given.listeners) restoreListener(elb, listener);
  // Functions are registered by whoever made them; tasks register themselves.
  for (const described of given.targetGroups) {
    const group = elb.targetGroups.get(text(described, 'TargetGroupArn') ?? '');
    if (group?.targetType !== 'lambda') continue;
    for (const id of texts(described, 'Targets') ?? []) registerTarget(group, { id, port: undefined });
  }
}

function restoreGroup(elb: Elb, described: JsonObject): void {
  const arn = text(described, 'TargetGroupArn') ?? '';
  if (elb.targetGroups.has(arn)) return;
  const type = text(described, 'TargetType');
  const check: Record<string, number | boolean> = {};
  for (const [name, member] of CHECK_NUMBERS) {
    const value = whole(described, member);
    if (value !== undefined) check[name] = value;
  }
  const group = addTargetGroup(elb, {
    arn,
    name: arn.split('/')[1] ?? '',
    targetType: TARGET_TYPES.find((one) => one === type) ?? 'ip',
    protocol: text(described, 'Protocol') ?? 'HTTP',
    protocolVersion: text(described, 'ProtocolVersion'),
    port: whole(described, 'Port'),
    vpcId: text(described, 'VpcId'),
    healthCheck: check as Partial<HealthCheck>,
  });
  for (const attribute of objects(described, 'Attributes') ?? []) {
    group.attributes.set(text(attribute, 'Key') ?? '', text(attribute, 'Value') ?? '');
  }
}

function restoreListener(elb: Elb, described: JsonObject): void {
  const arn = text(described, 'ListenerArn') ?? '';
  const balancerArn = text(described, 'LoadBalancerArn') ?? '';
  // `arn:…:loadbalancer/app/name/id`
  const [, kind = 'app', name = balancerArn] = balancerArn.split('/');
  const balancer =
    elb.loadBalancers.get(balancerArn) ??
    addLoadBalancer(elb, { arn: balancerArn, name, type: TYPES[kind] ?? 'application', state: 'active' });
  const rules = objects(described, 'Rules') ?? [];
  const listener: Listener = addListener(elb, balancer, {
    arn,
    defaultRuleArn: text(rules.find((rule) => rule['IsDefault'] === true) ?? {}, 'RuleArn'),
    port: whole(described, 'Port') ?? 80,
    protocol: text(described, 'Protocol') ?? 'HTTP',
    actions: actionsOf(elb, objects(described, 'DefaultActions') ?? []),
  });
  for (const rule of rules.filter((one) => one['IsDefault'] !== true)) {
    addRule(elb, listener, {
      arn: text(rule, 'RuleArn'),
      priority: Number(text(rule, 'Priority')),
      conditions: objects(rule, 'Conditions') ?? [],
      actions: actionsOf(elb, objects(rule, 'Actions') ?? []),
    });
  }
}

function actionsOf(elb: Elb, described: readonly JsonObject[]): readonly Action[] {
  return described.map((action): Action => {
    const { Type: _type, Order: _order, TargetGroupArn: single, ForwardConfig: _forward, ...further } = action;
    const type = text(action, 'Type') ?? 'forward';
    const order = whole(action, 'Order');
    if (type !== 'forward') return { type, order, forward: undefined, further };
    const config = object(action, 'ForwardConfig') ?? {};
    const groups = objects(config, 'TargetGroups') ?? [{ TargetGroupArn: single ?? '', Weight: 1 }];
    const stickiness = object(config, 'TargetGroupStickinessConfig') ?? {};
    return {
      type,
      order,
      forward: {
        groups: groups.map((one) => ({
          group: groupOf(elb, text(one, 'TargetGroupArn') ?? ''),
          weight: number(one, 'Weight') ?? 1,
        })),
        stickiness: {
          enabled: stickiness['Enabled'] === true,
          durationSeconds: whole(stickiness, 'DurationSeconds'),
        },
      },
      further: {},
    };
  });
}

/** Somebody else's target group may share a listener: it is there, and nothing is known of it. */
function groupOf(elb: Elb, arn: string): TargetGroup {
  if (!elb.targetGroups.has(arn)) restoreGroup(elb, { TargetGroupArn: arn });
  return elb.targetGroups.get(arn)!;
}
