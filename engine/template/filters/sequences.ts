/** Filters over lists, dicts and other sequences. Those that are lazy in Jinja2 are lazy here. */

import {
  binary,
  codePoints,
  Dict,
  equals,
  Failure,
  Group,
  getAttribute,
  type Host,
  isFailure,
  isOrdered,
  isText,
  isTruthy,
  itemsOf,
  iterate,
  type Keywords,
  Lazy,
  lengthOf,
  PyObject,
  sorted,
  str,
  Tuple,
  textLike,
  textOf,
  toSize,
  typeError,
  typeName,
  Undefined,
  type Value,
} from '../python/index.ts';
import {
  argumentError,
  type Filter,
  filter,
  folded,
  isCaseIgnored,
  memberGetter,
  memberListGetter,
  nothing,
} from './arguments.ts';
import { joinText } from './text.ts';

function* steps(value: Value, host: Host): Generator<Value> {
  const iterator = iterate(value, host);
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    host.spend(1);
    yield next.value;
  }
}

function first(value: Value, host: Host): Value {
  const next = iterate(value, host).next();
  return next.done ? nothing('there is no first item: the sequence is empty') : next.value;
}

/** `reversed(value)`. @throws Failure `TypeError` for what has no order from the end */
function backwards(value: Value, host: Host): Iterator<Value> {
  if (value instanceof Undefined) value.fail();
  if (Array.isArray(value)) return value.toReversed().values();
  if (value instanceof Tuple) return value.items.toReversed().values();
  if (value instanceof Dict) return value.keys().reverse().values();
  if (isText(value))
    return [...textOf(value)]
      .reverse()
      .map((c) => textLike(value, c))
      .values();
  const reversed = value instanceof PyObject ? value.reversed?.(host) : undefined;
  if (!reversed)
    throw typeError(`'${typeName(value)}' object is not reversible`, 'turn it into a list first with "| list"');
  return reversed;
}

function last(value: Value, host: Host): Value {
  if (isText(value)) {
    const points = codePoints(textOf(value));
    if (points.length > 0) return textLike(value, points.at(-1)!);
  }
  const next = backwards(value, host).next();
  return next.done ? nothing('there is no last item: the sequence is empty') : next.value;
}

function reverse(value: Value, host: Host): Value {
  if (isText(value)) {
    host.spend(textOf(value).length >> 2);
    return textLike(value, [...textOf(value)].reverse().join(''));
  }
  try {
    return new Lazy(backwards(value, host), 'list_reverseiterator');
  } catch (error) {
    if (!isFailure(error, 'TypeError')) throw error;
  }
  try {
    return itemsOf(value, host).reverse();
  } catch (error) {
    throw isFailure(error, 'TypeError') ? argumentError('argument must be iterable') : error;
  }
}

function* batch(value: Value, size: Value, fill: Value, host: Host): Generator<Value> {
  let items: Value[] = [];
  for (const item of steps(value, host)) {
    if (equals(BigInt(items.length), size, host)) {
      yield items;
      items = [];
    }
    items.push(item);
  }
  if (items.length === 0) return;
  if (fill !== null && isOrdered(BigInt(items.length), '<', size, host)) {
    const missing = toSize(size) - items.length;
    host.fits(missing);
    host.spend(missing);
    for (let i = 0; i < missing; i++) items.push(fill);
  }
  yield items;
}

function* slices(value: Value, count: Value, fill: Value, host: Host): Generator<Value> {
  const items = itemsOf(value, host);
  const wanted = toSize(count);
  if (wanted === 0) throw new Failure('ZeroDivisionError', 'integer division or modulo by zero');
  const size = Math.floor(items.length / wanted);
  const larger = ((items.length % wanted) + wanted) % wanted;
  let offset = 0;
  for (let number = 0; number < wanted; number++) {
    host.spend(1);
    const start = offset + number * size;
    if (number < larger) offset++;
    const part = items.slice(start, offset + (number + 1) * size);
    if (fill !== null && number >= larger) part.push(fill);
    yield part;
  }
}

