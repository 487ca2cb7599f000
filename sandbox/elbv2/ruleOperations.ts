/** Operations on the rules of listeners. */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { readActions, setActions, showActions } from './actions.ts';
import { addRule } from './creating.ts';
import { notPermitted, ruleNotFound, validation } from './faults.ts';
import { structures, wholeIn, words } from './form.ts';
import { elbOf, elbPage, listenerOf, readTags, ruleOf } from './lookup.ts';
import type { Elb, Listener, Rule } from './state.ts';
import { groupsChanged } from './targetHealth.ts';

/** Service quota: rules of an Application Load Balancer, without the default ones. */
const MAX_RULES = 100;

const CONDITIONS: ReadonlySet<string> = new Set([
  'host-header',
  'path-pattern',
  'http-header',
  'http-request-method',
  'query-string',
  'source-ip',
]);

function showRule(rule: Rule): Output {
  return {
    RuleArn: rule.arn,
    Priority: rule.priority === undefined ? 'default' : String(rule.priority),
    Conditions: rule.conditions,
    Actions: showActions(rule.actions),
    IsDefault: rule.priority === undefined,
  };
}

function readConditions(input: JsonObject): readonly JsonObject[] {
  const conditions = structures(input, 'Conditions') ?? [];
  if (conditions.length === 0) throw validation('A rule must have at least one condition');
  const unknown = conditions.find((condition) => !CONDITIONS.has(text(condition, 'Field') ?? ''));
  if (unknown !== undefined) throw validation(`Condition field '${text(unknown, 'Field') ?? ''}' is not valid`);
  return conditions;
}

function checkPriority(listener: Listener, priority: number, own: readonly Rule[] = []): void {
  const taken = [...listener.rules.values()].some((rule) => rule.priority === priority && !own.includes(rule));
  if (taken) throw new AwsFault('PriorityInUse', `Priority '${priority}' is currently in use`);
}

function inListener(elb: Elb, rule: Rule): Listener | undefined {
  return [...elb.loadBalancers.values()]
    .flatMap(({ listeners }) => [...listeners.values()])
    .find(({ defaultRule, rules }) => defaultRule === rule || rules.has(rule.arn));
}

const createRule: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const listener = listenerOf(elb, text(input, 'ListenerArn') ?? '');
  const priority = wholeIn(input, 'Priority', 1, 50_000);
  if (priority === undefined) throw validation('A rule priority must be specified');
  const conditions = readConditions(input);
  const actions = readActions(elb, listener.loadBalancer, input, 'Actions');
  checkPriority(listener, priority);
  const rules = [...listener.loadBalancer.listeners.values()].reduce((sum, each) => sum + each.rules.size, 0);
  if (rules >= MAX_RULES) throw new AwsFault('TooManyRules', 'The limit on rules per load balancer is reached');
  return { Rules: [showRule(addRule(elb, listener, { priority, conditions, actions, tags: readTags(input) }))] };
};

const modifyRule: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const rule = ruleOf(elb, text(input, 'RuleArn') ?? '');
  const listener = inListener(elb, rule);
  if (rule.priority === undefined || listener === undefined) {
    throw notPermitted(`Default rule '${rule.arn}' cannot be modified`);
  }
  const conditions = structures(input, 'Conditions')?.length ? readConditions(input) : rule.conditions;
  const actions = structures(input, 'Actions')?.length
    ? readActions(elb, listener.loadBalancer, input, 'Actions')
    : undefined;
  rule.conditions = conditions;
  if (actions !== undefined) setActions(rule, actions);
  return { Rules: [showRule(rule)] };
};

const describeRules: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arns = words(input, 'RuleArns');
  const listenerArn = text(input, 'ListenerArn') || undefined;
  if (!arns?.length && listenerArn === undefined) {
    throw validation('You must specify either listener rule ARNs or a listener ARN');
  }
  const rules = arns?.length ? arns.map((arn) => ruleOf(elb, arn)) : rulesOf(listenerOf(elb, listenerArn ?? ''));
  const page = elbPage(region, input, rules, ({ arn }) => arn);
  return { Rules: page.items.map(showRule), NextMarker: page.nextToken };
};

/** In the order in which they are tried. */
function rulesOf({ rules, defaultRule }: Listener): readonly Rule[] {
  return [...[...rules.values()].sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0)), defaultRule];
}

const deleteRule: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const rule = ruleOf(elb, text(input, 'RuleArn') ?? '');
  if (rule.priority === undefined) throw notPermitted(`Default rule '${rule.arn}' cannot be deleted`);
  inListener(elb, rule)?.rules.delete(rule.arn);
  groupsChanged(elb);
  return {};
};

const setRulePriorities: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const changes = (structures(input, 'RulePriorities') ?? []).map((change) => ({
    rule: ruleOf(elb, text(change, 'RuleArn') ?? ''),
    priority: wholeIn(change, 'Priority', 1, 50_000),
  }));
  if (changes.length === 0) throw validation('At least one rule priority must be specified');
  const moved = changes.map(({ rule }) => rule);
  for (const { rule, priority } of changes) {
    const listener = inListener(elb, rule);
    if (listener === undefined) throw ruleNotFound();
    if (rule.priority === undefined) throw notPermitted(`Default rule '${rule.arn}' cannot be modified`);
    if (priority === undefined) throw validation('A rule priority must be specified');
    checkPriority(listener, priority, moved);
  }
  for (const { rule, priority } of changes) rule.priority = priority;
  return { Rules: moved.map(showRule) };
};

export const ruleOperations = {
  CreateRule: createRule,
  ModifyRule: modifyRule,
  DescribeRules: describeRules,
  DeleteRule: deleteRule,
  SetRulePriorities: setRulePriorities,
};
