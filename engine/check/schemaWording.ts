/**
 * Words for schema findings: what a schema expects, what a value is, and how to put it right. Pure.
 */

import type { Node } from 'jsonc-parser';
import { followReference, type SchemaPlace } from '../../schemas/index.ts';
import { pairsOf } from './schemaPairs.ts';

const NAMES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['a string', 'strings'],
  integer: ['a whole number', 'whole numbers'],
  number: ['a number', 'numbers'],
  boolean: ['true or false', 'true or false'],
  array: ['a list', 'lists'],
  object: ['an object', 'objects'],
  null: ['null', 'null'],
};

/** Longest piece of a value that a message quotes, characters. */
const LONGEST_QUOTE = 60;

/** How many names a hint lists before it says how many more there are. */
const LONGEST_LIST = 12;

/** The types a schema allows; empty where it allows all. */
export function typesOf(place: SchemaPlace): readonly string[] {
  const { schema, file } = followReference(place);
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap((branch) => typesOf({ schema: branch, file })))];
  if (schema.type === undefined) return [];
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}

/** For example "a list of strings". */
export function expectation(place: SchemaPlace): string {
  const { schema, file } = followReference(place);
  if (schema.anyOf) return alternatives(schema.anyOf.map((branch) => expectation({ schema: branch, file })));
  const types = typesOf({ schema, file });
  const item = types[0] === 'array' && schema.items ? typesOf({ schema: schema.items, file }) : [];
  if (item.length > 0) return `a list of ${item.map((type) => NAMES[type]![1]).join(' or ')}`;
  return alternatives(types.map((type) => NAMES[type]![0]));
}

/** What a value is, for example "a string". */
export function kindOf(node: Node): string {
  return NAMES[node.type]?.[0] ?? node.type;
}

/** A value as a message quotes it, shortened. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}

/** Lists values for a hint, for example `"a", "b" and 30 more`. */
export function listed(values: readonly unknown[]): string {
  const shown = values.slice(0, LONGEST_LIST).map(quoted).join(', ');
  return values.length > LONGEST_LIST ? `${shown} and ${values.length - LONGEST_LIST} more` : shown;
}

/** "1 to 100", or "0 or more". */
export function rangeOf(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined) return `at most ${maximum}`;
  return maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`;
}

/**
 * How to correct a value of the wrong type, with the corrected literal where it is plain.
 *
 * @param isSecret the value may not be quoted
 */
export function correction(node: Node, place: SchemaPlace, isSecret: boolean): string {
  const types = typesOf(place);
  const wants = (type: string) => types.includes(type);
  const literal = (text: string) => (isSecret ? 'the value' : text);
  if (node.type === 'null') return 'delete the key, or give it a value';
  if (node.type === 'string') {
    const value = String(node.value).trim();
    if (/^-?\d+$/.test(value) ? wants('integer') || wants('number') : /^-?\d+\.\d+$/.test(value) && wants('number')) {
      return `write ${literal(String(Number(value)))} without quotes`;
    }
    if (wants('boolean') && /^(true|false)$/i.test(value)) {
      return `write ${literal(value.toLowerCase())} without quotes`;
    }
    if ((wants('array') && value.startsWith('[')) || (wants('object') && value.startsWith('{'))) {
      return 'write it without the quotes around it; in a template, print the value with "| tojson"';
    }
  }
  if (wants('string') && (node.type === 'number' || node.type === 'boolean')) {
    return `write it in quotes: ${literal(quoted(String(node.value)))}`;
  }
  const pairs = wants('array') && !isSecret ? pairsOf(node, place) : undefined;
  if (pairs) return `write a list: [${pairs[0]}${pairs.length > 1 ? ', …' : ''}]`;
  if (wants('array') && acceptsItem(node, place)) {
    const shown = node.type === 'object' || isSecret ? '…' : quoted(node.value);
    return `put it in a list: [${shown}]`;
  }
  if (node.type === 'array' && node.children?.length === 1 && node.children[0]!.type === types[0]) {
    return 'write it without the list around it';
  }
  if (wants('integer') && node.type === 'number' && !isSecret) {
    return `write a whole number, such as ${Math.trunc(Number(node.value))}`;
  }
  return `write ${expectation(place)}`;
}

function acceptsItem(node: Node, place: SchemaPlace): boolean {
  const { schema, file } = followReference(place);
  return schema.items !== undefined && typesOf({ schema: schema.items, file }).includes(node.type);
}

function alternatives(names: readonly string[]): string {
  return [...new Set(names)].join(' or ') || 'a value';
}

/** Names come from the repository: only a map's own entries count, so that `__proto__` is just an unknown key. */
export function ownEntry<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
