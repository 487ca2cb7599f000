/**
 * Reads the members of a request. A member of the wrong JSON type is AWS's `SerializationException`; `null` counts as
 * absent. What a service itself demands (ranges, required members) is the operations' own business.
 */
import { AwsFault } from './fault.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

function member(input: JsonObject, key: string): Json | undefined {
  const value = Object.hasOwn(input, key) ? input[key] : undefined;
  return value === null ? undefined : value;
}

function mistyped(key: string, wanted: string): AwsFault {
  return new AwsFault('SerializationException', `Member ${key} must be ${wanted}`);
}

export function text(input: JsonObject, key: string): string | undefined {
  const value = member(input, key);
  if (value === undefined || typeof value === 'string') return value;
  throw mistyped(key, 'a string');
}

export function whole(input: JsonObject, key: string): number | undefined {
  const value = member(input, key);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw mistyped(key, 'an integer');
}

export function number(input: JsonObject, key: string): number | undefined {
  const value = member(input, key);
  if (value === undefined || typeof value === 'number') return value;
  throw mistyped(key, 'a number');
}

export function flag(input: JsonObject, key: string): boolean | undefined {
  const value = member(input, key);
  if (value === undefined || typeof value === 'boolean') return value;
  throw mistyped(key, 'a boolean');
}

export function object(input: JsonObject, key: string): JsonObject | undefined {
  const value = member(input, key);
  if (value === undefined || isObject(value)) return value;
  throw mistyped(key, 'a structure');
}

export function objects(input: JsonObject, key: string): readonly JsonObject[] | undefined {
  const value = member(input, key);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw mistyped(key, 'a list of structures');
}

export function texts(input: JsonObject, key: string): readonly string[] | undefined {
  const value = member(input, key);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw mistyped(key, 'a list of strings');
}

/** A map of strings, as environment variables are. */
export function textMap(input: JsonObject, key: string): ReadonlyMap<string, string> | undefined {
  const value = object(input, key);
  if (value === undefined) return undefined;
  return new Map(
    Object.entries(value).map(([name, item]) => {
      if (typeof item !== 'string') throw mistyped(`${key}.${name}`, 'a string');
      return [name, item];
    }),
  );
}
