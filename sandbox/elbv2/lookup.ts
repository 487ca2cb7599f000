/** Finds what a request names, and reads names, tags and pages as all Elastic Load Balancing operations do. */
import { text } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { type Page, pageOf } from '../page.ts';
import type { Region } from '../world.ts';
import { listenerNotFound, loadBalancerNotFound, ruleNotFound, targetGroupNotFound, validation } from './faults.ts';
import { structures, wholeIn } from './form.ts';
import { addGiven } from './given.ts';
import type { Elb, Listener, LoadBalancer, Rule, Tags, TargetGroup } from './state.ts';

export function elbOf(region: Region): Elb {
  return region.part(createElb);
}

function createElb(region: Region): Elb {
  const elb: Elb = { region, loadBalancers: new Map(), targetGroups: new Map(), inUse: new Map(), draws: 0 };
  addGiven(elb);
  return elb;
}

export function loadBalancerOf(elb: Elb, arn: string): LoadBalancer {
  const found = elb.loadBalancers.get(arn);
  if (found === undefined) throw loadBalancerNotFound();
  return found;
}

export function targetGroupOf(elb: Elb, arn: string): TargetGroup {
  const found = elb.targetGroups.get(arn);
  if (found === undefined) throw targetGroupNotFound();
  return found;
}

export function listenerOf(elb: Elb, arn: string): Listener {
  for (const { listeners } of elb.loadBalancers.values()) {
    const found = listeners.get(arn);
    if (found !== undefined) return found;
  }
  throw listenerNotFound();
}

/** By its ARN; a listener's default rule too. */
export function ruleOf(elb: Elb, arn: string): Rule {
  for (const { listeners } of elb.loadBalancers.values()) {
    for (const { defaultRule, rules } of listeners.values()) {
      const found = defaultRule.arn === arn ? defaultRule : rules.get(arn);
      if (found !== undefined) return found;
    }
  }
  throw ruleNotFound();
}

/** Names of load balancers and target groups: API, CreateLoadBalancer and CreateTargetGroup. */
export function readName(input: JsonObject, what: string): string {
  const name = text(input, 'Name') ?? '';
  if (name.length > 32) throw validation(`${what} name '${name.slice(0, 40)}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw validation(
      `${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  }
  if (/^-|-$/.test(name)) throw validation(`${what} name '${name}' cannot begin or end with a hyphen`);
  return name;
}

export function readTags(input: JsonObject): Tags {
  const tags: Tags = new Map();
  for (const tag of structures(input, 'Tags') ?? []) {
    const key = text(tag, 'Key') ?? '';
    if (key === '' || key.length > 128 || /^aws:/i.test(key)) {
      throw validation(`Tag key '${key.slice(0, 130)}' must be 1 to 128 characters and not begin with aws:`);
    }
    tags.set(key, text(tag, 'Value') ?? '');
  }
  return tags;
}

/** One page of `items` for `Marker` and `PageSize`. */
export function elbPage<T>(
  region: Region,
  input: JsonObject,
  items: readonly T[],
  keyOf: (item: T) => string,
): Page<T> {
  const asked = wholeIn(input, 'PageSize', 1, 400) ?? 400;
  return pageOf(items, keyOf, {
    token: text(input, 'Marker'),
    size: Math.min(asked, region.world.pageSize),
    badToken: () => validation('Invalid marker'),
  });
}
