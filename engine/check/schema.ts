/**
 * Checks rendered JSON against the schema of its kind of file. Works on the parse tree, so that every finding has its
 * place in the rendered text, and is synchronous and quick enough to run at each keystroke.
 *
 * Owns: nothing. Must not: know templates or source maps; the caller moves the findings to their source.
 */

import type { Node } from 'jsonc-parser';
import {
  followReference,
  type JsonSchema,
  type SchemaPlace,
  type SchemaSuffix,
  schemaFor,
} from '../../schemas/index.ts';
import {
  type Check,
  MOST_FINDINGS,
  reportDeprecated,
  reportDuplicateKey,
  reportFormat,
  reportListLength,
  reportMissing,
  reportNotAllowed,
  reportNotOneKey,
  reportOldKey,
  reportOutOfRange,
  reportRepeated,
  reportTextLength,
  reportTooMany,
  reportUnknownKey,
  reportWrongType,
  type SchemaFinding,
} from './schemaReports.ts';
import { ownEntry, typesOf } from './schemaWording.ts';

export type { SchemaCode, SchemaFinding } from './schemaReports.ts';

export interface SchemaCheckOptions {
  /** Whether a range of the rendered text holds something secret, which no message may quote. @default nothing does */
  readonly redact?: (start: number, end: number) => boolean;
}

/**
 * @param root the tree of the rendered text, as `parseTree` of jsonc-parser gives it
 * @returns findings ordered by place; those beyond the first 100 are one finding that says so
 */
export function validateAgainstSchema(
  root: Node,
  suffix: SchemaSuffix,
  options: SchemaCheckOptions = {},
): SchemaFinding[] {
  const check: Check = { findings: [], redact: options.redact ?? (() => false) };
  checkValue(root, schemaFor(suffix), check);
  checkDuplicateKeys(root, check);
  const { findings } = check;
  findings.sort((a, b) => a.start - b.start || a.end - b.end);
  if (findings.length > MOST_FINDINGS) {
    findings.length = MOST_FINDINGS;
    reportTooMany(check, root);
  }
  return findings;
}

function checkValue(node: Node, place: SchemaPlace, check: Check): void {
  if (isFull(check)) return;
  const followed = followReference(place);
  if (followed.schema.anyOf) checkAlternatives(node, followed, check);
  else if (!accepts(followed, node)) reportWrongType(check, node, followed);
  else if (node.type === 'object') checkObject(node, followed, check);
  else if (node.type === 'array') checkArray(node, followed, check);
  else checkScalar(node, followed.schema, check);
}

/** Whether a schema allows a value's type; nothing is said about the rest of it. */
function accepts(place: SchemaPlace, node: Node): boolean {
  // The usual case first: this is asked for every value.
  if (place.schema.type === node.type) return true;
  const types = typesOf(place);
  const isWhole = node.type === 'number' && Number.isInteger(node.value);
  return types.length === 0 || types.includes(node.type) || (isWhole && types.includes('integer'));
}

/** One of several schemas: chosen by the value's type, then by a constant member, then by what fits best. */
function checkAlternatives(node: Node, { schema, file }: SchemaPlace, check: Check): void {
  const branches = schema.anyOf!.map((branch) => followReference({ schema: branch, file }));
  const possible = branches.filter((branch) => accepts(branch, node));
  const tag = node.type === 'object' ? tagOf(possible) : undefined;
  if (possible.length === 0) reportWrongType(check, node, { schema, file });
  else if (possible.length === 1) checkValue(node, possible[0]!, check);
  else if (tag !== undefined) checkTagged(node, tag, possible, check);
  else {
    const attempts = possible.map((branch) => attempt(node, branch, check));
    check.findings.push(...attempts.reduce((best, next) => (next.length < best.length ? next : best)));
  }
}

/** The key by which the alternatives are told apart: each has another constant for it. */
function tagOf(branches: readonly SchemaPlace[]): string | undefined {
  const keys = Object.keys(branches[0]?.schema.properties ?? {});
  return keys.find((key) => branches.every((branch) => constantOf(branch, key) !== undefined));
}

function checkTagged(node: Node, tag: string, branches: readonly SchemaPlace[], check: Check): void {
  const property = node.children?.findLast(({ children }) => children?.[0]?.value === tag);
  const value = property?.children?.[1];
  const chosen = branches.find((branch) => constantOf(branch, tag) === value?.value);
  const constants = branches.map((branch) => constantOf(branch, tag));
  if (chosen) checkValue(node, chosen, check);
  else if (value) reportNotAllowed(check, value, constants, 'error');
  else reportMissing(check, node, tag, branches[0]!);
}

