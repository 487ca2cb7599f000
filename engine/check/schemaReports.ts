/**
 * The findings that checking against a schema can have: their codes, places, severities and texts. Decides nothing
 * about what is wrong; writes no value that is secret.
 */

import type { Node } from 'jsonc-parser';
import type { JsonSchema, OldKey, SchemaPlace } from '../../schemas/index.ts';
import { closest } from '../closest.ts';
import type { Severity } from '../finding.ts';
import { DEPRECATED_RUNTIMES } from './rules/runtimes.ts';
import { pairsOf } from './schemaPairs.ts';
import { correction, expectation, kindOf, listed, ownEntry, quoted, rangeOf, typesOf } from './schemaWording.ts';

export type SchemaCode =
  | 'schema.deprecated-key'
  | 'schema.duplicate-key'
  | 'schema.missing-key'
  | 'schema.not-allowed-value'
  | 'schema.old-spelling'
  | 'schema.out-of-range'
  | 'schema.too-many-findings'
  | 'schema.unknown-key'
  | 'schema.wrong-format'
  | 'schema.wrong-length'
  | 'schema.wrong-type';

/** Offsets are UTF-16 code units in the rendered text. */
export interface SchemaFinding {
  readonly start: number;
  readonly end: number;
  readonly severity: Severity;
  readonly code: SchemaCode;
  readonly message: string;
  readonly hint: string;
  /** What to write at the place instead, as JSON, where that puts it right. */
  readonly write?: string;
  /** The member to delete, where that puts it right. */
  readonly remove?: { readonly start: number; readonly end: number };
}

/** What one run gathers; findings are added in the order in which they are found. */
export interface Check {
  readonly findings: SchemaFinding[];
  /** Whether a range of the rendered text holds something secret. */
  readonly redact: (start: number, end: number) => boolean;
}

/** Findings per file; a file with more has something else wrong, and suggestions cost time for each. */
export const MOST_FINDINGS = 100;

export function reportTooMany(check: Check, root: Node): void {
  report(check, root, 'schema.too-many-findings', {
    message: `more than ${MOST_FINDINGS} findings; the others are not shown`,
    hint: 'correct these first, and check that this is the kind of file that its name says',
  });
}

export function reportWrongType(check: Check, node: Node, place: SchemaPlace): void {
  const isSecret = isHidden(check, node);
  // "expected a whole number, got a number" would not say what is wrong, and "got true or false" not what was written.
  const isTelling = node.type === 'boolean' || (node.type === 'number' && typesOf(place).includes('integer'));
  const got = isTelling && !isSecret ? String(node.value) : kindOf(node);
  report(check, node, 'schema.wrong-type', {
    message: `${nameOf(check, node)}: expected ${expectation(place)}, got ${got}`,
    hint: correction(node, place, isSecret),
    ...(isSecret ? {} : corrected(node, place)),
  });
}

/** @param severity `warning` where other values than the known ones may be right */
export function reportNotAllowed(check: Check, node: Node, allowed: readonly unknown[], severity: Severity): void {
  const isSecret = isHidden(check, node);
  // Nobody is led to a runtime that is on its way out.
  const today = allowed.map(String).filter((one) => !Object.hasOwn(DEPRECATED_RUNTIMES, one));
  const near = isSecret ? undefined : closest(String(node.value), today);
  const list = allowed.length === 1 ? `write ${quoted(allowed[0])}` : `allowed: ${listed(allowed)}`;
  const doubt = severity === 'error' ? 'is not allowed' : 'is not known';
  report(check, node, 'schema.not-allowed-value', {
    severity,
    message: `${nameOf(check, node)}: ${isSecret ? 'the value' : quoted(node.value)} ${doubt}`,
    hint: near === undefined ? list : `did you mean ${quoted(near)}? ${list}`,
    ...writing(near),
  });
}

export function reportRepeated(check: Check, list: Node, item: Node): void {
  report(check, item, 'schema.not-allowed-value', {
    message: `${nameOf(check, list)} has ${isHidden(check, item) ? 'a value' : quoted(item.value)} twice`,
    hint: 'delete one of them, or write another value',
  });
}

export function reportOutOfRange(check: Check, node: Node, { minimum, maximum }: JsonSchema): void {
  const range = rangeOf(minimum, maximum);
  report(check, node, 'schema.out-of-range', {
    message: `${nameOf(check, node)} must be ${range}${isHidden(check, node) ? '' : `, got ${node.value}`}`,
    hint: `write a number, ${range}`,
  });
}

/** @param wanted what the text must be, in words */
export function reportFormat(check: Check, node: Node, wanted: string): void {
  report(check, node, 'schema.wrong-format', {
    message: `${nameOf(check, node)} must be ${wanted}${isHidden(check, node) ? '' : `, got ${quoted(node.value)}`}`,
    hint: `write ${wanted}`,
  });
}

export function reportTextLength(check: Check, node: Node, maximum: number): void {
  const isEmpty = node.value === '';
  report(check, node, 'schema.wrong-length', {
    message: `${nameOf(check, node)} is ${isEmpty ? 'empty' : `longer than ${maximum} characters`}`,
    hint: isEmpty ? 'give it a value, or delete it' : `shorten it to ${maximum} characters`,
  });
}

export function reportListLength(check: Check, node: Node, length: number, { minItems, maxItems }: JsonSchema): void {
  const range = minItems === maxItems ? `exactly ${minItems}` : rangeOf(minItems, maxItems);
  report(check, node, 'schema.wrong-length', {
    message: `${nameOf(check, node)} has ${length} ${length === 1 ? 'item' : 'items'}`,
    hint: `write ${range}`,
  });
}

