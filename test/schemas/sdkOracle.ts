/**
 * Compares a JSON Schema with the schema that the SDK itself serializes requests by. Both come from AWS's models, but
 * by different ways: ours is read from the type declarations.
 *
 * The SDK's form: a number (0 text, 1 number, 2 truth, 4 time, 15 document, 21 bytes; 64 added for a list and 128 for a
 * map of it), or an array that starts with a kind (0 simple, 1 list, 2 map, 3 structure, 4 union), or a function that
 * gives one of these, or a pair of one of these and its traits.
 */

import assert from 'node:assert/strict';
import { followReference, type JsonSchema, type SchemaPlace } from '../../schemas/index.ts';
import { REQUIRED } from '../../scripts/awsSchemas/knowledge.ts';

const LIST = 64;
const MAP = 128;

const SCALARS: Readonly<Record<number, (schema: JsonSchema) => boolean>> = {
  0: ({ type, contentEncoding }) => type === 'string' && contentEncoding === undefined,
  1: ({ type }) => type === 'integer' || type === 'number',
  2: ({ type }) => type === 'boolean',
  4: ({ type, format }) => JSON.stringify(type) === '["string","number"]' && format === 'date-time',
  15: (schema) => Object.keys(schema).every((key) => key === 'description' || key === 'markdownDescription'),
  21: ({ type, contentEncoding }) => type === 'string' && contentEncoding === 'base64',
};

/** @returns how many structures were compared */
export function compareWithSdk(runtime: unknown, place: SchemaPlace, path: string, seen = new Set<unknown>()): number {
  const known = settled(runtime);
  const { schema, file } = followReference(place);
  const inner = (what: unknown, schema: JsonSchema | false | undefined, name: string) => {
    assert.ok(schema, `${path}${name} has no schema`);
    compareWithSdk(what, { schema, file }, `${path}${name}`, seen);
  };
  if (typeof known === 'number' && known < LIST) {
    assert.ok(SCALARS[known]?.(schema), `${path} is ${known} for the SDK: ${JSON.stringify(schema)}`);
  } else if (typeof known === 'number' && known < MAP) inner(known - LIST, itemsOf(schema, path), '[]');
  else if (typeof known === 'number') inner(known - MAP, valuesOf(schema, path)[0], '{}');
  else if (known[0] === 0) inner(known[4], schema, '');
  else if (known[0] === 1) inner(known[4], itemsOf(schema, path), '[]');
  else if (known[0] === 2) for (const values of valuesOf(schema, path)) inner(known[5], values, '{}');
  else if (!seen.has(known)) {
    seen.add(known);
    const [kind, , , , names, types, requiredCount = 0] = known as [number, string, string, 0, string[], [], number?];
    assert.ok(kind === 3 || kind === 4, `${path} is of kind ${kind}, which is not known here`);
    assert.deepEqual(Object.keys(schema.properties ?? {}).sort(), [...names].sort(), path);
    const added = names.filter((one) =>
      REQUIRED.some((entry) => entry.endsWith(`.${one}`) && known[2] === entry.split('.')[0]),
    );
    assert.deepEqual(
      [...(schema.required ?? [])].sort(),
      [...new Set([...names.slice(0, requiredCount), ...added])].sort(),
      path,
    );
    assert.equal(schema.additionalProperties, false, path);
    assert.equal(schema.maxProperties, kind === 4 ? 1 : undefined, path);
    for (const [i, name] of names.entries()) inner(types[i], schema.properties?.[name], `.${name}`);
  }
  return seen.size;
}

function settled(runtime: unknown): number | readonly unknown[] {
  if (typeof runtime === 'function') return settled(runtime());
  if (Array.isArray(runtime) && runtime.length === 2) return settled(runtime[0]);
  return runtime as number | readonly unknown[];
}

function itemsOf(schema: JsonSchema, path: string): JsonSchema | undefined {
  assert.equal(schema.type, 'array', path);
  return schema.items;
}

/** A map whose keys are an enum has a property for each of them. */
function valuesOf(schema: JsonSchema, path: string): (JsonSchema | false)[] {
  assert.equal(schema.type, 'object', path);
  return schema.properties ? Object.values(schema.properties) : [schema.additionalProperties as JsonSchema];
}
