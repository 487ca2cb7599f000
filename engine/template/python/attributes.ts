/**
 * Attribute and item access. Names that start with two underscores do not exist, so that nothing behind an object can
 * be reached; everything else is looked up in tables of ours, never on a JavaScript object.
 */

import { braceFormat } from './braceFormat.ts';
import {
  DICT_FUNCTIONS,
  DICT_METHODS,
  entriesOf,
  LIST_METHODS,
  type Method,
  numberAttribute,
  TUPLE_METHODS,
} from './collectionMethods.ts';
import { Failure, isFailure, typeError } from './failure.ts';
import { stripTags, unescapeHtml } from './html.ts';
import { intOf } from './numbers.ts';
import { itemAt } from './operators.ts';
import { escapeHtml } from './printing.ts';
import { bind } from './signature.ts';
import { join, TEXT_METHODS } from './textMethods.ts';
import {
  codePoints,
  Dict,
  Func,
  Group,
  type Host,
  isText,
  itemsOf,
  type Keywords,
  Markup,
  NO_KEYWORDS,
  PyObject,
  Range,
  Tuple,
  textOf,
  typeName,
  type Value,
} from './value.ts';

/** `getattr(value, name)`, or `undefined` where there is no such attribute. */
export function getAttribute(value: Value, name: string, host: Host): Value | undefined {
  if (name.startsWith('__')) return value instanceof PyObject ? value.attribute(name, host) : undefined;
  if (typeof value === 'string') return textAttribute(value, name, host);
  if (value instanceof Markup) return markupAttribute(value, name, host);
  if (value instanceof Dict) return dictAttribute(value, name);
  if (Array.isArray(value)) return method(value, name, LIST_METHODS);
  if (value instanceof Tuple) return tupleAttribute(value, name);
  if (value instanceof Range) return rangeAttribute(value, name);
  if (value instanceof PyObject) return value.attribute(name, host);
  if (value === null) return undefined;
  return numberAttribute(typeof value === 'boolean' ? BigInt(value) : value, name);
}

function method<Self>(self: Self, name: string, table: ReadonlyMap<string, Method<Self>>): Func | undefined {
  const found = table.get(name);
  return found && new Func(name, (args, keywords, host) => found.run(self, bind(name, found, args, keywords), host));
}

function format(text: string, args: readonly Value[], keywords: Keywords, host: Host, escaping = false): string {
  return braceFormat(text, { args, keywords, attribute: getAttribute, item: getItem }, host, escaping);
}

function textAttribute(text: string, name: string, _host: Host): Func | undefined {
  if (name === 'format') return new Func(name, (args, keywords, host) => format(text, args, keywords, host));
  if (name === 'format_map') {
    return new Func(name, ([map], _, host) =>
      format(text, [], new Map(entriesOf(name, [map ?? null], NO_KEYWORDS, host) as [string, Value][]), host),
    );
  }
  return method(text, name, TEXT_METHODS);
}

/** Methods of escaped strings that escape their arguments and give escaped strings. Source: `markupsafe.Markup`. */
const ESCAPING: ReadonlySet<string> = new Set(
  'capitalize title lower upper replace ljust rjust lstrip rstrip center strip translate expandtabs swapcase zfill partition rpartition'.split(
    ' ',
  ),
);
const SPLITTING: ReadonlySet<string> = new Set(['split', 'rsplit', 'splitlines']);

function markupAttribute(value: Markup, name: string, outer: Host): Func | undefined {
  const { text } = value;
  switch (name) {
    case 'format':
      return new Func(name, (args, keywords, host) => new Markup(format(text, args, keywords, host, true)));
    case 'join':
      return new Func(
        name,
        ([items], _, host) =>
          new Markup(
            join(
              text,
              itemsOf(items ?? null, host).map((item) => escapeHtml(item, host)),
              host,
            ),
          ),
      );
    case 'unescape':
      return new Func(name, () => unescapeHtml(text));
    case 'striptags':
      return new Func(name, (_args, _keywords, host) => stripTags(text, host));
    case 'escape':
      return new Func(name, ([item], _, host) => escapeHtml(item ?? null, host));
  }
  const plain = textAttribute(text, name, outer);
  if (!plain || (!ESCAPING.has(name) && !SPLITTING.has(name))) return plain;
  return new Func(name, (args, keywords, host) => {
    const escapeText = (item: Value) => (ESCAPING.has(name) && isText(item) ? escapeHtml(item, host) : item);
    const escaped = new Map(Array.from(keywords, ([key, item]) => [key, escapeText(item)] as const));
    return markAll(plain.call(args.map(escapeText), escaped, host));
  });
}

