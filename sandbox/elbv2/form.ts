/** Reads form-encoded members: every leaf is text, and an empty list is an empty text. */
import { text } from '../input.ts';
import { isObject, type JsonObject } from '../json.ts';
import { validation } from './faults.ts';

/** @throws AwsFault `ValidationError` for what is not a whole number from `low` to `high` */
export function wholeIn(input: JsonObject, key: string, low: number, high: number): number | undefined {
  const given = text(input, key);
  if (given === undefined || given === '') return undefined;
  if (!/^-?\d{1,15}$/.test(given) || Number(given) < low || Number(given) > high) {
    throw validation(`${key} '${given.slice(0, 40)}' must be a number between ${low} and ${high}`);
  }
  return Number(given);
}

export function flagIn(input: JsonObject, key: string): boolean | undefined {
  const given = text(input, key);
  if (given === undefined || given === '') return undefined;
  if (given !== 'true' && given !== 'false') throw validation(`${key} '${given.slice(0, 40)}' must be true or false`);
  return given === 'true';
}

/** A list of structures; undefined where the member is absent. */
export function structures(input: JsonObject, key: string): readonly JsonObject[] | undefined {
  const given = Object.hasOwn(input, key) ? input[key] : undefined;
  if (given === undefined) return undefined;
  if (given === '') return [];
  if (Array.isArray(given) && given.every(isObject)) return given;
  throw validation(`${key} must be a list of structures`);
}

/** A list of texts; undefined where the member is absent. */
export function words(input: JsonObject, key: string): readonly string[] | undefined {
  const given = Object.hasOwn(input, key) ? input[key] : undefined;
  if (given === undefined) return undefined;
  if (given === '') return [];
  if (Array.isArray(given) && given.every((item) => typeof item === 'string')) return given;
  throw validation(`${key} must be a list of strings`);
}

/** A structure inside the request; empty where it is absent. */
export function structure(input: JsonObject, key: string): JsonObject {
  const given = Object.hasOwn(input, key) ? input[key] : undefined;
  return isObject(given) ? given : {};
}
