/**
 * The values a template computes with: Python's, represented in JavaScript.
 *
 * | Python | here |
 * |---|---|
 * | `None`, `bool`, `str` | `null`, `boolean`, `string` |
 * | `int` | `bigint`, of any size |
 * | `float` | `number` |
 * | `list` | array |
 * | everything else | a class of ours |
 *
 * Because every object is an instance of a class declared here, and is only ever asked through `PyObject`'s methods,
 * a template has no way to reach a JavaScript object, prototype or constructor.
 */

import { Failure, typeError } from './failure.ts';

export type Value = null | boolean | bigint | number | string | Value[] | Markup | Tuple | Dict | PyObject;
export type Keywords = ReadonlyMap<string, Value>;

/** What evaluation needs from the renderer. Operations that may be large announce their size before they do the work. */
export interface Host {
  /** Whether `{% autoescape %}` is on at this moment. */
  readonly autoescape: boolean;
  /** Counts work; throws a `LimitError` when there was too much of it. */
  spend(steps: number): void;
  /** Announces a walk over a range of this many numbers; throws a `LimitError` when that is too many. */
  walks(count: bigint): void;
  /** Announces a string or list of this many characters or items; throws a `LimitError` when that is too many. */
  fits(size: number | bigint): void;
  call(callee: Value, args: Value[], keywords: Keywords): Value;
  filter(name: Value, value: Value, args: Value[], keywords: Keywords): Value;
  test(name: Value, value: Value, args: Value[], keywords: Keywords): Value;
  /** Records that a list, dict or namespace was changed in place by the expression being evaluated. */
  mutated(): void;
}

export const NO_KEYWORDS: Keywords = new Map();

/** An object with behaviour. What it cannot do it simply does not define. */
export abstract class PyObject {
  abstract readonly typeName: string;

  /** Attribute by name; `undefined` where there is none. */
  attribute(_name: string, _host: Host): Value | undefined {
    return undefined;
  }

  truthy(): boolean {
    return this.length === undefined || this.length() > 0;
  }

  /** How it prints. Objects that Python prints with their memory address are refused: it differs from run to run. */
  repr(_printItem: (item: Value) => string): string {
    throw new Failure('Refused', `a ${this.typeName} has no printable value`, this.printHint());
  }

  printHint(): string {
    return 'print one of its members instead';
  }

  length?(): number;
  item?(key: Value, host: Host): Value;
  iterate?(host: Host): Iterator<Value>;
  reversed?(host: Host): Iterator<Value>;
  call?(args: Value[], keywords: Keywords, host: Host): Value;
}

/** A string that counts as escaped (`markupsafe.Markup`). Adding a plain string to it escapes that string. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Tuple {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** What the filter `groupby` yields: a tuple with the names `grouper` and `list`. */
export class Group extends Tuple {}

type HashKey = null | bigint | number | string | PyObject;

/** The key under which Python finds equal values: `1`, `1.0` and `True` are one key. */
function hashKey(key: Value): HashKey {
  if (typeof key === 'string') return key.startsWith('\0') ? `\0${key}` : key;
  if (typeof key === 'bigint' || key === null) return key;
  if (typeof key === 'boolean') return key ? 1n : 0n;
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key;
  if (key instanceof Markup) return hashKey(key.text);
  if (key instanceof Tuple) return `\0(${key.items.map((item) => tupleKey(hashKey(item))).join()})`;
  if (key instanceof Undefined) key.use();
  if (key instanceof PyObject) return key;
  throw typeError(`unhashable type: '${Array.isArray(key) ? 'list' : 'dict'}'`);
}

function tupleKey(key: HashKey): string {
  if (key instanceof PyObject) throw typeError(`a tuple with a ${key.typeName} in it can't be a dict key`);
  return typeof key === 'string' ? JSON.stringify(key) : `${typeof key}${key}`;
}

/** A dict: insertion-ordered, keyed by any hashable value. */
export class Dict {
  readonly #entries = new Map<HashKey, [Value, Value]>();

  static of(entries: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: Value): boolean {
    return this.#entries.has(hashKey(key));
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(hashKey(key))?.[1];
  }

  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const entry = this.#entries.get(hash);
    if (entry) entry[1] = value;
    else this.#entries.set(hash, [key, value]);
  }

  delete(key: Value): void {
    this.#entries.delete(hashKey(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Live key and value pairs, in insertion order. */
  entries(): IterableIterator<readonly [Value, Value]> {
    return this.#entries.values();
  }

  keys(): Value[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }
}

