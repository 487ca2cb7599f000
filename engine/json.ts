/** JSON values, as parsed: the currency between inputs, templates, schemas, plans and AWS requests; and their nesting. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** How deep JSON may be nested: deeper than any AWS request, and far from what a recursive walk can take. */
export const MOST_NESTING = 200;

/** Characters by their codes. */
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Offset of the bracket that is one too deep in a text that may be JSON; undefined where none is. */
export function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === BACKSLASH) i++;
      else if (c === QUOTE || c === NEWLINE) inString = false;
    } else if (c === QUOTE) inString = true;
    else if (c === OPENING_BRACKET || c === OPENING_BRACE) {
      if (++depth > MOST_NESTING) return i;
    } else if (c === CLOSING_BRACKET || c === CLOSING_BRACE) depth--;
  }
  return undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
