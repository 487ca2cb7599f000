/** How an input is written as an expression, by the type of its value. Pure. */
import type { Json } from '../../engine/json.ts';

const IS_NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

/** Words that mean something else in an expression. */
const RESERVED: ReadonlySet<string> = new Set(
  'and or not in is if else true false none True False None loop'.split(' '),
);

/** Whether a template can name it: `my-key` is a difference. */
export const isTemplateName = (name: string): boolean => IS_NAME.test(name) && !RESERVED.has(name);

/** Whether it can stand behind a dot. */
export const isMemberName = (name: string): boolean => IS_NAME.test(name);

/** Names that stand for the methods of a dict behind a dot, even where it has such keys. */
export const DICT_METHODS: ReadonlySet<string> = new Set(
  'clear copy fromkeys get items keys pop popitem setdefault update values'.split(' '),
);

/** A string of an expression, in quotes that a JSON string around it does not mind. */
export const quotedKey = (key: string, quote = "'"): string => `${quote}${escapedKey(key, quote)}${quote}`;

/** What stands between the quotes. */
export const escapedKey = (key: string, quote: string): string =>
  key.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replace(/\n/g, '\\n');

const isPlain = (text: string): boolean => JSON.stringify(text).length === text.length + 2;

const wantsNumber = (types: readonly string[]): boolean =>
  types.some((type) => type === 'number' || type === 'integer');

/**
 * An expression as a whole value.
 *
 * @param types what the schema allows there; empty where it does not say
 */
export function asValue(name: string, value: Json, types: readonly string[]): string {
  if (typeof value === 'string') return isPlain(value) ? `"{{ ${name} }}"` : `{{ ${name} | tojson }}`;
  if (typeof value === 'number') return types.length > 0 && !wantsNumber(types) ? `"{{ ${name} }}"` : `{{ ${name} }}`;
  return `{{ ${name} | tojson }}`;
}

/** An expression as a part of a string; undefined where it would not give text that fits there. */
export function asPart(name: string, value: Json): string | undefined {
  if (typeof value === 'string') return isPlain(value) ? `{{ ${name} }}` : undefined;
  if (typeof value === 'number') return `{{ ${name} }}`;
  // Jinja prints it as Python does: True.
  return typeof value === 'boolean' ? `{{ ${name} | tojson }}` : undefined;
}
