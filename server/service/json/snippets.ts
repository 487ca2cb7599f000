/** Snippets for keys and values, by what the schema asks for; and what a snippet is without its stops. Pure. */
import type { SchemaPlace } from '../../../schemas/index.ts';
import { alternativesOf, memberOf } from './schemaPlace.ts';

/** Objects deeper than this are left empty: schemas may be recursive. */
const DEEPEST = 4;

/** Longer lists of values are for completion, not for a choice. */
const MOST_CHOICES = 12;

/** Counts the stops of one snippet. */
interface Stops {
  next: number;
}

/** `"key": value`, with a stop at each thing to fill in. */
export function memberSnippet(key: string, place: SchemaPlace | undefined): string {
  return `${escaped(JSON.stringify(key))}: ${valueSnippet(place)}`;
}

/**
 * A value with its required parts.
 *
 * @param type of those that the schema allows
 */
export function valueSnippet(place: SchemaPlace | undefined, type?: 'array' | 'object'): string {
  const wanted = type && place && alternativesOf(place).find(({ schema }) => schema.type === type);
  return value(wanted ?? place, { next: 1 }, 0);
}

function value(place: SchemaPlace | undefined, stops: Stops, depth: number): string {
  const one = place && (alternativesOf(place).find(({ schema }) => schema.type !== 'array') ?? place);
  const stop = () => stops.next++;
  if (one === undefined) return `"$${stop()}"`;
  const { schema } = one;
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (schema.const !== undefined) return escaped(JSON.stringify(schema.const));
  if (schema.enum && schema.enum.length > MOST_CHOICES) return `"$${stop()}"`;
  if (schema.enum) return `"\${${stop()}|${choices(schema.enum, schema.default)}|}"`;
  switch (type) {
    case 'boolean':
      return `\${${stop()}|${schema.default === false ? 'false,true' : 'true,false'}|}`;
    case 'integer':
    case 'number':
      return `\${${stop()}:${typeof schema.default === 'number' ? schema.default : Math.max(1, schema.minimum ?? 1)}}`;
    case 'array':
      return list(one, stops, depth);
    case 'object':
      return object(one, stops, depth);
    default:
      return `"$${stop()}"`;
  }
}

function list(place: SchemaPlace, stops: Stops, depth: number): string {
  const items = memberOf(place, 0);
  const isSimple = items === undefined || (items.schema.type === 'string' && items.schema.enum === undefined);
  // Strings may as well come from an expression: what there is to type is left open.
  if (depth >= DEEPEST || (isSimple && place.schema.minItems === undefined)) return `[$${stops.next++}]`;
  const count = Math.max(1, place.schema.minItems ?? 1);
  return `[${Array.from({ length: count }, () => value(items, stops, depth + 1)).join(', ')}]`;
}

function object(place: SchemaPlace, stops: Stops, depth: number): string {
  const required = place.schema.required ?? [];
  if (depth >= DEEPEST || required.length === 0) return `{$${stops.next++}}`;
  const members = required.map(
    (key) => `${escaped(JSON.stringify(key))}: ${value(memberOf(place, key), stops, depth + 1)}`,
  );
  return `{ ${members.join(', ')} }`;
}

function choices(values: readonly string[], first: unknown): string {
  const sorted = typeof first === 'string' ? [first, ...values.filter((one) => one !== first)] : values;
  return sorted.map((one) => one.replace(/[\\,|$}]/g, '\\$&')).join(',');
}

/** Text as it is, inside a snippet. */
export const escaped = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

/** What a snippet leaves when nothing is filled in: for clients that know no snippets. */
export const withoutStops = (snippet: string): string =>
  snippet.replace(
    /\\([\\$},|])|\$\{\d+\|((?:[^\\|,]|\\.)*)(?:[^\\|]|\\.)*\|\}|\$\{\d+:((?:[^\\}]|\\.)*)\}|\$\{\d+\}|\$\d+/g,
    (_, literal: string | undefined, choice: string | undefined, placeholder: string | undefined) =>
      literal ?? (choice ?? placeholder ?? '').replace(/\\([\\$},|])/g, '$1'),
  );
