/** Weights of target groups, for services that shift traffic themselves. */
import type { Region } from '../world.ts';
import { setActions } from './actions.ts';
import { targetGroupNotFound } from './faults.ts';
import { elbOf, listenerOf, ruleOf } from './lookup.ts';
import type { Action, Rule } from './state.ts';

/**
 * Makes a rule forward to the given target groups by weight; what else it does, and its stickiness, stays.
 *
 * @param arn of a rule, or of a listener for its default rule
 * @param weights by target group ARN, 0 to 999
 * @throws AwsFault `ListenerNotFound`, `RuleNotFound`, `TargetGroupNotFound`
 */
export function setWeights(region: Region, arn: string, weights: ReadonlyMap<string, number>): void {
  const elb = elbOf(region);
  const rule: Rule = arn.includes(':listener/') ? listenerOf(elb, arn).defaultRule : ruleOf(elb, arn);
  const groups = [...weights].map(([groupArn, weight]) => {
    const group = elb.targetGroups.get(groupArn);
    if (group === undefined) throw targetGroupNotFound();
    return { group, weight };
  });
  const before = rule.actions.find(({ forward }) => forward !== undefined);
  const stickiness = before?.forward?.stickiness ?? { enabled: false, durationSeconds: undefined };
  const forward: Action = { type: 'forward', order: before?.order, forward: { groups, stickiness }, further: {} };
  setActions(rule, [...rule.actions.filter(({ type }) => /^(?:authenticate|jwt)/.test(type)), forward]);
}
