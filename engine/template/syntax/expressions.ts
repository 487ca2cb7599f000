/**
 * Expressions, with Jinja2 3.1's grammar: its precedences (`~` binds tighter than `+`; `**` groups to the left; filters
 * bind tighter than any operator but the sign), and its habit of taking any word for a name where one is expected.
 */

import type { BinaryOperator } from '../python/index.ts';
import type { TokenType } from './lexer.ts';
import type { Arguments, Compare, Comparison, Expression, FilterUse, Name, Target } from './nodes.ts';
import { type Cursor, describeToken, MAX_CHAIN } from './tokens.ts';

const SUMS: ReadonlySet<string> = new Set(['+', '-']);
const PRODUCTS: ReadonlySet<string> = new Set(['*', '/', '//', '%']);
const POWERS: ReadonlySet<string> = new Set(['**']);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const CONSTANTS: ReadonlyMap<unknown, null | boolean> = new Map<string, null | boolean>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

export const NO_ARGUMENTS: Arguments = { positional: [], keywords: [], rest: undefined, keywordRest: undefined };

/** @param conditional whether `a if b else c` is allowed here */
export function parseExpression(cursor: Cursor, conditional = true): Expression {
  return cursor.nested(() => (conditional ? parseConditional(cursor) : parseOr(cursor)));
}

function parseConditional(cursor: Cursor): Expression {
  let then = parseOr(cursor);
  for (let length = 0; cursor.skipName('if'); length++) {
    if (length > MAX_CHAIN) cursor.tooDeep();
    const test = parseOr(cursor);
    const otherwise = cursor.skipName('else') ? cursor.nested(() => parseConditional(cursor)) : undefined;
    then = { kind: 'conditional', test, then, otherwise, start: then.start, end: cursor.end };
  }
  return then;
}

/** Left-grouping operators of one precedence. */
function parseChain(
  cursor: Cursor,
  operand: () => Expression,
  join: (left: Expression) => Expression | undefined,
): Expression {
  let left = operand();
  for (let length = 0; ; length++) {
    if (length > MAX_CHAIN) cursor.tooDeep();
    const joined = join(left);
    if (!joined) return left;
    left = joined;
  }
}

function parseOr(cursor: Cursor): Expression {
  return parseLogical(cursor, 'or', () => parseLogical(cursor, 'and', () => parseNot(cursor)));
}

function parseLogical(cursor: Cursor, operator: 'and' | 'or', operand: () => Expression): Expression {
  return parseChain(cursor, operand, (left) => {
    if (!cursor.skipName(operator)) return undefined;
    const right = operand();
    return { kind: 'logical', operator, left, right, start: left.start, end: right.end };
  });
}

function parseNot(cursor: Cursor): Expression {
  if (!cursor.isName('not')) return parseCompare(cursor);
  const { start } = cursor.next();
  const operand = cursor.nested(() => parseNot(cursor));
  return { kind: 'unary', operator: 'not', operand, start, end: operand.end };
}

function parseCompare(cursor: Cursor): Expression {
  const first = parseSum(cursor);
  const rest: Compare['rest'][number][] = [];
  for (;;) {
    const operator = takeComparison(cursor);
    if (!operator) break;
    rest.push({ operator, operand: parseSum(cursor) });
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, start: first.start, end: cursor.end };
}

function takeComparison(cursor: Cursor): Comparison | undefined {
  const { type, value } = cursor.current;
  if (type.startsWith('operator ') && COMPARISONS.has(value as string)) return cursor.next().value as Comparison;
  if (cursor.skipName('in')) return 'in';
  if (cursor.isName('not') && cursor.following.type === 'name' && cursor.following.value === 'in') {
    cursor.next();
    cursor.next();
    return 'not in';
  }
  return undefined;
}

