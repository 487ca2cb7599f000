/** Operations on tags of load balancers, target groups, listeners and rules. */
import type { JsonObject } from '../json.ts';
import type { Operation } from '../service.ts';
import { validation } from './faults.ts';
import { words } from './form.ts';
import { elbOf, listenerOf, loadBalancerOf, readTags, ruleOf, targetGroupOf } from './lookup.ts';
import type { Elb, Tags } from './state.ts';

function tagsOf(elb: Elb, arn: string): Tags {
  const kind = arn.split(':')[5]?.split('/')[0];
  if (kind === 'loadbalancer') return loadBalancerOf(elb, arn).tags;
  if (kind === 'targetgroup') return targetGroupOf(elb, arn).tags;
  if (kind === 'listener') return listenerOf(elb, arn).tags;
  if (kind === 'listener-rule') return ruleOf(elb, arn).tags;
  throw validation(`'${arn.slice(0, 160)}' is not a valid ARN`);
}

function arnsOf(input: JsonObject): readonly string[] {
  const arns = words(input, 'ResourceArns') ?? [];
  // API, DescribeTags: at most 20 resources.
  if (arns.length === 0 || arns.length > 20) throw validation('Between 1 and 20 resource ARNs must be specified');
  return arns;
}

const addTags: Operation = (input, { region }) => {
  const tags = readTags(input);
  for (const own of arnsOf(input).map((arn) => tagsOf(elbOf(region), arn))) {
    for (const [key, value] of tags) own.set(key, value);
  }
  return {};
};

const removeTags: Operation = (input, { region }) => {
  for (const own of arnsOf(input).map((arn) => tagsOf(elbOf(region), arn))) {
    for (const key of words(input, 'TagKeys') ?? []) own.delete(key);
  }
  return {};
};

const describeTags: Operation = (input, { region }) => ({
  TagDescriptions: arnsOf(input).map((arn) => ({
    ResourceArn: arn,
    Tags: [...tagsOf(elbOf(region), arn)].map(([Key, Value]) => ({ Key, Value })),
  })),
});

export const tagOperations = { AddTags: addTags, RemoveTags: removeTags, DescribeTags: describeTags };