function constantOf({ schema }: SchemaPlace, key: string): JsonSchema['const'] {
  const member = ownEntry(schema.properties, key);
  return member ? member.const : undefined;
}

function attempt(node: Node, place: SchemaPlace, { redact }: Check): SchemaFinding[] {
  const check: Check = { findings: [], redact };
  checkValue(node, place, check);
  return check.findings;
}

function checkScalar(node: Node, schema: JsonSchema, check: Check): void {
  if (schema.const !== undefined && node.value !== schema.const) {
    reportNotAllowed(check, node, [schema.const], 'error');
  } else if (schema.enum && !schema.enum.includes(node.value)) {
    reportNotAllowed(check, node, schema.enum, schema['x-gitmoxi-open'] ? 'warning' : 'error');
  } else if (node.type === 'string') checkText(node, schema, check);
  else if (node.type === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (node.value < minimum || node.value > maximum) reportOutOfRange(check, node, schema);
  }
}

function checkText(node: Node, schema: JsonSchema, check: Check): void {
  const text = String(node.value);
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  if (text.length < minLength || text.length > maxLength) reportTextLength(check, node, maxLength);
  else if (pattern !== undefined && !new RegExp(pattern).test(text)) {
    reportFormat(check, node, schema['x-gitmoxi-format'] ?? `text that matches ${pattern}`);
  } else if (format === 'date-time' && !isTime(text)) {
    reportFormat(check, node, 'a time such as "2026-01-31T12:00:00Z"');
  }
}

/** ISO 8601: a date, with or without a time of day. */
function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T|$)/.test(text) && !Number.isNaN(Date.parse(text));
}

function checkArray(node: Node, { schema, file }: SchemaPlace, check: Check): void {
  const items = node.children ?? [];
  const { minItems = 0, maxItems = Infinity } = schema;
  if (items.length < minItems || items.length > maxItems) reportListLength(check, node, items.length, schema);
  const seen = new Set<unknown>();
  for (const item of items) {
    if (isFull(check)) return;
    if (schema.uniqueItems && item.value !== undefined && seen.has(item.value)) reportRepeated(check, node, item);
    seen.add(item.value);
    if (schema.items) checkValue(item, { schema: schema.items, file }, check);
  }
}

function checkObject(node: Node, place: SchemaPlace, check: Check): void {
  const { schema } = place;
  const given = new Set<string>();
  for (const property of node.children ?? []) {
    if (isFull(check)) return;
    given.add(String(property.children![0]!.value));
    checkProperty(node, property, place, check);
  }
  for (const key of schema.required ?? []) if (!given.has(key)) reportMissing(check, node, key, place);
  const { minProperties = 0, maxProperties = Infinity } = schema;
  if (given.size < minProperties || given.size > maxProperties) reportNotOneKey(check, node, given.size, schema);
}

function checkProperty(node: Node, property: Node, { schema, file }: SchemaPlace, check: Check): void {
  const [keyNode, value] = property.children as [Node, Node | undefined];
  const key = String(keyNode.value);
  const oldKey = ownEntry(schema['x-gitmoxi-old-keys'], key);
  if (oldKey) {
    const isHarmless = oldKey.harmless && attempt(node, { schema: oldKey.harmless, file }, check).length === 0;
    reportOldKey(check, keyNode, oldKey, isHarmless ? 'warning' : 'error');
  }
  // An old key is known; where no schema is left for its value, the value does not matter.
  const member = ownEntry(schema.properties, key) ?? (oldKey ? (oldKey.as ?? true) : schema.additionalProperties);
  if (member === false) reportUnknownKey(check, keyNode, schema);
  else if (typeof member === 'object') {
    if (member.deprecationMessage !== undefined) reportDeprecated(check, keyNode, member.deprecationMessage);
    if (value) checkValue(value, { schema: member, file }, check);
  }
}

/** Walks without recursion and through what no schema describes too: a repeated key is doubtful anywhere. */
function checkDuplicateKeys(root: Node, check: Check): void {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node && !isFull(check); node = waiting.pop()) {
    if (node.type !== 'object') {
      for (const child of node.children ?? []) if (child.children) waiting.push(child);
      continue;
    }
    const seen = new Set<unknown>();
    for (const child of node.children ?? []) {
      const [keyNode, value] = child.children as [Node, Node | undefined];
      if (value?.children) waiting.push(value);
      if (seen.has(keyNode.value)) reportDuplicateKey(check, keyNode);
      seen.add(keyNode.value);
    }
  }
}

function isFull({ findings }: Check): boolean {
  return findings.length > MOST_FINDINGS;
}
