/** What a file's schema says of a place in it. Pure. */
import { isObject, type Json } from '../../../engine/json.ts';
import { followReference, type JsonSchema, type SchemaPlace, schemaFor } from '../../../schemas/index.ts';
import type { ConfigDocument } from '../document.ts';

type Path = readonly (string | number)[];

/** The schema of the value at a path; undefined where the schema does not know it. */
export function schemaAt({ suffix }: ConfigDocument, path: Path): SchemaPlace | undefined {
  let place = followReference(schemaFor(suffix));
  for (const segment of path) {
    const next = memberOf(place, segment);
    if (next === undefined) return undefined;
    place = next;
  }
  return place;
}

/** The schemas of which a value has to fulfil one. */
export const alternativesOf = (place: SchemaPlace): readonly SchemaPlace[] =>
  place.schema.anyOf?.map((schema) => followReference({ schema, file: place.file })) ?? [place];

/** The schema of a member of an object, or of an item of a list, in the first of the alternatives that has one. */
export function memberOf(place: SchemaPlace, segment: string | number): SchemaPlace | undefined {
  const alternatives = place.schema.anyOf ? [place, ...alternativesOf(place)] : [place];
  return alternatives.flatMap((one) => ownMember(one, segment) ?? [])[0];
}

function ownMember({ schema, file }: SchemaPlace, segment: string | number): SchemaPlace | undefined {
  const { items, properties, additionalProperties } = schema;
  const named =
    typeof segment === 'string' && properties && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
  const member: JsonSchema | boolean | undefined =
    typeof segment === 'number' ? items : (named ?? additionalProperties);
  return typeof member === 'object' ? followReference({ schema: member, file }) : undefined;
}

/** The types that the schema allows at a path; empty where it does not say. */
export function typesAt(document: ConfigDocument, path: Path): readonly string[] {
  const place = schemaAt(document, path);
  const types = place ? alternativesOf(place).flatMap(({ schema }) => schema.type ?? []) : [];
  return [...new Set(types)];
}

/** Items of a list that are looked at. */
const MOST_ITEMS = 50;

/**
 * Whether a value may stand where a schema is asked for: by types, lists of values and keys. A number may be written as
 * text.
 */
export function accepts(place: SchemaPlace | undefined, value: Json): boolean {
  return place === undefined || alternativesOf(place).some((one) => acceptsOne(one, value));
}

function acceptsOne(place: SchemaPlace, value: Json): boolean {
  const { schema } = place;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length > 0 && !namesOfType(value).some((name) => types.includes(name))) return false;
  if (schema.const !== undefined && schema.const !== value) return false;
  if (schema.enum && !schema['x-gitmoxi-open'] && !schema.enum.includes(String(value))) return false;
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).every((item: Json) => accepts(memberOf(place, 0), item));
  if (!isObject(value)) return true;
  const isOpen = schema.additionalProperties !== false;
  const keys = Object.keys(value);
  return (
    (schema.required ?? []).every((key) => keys.includes(key)) &&
    keys.every((key) => {
      const member = memberOf(place, key);
      return member === undefined ? isOpen : accepts(member, value[key]!);
    })
  );
}

function namesOfType(value: Json): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return ['number', 'integer', 'string'];
  return [typeof value];
}

/** Members that an object has to have by the schema, whichever alternative it is. */
export function requiredOf(place: SchemaPlace): readonly string[] {
  const objects = alternativesOf(place).filter(({ schema }) => schema.properties !== undefined);
  const [first = place, ...others] = objects;
  return (first.schema.required ?? []).filter((key) => others.every(({ schema }) => schema.required?.includes(key)));
}
