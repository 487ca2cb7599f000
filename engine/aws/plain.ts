/** The SDK's answers as plain JSON: dates become ms since the epoch, bytes base64, metadata goes. */
import type { Json, JsonObject } from '../json.ts';

export function plain(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value as Json;
  const members = Object.entries(value)
    .filter(([key, member]) => member !== undefined && key !== '$metadata')
    .map(([key, member]): [string, Json] => [key, plain(member)]);
  return Object.fromEntries(members);
}

export const plainObject = (value: object): JsonObject => plain(value) as JsonObject;
