/**
 * JSON Schemas (draft-07) of AWS request bodies, made from the SDK's type declarations. Pure: text in, schema out, the
 * same for the same SDK.
 *
 * A definition carries no description of its own, because editors let it overrule the one beside a `$ref`: the text
 * about a member stands at the member, and the text about a structure at the list items that are made of it.
 */

import { type Declarations, type Doc, type Member, readDeclarations } from './declarations.ts';
import { FRACTIONS, LISTS, OPEN_ENUMS, RANGES, REQUIRED, TEXTS, USUAL_RANGE } from './knowledge.ts';
import { firstSentence, toMarkdown } from './markdown.ts';

export interface Schema {
  [keyword: string]: unknown;
}

export interface BuiltSchema {
  readonly schema: Schema;
  /** The entries of the knowledge tables (`Structure.member`, or an enum's name) that this schema used. */
  readonly used: ReadonlySet<string>;
}

/**
 * @param declarations text of all the client's model declarations
 * @param request name of the request's structure, for example `CreateServiceRequest`
 * @param service the service's name for the schema's title, for example `Amazon ECS`
 */
export function buildSchema(declarations: string, request: string, service: string): BuiltSchema {
  const known = readDeclarations(declarations);
  const used = new Set<string>();
  const definitions: Record<string, Schema> = {};
  const waiting = [request];
  const define = (name: string) => {
    if (!Object.hasOwn(definitions, name)) waiting.push(name);
    return { $ref: `#/definitions/${name}` };
  };
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (!Object.hasOwn(definitions, name)) definitions[name] = definitionOf(name, known, define, used);
  }
  const { [request]: root, ...others } = definitions;
  return {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: `${service} ${request.replace(/Request$/, '')}`,
      $comment: 'Generated from the AWS SDK by `npm run schemas`; do not edit',
      ...root,
      definitions: Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    used,
  };
}

type Define = (name: string) => Schema;

function definitionOf(name: string, known: Declarations, define: Define, used: Set<string>): Schema {
  const values = known.enums.get(name);
  if (values) {
    if (OPEN_ENUMS.includes(name)) used.add(name);
    return {
      type: 'string',
      enum: values.map(({ value }) => value),
      ...(values.some(({ doc }) => doc.html !== '')
        ? { markdownEnumDescriptions: values.map(({ doc }) => toMarkdown(doc.html)) }
        : {}),
      ...(OPEN_ENUMS.includes(name) ? { 'x-gitmoxi-open': true } : {}),
    };
  }
  const structure = known.structures.get(name);
  const union = known.unions.get(name);
  const members = (structure ?? union)?.members;
  if (!members) throw new Error(`the SDK's declarations have no ${name}`);
  const required = members.filter((member) => member.required || isRequired(`${name}.${member.name}`, used));
  return {
    type: 'object',
    ...(required.length > 0 ? { required: required.map((member) => member.name) } : {}),
    ...(union ? { minProperties: 1, maxProperties: 1 } : {}),
    properties: Object.fromEntries(
      members.map((member) => [member.name, memberSchema(`${name}.${member.name}`, member, known, define, used)]),
    ),
    additionalProperties: false,
  };
}

function isRequired(path: string, used: Set<string>): boolean {
  if (!REQUIRED.includes(path)) return false;
  used.add(path);
  return true;
}

function memberSchema(path: string, member: Member, known: Declarations, define: Define, used: Set<string>): Schema {
  return {
    ...described(member.doc),
    ...(member.doc.deprecated === undefined ? {} : { deprecationMessage: member.doc.deprecated }),
    ...typeSchema(path, member.type, known, define, used),
  };
}

function typeSchema(path: string, type: string, known: Declarations, define: Define, used: Set<string>): Schema {
  const nested = (inner: string) => typeSchema(path, inner, known, define, used);
  if (type.endsWith('[]')) {
    const item = type.slice(0, -2);
    const structure = known.structures.get(item) ?? known.unions.get(item);
    const items = { ...(structure ? described(structure.doc) : {}), ...nested(item) };
    return { type: 'array', ...listSchema(path, used), items };
  }
  const record = /^Record<string, (.+)>$/.exec(type);
  if (record) return { type: 'object', additionalProperties: nested(record[1]!) };
  const enumRecord = /^Partial<Record<(\w+), (.+)>>$/.exec(type);
  if (enumRecord) {
    const keys = known.enums.get(enumRecord[1]!);
    if (!keys) throw new Error(`${path} has keys of an unknown enum: ${type}`);
    return {
      type: 'object',
      properties: Object.fromEntries(keys.map(({ value }) => [value, nested(enumRecord[2]!)])),
      additionalProperties: false,
    };
  }
  switch (type) {
    case 'string':
      return { type, ...textSchema(path, used) };
    case 'boolean':
      return { type };
    case 'number':
      return numberSchema(path, used);
    case 'Uint8Array':
      return { type: 'string', contentEncoding: 'base64' };
    case 'Date':
      // In JSON a time is ISO 8601 text or seconds since the Unix epoch, as AWS's command line has it.
      return { type: ['string', 'number'], format: 'date-time' };
    case '__DocumentType':
      return {};
  }
  if (/^\w+$/.test(type)) return define(type);
  throw new Error(`${path} has a type of an unknown form: ${type}`);
}

function numberSchema(path: string, used: Set<string>): Schema {
  for (const known of [FRACTIONS.includes(path), Object.hasOwn(RANGES, path)]) if (known) used.add(path);
  const [minimum, maximum] = RANGES[path] ?? USUAL_RANGE;
  return {
    type: FRACTIONS.includes(path) ? 'number' : 'integer',
    minimum,
    ...(maximum === undefined ? {} : { maximum }),
  };
}

function textSchema(path: string, used: Set<string>): Schema {
  if (!Object.hasOwn(TEXTS, path)) return {};
  used.add(path);
  const { words, ...form } = TEXTS[path]!;
  return { ...form, ...(words === undefined ? {} : { 'x-gitmoxi-format': words }) };
}

function listSchema(path: string, used: Set<string>): Schema {
  if (!Object.hasOwn(LISTS, path)) return {};
  used.add(path);
  const [minItems, maxItems] = LISTS[path]!;
  return { ...(minItems > 0 ? { minItems } : {}), ...(maxItems === undefined ? {} : { maxItems }) };
}

function described(doc: Doc): Schema {
  if (doc.html === '') return {};
  const markdown = toMarkdown(doc.html);
  const description = firstSentence(markdown);
  return { description, ...(description === markdown ? {} : { markdownDescription: markdown }) };
}

/** The schema without what only people read: all that checking needs, at a tenth of the size. */
export function withoutDocumentation(schema: Schema): Schema {
  const strip = (value: unknown, isNameMap: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => strip(item, false));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => isNameMap || !DOCUMENTATION.has(key))
        .map(([key, inner]) => [key, strip(inner, !isNameMap && NAME_MAPS.has(key))]),
    );
  };
  return strip(schema, false) as Schema;
}

const DOCUMENTATION = new Set([
  'description',
  'markdownDescription',
  'markdownEnumDescriptions',
  '$schema',
  '$comment',
]);

/** Keywords whose values map names to schemas: their keys are names, even where one is called `description`. */
const NAME_MAPS = new Set(['properties', 'definitions']);
