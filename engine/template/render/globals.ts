/** The functions that Jinja2 provides: `range`, `dict`, `cycler`, `joiner`, `namespace`, and `lipsum`, which is refused. */

import {
  bind,
  Dict,
  entriesOf,
  Failure,
  Func,
  type Host,
  type Keywords,
  PyObject,
  Range,
  Tuple,
  toInt,
  typeError,
  type Value,
} from '../python/index.ts';
import { type Carrier, NO_ORIGIN, type Origin } from './recording.ts';

/** What `namespace()` makes: attributes that inner scopes can set. */
export class Namespace extends PyObject implements Carrier {
  readonly typeName = 'Namespace';
  readonly attributes: Dict;
  origin: Origin = NO_ORIGIN;

  constructor(attributes: Dict) {
    super();
    this.attributes = attributes;
  }

  override attribute(name: string): Value | undefined {
    return this.attributes.get(name);
  }

  override repr(printItem: (item: Value) => string): string {
    return `<Namespace ${printItem(this.attributes)}>`;
  }
}

class Cycler extends PyObject {
  readonly typeName = 'Cycler';
  readonly #items: readonly Value[];
  #position = 0;

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  get #current(): Value {
    return this.#items[this.#position]!;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'items':
        return new Tuple(this.#items);
      case 'pos':
        return BigInt(this.#position);
      case 'current':
        return this.#current;
      case 'next':
        return new Func(name, (args, keywords) => {
          bind(name, { params: [] }, args, keywords);
          const value = this.#current;
          this.#position = (this.#position + 1) % this.#items.length;
          return value;
        });
      case 'reset':
        return new Func(name, (args, keywords) => {
          bind(name, { params: [] }, args, keywords);
          this.#position = 0;
          return null;
        });
      default:
        return undefined;
    }
  }
}

class Joiner extends PyObject {
  readonly typeName = 'Joiner';
  readonly #separator: Value;
  #used = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override attribute(name: string): Value | undefined {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : undefined;
  }

  override call(args: Value[], keywords: Keywords): Value {
    bind('joiner', { params: [] }, args, keywords);
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }
}

/** A function that Python prints as a class. */
class ClassFunction extends Func {
  readonly #printed: string;

  constructor(name: string, printed: string, run: (args: Value[], keywords: Keywords, host: Host) => Value) {
    super(name, run);
    this.#printed = printed;
  }

  override repr(): string {
    return `<class '${this.#printed}'>`;
  }
}

function range(args: Value[], keywords: Keywords): Value {
  const [a, b, step] = bind(
    'range',
    { params: ['start', 'stop', 'step'], defaults: [null, null], positionalOnly: true },
    args,
    keywords,
  );
  const stride = args.length < 3 ? 1n : toInt(step!);
  if (stride === 0n) throw new Failure('ValueError', 'range() arg 3 must not be zero');
  return args.length < 2 ? new Range(0n, toInt(a!), 1n) : new Range(toInt(a!), toInt(b!), stride);
}

function dict(args: Value[], keywords: Keywords, host: Host): Dict {
  return Dict.of(entriesOf('dict', args, keywords, host));
}

function cycler(args: Value[], keywords: Keywords): Value {
  for (const name of keywords.keys()) throw typeError(`cycler() got an unexpected keyword argument '${name}'`);
  if (args.length === 0) throw new Failure('RuntimeError', 'at least one item has to be provided');
  return new Cycler(args);
}

function joiner(args: Value[], keywords: Keywords): Value {
  return new Joiner(bind('joiner', { params: ['sep'], defaults: [', '] }, args, keywords)[0]!);
}

function lipsum(): never {
  throw new Failure('Refused', 'lipsum gives random text, which differs from run to run', 'write the text');
}

export const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new ClassFunction('range', 'range', range)],
  ['dict', new ClassFunction('dict', 'dict', dict)],
  ['cycler', new ClassFunction('cycler', 'jinja2.utils.Cycler', cycler)],
  ['joiner', new ClassFunction('joiner', 'jinja2.utils.Joiner', joiner)],
  [
    'namespace',
    new ClassFunction(
      'namespace',
      'jinja2.utils.Namespace',
      (args, keywords, host) => new Namespace(dict(args, keywords, host)),
    ),
  ],
  ['lipsum', new Func('lipsum', lipsum)],
]);