function parseBinary(cursor: Cursor, operators: ReadonlySet<string>, operand: () => Expression): Expression {
  return parseChain(cursor, operand, (left) => {
    const { type, value } = cursor.current;
    if (!type.startsWith('operator ') || !operators.has(value as string)) return undefined;
    const operator = cursor.next().value as BinaryOperator;
    const right = operand();
    return { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  });
}

function parseSum(cursor: Cursor): Expression {
  return parseBinary(cursor, SUMS, () => parseConcat(cursor));
}

function parseConcat(cursor: Cursor): Expression {
  const first = parseProduct(cursor);
  if (!cursor.is('operator ~')) return first;
  const parts = [first];
  while (cursor.skip('operator ~')) parts.push(parseProduct(cursor));
  return { kind: 'concat', parts, start: first.start, end: cursor.end };
}

function parseProduct(cursor: Cursor): Expression {
  return parseBinary(cursor, PRODUCTS, () => parseBinary(cursor, POWERS, () => parseUnary(cursor, true)));
}

function parseUnary(cursor: Cursor, filters: boolean): Expression {
  const { type, start } = cursor.current;
  let node: Expression;
  if (type === 'operator -' || type === 'operator +') {
    cursor.next();
    const operand = cursor.nested(() => parseUnary(cursor, false));
    node = { kind: 'unary', operator: type === 'operator -' ? '-' : '+', operand, start, end: operand.end };
  } else node = parsePrimary(cursor);
  node = parsePostfix(cursor, node);
  return filters ? parseFilters(cursor, node) : node;
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.current;
  const { start, end } = token;
  switch (token.type) {
    case 'name': {
      cursor.next();
      const constant = CONSTANTS.get(token.value);
      if (constant !== undefined) return { kind: 'constant', value: constant, start, end };
      return { kind: 'name', name: token.value as string, start, end };
    }
    case 'string': {
      let text = '';
      while (cursor.is('string')) text += cursor.next().value as string;
      return { kind: 'constant', value: text, start, end: cursor.end };
    }
    case 'number':
      cursor.next();
      return { kind: 'constant', value: token.value, start, end };
    case 'operator (': {
      cursor.next();
      const inner = cursor.nested(() => parseTuple(cursor, { parenthesized: true }));
      cursor.expect('operator )');
      return { ...inner, start, end: cursor.end };
    }
    case 'operator [':
      cursor.next();
      return {
        kind: 'list',
        items: parseItems(cursor, 'operator ]', () => parseExpression(cursor)),
        start,
        end: cursor.end,
      };
    case 'operator {':
      cursor.next();
      return { kind: 'dict', pairs: parseItems(cursor, 'operator }', () => parsePair(cursor)), start, end: cursor.end };
    default:
      return cursor.fail(`expected an expression, got ${describeToken(token)}`);
  }
}

/** Comma-separated items up to a closing bracket, which is taken; a comma may follow the last one. */
function parseItems<T>(cursor: Cursor, close: TokenType, parse: () => T): T[] {
  const items: T[] = [];
  while (!cursor.is(close)) {
    if (items.length > 0) cursor.expect('operator ,');
    if (cursor.is(close)) break;
    items.push(parse());
  }
  cursor.expect(close);
  return items;
}

function parsePair(cursor: Cursor): readonly [Expression, Expression] {
  const key = parseExpression(cursor);
  cursor.expect('operator :');
  return [key, parseExpression(cursor)];
}

export interface TupleOptions {
  /** Only names and literals, as in assignment targets. */
  readonly simple?: boolean;
  /** Whether `a if b else c` may be an item. @default true */
  readonly conditional?: boolean;
  /** A word that ends the tuple. */
  readonly endName?: string;
  /** In parentheses, where an empty tuple is one. */
  readonly parenthesized?: boolean;
}

/** One expression, or several with commas between them, which are a tuple. */
export function parseTuple(cursor: Cursor, options: TupleOptions = {}): Expression {
  const { simple = false, conditional = true, endName, parenthesized = false } = options;
  const { start } = cursor.current;
  const items: Expression[] = [];
  let tuple = false;
  const atEnd = () =>
    cursor.is('}}') || cursor.is('%}') || cursor.is('operator )') || (endName !== undefined && cursor.isName(endName));
  for (;;) {
    if (items.length > 0) cursor.expect('operator ,');
    if (atEnd()) break;
    items.push(simple ? cursor.nested(() => parsePrimary(cursor)) : parseExpression(cursor, conditional));
    if (!cursor.is('operator ,')) break;
    tuple = true;
  }
  if (!tuple) {
    if (items.length > 0) return items[0]!;
    if (!parenthesized) cursor.fail(`expected an expression, got ${describeToken(cursor.current)}`);
  }
  return { kind: 'tuple', items, start, end: Math.max(start, cursor.end) };
}

/** Members, items and calls. */
function parsePostfix(cursor: Cursor, first: Expression): Expression {
  return parseChain(
    cursor,
    () => first,
    (node) => {
      if (cursor.is('operator .')) return parseMember(cursor, node);
      if (cursor.is('operator [')) return parseSubscript(cursor, node);
      return cursor.is('operator (') ? parseCall(cursor, node) : undefined;
    },
  );
}

/** Filters and tests, and calls of what they give. */
function parseFilters(cursor: Cursor, first: Expression): Expression {
  return parseChain(
    cursor,
    () => first,
    (node) => {
      if (cursor.is('operator |')) {
        cursor.next();
        return parseFilter(cursor, node);
      }
      if (cursor.isName('is')) return parseTest(cursor, node);
      return cursor.is('operator (') ? parseCall(cursor, node) : undefined;
    },
  );
}

function parseMember(cursor: Cursor, object: Expression): Expression {
  cursor.next();
  const { type, value, start, end } = cursor.current;
  if (type === 'name') {
    cursor.next();
    return { kind: 'attribute', object, name: value as string, nameStart: start, start: object.start, end };
  }
  if (typeof value !== 'bigint') return cursor.fail('expected a name or number after the dot');
  cursor.next();
  return { kind: 'item', object, key: { kind: 'constant', value, start, end }, start: object.start, end };
}

function parseSubscript(cursor: Cursor, object: Expression): Expression {
  const { start } = cursor.next();
  const keys: (Expression | SliceBounds)[] = [];
  while (!cursor.is('operator ]')) {
    if (keys.length > 0) cursor.expect('operator ,');
    keys.push(cursor.nested(() => parseKey(cursor)));
  }
  cursor.expect('operator ]');
  const place = { start: object.start, end: cursor.end };
  const [only] = keys;
  if (keys.length === 1 && only && 'bounds' in only) {
    const [from, to, step] = only.bounds;
    return { kind: 'slice', object, from, to, step, ...place };
  }
  const items = keys.map((key) => ('bounds' in key ? cursor.fail('a slice must be alone in its brackets') : key));
  const key: Expression = items.length === 1 ? items[0]! : { kind: 'tuple', items, start, end: cursor.end };
  return { kind: 'item', object, key, ...place };
}

interface SliceBounds {
  readonly bounds: readonly (Expression | undefined)[];
}

function parseKey(cursor: Cursor): Expression | SliceBounds {
  const bounds: (Expression | undefined)[] = [undefined, undefined, undefined];
  const ended = () => cursor.is('operator ]') || cursor.is('operator ,');
  if (!cursor.is('operator :')) {
    const first = parseExpression(cursor);
    if (!cursor.is('operator :')) return first;
    bounds[0] = first;
  }
  cursor.next();
  if (!cursor.is('operator :') && !ended()) bounds[1] = parseExpression(cursor);
  if (cursor.skip('operator :') && !ended()) bounds[2] = parseExpression(cursor);
  return { bounds };
}

function parseCall(cursor: Cursor, callee: Expression): Expression {
  const args = parseArguments(cursor);
  return { kind: 'call', callee, args, start: callee.start, end: cursor.end };
}

function parseArguments(cursor: Cursor): Arguments {
  const open = cursor.expect('operator (');
  const positional: Expression[] = [];
  const keywords: { name: string; nameStart: number; value: Expression }[] = [];
  let rest: Expression | undefined;
  let keywordRest: Expression | undefined;
  const ensure = (valid: boolean) =>
    valid ||
    cursor.fail('arguments are out of order', 'write positional arguments, then keywords, then * and **', open);
  for (let first = true; !cursor.is('operator )'); first = false) {
    if (!first) {
      cursor.expect('operator ,');
      if (cursor.is('operator )')) break;
    }
    if (cursor.skip('operator *')) {
      ensure(!rest && !keywordRest);
      rest = parseExpression(cursor);
    } else if (cursor.skip('operator **')) {
      ensure(!keywordRest);
      keywordRest = parseExpression(cursor);
    } else if (cursor.is('name') && cursor.following.type === 'operator =') {
      ensure(!keywordRest);
      const token = cursor.next();
      const name = token.value as string;
      if (keywords.some((keyword) => keyword.name === name))
        cursor.fail(`the argument '${name}' is given twice`, 'remove one', token);
      cursor.next();
      keywords.push({ name, nameStart: token.start, value: parseExpression(cursor) });
    } else {
      ensure(!rest && !keywordRest && keywords.length === 0);
      positional.push(parseExpression(cursor));
    }
  }
  cursor.expect('operator )');
  return { positional, keywords, rest, keywordRest };
}

/** A filter's name and arguments, behind the bar. @param operand absent where the filter applies to a block's content */
export function parseFilter(cursor: Cursor, operand: Expression | undefined): FilterUse {
  const { start } = cursor.current;
  const name = parseDottedName(cursor);
  const args = cursor.is('operator (') ? parseArguments(cursor) : NO_ARGUMENTS;
  return { kind: 'filter', name, nameStart: start, operand, args, start: operand?.start ?? start, end: cursor.end };
}

/** Filters one after another, behind `{% set x |` or `{% filter`. */
export function parseFilterChain(cursor: Cursor): FilterUse {
  let filter = parseFilter(cursor, undefined);
  for (let length = 0; cursor.skip('operator |'); length++) {
    if (length > MAX_CHAIN) cursor.tooDeep();
    filter = parseFilter(cursor, filter);
  }
  return filter;
}

function parseDottedName(cursor: Cursor): string {
  let name = cursor.expect('name').value as string;
  while (cursor.skip('operator .')) name += `.${cursor.expect('name').value}`;
  return name;
}

const ARGUMENT_STARTS: ReadonlySet<string> = new Set(['name', 'string', 'number', 'operator [', 'operator {']);
const AFTER_TEST: ReadonlySet<unknown> = new Set(['else', 'or', 'and']);

function parseTest(cursor: Cursor, operand: Expression): Expression {
  cursor.next();
  const negated = cursor.skipName('not');
  const { start } = cursor.current;
  const name = parseDottedName(cursor);
  let args = NO_ARGUMENTS;
  const { type, value } = cursor.current;
  if (type === 'operator (') args = parseArguments(cursor);
  else if (ARGUMENT_STARTS.has(type) && !(type === 'name' && AFTER_TEST.has(value))) {
    if (cursor.isName('is')) cursor.fail('tests cannot be chained with "is"', 'join them with "and"');
    const argument = cursor.nested(() => parsePostfix(cursor, parsePrimary(cursor)));
    args = { ...NO_ARGUMENTS, positional: [argument] };
  }
  const test: Expression = {
    kind: 'test',
    name,
    nameStart: start,
    operand,
    args,
    start: operand.start,
    end: cursor.end,
  };
  return negated ? { kind: 'unary', operator: 'not', operand: test, start: test.start, end: test.end } : test;
}

/** The target of `for` or `with`: a name, or a tuple of targets. @param endName a word that ends it */
export function parseTarget(cursor: Cursor, endName?: string): Target {
  return toTarget(cursor, parseTuple(cursor, endName === undefined ? { simple: true } : { simple: true, endName }));
}

/** The target of `set`, where members of namespaces are targets too (several of them since Jinja2 3.1.5). */
export function parseSetTarget(cursor: Cursor): Target {
  const { start } = cursor.current;
  const items: Target[] = [];
  let tuple = false;
  for (;;) {
    if (items.length > 0) cursor.expect('operator ,');
    if (items.length > 0 && cursor.is('%}')) break;
    const member = cursor.is('name') && cursor.following.type === 'operator .';
    items.push(
      member
        ? parseMemberTarget(cursor)
        : toTarget(
            cursor,
            cursor.nested(() => parsePrimary(cursor)),
          ),
    );
    if (!cursor.is('operator ,')) break;
    tuple = true;
  }
  return tuple ? { kind: 'targets', items, start, end: cursor.end } : items[0]!;
}

function parseMemberTarget(cursor: Cursor): Target {
  const { value, start, end } = cursor.expect('name');
  cursor.next();
  const member = cursor.expect('name');
  const object: Name = { kind: 'name', name: value as string, start, end };
  return { kind: 'member', object, name: member.value as string, start, end: member.end };
}

/** A name that is declared, as a macro's or parameter's. */
export function parseDeclaredName(cursor: Cursor): Name {
  const token = cursor.expect('name');
  if (CONSTANTS.has(token.value)) cursor.fail(`can't assign to '${token.value}'`, 'choose another name', token);
  return { kind: 'name', name: token.value as string, start: token.start, end: token.end };
}

function toTarget(cursor: Cursor, expression: Expression): Target {
  const { start, end } = expression;
  if (expression.kind === 'name') return expression;
  if (expression.kind === 'tuple') {
    return { kind: 'targets', items: expression.items.map((item) => toTarget(cursor, item)), start, end };
  }
  return cursor.fail("can't assign to this", 'assign to a name', { type: 'name', start, end, value: null });
}