function dictSort(value: Value, [caseSensitive, by, descending]: Value[], host: Host): Value {
  const key = isText(by!) ? textOf(by) : '';
  if (key !== 'key' && key !== 'value') throw argumentError('you can only sort by either "key" or "value"');
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict))
    throw new Failure('AttributeError', `'${typeName(value)}' has no items`, 'sort a list with "| sort"');
  const position = key === 'key' ? 0 : 1;
  const items = Array.from(value.entries(), (entry) => new Tuple([...entry]));
  return sorted(
    items,
    (item) => folded((item as Tuple).items[position]!, isCaseIgnored(caseSensitive!)),
    isTruthy(descending!),
    host,
  );
}

function sort(value: Value, [descending, caseSensitive, attribute]: Value[], host: Host): Value {
  const items = itemsOf(value, host);
  return sorted(items, memberListGetter(attribute!, isCaseIgnored(caseSensitive!), host), isTruthy(descending!), host);
}

function* unique(value: Value, [caseSensitive, attribute]: Value[], host: Host): Generator<Value> {
  const key = memberGetter(attribute!, host);
  const seen = new Dict();
  for (const item of steps(value, host)) {
    const wanted = folded(key(item), isCaseIgnored(caseSensitive!));
    if (seen.has(wanted)) continue;
    seen.set(wanted, null);
    yield item;
  }
}

function extreme(value: Value, [caseSensitive, attribute]: Value[], order: '<' | '>', host: Host): Value {
  const key = memberGetter(attribute!, host);
  let best: { item: Value; key: Value } | undefined;
  for (const item of steps(value, host)) {
    const candidate = { item, key: folded(key(item), isCaseIgnored(caseSensitive!)) };
    if (!best || isOrdered(candidate.key, order, best.key, host)) best = candidate;
  }
  return best ? best.item : nothing('there is no item to choose: the sequence is empty');
}

function sum(value: Value, [attribute, start]: Value[], host: Host): Value {
  const first: Value = start!;
  if (isText(first)) throw typeError("sum() can't sum strings", 'use "| join"');
  const key = attribute === null ? (item: Value) => item : memberGetter(attribute!, host);
  let total: Value = first;
  for (const item of steps(value, host)) total = binary('+', total, key(item), host);
  return total;
}

function groupBy(value: Value, [attribute, otherwise, caseSensitive]: Value[], host: Host): Value {
  const ignoreCase = isCaseIgnored(caseSensitive!);
  const member = memberGetter(attribute!, host, otherwise!);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(itemsOf(value, host), (entry) => folded(member(entry), ignoreCase), false, host)) {
    const key = folded(member(item), ignoreCase);
    const current = groups.at(-1);
    if (current && equals(current.key, key, host)) current.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(({ key, items }) => new Group([ignoreCase ? member(items[0]!) : key, items]));
}

const map: Filter = (value, args, keywords, host) => new Lazy(mapped(value, args, keywords, host));

function* mapped(value: Value, args: Value[], keywords: Keywords, host: Host): Generator<Value> {
  if (!isTruthy(value)) return;
  const apply = mapping(args, keywords, host);
  for (const item of steps(value, host)) yield apply(item);
}

function mapping(args: Value[], keywords: Keywords, host: Host): (item: Value) => Value {
  const attribute = keywords.get('attribute');
  if (args.length === 0 && attribute !== undefined) {
    for (const name of keywords.keys()) {
      if (name !== 'attribute' && name !== 'default') throw argumentError(`unexpected keyword argument '${name}'`);
    }
    return memberGetter(attribute, host, keywords.get('default') ?? null);
  }
  const [name, ...rest] = args;
  if (name === undefined)
    throw argumentError('map requires a filter argument', 'write map("upper") or map(attribute="name")');
  return (item) => host.filter(name, item, rest, keywords);
}

