/** The shape of filters and tests, and what several of them share. */

import {
  bind,
  Failure,
  type Host,
  isText,
  isTruthy,
  itemOrAttribute,
  type Keywords,
  textOf,
  Undefined,
  type Value,
} from '../python/index.ts';

export type Filter = (value: Value, args: Value[], keywords: Keywords, host: Host) => Value;

/** A filter with parameters behind its value. @param defaults of the last parameters; the others are required */
export function filter(
  name: string,
  params: readonly string[],
  defaults: readonly Value[],
  run: (value: Value, args: Value[], host: Host) => Value,
): readonly [string, Filter] {
  const signature = { params, defaults };
  return [name, (value, args, keywords, host) => run(value, bind(name, signature, args, keywords), host)];
}

/** Where a path may lead through: `a.b.0`. */
function pathOf(attribute: Value): Value[] {
  if (attribute === null) return [];
  if (!isText(attribute)) return [attribute];
  return textOf(attribute)
    .split('.')
    .map((part) => (/^\p{Nd}+$/u.test(part) ? BigInt(part) : part));
}

function follow(item: Value, path: readonly Value[], otherwise: Value, host: Host): Value {
  let value = item;
  for (const part of path) {
    if (value instanceof Undefined) value.fail();
    const member = itemOrAttribute(value, part, host);
    value = member === undefined ? new Undefined({ name: part, owner: value, start: -1, end: -1 }) : member;
    if (otherwise !== null && value instanceof Undefined) value = otherwise;
  }
  return value;
}

/** Reads a member by a dotted path from each item; `null` reads the item itself. @param otherwise for missing members; `null` means none */
export function memberGetter(attribute: Value, host: Host, otherwise: Value = null): (item: Value) => Value {
  const path = pathOf(attribute);
  return (item) => follow(item, path, otherwise, host);
}

/** Reads several members, `a.b,c`, as a list, for sorting. */
export function memberListGetter(attribute: Value, ignoreCase: boolean, host: Host): (item: Value) => Value {
  const paths = (isText(attribute) ? textOf(attribute).split(',') : [attribute]).map(pathOf);
  return (item) => paths.map((path) => folded(follow(item, path, null, host), ignoreCase));
}

/** Strings in lower case where case is ignored; anything else as it is. */
export function folded(value: Value, ignoreCase: boolean): Value {
  return ignoreCase && isText(value) ? textOf(value).toLowerCase() : value;
}

export function isCaseIgnored(caseSensitive: Value): boolean {
  return !isTruthy(caseSensitive);
}

export function argumentError(message: string, hint?: string): Failure {
  return new Failure('FilterArgumentError', message, hint);
}

/** An undefined value as a result: using it fails with this message. */
export function nothing(message: string): Undefined {
  return new Undefined({ name: null, message, start: -1, end: -1 });
}
