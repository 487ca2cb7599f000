/** Strict JSON with positions, bounded, and exact: integers of any size, and `1.0` apart from `1`. */

import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type Json, MOST_NESTING, tooDeepAt } from '../../json.ts';
import { Dict, parseIntText, type Value } from '../python/index.ts';

export interface JsonProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string;
}

/** By jsonc-parser's names of errors. */
const WORDS: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'nothing may follow the end of the value',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfString: 'this string has no closing quote on its line',
  InvalidNumberFormat: 'this is not a number',
  InvalidSymbol: 'this is neither a string in double quotes, a number, true, false nor null',
};

/** Parses JSON. What could be understood of broken text is still given; only the first mistake is reported. Never throws. */
export function parseJson(text: string): { root: Node | undefined; problem: JsonProblem | undefined } {
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    const problem = {
      start: deep,
      end: deep + 1,
      message: `JSON is nested more than ${MOST_NESTING} levels deep`,
      hint: 'nest it less deeply',
    };
    return { root: undefined, problem };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [error] = errors;
  if (!error) return { root, problem: undefined };
  const name = printParseErrorCode(error.error);
  const start = Math.min(error.offset, text.length);
  const message = `not valid JSON: ${WORDS[name] ?? 'this character is not allowed here'}`;
  return {
    root,
    problem: {
      start,
      end: Math.min(start + error.length, text.length),
      message,
      hint: 'correct the JSON; input files are not templates',
    },
  };
}

/** Members of an object, the last of each name, with every earlier one of the same name. */
export function membersOf(node: Node): { members: Map<string, { key: Node; value: Node }>; duplicates: Node[] } {
  const members = new Map<string, { key: Node; value: Node }>();
  const duplicates: Node[] = [];
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    const earlier = members.get(name);
    if (earlier) duplicates.push(earlier.key);
    members.set(name, { key, value });
  }
  return { members, duplicates };
}

/** The value as templates compute with it. @param text the text that the tree was parsed from */
export function toValue(node: Node, text: string): Value {
  switch (node.type) {
    case 'object':
      return Dict.of(Array.from(membersOf(node).members, ([name, { value }]) => [name, toValue(value, text)] as const));
    case 'array':
      return (node.children ?? []).map((child) => toValue(child, text));
    case 'number':
      return toNumber(text.slice(node.offset, node.offset + node.length));
    default:
      return (node.value ?? null) as null | boolean | string;
  }
}

function toNumber(literal: string): bigint | number {
  // CPython refuses longer integers; as a float they are infinite, which prints as such instead of taking long.
  return /^-?\d{1,4300}$/.test(literal) ? parseIntText(literal, 10n) : Number(literal);
}

/** The value as plain JSON. A key such as `__proto__` is a key like any other. */
export function toJsonValue(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(toJsonValue);
  if (node.type !== 'object') return (node.value ?? null) as Json;
  return Object.fromEntries(
    Array.from(membersOf(node).members, ([name, { value }]) => [name, toJsonValue(value)] as const),
  );
}
