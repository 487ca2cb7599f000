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

/**
 * Forms in which programs print secrets that nobody has told us of: the group `kept` stays, the rest of the match goes.
 * Sources: RFC 3986 (user information), RFC 6750 (bearer tokens), RFC 7519 (JWT), AWS IAM user guide (access key ids).
 */
const LIKELY: readonly RegExp[] = [
  /(?<kept>\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:)[^\s@/]{1,500}(?=@)/gi,
  /(?<kept>\b(?:bearer|basic)\s+)[\w.~+/-]{8,}=*/gi,
  /(?<kept>)\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<kept>\b(?:AKIA|ASIA)[A-Z0-9]{4})[A-Z0-9]{12}\b/g,
  /(?<kept>(?:pass(?:word|wd|phrase)?|secret|token|credentials?|private.?key|api.?key|access.?key)["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;)}\]]{4,}/gi,
];

/** A line of a program's output without what looks like a secret; errs towards hiding. */
export const withoutLikelySecrets = (line: string): string =>
  LIKELY.reduce((text, pattern) => text.replace(pattern, `$<kept>${SENSITIVE}`), line);