/** `select`, `reject` and their like. @param wanted what the test has to say @param member whether the first argument names a member */
function selection(wanted: boolean, member: boolean): Filter {
  return (value, args, keywords, host) => new Lazy(selected(value, args, keywords, host, wanted, member));
}

function* selected(
  value: Value,
  args: Value[],
  keywords: Keywords,
  host: Host,
  wanted: boolean,
  member: boolean,
): Generator<Value> {
  if (!isTruthy(value)) return;
  if (member && args.length === 0) throw argumentError('missing parameter for attribute name');
  const read = member ? memberGetter(args[0]!, host) : (item: Value) => item;
  const [name, ...rest] = member ? args.slice(1) : args;
  for (const item of steps(value, host)) {
    const subject = read(item);
    const outcome = name === undefined ? subject : host.test(name, subject, rest, keywords);
    if (isTruthy(outcome) === wanted) yield item;
  }
}

function* items(value: Value): Generator<Value> {
  if (value instanceof Undefined) {
    value.known();
    return;
  }
  if (!(value instanceof Dict)) throw typeError('can only get item pairs from a mapping');
  for (const entry of value.entries()) yield new Tuple([...entry]);
}

function attr(value: Value, [name]: Value[], host: Host): Value {
  if (!isText(name!)) throw typeError('attribute name must be string');
  if (value instanceof Undefined) value.fail();
  const attribute = getAttribute(value, textOf(name), host);
  return attribute === undefined ? new Undefined({ name, owner: value, start: -1, end: -1 }) : attribute;
}

function join(value: Value, [separator, attribute]: Value[], host: Host): Value {
  const member = attribute === null ? undefined : memberGetter(attribute!, host);
  const parts: Value[] = [];
  for (const item of steps(value, host)) {
    const part = member ? member(item) : item;
    parts.push(host.autoescape ? part : str(part, host));
  }
  return joinText(parts, separator!, host);
}

function length(value: Value): Value {
  return BigInt(lengthOf(value));
}

export const SEQUENCE_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('attr', ['name'], [], attr),
  filter(
    'batch',
    ['linecount', 'fill_with'],
    [null],
    (value, [size, fill], host) => new Lazy(batch(value, size!, fill!, host)),
  ),
  filter('count', [], [], length),
  filter('dictsort', ['case_sensitive', 'by', 'reverse'], [false, 'key', false], dictSort),
  filter('first', [], [], (value, _, host) => first(value, host)),
  filter('groupby', ['attribute', 'default', 'case_sensitive'], [null, false], groupBy),
  filter('items', [], [], (value) => new Lazy(items(value))),
  filter('join', ['d', 'attribute'], ['', null], join),
  filter('last', [], [], (value, _, host) => last(value, host)),
  filter('length', [], [], length),
  filter('list', [], [], (value, _, host) => itemsOf(value, host)),
  ['map', map],
  filter('max', ['case_sensitive', 'attribute'], [false, null], (value, args, host) => extreme(value, args, '>', host)),
  filter('min', ['case_sensitive', 'attribute'], [false, null], (value, args, host) => extreme(value, args, '<', host)),
  ['reject', selection(false, false)],
  ['rejectattr', selection(false, true)],
  filter('reverse', [], [], (value, _, host) => reverse(value, host)),
  ['select', selection(true, false)],
  ['selectattr', selection(true, true)],
  filter(
    'slice',
    ['slices', 'fill_with'],
    [null],
    (value, [count, fill], host) => new Lazy(slices(value, count!, fill!, host)),
  ),
  filter('sort', ['reverse', 'case_sensitive', 'attribute'], [false, false, null], sort),
  filter('sum', ['attribute', 'start'], [null, 0n], sum),
  filter(
    'unique',
    ['case_sensitive', 'attribute'],
    [false, null],
    (value, args, host) => new Lazy(unique(value, args, host)),
  ),
];
