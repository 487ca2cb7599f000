/**
 * Differences between two JSON values, as JSON pointers with both sides. Pure. What AWS fills in, reorders or leaves
 * to others is taken out before (see ecs.ts and lambda.ts): here equal means equal.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';

export interface Difference {
  /** JSON pointer (RFC 6901) into the desired document; task definitions stand under `/taskDefinition`. */
  readonly path: string;
  /** What runs; null where there is nothing. */
  readonly live: Json;
  /** What the files ask for; null where they ask for nothing. */
  readonly desired: Json;
}

const escapeKey = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Joins a pointer and a key or index. */
export const pointer = (base: string, key: string | number) => `${base}/${escapeKey(String(key))}`;

/** Keys and indexes of a pointer; what looks like an index is one. */
export const fromPointer = (path: string): (string | number)[] =>
  path
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));

/** Empty lists, empty objects, nulls: AWS answers with them, or without them, for the same thing. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(isEmpty);
}

const own = (value: JsonObject, key: string): Json | undefined => (Object.hasOwn(value, key) ? value[key] : undefined);

/** Does the member tell the elements apart? One port may be mapped for tcp and for udp. */
function distinguishes(list: readonly Json[], key: string): boolean {
  const values = list.map((element) => (isObject(element) ? own(element, key) : undefined));
  return !values.includes(undefined) && new Set(values.map((value) => canonical(value ?? null))).size === list.length;
}

/** How elements of a list are matched to each other: by a member that tells them apart, on both sides; else by place. */
function identity(list: readonly Json[], other: readonly Json[]): string | undefined {
  return ['name', 'key', 'sid', 'capacityProvider', 'targetGroupArn', 'containerPort'].find(
    (key) => distinguishes(list, key) && distinguishes(other, key),
  );
}

function diffLists(live: readonly Json[], desired: readonly Json[], at: string, out: Difference[]): void {
  const key = identity(live, desired);
  if (key === undefined) {
    const scalars = [...live, ...desired].every((element) => typeof element !== 'object' || element === null);
    if (scalars || live.length !== desired.length) {
      if (canonical(live) !== canonical(desired)) out.push({ path: at, live, desired });
      return;
    }
    for (const [i, element] of desired.entries()) walk(live[i], element, pointer(at, i), out);
    return;
  }
  const keyOf = (element: Json) => canonical(isObject(element) ? (own(element, key) ?? null) : null);
  const left = new Map(live.map((element) => [keyOf(element), element]));
  for (const [i, element] of desired.entries()) {
    walk(left.get(keyOf(element)), element, pointer(at, i), out);
    left.delete(keyOf(element));
  }
  for (const element of left.values())
    out.push({ path: pointer(at, live.indexOf(element)), live: element, desired: null });
}

function walk(live: Json | undefined, desired: Json | undefined, at: string, out: Difference[]): void {
  if (isEmpty(live) && isEmpty(desired)) return;
  if (isObject(live) && isObject(desired)) {
    for (const key of new Set([...Object.keys(desired), ...Object.keys(live)])) {
      walk(own(live, key), own(desired, key), pointer(at, key), out);
    }
  } else if (Array.isArray(live) && Array.isArray(desired)) {
    diffLists(live, desired, at, out);
  } else if (canonical(live ?? null) !== canonical(desired ?? null)) {
    out.push({ path: at, live: live ?? null, desired: desired ?? null });
  }
}

/** JSON with sorted keys: equal text for equal values. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

/**
 * Every place where two normalized documents differ, in the desired document's order.
 *
 * @param at pointer that the paths start with. @default ''
 */
export function differences(live: Json | undefined, desired: Json | undefined, at = ''): Difference[] {
  const out: Difference[] = [];
  walk(live, desired, at, out);
  return out;
}