/** What is known about an undefined value: enough to explain it where it is used. */
export interface UndefinedDetails {
  /** The name or member that does not exist. */
  readonly name: Value;
  /** The object that has no such member. */
  readonly owner?: Value;
  /** Replaces the message. */
  readonly message?: string;
  /** Where it arose, in the source. */
  readonly start: number;
  readonly end: number;
  /** Using it is an error. @default true; only an inline `if` without `else` gives one that is not. */
  readonly strict?: boolean;
  /** Follows from something reported already, or from an unreadable input: using it is not reported. */
  readonly silent?: boolean;
}

export class Undefined extends PyObject {
  readonly typeName = 'Undefined';
  readonly details: UndefinedDetails;

  constructor(details: UndefinedDetails) {
    super();
    this.details = details;
  }

  get message(): string {
    const { message, owner, name } = this.details;
    if (message !== undefined) return message;
    const shown = typeof name === 'string' ? `'${name}'` : String(name);
    return owner === undefined ? `${shown} is undefined` : `'${typeName(owner)}' has no member ${shown}`;
  }

  /** Fails as any use of a strict undefined value does. */
  fail(): never {
    throw new Failure(this.details.silent ? 'Silent' : 'UndefinedError', this.message, undefined, this);
  }

  /** Fails unless this kind of undefined value may be printed, compared, iterated and tested. */
  use(): void {
    if (this.details.strict !== false) this.fail();
  }

  /** Fails when it is unknown whether the value is defined at all. */
  known(): this {
    if (this.details.silent) this.fail();
    return this;
  }

  override attribute(name: string): Value | undefined {
    if (name.startsWith('__')) return undefined;
    return this.fail();
  }

  override truthy(): boolean {
    this.use();
    return false;
  }

  override repr(): string {
    return 'Undefined';
  }

  override length(): number {
    this.use();
    return 0;
  }

  override iterate(): Iterator<Value> {
    this.use();
    return [].values();
  }

  override call(): Value {
    return this.fail();
  }
}

/** A lazy sequence that can be walked once: what `map`, `select`, `batch` and their like give. */
export class Lazy extends PyObject {
  readonly typeName: string;
  readonly #iterator: Iterator<Value>;

  constructor(iterator: Iterator<Value>, name = 'generator') {
    super();
    this.#iterator = iterator;
    this.typeName = name;
  }

  override printHint(): string {
    return 'turn it into a list with "| list", or into text with "| join"';
  }

  override iterate(): Iterator<Value> {
    return this.#iterator;
  }
}

/** A built-in function or method. */
export class Func extends PyObject {
  readonly typeName = 'builtin_function_or_method';
  readonly name: string;
  readonly #run: (args: Value[], keywords: Keywords, host: Host) => Value;

  constructor(name: string, run: (args: Value[], keywords: Keywords, host: Host) => Value) {
    super();
    this.name = name;
    this.#run = run;
  }

  override printHint(): string {
    return `call it: ${this.name}()`;
  }

  override call(args: Value[], keywords: Keywords, host: Host): Value {
    return this.#run(args, keywords, host);
  }
}

/** `bytes`, the result of `str.encode`. */
export class Bytes extends PyObject {
  readonly typeName = 'bytes';
  readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    super();
    this.data = data;
  }

  override length(): number {
    return this.data.length;
  }

  override iterate(): Iterator<Value> {
    return Array.from(this.data, (byte) => BigInt(byte)).values();
  }

  override repr(): string {
    let body = '';
    for (const byte of this.data) {
      if (byte === 92) body += '\\\\';
      else if (byte === 10) body += '\\n';
      else if (byte === 13) body += '\\r';
      else if (byte === 9) body += '\\t';
      else body += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    }
    return body.includes("'") && !body.includes('"') ? `b"${body}"` : `b'${body.replaceAll("'", "\\'")}'`;
  }

  override attribute(name: string): Value | undefined {
    if (name !== 'decode') return undefined;
    return new Func('decode', () => new TextDecoder().decode(this.data));
  }
}

export class Range extends PyObject {
  readonly typeName = 'range';
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get count(): bigint {
    const span = this.step > 0n ? this.stop - this.start : this.start - this.stop;
    const stride = this.step > 0n ? this.step : -this.step;
    return span <= 0n ? 0n : (span + stride - 1n) / stride;
  }

  at(index: bigint): bigint {
    return this.start + index * this.step;
  }

  contains(value: bigint): boolean {
    const offset = value - this.start;
    if (offset % this.step !== 0n) return false;
    const index = offset / this.step;
    return index >= 0n && index < this.count;
  }

  override truthy(): boolean {
    return this.count > 0n;
  }

  override length(): number {
    if (this.count > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new Failure('OverflowError', 'range is too long to be counted');
    }
    return Number(this.count);
  }

