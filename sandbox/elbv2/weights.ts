/** Weights of target groups, for services that shift traffic themselves. */
import { AwsFault } from '../fault.ts';
import type { Region } from '../world.ts';
import { setActions } from './actions.ts';
import { targetGroupNotFound } from './faults.ts';
import { elbOf, listenerOf, ruleOf } from './lookup.ts';
import type { Action, Elb, Rule } from './state.ts';

/** @param arn of a rule, or of a listener for its default rule */
const ruleAt = (elb: Elb, arn: string): Rule =>
  arn.includes(':listener/') ? listenerOf(elb, arn).defaultRule : ruleOf(elb, arn);

/** The weights by target group ARN that a rule, or a listener's default rule, forwards with; none where there is no such rule. */
export function weightsOf(region: Region, arn: string): ReadonlyMap<string, number> {
  try {
    const groups = ruleAt(elbOf(region), arn).actions.flatMap(({ forward }) => forward?.groups ?? []);
    return new Map(groups.map(({ group, weight }) => [group.arn, weight]));
  } catch (error) {
    if (error instanceof AwsFault) return new Map();
    throw error;
  }
}

/**
 * Makes a rule forward to the given target groups by weight; what else it does, and its stickiness, stays.
 *
 * @param arn of a rule, or of a listener for its default rule
 * @param weights by target group ARN, 0 to 999
 * @throws AwsFault `ListenerNotFound`, `RuleNotFound`, `TargetGroupNotFound`
 */
export function setWeights(region: Region, arn: string, weights: ReadonlyMap<string, number>): void {
  const elb = elbOf(region);
  const rule = ruleAt(elb, arn);
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
