/** Takes known secrets out of texts before they are kept or shown: AWS quotes what it was sent in some of its errors. */
import { isObject, type Json } from './json.ts';

/** What stands in for a value that came from a sensitive input. */
export const SENSITIVE = '(sensitive)';

/** Shorter texts are not looked for: they would be found in innocent words. */
const SHORTEST = 5;

/** Every text inside a value, at any depth, that is long enough to be looked for. */
export function secretTexts(value: Json): string[] {
  if (typeof value === 'string') return value.length >= SHORTEST ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(secretTexts);
  return isObject(value) ? Object.values(value).flatMap(secretTexts) : [];
}

/** @returns a function that replaces every one of the secrets in every text and key of a value, at any depth */
export function redactor(secrets: readonly string[]): <T>(value: T) => T {
  // The longest first: a secret may contain another.
  const known = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return known.reduce((text, secret) => text.replaceAll(secret, SENSITIVE), value);
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [redact(key), redact(member)]));
  };
  return <T>(value: T) => (known.length === 0 ? value : (redact(value) as T));
}