export function reportNotOneKey(check: Check, node: Node, count: number, { properties }: JsonSchema): void {
  report(check, opening(node), 'schema.wrong-length', {
    message: `${nameOf(check, node)} must have exactly one key, got ${count}`,
    hint: `write one of ${listed(Object.keys(properties ?? {}))}`,
  });
}

/** @param place schema of the object, for the hint */
export function reportMissing(check: Check, node: Node, key: string, { schema, file }: SchemaPlace): void {
  const member = ownEntry(schema.properties, key);
  report(check, opening(node), 'schema.missing-key', {
    message: `${node.parent ? `${nameOf(check, node)}: ` : ''}missing key ${quoted(key)}`,
    hint: `add ${quoted(key)}${member ? `, ${expectation({ schema: member, file })}` : ''}`,
  });
}

export function reportUnknownKey(check: Check, keyNode: Node, schema: JsonSchema): void {
  const known = Object.keys(schema.properties ?? {}).filter((key) => !ownEntry(schema['x-gitmoxi-old-keys'], key));
  const isSecret = isHidden(check, keyNode);
  const near = isSecret ? undefined : closest(String(keyNode.value), known);
  report(check, keyNode, 'schema.unknown-key', {
    message: `unknown key${isSecret ? '' : ` ${quoted(keyNode.value)}`}`,
    hint: near === undefined ? `delete it; known here: ${listed(known)}` : `did you mean ${quoted(near)}?`,
    ...(near === undefined ? removing(keyNode) : writing(near)),
  });
}

export function reportOldKey(check: Check, keyNode: Node, { now, hint }: OldKey, severity: Severity): void {
  const key = quoted(keyNode.value);
  report(check, keyNode, 'schema.old-spelling', {
    severity,
    message:
      now === undefined
        ? `${key} is an old key that has no meaning any more`
        : `${key} is an old spelling of ${quoted(now)}`,
    hint,
    // What has moved to another section is not put right by another name.
    ...(hint.startsWith('rename') && !now?.includes('.') ? writing(now) : {}),
  });
}

/** @param reason AWS's own note, for example `(since 2023-04-15) This feature is no longer available.` */
export function reportDeprecated(check: Check, keyNode: Node, reason: string): void {
  report(check, keyNode, 'schema.deprecated-key', {
    severity: 'warning',
    message: `AWS deprecated ${quoted(keyNode.value)} ${reason}`.replace(/[. ]+$/, ''),
    hint: 'delete it',
    ...removing(keyNode),
  });
}

export function reportDuplicateKey(check: Check, keyNode: Node): void {
  report(check, keyNode, 'schema.duplicate-key', {
    severity: 'warning',
    message: `key ${isHidden(check, keyNode) ? '' : `${quoted(keyNode.value)} `}appears twice`,
    hint: 'delete one of them; the last one counts',
  });
}

/** A value that would be right, as JSON. */
function writing(value: string | undefined): { readonly write?: string } {
  return value === undefined ? {} : { write: JSON.stringify(value) };
}

/** The member of a key. */
function removing({ parent }: Node): Pick<SchemaFinding, 'remove'> {
  return parent ? { remove: { start: parent.offset, end: parent.offset + parent.length } } : {};
}

/** A plain value as the type that is expected, where it can be read as that. */
function corrected(node: Node, place: SchemaPlace): { readonly write?: string } {
  const types = typesOf(place);
  const text = String(node.value).trim();
  if (node.type === 'string' && types.includes('boolean') && /^(true|false)$/i.test(text))
    return { write: text.toLowerCase() };
  const isNumber = types.includes('number') || types.includes('integer');
  if (node.type === 'string' && isNumber && /^-?\d{1,15}$/.test(text)) return { write: String(Number(text)) };
  const isPlain = node.type === 'number' || node.type === 'boolean';
  if (isPlain && types.includes('string')) return writing(String(node.value));
  if (node.type === 'string' && types[0] === 'array') return { write: `[${JSON.stringify(node.value)}]` };
  const pairs = types.includes('array') ? pairsOf(node, place) : undefined;
  return pairs ? { write: `[${pairs.join(', ')}]` } : {};
}

interface Text {
  /** @default 'error' */
  readonly severity?: Severity;
  readonly message: string;
  readonly hint: string;
  readonly write?: string;
  readonly remove?: SchemaFinding['remove'];
}

type Range = Pick<Node, 'offset' | 'length'>;

function report({ findings }: Check, { offset, length }: Range, code: SchemaCode, text: Text): void {
  findings.push({ start: offset, end: offset + length, severity: 'error', code, ...text });
}

/** The place of what an object lacks: the key that it is the value of, or its opening brace. */
function opening(node: Node): Range {
  if (node.parent?.type === 'property') return node.parent.children![0]!;
  return { offset: node.offset, length: 1 };
}

/** A value's key, with the positions in lists, for example `targetGroupArnPairs[0]`. */
function nameOf(check: Check, node: Node): string {
  const { parent } = node;
  if (parent?.type === 'array') return `${nameOf(check, parent)}[${parent.children!.indexOf(node)}]`;
  const keyNode = parent?.children?.[0];
  if (!keyNode) return 'the file';
  return isHidden(check, keyNode) ? 'the value' : String(keyNode.value);
}

function isHidden(check: Check, node: Node): boolean {
  return check.redact(node.offset, node.offset + node.length);
}