function markAll(value: Value): Value {
  if (isText(value)) return new Markup(textOf(value));
  if (Array.isArray(value)) return value.map(markAll);
  return value instanceof Tuple ? new Tuple(value.items.map(markAll)) : value;
}

function dictAttribute(dict: Dict, name: string): Func | undefined {
  const special = DICT_FUNCTIONS.get(name);
  if (special) return new Func(name, (args, keywords, host) => special(dict, args, keywords, host));
  return method(dict, name, DICT_METHODS);
}

function tupleAttribute(tuple: Tuple, name: string): Value | undefined {
  if (tuple instanceof Group) {
    if (name === 'grouper') return tuple.items[0];
    if (name === 'list') return tuple.items[1];
  }
  return method(tuple, name, TUPLE_METHODS);
}

function rangeAttribute(range: Range, name: string): Value | undefined {
  switch (name) {
    case 'start':
      return range.start;
    case 'stop':
      return range.stop;
    case 'step':
      return range.step;
    case 'count':
      return new Func(name, ([value]) =>
        intOf(value ?? null) !== undefined && range.contains(intOf(value!)!) ? 1n : 0n,
      );
    case 'index':
      return new Func(name, ([value]) => {
        const int = intOf(value ?? null);
        if (int === undefined || !range.contains(int)) throw new Failure('ValueError', 'the value is not in the range');
        return (int - range.start) / range.step;
      });
    default:
      return undefined;
  }
}

/** `value[key]`. @throws Failure of the kinds `TypeError`, `KeyError` and `IndexError` where there is no such item */
export function getItem(value: Value, key: Value, host: Host): Value {
  if (value instanceof PyObject && value.item) return value.item(key, host);
  const items = sequenceOf(value);
  if (items) {
    const item = itemAt(items, key);
    return value instanceof Markup ? new Markup(item as string) : item;
  }
  if (value instanceof Range) return rangeItem(value, key);
  if (!(value instanceof Dict)) throw typeError(`'${typeName(value)}' object is not subscriptable`);
  const item = value.get(key);
  if (item === undefined) throw new Failure('KeyError', 'the dict has no such key');
  return item;
}

function sequenceOf(value: Value): ArrayLike<Value> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  return isText(value) ? codePoints(textOf(value)) : undefined;
}

function rangeItem(range: Range, key: Value): Value {
  const int = intOf(key);
  if (int === undefined) throw typeError('range indices must be integers');
  const index = int < 0n ? int + range.count : int;
  if (index < 0n || index >= range.count) throw new Failure('IndexError', 'range index is out of range');
  return range.at(index);
}

/** Jinja's `a.b`: the attribute, else the item; `undefined` where neither exists. */
export function attributeOrItem(value: Value, name: string, host: Host): Value | undefined {
  const attribute = getAttribute(value, name, host);
  // None is a value like any other.
  return attribute === undefined ? itemOrNothing(value, name, host) : attribute;
}

/** Jinja's `a[b]`: the item, else for a string the attribute; `undefined` where neither exists. */
export function itemOrAttribute(value: Value, key: Value, host: Host): Value | undefined {
  const item = itemOrNothing(value, key, host);
  return item === undefined && isText(key) ? getAttribute(value, textOf(key), host) : item;
}

function itemOrNothing(value: Value, key: Value, host: Host): Value | undefined {
  if (value instanceof Dict && typeof key === 'string') return value.get(key);
  // What can't have items needs no exception to say so.
  if (typeof value !== 'object' && typeof value !== 'string') return undefined;
  if (typeof key === 'string' && (typeof value === 'string' || Array.isArray(value))) return undefined;
  try {
    return getItem(value, key, host);
  } catch (error) {
    if (isFailure(error, 'TypeError', 'KeyError', 'IndexError', 'AttributeError')) return undefined;
    throw error;
  }
}
