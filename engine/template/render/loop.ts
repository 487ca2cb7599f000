/** The variable `loop`. Source of its behaviour: `jinja2.runtime.LoopContext`. */

import {
  bind,
  equals,
  Func,
  type Host,
  isFailure,
  iterate,
  type Keywords,
  lengthOf,
  PyObject,
  Tuple,
  typeError,
  Undefined,
  type Value,
} from '../python/index.ts';

/** Renders the body of a recursive loop for other items, one level deeper. */
export type Recurse = (items: Value, depth: number) => Value;

export class LoopContext extends PyObject {
  readonly typeName = 'LoopContext';
  readonly #host: Host;
  readonly #items: Value;
  readonly #recurse: Recurse | undefined;
  readonly #depth: number;
  #iterator: Iterator<Value>;
  #index = -1;
  #length: number | undefined;
  /** The item after the current one, once somebody asked for it; `done` behind the last. */
  #after: { value: Value } | 'done' | undefined;
  #current: Value = null;
  #before: Value = null;
  #lastChanged: Value | undefined;

  /** @param depth 0 for the outermost loop */
  constructor(items: Value, host: Host, recurse: Recurse | undefined, depth: number) {
    super();
    this.#items = items;
    this.#host = host;
    this.#recurse = recurse;
    this.#depth = depth;
    this.#iterator = iterate(items, host);
  }

  /** Goes on to the next item; `undefined` behind the last. */
  advance(): { value: Value } | undefined {
    const next = this.#peek();
    if (next === 'done') return undefined;
    this.#after = undefined;
    this.#index++;
    this.#before = this.#current;
    this.#current = next.value;
    // A round makes a scope of its own, which is more than the work of one node.
    this.#host.spend(3);
    return next;
  }

  #peek(): { value: Value } | 'done' {
    if (this.#after === undefined) {
      const next = this.#iterator.next();
      this.#after = next.done ? 'done' : { value: next.value };
    }
    return this.#after;
  }

  /** Number of items; reads ahead where the sequence does not know it. */
  override length(): number {
    if (this.#length !== undefined) return this.#length;
    try {
      this.#length = lengthOf(this.#items);
    } catch (error) {
      if (!isFailure(error, 'TypeError')) throw error;
      const rest: Value[] = [];
      for (let next = this.#iterator.next(); !next.done; next = this.#iterator.next()) {
        this.#host.spend(1);
        rest.push(next.value);
      }
      this.#iterator = rest.values();
      this.#length = rest.length + this.#index + 1 + (typeof this.#after === 'object' ? 1 : 0);
    }
    return this.#length;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.#index + 1);
      case 'index0':
        return BigInt(this.#index);
      case 'revindex':
        return BigInt(this.length() - this.#index);
      case 'revindex0':
        return BigInt(this.length() - this.#index - 1);
      case 'first':
        return this.#index === 0;
      case 'last':
        return this.#peek() === 'done';
      case 'length':
        return BigInt(this.length());
      case 'depth':
        return BigInt(this.#depth + 1);
      case 'depth0':
        return BigInt(this.#depth);
      case 'previtem':
        return this.#index === 0 ? missing('there is no previous item') : this.#before;
      case 'nextitem': {
        const next = this.#peek();
        return next === 'done' ? missing('there is no next item') : next.value;
      }
      case 'cycle':
        return new Func(name, (args, keywords) => this.#cycle(args, keywords));
      case 'changed':
        return new Func(name, (args, _, host) => this.#changed(args, host));
      default:
        return undefined;
    }
  }

  #cycle(args: readonly Value[], keywords: Keywords): Value {
    if (args.length === 0) throw typeError('no items for cycling given');
    bind('cycle', { params: [] }, [], keywords);
    return args[this.#index % args.length]!;
  }

  #changed(args: readonly Value[], host: Host): boolean {
    const value = new Tuple(args);
    if (this.#lastChanged !== undefined && equals(this.#lastChanged, value, host)) return false;
    this.#lastChanged = value;
    return true;
  }

  override iterate(): Iterator<Value> {
    return {
      next: () => {
        const next = this.advance();
        return next ? { value: new Tuple([next.value, this]) } : { done: true, value: undefined };
      },
    };
  }

  override call(args: Value[], keywords: Keywords): Value {
    const [items] = bind('loop', { params: ['iterable'] }, args, keywords);
    if (!this.#recurse) {
      throw typeError("the loop must be marked 'recursive' to be called", 'write {% for … recursive %}');
    }
    return this.#recurse(items!, this.#depth + 1);
  }

  override repr(): string {
    return `<LoopContext ${this.#index + 1}/${this.length()}>`;
  }
}

function missing(message: string): Undefined {
  return new Undefined({ name: null, message, start: -1, end: -1 });
}
