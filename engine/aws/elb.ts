/**
 * Elastic Load Balancing: which listeners and rules send traffic to a target group, how healthy its targets are, and
 * changing the weights without touching anything else of an action.
 */
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Action as ElbAction,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EngineError } from '../errors.ts';
import type { ForwardReference, ForwardSeen, ForwardWeights, TargetsSeen } from '../rollout/index.ts';
import { orAbsent } from './errors.ts';

type Elb = ElasticLoadBalancingV2Client;

const NO_SUCH_GROUP = ['TargetGroupNotFoundException', 'TargetGroupNotFound'];

/** The weights of a list of actions; undefined where it forwards nothing. */
function weightsOf(actions: readonly ElbAction[] | undefined): Record<string, number> | undefined {
  const forward = actions?.find((action) => action.Type === 'forward');
  if (forward === undefined) return undefined;
  const groups = forward.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: forward.TargetGroupArn, Weight: 1 }];
  return Object.fromEntries(groups.map(({ TargetGroupArn = '', Weight = 1 }) => [TargetGroupArn, Weight]));
}

const withSignal = (abortSignal: AbortSignal | undefined) => (abortSignal === undefined ? {} : { abortSignal });

/** Every listener of a load balancer. */
export async function listenersOf(elb: Elb, LoadBalancerArn: string, abortSignal?: AbortSignal) {
  const found = [];
  let Marker: string | undefined;
  do {
    const page = await elb.send(new DescribeListenersCommand({ LoadBalancerArn, Marker }), withSignal(abortSignal));
    found.push(...(page.Listeners ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  return found;
}

/** Every rule of a listener; the default rule too, which has an ARN of its own. */
export async function rulesOf(elb: Elb, ListenerArn: string, abortSignal?: AbortSignal) {
  const found = [];
  let Marker: string | undefined;
  do {
    const page = await elb.send(new DescribeRulesCommand({ ListenerArn, Marker }), withSignal(abortSignal));
    found.push(...(page.Rules ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  return found;
}

const seen = (arn: string, kind: 'listener' | 'rule', actions: readonly ElbAction[] | undefined): ForwardSeen[] => {
  const weights = weightsOf(actions);
  return weights === undefined ? [] : [{ arn, kind, weights }];
};

/** Every listener and rule that forwards to one of the target groups, with weight 0 too. */
export async function findForwards(
  elb: Elb,
  targetGroups: readonly string[],
  abortSignal: AbortSignal,
): Promise<ForwardSeen[]> {
  if (targetGroups.length === 0) return [];
  // Asked one by one: a group that does not exist is a matter for the rollout, not a failure to read.
  const described = await Promise.all(
    targetGroups.map((group) =>
      orAbsent(
        elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [group] }), { abortSignal }),
        ...NO_SUCH_GROUP,
      ),
    ),
  );
  const balancers = new Set(described.flatMap((answer) => answer?.TargetGroups?.[0]?.LoadBalancerArns ?? []));
  const listeners = (await Promise.all([...balancers].map((arn) => listenersOf(elb, arn, abortSignal)))).flat();
  const perListener = await Promise.all(
    listeners.map(async ({ ListenerArn = '', DefaultActions }) => {
      const rules = await rulesOf(elb, ListenerArn, abortSignal);
      return [
        ...seen(ListenerArn, 'listener', DefaultActions),
        // The default rule is the listener's own default action.
        ...rules
          .filter(({ IsDefault }) => !IsDefault)
          .flatMap((rule) => seen(rule.RuleArn ?? '', 'rule', rule.Actions)),
      ];
    }),
  );
  return perListener.flat().filter(({ weights }) => targetGroups.some((group) => weights[group] !== undefined));
}

async function actionsOf(
  elb: Elb,
  { arn, kind }: ForwardReference,
  abortSignal?: AbortSignal,
): Promise<readonly ElbAction[] | undefined> {
  const options = abortSignal === undefined ? {} : { abortSignal };
  if (kind === 'listener')
    return (await elb.send(new DescribeListenersCommand({ ListenerArns: [arn] }), options)).Listeners?.[0]
      ?.DefaultActions;
  return (await elb.send(new DescribeRulesCommand({ RuleArns: [arn] }), options)).Rules?.[0]?.Actions;
}

export async function readForwards(
  elb: Elb,
  forwards: readonly ForwardReference[],
  abortSignal: AbortSignal,
): Promise<ForwardSeen[]> {
  const found = await Promise.all(
    forwards.map(async (forward) => seen(forward.arn, forward.kind, await actionsOf(elb, forward, abortSignal))),
  );
  return found.flat();
}

export async function readTargets(
  elb: Elb,
  targetGroups: readonly string[],
  abortSignal: AbortSignal,
): Promise<TargetsSeen[]> {
  return Promise.all(
    [...new Set(targetGroups)].map(async (TargetGroupArn) => {
      const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }), {
        abortSignal,
      });
      const bad = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'unhealthy');
      return {
        targetGroup: TargetGroupArn,
        healthy: TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length,
        unhealthy: bad.length,
        reasons: bad.map(({ Target, TargetHealth }) => {
          const { Description, Reason } = TargetHealth ?? {};
          const code = Reason === undefined ? '' : ` (${Reason})`;
          return `${Target?.Id}: ${Description ?? 'unhealthy'}${code}`;
        }),
      };
    }),
  );
}

/** An action as it may be written back: OIDC secrets are not given on reading, and are kept by saying so. */
function writable(action: ElbAction): ElbAction {
  const { AuthenticateOidcConfig } = action;
  if (AuthenticateOidcConfig === undefined) return action;
  const { ClientSecret: _hidden, ...config } = AuthenticateOidcConfig;
  return { ...action, AuthenticateOidcConfig: { ...config, UseExistingClientSecret: true } };
}

function withWeights(action: ElbAction, weights: Readonly<Record<string, number>>): ElbAction {
  if (action.Type !== 'forward') return writable(action);
  const { TargetGroupArn: _single, ...rest } = action;
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups } };
}

/**
 * Sets the weights of every forward; all else of an action stays. Also where a read shows them already: it may be older
 * than the last change.
 */
export async function setWeights(elb: Elb, forwards: readonly ForwardWeights[]): Promise<void> {
  for (const forward of forwards) {
    const actions = await actionsOf(elb, forward);
    if (actions === undefined) {
      throw new EngineError('elb.forward-gone', `the ${forward.kind} ${forward.arn} is gone`, {
        hint: 'somebody deleted it: look at the load balancer',
      });
    }
    const next = actions.map((action) => withWeights(action, forward.weights));
    if (forward.kind === 'listener')
      await elb.send(new ModifyListenerCommand({ ListenerArn: forward.arn, DefaultActions: next }));
    else await elb.send(new ModifyRuleCommand({ RuleArn: forward.arn, Actions: next }));
  }
}
