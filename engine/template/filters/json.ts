/** `tojson`: what Python's `json.dumps` gives with sorted keys, made safe for HTML. */

import {
  Dict,
  Failure,
  floatText,
  type Host,
  intOf,
  intText,
  isText,
  Markup,
  sorted,
  str,
  Tuple,
  textOf,
  typeError,
  typeName,
  Undefined,
  type Value,
} from '../python/index.ts';

const MAX_DEPTH = 500;
const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  "'": '\\u0027',
};

/** @param indent `null` for one line, a number of blanks, or the text to indent by */
export function toJson(value: Value, indent: Value, host: Host): Markup {
  const unit = indent === null ? undefined : isText(indent) ? textOf(indent) : ' '.repeat(indentWidth(indent, host));
  const text = new JsonWriter(unit, host).write(value, 0);
  return new Markup(text.replace(/[<>&']/g, (character) => HTML_ESCAPES[character]!));
}

function indentWidth(indent: Value, host: Host): number {
  const width = intOf(indent);
  if (width === undefined) throw typeError(`can't indent by a ${typeName(indent)}`);
  host.fits(width);
  return Math.max(0, Number(width));
}

class JsonWriter {
  readonly #unit: string | undefined;
  readonly #host: Host;
  readonly #open: Value[] = [];
  #size = 0;

  constructor(unit: string | undefined, host: Host) {
    this.#unit = unit;
    this.#host = host;
  }

  write(value: Value, depth: number): string {
    const text = this.#write(value, depth);
    this.#host.spend(1 + (text.length >> 4));
    this.#size += text.length;
    this.#host.fits(this.#size);
    return text;
  }

  #write(value: Value, depth: number): string {
    if (value === null) return 'null';
    if (isText(value)) return jsonString(textOf(value));
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (typeof value === 'bigint') return intText(value);
    if (typeof value === 'number') return jsonFloat(value);
    if (value instanceof Undefined) value.fail();
    const container = Array.isArray(value) || value instanceof Tuple || value instanceof Dict;
    if (!container) {
      throw typeError(`a ${typeName(value)} can't be written as JSON`, 'turn it into a list first with "| list"');
    }
    if (this.#open.includes(value)) throw new Failure('ValueError', 'circular reference detected');
    if (depth >= MAX_DEPTH) throw new Failure('LimitError', `a value is nested more than ${MAX_DEPTH} levels deep`);
    this.#open.push(value);
    const items =
      value instanceof Dict
        ? this.#members(value).map(([key, member]) => `${jsonString(key)}: ${this.write(member, depth + 1)}`)
        : (Array.isArray(value) ? value : value.items).map((item) => this.write(item, depth + 1));
    this.#open.pop();
    const [left, right] = value instanceof Dict ? ['{', '}'] : ['[', ']'];
    if (items.length === 0) return left! + right!;
    if (this.#unit === undefined) return `${left}${items.join(', ')}${right}`;
    this.#host.fits(this.#unit.length * (depth + 1) * items.length);
    const line = `\n${this.#unit.repeat(depth + 1)}`;
    return `${left}${line}${items.join(`,${line}`)}\n${this.#unit.repeat(depth)}${right}`;
  }

  #members(dict: Dict): (readonly [string, Value])[] {
    const members = sorted(
      Array.from(dict.entries(), (entry) => new Tuple([...entry])),
      (entry) => (entry as Tuple).items[0]!,
      false,
      this.#host,
    );
    return members.map((entry) => {
      const [key, member] = (entry as Tuple).items as [Value, Value];
      return [this.#key(key), member];
    });
  }

  #key(key: Value): string {
    if (isText(key)) return textOf(key);
    if (typeof key === 'number') return jsonFloat(key);
    if (key === null || typeof key === 'boolean') return String(key);
    if (typeof key === 'bigint') return str(key, this.#host);
    throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
  }
}

function jsonFloat(value: number): string {
  if (Number.isFinite(value)) return floatText(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** A JSON string in ASCII, as `json.dumps` writes it. */
function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
