/** `pprint`: Python's `pprint.pformat` with its default width of 80. */

import {
  Dict,
  Group,
  type Host,
  isFailure,
  isOrdered,
  quote,
  Range,
  repr,
  sorted,
  splitLines,
  Tuple,
  typeName,
  type Value,
} from '../python/index.ts';

const WIDTH = 80;

/** Like `repr`, but with the keys of dicts in order. */
function orderedRepr(value: Value, host: Host): string {
  if (Array.isArray(value)) return `[${value.map((item) => orderedRepr(item, host)).join(', ')}]`;
  if (value instanceof Tuple) {
    const items = value.items.map((item) => orderedRepr(item, host));
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  if (value instanceof Dict) {
    return `{${orderedEntries(value, host)
      .map(([key, item]) => `${orderedRepr(key, host)}: ${orderedRepr(item, host)}`)
      .join(', ')}}`;
  }
  return repr(value, host);
}

/** Keys in order; those of types without an order, by the name of their type. */
function orderedEntries(dict: Dict, host: Host): (readonly [Value, Value])[] {
  const entries = [...dict.entries()];
  try {
    const keys = sorted(dict.keys(), (key) => key, false, host);
    return keys.map((key) => [key, dict.get(key)!] as const);
  } catch (error) {
    if (!isFailure(error, 'TypeError')) throw error;
    return entries.sort(([a], [b]) => {
      if (typeName(a) !== typeName(b)) return typeName(a) < typeName(b) ? -1 : 1;
      return isOrdered(a, '<', b, host) ? -1 : 1;
    });
  }
}

export function prettyPrint(value: Value, host: Host): string {
  // Bounds and cycles are checked where the plain representation is made.
  repr(value, host);
  return layOut(value, 0, 0, host);
}

/** @param indent column where the value starts @param allowance characters that must fit behind it */
function layOut(value: Value, indent: number, allowance: number, host: Host): string {
  const flat = orderedRepr(value, host);
  host.spend(1 + (flat.length >> 6));
  if (flat.length <= WIDTH - indent - allowance || value instanceof Group || value instanceof Range) return flat;
  if (Array.isArray(value)) return `[${layOutItems(value, indent, allowance + 1, host)}]`;
  if (value instanceof Tuple) {
    const end = value.items.length === 1 ? ',)' : ')';
    return `(${layOutItems(value.items, indent, allowance + end.length, host)}${end}`;
  }
  if (value instanceof Dict) return `{${layOutEntries(value, indent, allowance + 1, host)}}`;
  return typeof value === 'string' ? layOutText(value, indent, allowance, host) : flat;
}

function layOutItems(items: readonly Value[], indent: number, allowance: number, host: Host): string {
  const last = items.length - 1;
  return items
    .map((item, index) => layOut(item, indent + 1, index === last ? allowance : 1, host))
    .join(`,\n${' '.repeat(indent + 1)}`);
}

function layOutEntries(dict: Dict, indent: number, allowance: number, host: Host): string {
  const entries = orderedEntries(dict, host);
  const last = entries.length - 1;
  return entries
    .map(([key, item], index) => {
      const label = orderedRepr(key, host);
      return `${label}: ${layOut(item, indent + 1 + label.length + 2, index === last ? allowance : 1, host)}`;
    })
    .join(`,\n${' '.repeat(indent + 1)}`);
}

/** A long string: one literal per line and, where a line is too long, per group of words. */
function layOutText(text: string, outerIndent: number, outerAllowance: number, host: Host): string {
  const nested = outerIndent > 0 || outerAllowance > 0;
  const indent = nested ? outerIndent : outerIndent + 1;
  const allowance = nested ? outerAllowance : outerAllowance + 1;
  const lines = splitLines(text, true);
  const chunks: string[] = [];
  for (const [index, line] of lines.entries()) {
    const lastLine = index === lines.length - 1;
    const literal = quote(line);
    const room = WIDTH - indent - (lastLine ? allowance : 0);
    if (literal.length <= room) {
      chunks.push(literal);
      continue;
    }
    const words = line.match(/\S*\s*/g)!.filter(Boolean);
    let current = '';
    for (const [at, word] of words.entries()) {
      const lastWord = lastLine && at === words.length - 1;
      const wordRoom = WIDTH - indent - (lastWord ? allowance : 0);
      if (quote(current + word).length > wordRoom) {
        if (current !== '') chunks.push(quote(current));
        current = word;
      } else current += word;
      host.spend(1);
    }
    if (current !== '') chunks.push(quote(current));
  }
  if (chunks.length === 1) return quote(text);
  const body = chunks.join(`\n${' '.repeat(indent)}`);
  return nested ? body : `(${body})`;
}
