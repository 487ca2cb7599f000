/**
 * Evaluates expressions: Jinja2's semantics over Python's values, within bounds, recording which inputs are read.
 *
 * Owns the state that expressions share with statements: the current scope, the autoescape mode, the recording and the
 * budget. Failures are thrown; the renderer catches them where a statement can be given up alone.
 */

import { FILTERS, TESTS } from '../filters/index.ts';
import {
  attributeOrItem,
  binary,
  contains,
  Dict,
  equals,
  escapeHtml,
  Failure,
  type Host,
  isOrdered,
  isText,
  isTruthy,
  itemOrAttribute,
  itemsOf,
  join,
  type Keywords,
  Markup,
  NO_KEYWORDS,
  negate,
  PyObject,
  plus,
  slice,
  str,
  Tuple,
  textOf,
  typeError,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from '../python/index.ts';
import {
  type Arguments,
  type Attribute,
  type Compare,
  type Comparison,
  type Concat,
  type Conditional,
  type Expression,
  type FilterUse,
  type Item,
  type Name,
  type TestUse,
  unknownCallable,
} from '../syntax/index.ts';
import type { Budget } from './budget.ts';
import { Frame } from './frames.ts';
import { GLOBALS, Namespace } from './globals.ts';
import { Recording } from './recording.ts';
import { privateCopy, type Scope } from './scope.ts';

export class Evaluator implements Host {
  autoescape = false;
  frame = new Frame();
  recording = new Recording();
  /** The operation that is being performed, which is where a failure is reported. */
  at: { readonly start: number; readonly end: number } = { start: 0, end: 0 };
  readonly budget: Budget;
  readonly #scope: Scope;
  /** Copies of the inputs used, which the template may change. */
  readonly #inputs = new Map<string, Value>();

  constructor(scope: Scope, budget: Budget) {
    this.#scope = scope;
    this.budget = budget;
  }

  spend(steps: number): void {
    this.budget.spend(steps);
  }

  /** Counts the work that an operation on values of this size is. */
  #weigh(...values: readonly Value[]): void {
    let weight = 0;
    for (const value of values) weight += weightOf(value);
    if (weight > 0) this.budget.spend(weight);
  }

  fits(size: number | bigint): void {
    this.budget.fits(size);
  }

  walks(count: bigint): void {
    this.budget.walks(count);
  }

  mutated(): void {
    this.recording.mutated = true;
  }

  /** Runs with a recording of its own, which also counts for the expression around. */
  record<T>(run: () => T): { result: T; recording: Recording } {
    const outer = this.recording;
    const recording = new Recording();
    this.recording = recording;
    try {
      return { result: run(), recording };
    } finally {
      recording.settle();
      outer.add(recording);
      this.recording = outer;
    }
  }

  /** Runs in another scope. */
  within<T>(frame: Frame, run: () => T): T {
    const outer = this.frame;
    this.frame = frame;
    try {
      return run();
    } finally {
      this.frame = outer;
    }
  }

  evaluate(node: Expression): Value {
    this.budget.spend(1);
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'name':
        return this.#name(node);
      case 'broken':
        throw new Failure('Silent', 'the expression could not be parsed');
      case 'tuple':
        return new Tuple(node.items.map((item) => this.evaluate(item)));
      case 'list':
        return node.items.map((item) => this.evaluate(item));
      case 'dict':
        return Dict.of(node.pairs.map(([key, value]) => [this.evaluate(key), this.evaluate(value)] as const));
      case 'unary': {
        const operand = this.evaluate(node.operand);
        this.at = node;
        return node.operator === 'not' ? !isTruthy(operand) : node.operator === '-' ? negate(operand) : plus(operand);
      }
      case 'binary': {
        const left = this.evaluate(node.left);
        const right = this.evaluate(node.right);
        this.at = node;
        this.#weigh(left, right);
        if (node.operator === '**' && isNegativeLiteral(node.left, left) && !isLiteral(node.right)) {
          // Jinja2 folds the constant and writes it without parentheses, so that Python applies the sign last.
          return negate(binary('**', negate(left), right, this));
        }
        return binary(node.operator, left, right, this);
      }
      case 'logical': {
        const left = this.evaluate(node.left);
        this.at = node.left;
        return isTruthy(left) === (node.operator === 'and') ? this.evaluate(node.right) : left;
      }
      case 'compare':
        return this.#compare(node);
      case 'concat':
        return this.#concat(node);
      case 'conditional':
        return this.#conditional(node);
      case 'attribute':
        return this.#attribute(node);
      case 'item':
        return this.#item(node);
      case 'slice': {
        const object = this.evaluate(node.object);
        const [from, to, step] = [node.from, node.to, node.step].map((bound) => (bound ? this.evaluate(bound) : null));
        this.at = node;
        this.#weigh(object);
        return slice(object, from!, to!, step!, this);
      }
      case 'call': {
        const callee = this.evaluate(node.callee);
        return this.#call(node, callee, NO_KEYWORDS);
      }
      case 'filter':
        return this.#filter(node, undefined);
      case 'test':
        return this.#test(node);
    }
  }

  /** Evaluates whether something holds. */
  holds(node: Expression): boolean {
    const value = this.evaluate(node);
    this.at = node;
    return isTruthy(value);
  }

  /** Applies a block's filters to its content. */
  filterContent(node: FilterUse, content: Value): Value {
    return this.#filter(node, content);
  }

  /** Performs the call of a call block, handing it the block as `caller`. */
  callWith(node: Expression, caller: Value): Value {
    if (node.kind !== 'call') return this.evaluate(node);
    return this.#call(node, this.evaluate(node.callee), new Map([['caller', caller]]));
  }

  #name(node: Name): Value {
    const variable = this.frame.find(node.name);
    if (variable === 'hidden') return this.#undefinedName(node, false);
    if (variable) {
      this.recording.carrier(variable);
      return variable.value;
    }
    const input = this.#scope.values.get(node.name);
    if (input) {
      this.recording.input(node.name, input.sensitive);
      let value = this.#inputs.get(node.name);
      if (value === undefined) {
        value = privateCopy(input.value);
        this.#inputs.set(node.name, value);
      }
      return value;
    }
    return GLOBALS.get(node.name) ?? this.#undefinedName(node, !this.#scope.complete);
  }

  #undefinedName({ name, start, end }: Name, silent: boolean): Undefined {
    return new Undefined({ name, start, end, silent });
  }

  /** Names that could have been meant in this scope. */
  knownNames(): string[] {
    return [...this.frame.names(), ...this.#scope.values.keys(), ...GLOBALS.keys()];
  }

  #compare({ first, rest }: Compare): Value {
    let left = this.evaluate(first);
    for (const { operator, operand } of rest) {
      const right = this.evaluate(operand);
      this.at = operand;
      this.#weigh(left, right);
      if (!this.#holds(operator, left, right)) return false;
      left = right;
    }
    return true;
  }

  #holds(operator: Comparison, left: Value, right: Value): boolean {
    switch (operator) {
      case '==':
        return equals(left, right, this);
      case '!=':
        return !equals(left, right, this);
      case 'in':
        return contains(right, left, this);
      case 'not in':
        return !contains(right, left, this);
      default:
        return isOrdered(left, operator, right, this);
    }
  }

  #concat({ parts }: Concat): Value {
    let escaped = false;
    const texts = parts.map((part) => {
      const value = this.evaluate(part);
      this.at = part;
      this.#weigh(value);
      if (this.autoescape && value instanceof Markup) escaped = true;
      return this.autoescape && isText(value) ? value : str(value, this);
    });
    if (!escaped) return join('', texts, this);
    return new Markup(
      join(
        '',
        texts.map((text) => escapeHtml(text, this)),
        this,
      ),
    );
  }

  #conditional(node: Conditional): Value {
    if (this.holds(node.test)) return this.evaluate(node.then);
    if (node.otherwise) return this.evaluate(node.otherwise);
    const message = 'the inline "if" is false and has no "else"';
    return new Undefined({ name: null, message, start: node.start, end: node.end, strict: false });
  }

  #attribute(node: Attribute): Value {
    const object = this.evaluate(node.object);
    this.at = node;
    // A method does its work when it is called, but is bound to its object here.
    if (!(object instanceof Dict)) this.#weigh(object);
    if (object instanceof Undefined) object.fail();
    if (object instanceof Namespace) this.recording.carrier(object);
    const value = attributeOrItem(object, node.name, this);
    if (value !== undefined) return value;
    return new Undefined({
      name: node.name,
      owner: object,
      start: node.nameStart,
      end: node.nameStart + node.name.length,
    });
  }

  #item(node: Item): Value {
    const object = this.evaluate(node.object);
    const key = this.evaluate(node.key);
    this.at = node;
    if (isText(object)) this.#weigh(object);
    if (object instanceof Undefined) object.fail();
    if (object instanceof Namespace) this.recording.carrier(object);
    const value = itemOrAttribute(object, key, this);
    if (value !== undefined) return value;
    return new Undefined({ name: key, owner: object, start: node.key.start, end: node.key.end });
  }

  #arguments(
    { positional, keywords, rest, keywordRest }: Arguments,
    extra: Keywords,
  ): { args: Value[]; named: Keywords } {
    const args = positional.map((argument) => this.evaluate(argument));
    if (keywords.length === 0 && !rest && !keywordRest) return { args, named: extra };
    const named = new Map<string, Value>();
    for (const { name, value } of keywords) named.set(name, this.evaluate(value));
    for (const [name, value] of extra) named.set(name, value);
    if (rest) args.push(...itemsOf(this.evaluate(rest), this));
    if (keywordRest) {
      const more = this.evaluate(keywordRest);
      if (more instanceof Undefined) more.fail();
      if (!(more instanceof Dict)) throw typeError(`the argument after ** must be a mapping, not ${typeName(more)}`);
      for (const [key, value] of more.entries()) {
        if (!isText(key)) throw typeError('keywords must be strings');
        if (named.has(textOf(key))) throw typeError(`got multiple values for keyword argument '${textOf(key)}'`);
        named.set(textOf(key), value);
      }
    }
    return { args, named };
  }

  #call(node: Expression & { kind: 'call' }, callee: Value, extra: Keywords): Value {
    const { args, named } = this.#arguments(node.args, extra);
    this.at = node;
    return this.call(callee, args, named);
  }

  call(callee: Value, args: Value[], keywords: Keywords): Value {
    this.#weigh(...args, ...keywords.values());
    if (!(callee instanceof PyObject) || !callee.call) {
      throw typeError(`'${typeName(callee)}' object is not callable`, 'remove the parentheses');
    }
    return callee.call(args, keywords, this);
  }

  #filter(node: FilterUse, content: Value | undefined): Value {
    const operand = node.operand ? this.#filterOperand(node.operand, content) : content!;
    const { args, named } = this.#arguments(node.args, NO_KEYWORDS);
    this.at = FILTERS.has(node.name) ? node : nameOf(node);
    return this.filter(node.name, operand, args, named);
  }

  /** In a chain of a block's filters, the innermost is applied to the content. */
  #filterOperand(operand: Expression, content: Value | undefined): Value {
    return operand.kind === 'filter' && content !== undefined ? this.#filter(operand, content) : this.evaluate(operand);
  }

  filter(name: Value, value: Value, args: Value[], keywords: Keywords): Value {
    const run = FILTERS.get(calledName(name));
    if (!run) throw unknown('filter', calledName(name));
    this.#weigh(value, ...args);
    return run(value, args, keywords, this);
  }

  #test(node: TestUse): Value {
    const operand = this.evaluate(node.operand);
    const { args, named } = this.#arguments(node.args, NO_KEYWORDS);
    this.at = TESTS.has(node.name) ? node : nameOf(node);
    return this.test(node.name, operand, args, named);
  }

  test(name: Value, value: Value, args: Value[], keywords: Keywords): Value {
    const run = TESTS.get(calledName(name));
    if (!run) throw unknown('test', calledName(name));
    this.#weigh(value, ...args);
    return run(value, args, keywords, this);
  }
}

/** Where the name of a filter or test stands. */
function nameOf({ name, nameStart }: FilterUse | TestUse): { start: number; end: number } {
  return { start: nameStart, end: nameStart + name.length };
}

/** Whether an expression is made of literals only. */
function isLiteral(node: Expression): boolean {
  if (node.kind === 'unary') return isLiteral(node.operand);
  if (node.kind === 'binary') return isLiteral(node.left) && isLiteral(node.right);
  return node.kind === 'constant';
}

function isNegativeLiteral(node: Expression, value: Value): boolean {
  return (
    (typeof value === 'bigint' || typeof value === 'number') && (value < 0 || Object.is(value, -0)) && isLiteral(node)
  );
}

function calledName(name: Value): string {
  if (name instanceof Undefined) name.fail();
  if (!isText(name))
    throw new Failure(
      'TemplateRuntimeError',
      `a ${typeName(name)} is not the name of a filter or test`,
      'put the name in quotes',
    );
  return textOf(name);
}

function unknown(kind: 'filter' | 'test', name: string): Failure {
  const { message, hint } = unknownCallable(kind, name);
  return new Failure('TemplateRuntimeError', message, hint);
}