  override repr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1n ? '' : `, ${this.step}`})`;
  }

  override *iterate(host: Host): Iterator<Value> {
    host.walks(this.count);
    for (let i = 0n, n = this.count; i < n; i++) yield this.at(i);
  }

  override reversed(host: Host): Iterator<Value> {
    return new Range(this.at(this.count - 1n), this.start - this.step, -this.step).iterate(host);
  }
}

/** `dict.keys()`, `.values()` and `.items()`: live views. */
export class DictView extends PyObject {
  readonly typeName: string;
  readonly dict: Dict;
  readonly #pick: (entry: readonly [Value, Value]) => Value;

  constructor(name: 'dict_keys' | 'dict_values' | 'dict_items', dict: Dict) {
    super();
    this.typeName = name;
    this.dict = dict;
    this.#pick =
      name === 'dict_keys'
        ? (entry) => entry[0]
        : name === 'dict_values'
          ? (entry) => entry[1]
          : (e) => new Tuple([...e]);
  }

  override length(): number {
    return this.dict.size;
  }

  override iterate(): Iterator<Value> {
    return walkDict(this.dict, this.#pick);
  }

  override reversed(): Iterator<Value> {
    return [...this.dict.entries()].reverse().map(this.#pick).values();
  }

  override repr(printItem: (item: Value) => string): string {
    return `${this.typeName}([${Array.from(this.dict.entries(), (entry) => printItem(this.#pick(entry))).join(', ')}])`;
  }
}

function* walkDict(dict: Dict, pick: (entry: readonly [Value, Value]) => Value): Iterator<Value> {
  const size = dict.size;
  for (const entry of dict.entries()) {
    yield pick(entry);
    if (dict.size !== size) throw new Failure('RuntimeError', 'dictionary changed size during iteration');
  }
}

function* walkList(list: readonly Value[]): Iterator<Value> {
  // By index, so that items appended during the walk are seen, as in Python.
  for (let i = 0; i < list.length; i++) yield list[i]!;
}

export function isText(value: Value): value is string | Markup {
  return typeof value === 'string' || value instanceof Markup;
}

/** The characters of a string, escaped or not. */
export function textOf(value: string | Markup): string {
  return typeof value === 'string' ? value : value.text;
}

/** Python's name for the type of a value. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
  }
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Dict) return 'dict';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Markup) return 'Markup';
  return value.typeName;
}

export function isTruthy(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Markup) return value.text !== '';
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Dict) return value.size > 0;
  return value.truthy();
}

/** Walks any iterable, one step of work per item. @throws Failure `TypeError` when the value is not iterable */
export function iterate(value: Value, host: Host): Iterator<Value> {
  if (Array.isArray(value)) return walkList(value);
  if (isText(value)) return [...textOf(value)].values();
  if (value instanceof Tuple) return walkList(value.items);
  if (value instanceof Dict) return walkDict(value, (entry) => entry[0]);
  const iterator = value instanceof PyObject ? value.iterate?.(host) : undefined;
  if (!iterator) throw typeError(`'${typeName(value)}' object is not iterable`);
  return iterator;
}

export function isIterable(value: Value): boolean {
  if (value instanceof Undefined) value.use();
  if (value instanceof PyObject) return value.iterate !== undefined;
  return typeof value === 'object' ? value !== null : typeof value === 'string';
}

/** All items of an iterable, as a new array. */
export function itemsOf(value: Value, host: Host): Value[] {
  if (Array.isArray(value)) {
    host.spend(value.length);
    return value.slice();
  }
  if (isText(value)) host.spend(textOf(value).length);
  const iterator = iterate(value, host);
  const items: Value[] = [];
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    host.spend(1);
    items.push(next.value);
  }
  return items;
}

const SURROGATES = /[\ud800-\udfff]/;

/** The characters of a text as Python counts them: by code point. */
export function codePoints(text: string): string | string[] {
  return SURROGATES.test(text) ? [...text] : text;
}

/** Length in code points, which is what Python counts. */
export function textLength(text: string): number {
  return codePoints(text).length;
}

/** Rough cost of working through a value once, in steps: what its size adds to an operation. */
export function weightOf(value: Value): number {
  if (typeof value === 'string') return value.length >> 4;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Markup) return value.text.length >> 4;
  if (Array.isArray(value)) return value.length >> 2;
  if (value instanceof Dict) return value.size >> 1;
  return value instanceof Tuple ? value.items.length >> 2 : 0;
}

/** Python's `len`. @throws Failure `TypeError` for what has none */
export function lengthOf(value: Value): number {
  if (isText(value)) return textLength(textOf(value));
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof PyObject && value.length) return value.length();
  throw typeError(`object of type '${typeName(value)}' has no len()`);
}
