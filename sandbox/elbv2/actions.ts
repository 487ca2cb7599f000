/**
 * Actions of listeners and rules: read from a request, shown as the API shows them, and set. Source of the rules: ELBv2
 * API, Action, ForwardActionConfig and TargetGroupTuple.
 */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import { isObject, type Json, type JsonObject, type Output, pick } from '../json.ts';
import { targetGroupNotFound, validation } from './faults.ts';
import { flagIn, structure, structures, wholeIn } from './form.ts';
import type { Action, Elb, Forward, LoadBalancer, Rule, TargetGroup, WeightedGroup } from './state.ts';
import { groupsChanged, loadBalancersOf } from './targetHealth.ts';

/** How soon the data plane follows a change of actions, seconds `[unverified]`. */
const SETTLING = [1, 5] as const;

/** Service quota: target groups per action of an Application Load Balancer. */
const MAX_GROUPS = 5;

const CONFIGURATIONS: Readonly<Record<string, string>> = {
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
  'authenticate-oidc': 'AuthenticateOidcConfig',
  'authenticate-cognito': 'AuthenticateCognitoConfig',
  'jwt-validation': 'JwtValidationConfig',
};

/** The type that ends the handling of a request: there is exactly one such action, the last one. */
const FINAL: ReadonlySet<string> = new Set(['forward', 'redirect', 'fixed-response']);

/** @throws AwsFault `TargetGroupNotFound`, `TargetGroupAssociationLimit`, `IncompatibleProtocols`, `ValidationError` */
export function readActions(elb: Elb, balancer: LoadBalancer, input: JsonObject, key: string): readonly Action[] {
  const given = structures(input, key) ?? [];
  if (given.length === 0) throw validation(`${key} must contain at least one action`);
  const actions = given
    .map((action) => readAction(elb, balancer, action))
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const finals = actions.filter(({ type }) => FINAL.has(type));
  if (finals.length !== 1 || !FINAL.has(actions.at(-1)?.type ?? '')) {
    throw new AwsFault(
      'InvalidLoadBalancerAction',
      'The last action must be a forward, redirect or fixed-response action, and there must be only one of them',
    );
  }
  return actions;
}

function readAction(elb: Elb, balancer: LoadBalancer, action: JsonObject): Action {
  const type = text(action, 'Type') ?? '';
  const order = wholeIn(action, 'Order', 1, 50_000);
  if (type === 'forward') return { type, order, forward: readForward(elb, balancer, action), further: {} };
  const configuration = Object.hasOwn(CONFIGURATIONS, type) ? CONFIGURATIONS[type]! : undefined;
  if (configuration === undefined) throw validation(`Action type '${type}' is not valid`);
  const given = pick(action, [configuration]);
  if (given[configuration] === undefined) throw validation(`An action of type '${type}' needs ${configuration}`);
  return { type, order, forward: undefined, further: withoutSecret(given) };
}

/** Client secrets are never given back: API, AuthenticateOidcActionConfig. */
function withoutSecret(configuration: JsonObject): JsonObject {
  const hide = ([name, value]: [string, Json]): [string, Json] => [
    name,
    isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'ClientSecret')) : value,
  ];
  return Object.fromEntries(Object.entries(configuration).map(hide));
}

function readForward(elb: Elb, balancer: LoadBalancer, action: JsonObject): Forward {
  const single = text(action, 'TargetGroupArn') || undefined;
  const configuration = structure(action, 'ForwardConfig');
  const given = structures(configuration, 'TargetGroups') ?? [];
  const arns = given.map((item) => text(item, 'TargetGroupArn') ?? '');
  if (single !== undefined && given.length > 0 && (arns.length > 1 || arns[0] !== single)) {
    throw validation('TargetGroupArn and ForwardConfig of one action must name the same single target group');
  }
  if (single === undefined && given.length === 0) throw validation('A target group ARN must be specified');
  if (given.length > MAX_GROUPS) throw validation(`A forward action can have at most ${MAX_GROUPS} target groups`);
  if (new Set(arns).size < arns.length) throw validation('The target groups of a forward action must be unique');
  const groups: readonly WeightedGroup[] =
    given.length === 0
      ? [{ group: usableGroup(elb, balancer, single ?? ''), weight: 1 }]
      : given.map((item, i) => ({
          group: usableGroup(elb, balancer, arns[i] ?? ''),
          weight: wholeIn(item, 'Weight', 0, 999) ?? 1,
        }));
  const stickiness = structure(configuration, 'TargetGroupStickinessConfig');
  const enabled = flagIn(stickiness, 'Enabled') ?? false;
  const durationSeconds = wholeIn(stickiness, 'DurationSeconds', 1, 604_800);
  if (enabled && durationSeconds === undefined) {
    throw validation('DurationSeconds must be specified when target group stickiness is enabled');
  }
  return { groups, stickiness: { enabled, durationSeconds } };
}

function usableGroup(elb: Elb, balancer: LoadBalancer, arn: string): TargetGroup {
  const group = elb.targetGroups.get(arn);
  if (group === undefined) throw targetGroupNotFound();
  if (loadBalancersOf(group).some((user) => user !== balancer.arn)) {
    throw new AwsFault(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    );
  }
  const speaksHttp = group.targetType === 'lambda' || /^HTTPS?$/.test(group.protocol ?? '');
  if (speaksHttp !== (balancer.type === 'application')) {
    throw new AwsFault(
      'IncompatibleProtocols',
      `The target group ${arn} with protocol ${group.protocol ?? 'none'} cannot be used by a load balancer of type ${balancer.type}`,
    );
  }
  return group;
}

/** With one group both members say it; with several there is no `TargetGroupArn`. Weights are always shown. */
export function showActions(actions: readonly Action[]): Output[] {
  return actions.map(({ type, order, forward, further }) => ({
    Type: type,
    Order: order,
    ...further,
    ...(forward === undefined
      ? {}
      : {
          TargetGroupArn: forward.groups.length === 1 ? forward.groups[0]?.group.arn : undefined,
          ForwardConfig: {
            TargetGroups: forward.groups.map(({ group, weight }) => ({ TargetGroupArn: group.arn, Weight: weight })),
            TargetGroupStickinessConfig: {
              Enabled: forward.stickiness.enabled,
              DurationSeconds: forward.stickiness.durationSeconds,
            },
          },
        }),
  }));
}

/** Replaces a rule's actions at once for the API, and a few seconds later for requests. */
export function setActions(rule: Rule, actions: readonly Action[]): void {
  const { elb, arn } = rule;
  rule.actions = actions;
  const seconds = elb.region.random(`actions/${arn}/${elb.draws++}`).between(...SETTLING);
  elb.region.after(Math.round(seconds * 1000), () => {
    // A later change settles by itself.
    if (rule.actions === actions) rule.effective = actions;
  });
  groupsChanged(elb);
}
