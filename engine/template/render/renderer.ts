/**
 * Renders a template: statements, output, source map, problems.
 *
 * Goes on after an expression that fails, with nothing in its place, so that one rendering finds every mistake it can
 * get to; what follows from a mistake is not reported again. Only a bound that is exceeded ends the rendering.
 */

import { closest } from '../../closest.ts';
import type { ProblemCode, TemplateProblem } from '../problem.ts';
import {
  Dict,
  escapeHtml,
  Failure,
  isText,
  itemsOf,
  iterate,
  Lazy,
  Markup,
  PyObject,
  str,
  Tuple,
  textOf,
  typeError,
  typeName,
  Undefined,
  type Value,
  valueError,
} from '../python/index.ts';
import type {
  Block,
  Body,
  CallBlock,
  Data,
  Expression,
  For,
  If,
  MacroDefinition,
  Statement,
  Target,
  Template,
} from '../syntax/index.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './budget.ts';
import { Evaluator } from './evaluator.ts';
import { Frame } from './frames.ts';
import { Namespace } from './globals.ts';
import { LoopContext, type Recurse } from './loop.ts';
import { type Arguments, Macro, type MacroDetails } from './macro.ts';
import { NO_ORIGIN, type Origin, union } from './recording.ts';
import type { Scope } from './scope.ts';
import { type MapPiece, SourceMap, type SourceRange } from './sourceMap.ts';

export interface Rendered {
  readonly text: string;
  /** False when something is missing from the text: an expression failed, or the rendering was stopped. */
  readonly complete: boolean;
  readonly map: SourceMap;
  /** What went wrong while rendering; the problems of parsing are the template's own. */
  readonly problems: TemplateProblem[];
}

/** Renders a template. Never throws. */
export function renderTemplate(template: Template, scope: Scope, limits: Partial<Limits> = {}): Rendered {
  const renderer = new Renderer(template, scope, { ...DEFAULT_LIMITS, ...limits });
  return renderer.run();
}

/** Collects rendered text, and where it came from. */
class Output {
  text = '';
  readonly pieces: MapPiece[] = [];

  /** @param more where the text came from, if it was rendered by itself before; what it was before it was printed */
  write(
    text: string,
    source: SourceRange,
    origin: Origin | undefined,
    more: Pick<MapPiece, 'inner' | 'printed'> = {},
  ): void {
    if (text === '') return;
    this.pieces.push({
      start: this.text.length,
      end: this.text.length + text.length,
      sourceStart: source.start,
      sourceEnd: source.end,
      verbatim: origin === undefined,
      names: origin ? [...origin.names] : [],
      sensitive: origin?.sensitive ?? false,
      ...(more.inner && { inner: more.inner }),
      ...(more.printed && { printed: more.printed }),
    });
    this.text += text;
  }
}

/** What to do about a failure, and where it is a misspelt name, what was probably meant. */
interface Advice {
  readonly hint?: string;
  readonly suggestion?: string;
}

function didYouMean(name: string, candidates: Iterable<string>, otherwise: string): Advice {
  const guess = closest(name, candidates);
  return guess === undefined ? { hint: otherwise } : { hint: `did you mean '${guess}'?`, suggestion: guess };
}

/** Problems with the same key are the same problem. */
function placeKey({
  start,
  end,
  code,
}: {
  readonly start: number;
  readonly end: number;
  readonly code: string;
}): string {
  return `${start}:${end}:${code}`;
}

/** The way into what a macro gave, where that is what was printed: as it is, or without the space around it. */
function innerOf(captured: Output | undefined, printed: string): MapPiece['inner'] {
  if (captured === undefined || printed === '') return undefined;
  const { text, pieces } = captured;
  if (text === printed) return { map: new SourceMap(pieces), shift: 0 };
  return text.trim() === printed ? { map: new SourceMap(pieces), shift: text.indexOf(printed) } : undefined;
}

/** What is assigned where a value could not be computed: using it is not reported again. */
const UNKNOWN = new Undefined({ name: null, message: 'unknown', start: -1, end: -1, silent: true });

class Renderer {
  readonly #template: Template;
  readonly #evaluator: Evaluator;
  readonly #root = new Frame();
  readonly #problems: TemplateProblem[] = [];
  readonly #reported = new Set<string>();
  /** The calls of macros that are being rendered, outermost first. */
  readonly #calls: SourceRange[] = [];
  /** What was rendered by itself last: a macro's text, for one. */
  #captured: Output | undefined;
  #complete: boolean;

  constructor(template: Template, scope: Scope, limits: Limits) {
    this.#template = template;
    this.#evaluator = new Evaluator(scope, new Budget(limits));
    this.#complete = template.problems.length === 0;
    for (const problem of template.problems) this.#reported.add(placeKey(problem));
  }

  run(): Rendered {
    const output = new Output();
    const { body, source } = this.#template;
    try {
      this.#root.set('self', new TemplateReference((name) => this.#blockReference(name)));
      this.#root.hide(body);
      this.#evaluator.within(this.#root, () => this.#body(body, output));
    } catch (error) {
      this.#stop(error, source.length);
    }
    return { text: output.text, complete: this.#complete, map: new SourceMap(output.pieces), problems: this.#problems };
  }

  /** Reports what ended the rendering as a whole. Exhausting the stack is one of the bounds. */
  #stop(error: unknown, length: number): void {
    const tooDeep = error instanceof RangeError && /call stack/i.test(error.message);
    const failure = tooDeep
      ? new Failure('LimitError', 'the template is nested too deeply', 'nest less deeply')
      : error;
    if (!(failure instanceof Failure)) throw error;
    const { start, end } = this.#evaluator.at;
    this.#report(failure, { start, end: Math.min(end, length) }, false);
  }

  #report(failure: Failure, place: { readonly start: number; readonly end: number }, sensitive: boolean): void {
    this.#complete = false;
    if (failure.failure === 'Silent') return;
    const subject = failure.subject instanceof Undefined ? failure.subject : undefined;
    const known = subject !== undefined && subject.details.start >= 0;
    const { start, end } = known ? subject.details : place;
    const key = placeKey({ start, end, code: failure.code });
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    const name = known && typeof subject.details.name === 'string' ? subject.details.name : undefined;
    // A name that is written in the template is no secret; one that was computed may be.
    const written = name !== undefined && this.#template.source.slice(start, end).includes(name);
    const withheld = sensitive && failure.failure !== 'LimitError' && !written;
    // What was handed to a macro is wrong where it was written.
    const isHandedIn = this.#calls.some((call) => call.start <= start && end <= call.end);
    const isSecret = withheld || (sensitive && subject?.details.owner !== undefined);
    this.#problems.push({
      start,
      end,
      code: failure.code as ProblemCode,
      message: withheld
        ? `this can't be evaluated (${failure.failure}); details are withheld because it reads a sensitive input`
        : failure.message,
      ...(isSecret ? {} : this.#advice(failure, subject)),
      ...(name === undefined || withheld ? {} : { name }),
      ...(this.#calls.length > 0 && !isHandedIn && { calls: [...this.#calls] }),
    });
  }

  #advice(failure: Failure, subject: Undefined | undefined): Advice {
    if (failure.hint !== undefined) return { hint: failure.hint };
    if (subject === undefined) return {};
    const { name, owner, start } = subject.details;
    if (typeof name !== 'string')
      return start < 0 ? {} : { hint: 'check that it exists first, or give it a default: "| default(…)"' };
    if (owner === undefined) {
      const otherwise = 'define it in the input file, or in a file that its "ref" names';
      return didYouMean(name, this.#evaluator.knownNames(), otherwise);
    }
    if (!(owner instanceof Dict)) return { hint: 'check what the value is' };
    const members = owner.keys().filter((key) => typeof key === 'string');
    const listed = `its members are: ${members.slice(0, 8).join(', ')}${members.length > 8 ? ', …' : ''}`;
    return didYouMean(name, members, members.length === 0 ? 'it has no members' : listed);
  }

  /** Evaluates for one statement. Gives `undefined` after reporting a failure. */
  #attempt<T>(
    place: { readonly start: number; readonly end: number },
    run: () => T,
  ): { result: T; origin: Origin } | undefined {
    let sensitive = () => false;
    try {
      const { result, recording } = this.#evaluator.record(() => {
        const { recording: current } = this.#evaluator;
        sensitive = () => current.sensitive;
        this.#evaluator.at = place;
        return run();
      });
      return { result, origin: recording };
    } catch (error) {
      if (!(error instanceof Failure) || error.failure === 'LimitError') throw error;
      this.#report(error, this.#evaluator.at, sensitive());
      return undefined;
    }
  }

  #body({ statements }: Body, output: Output): void {
    for (const statement of statements) this.#statement(statement, output);
  }

  /** Renders a body in a scope of its own. */
  #scoped(body: Body, frame: Frame, output: Output): void {
    frame.hide(body);
    this.#evaluator.within(frame, () => this.#body(body, output));
  }

  /** Renders a body to a value instead of to the output. */
  #capture(body: Body, frame: Frame): string {
    const output = new Output();
    this.#scoped(body, frame, output);
    this.#captured = output;
    return output.text;
  }

  #inner(): Frame {
    return new Frame(this.#evaluator.frame);
  }

  #statement(node: Statement, output: Output): void {
    this.#evaluator.spend(1);
    switch (node.kind) {
      case 'data':
        this.#data(node, output);
        return;
      case 'output':
        this.#print(node.value, () => this.#evaluator.evaluate(node.value), output);
        return;
      case 'if':
        this.#if(node, output);
        return;
      case 'for':
        this.#for(node, output);
        return;
      case 'set': {
        const value = this.#attempt(node.value, () => this.#evaluator.evaluate(node.value));
        this.#assign(node.target, value ? value.result : UNKNOWN, value?.origin ?? NO_ORIGIN);
        return;
      }
      case 'set-block':
        this.#assignBlock(node);
        return;
      case 'macro':
        this.#evaluator.frame.set(node.name, this.#macro(node, node.name));
        return;
      case 'call-block':
        this.#callBlock(node, output);
        return;
      case 'filter-block': {
        const place = node.filter;
        const run = () => {
          const frame = this.#inner();
          const content = this.#mark(this.#capture(node.body, frame));
          return this.#evaluator.within(frame, () => this.#evaluator.filterContent(node.filter, content));
        };
        this.#pass(place, run, output);
        return;
      }
      case 'with': {
        const frame = this.#inner();
        for (const { target, value } of node.assignments) {
          const made = this.#attempt(value, () => this.#evaluator.evaluate(value));
          this.#assign(target, made ? made.result : UNKNOWN, made?.origin ?? NO_ORIGIN, frame);
        }
        this.#scoped(node.body, frame, output);
        return;
      }
      case 'autoescape':
        this.#autoescape(node.enabled, node.body, output);
        return;
      case 'block':
        this.#block(node, node.scoped ? this.#inner() : new Frame(this.#root), output);
        return;
    }
  }

  #data(node: Data, output: Output): void {
    this.#evaluator.fits(output.text.length + node.text.length);
    if (node.text.length === node.end - node.start) {
      output.write(node.text, node, undefined);
      return;
    }
    // The source has line ends of two characters: one piece per line keeps the offsets exact.
    let at = node.start;
    for (const line of this.#template.source.slice(node.start, node.end).split(/(\r\n?|\n)/)) {
      const end = at + line.length;
      output.write(line.replace(/\r\n?/, '\n'), { start: at, end }, undefined);
      at = end;
    }
  }

  #print(place: Expression, run: () => Value, output: Output): void {
    this.#write(
      place,
      () => {
        const value = run();
        this.#evaluator.at = place;
        const text = this.#evaluator.autoescape ? escapeHtml(value, this.#evaluator).text : str(value, this.#evaluator);
        return {
          text,
          printed:
            Array.isArray(value) || value instanceof Tuple ? 'list' : value instanceof Dict ? 'object' : undefined,
        };
      },
      output,
    );
  }

  /** Writes what a call or filter gave, which has to be text already and is not escaped again. */
  #pass(place: Expression, run: () => Value, output: Output): void {
    this.#write(
      place,
      () => {
        const value = run();
        this.#evaluator.at = place;
        if (isText(value)) return { text: textOf(value), printed: undefined };
        throw typeError(`the block gives a ${typeName(value)} instead of text`, 'apply "| string" last');
      },
      output,
    );
  }

  #write(
    place: Expression,
    run: () => { readonly text: string; readonly printed: MapPiece['printed'] },
    output: Output,
  ): void {
    this.#captured = undefined;
    const written = this.#attempt(place, run);
    if (!written) return;
    const { text, printed } = written.result;
    this.#evaluator.fits(output.text.length + text.length);
    output.write(text, place, written.origin, { inner: innerOf(this.#captured, text), printed });
  }

  /** Captured text as a value: escaped where autoescape is on. */
  #mark(text: string): Value {
    return this.#evaluator.autoescape ? new Markup(text) : text;
  }

  #if({ branches, otherwise }: If, output: Output): void {
    for (const { test, body } of branches) {
      const outcome = this.#attempt(test, () => this.#evaluator.holds(test));
      // Which branch would have been taken is unknown, so none is.
      if (!outcome) return;
      if (outcome.result) {
        this.#body(body, output);
        return;
      }
    }
    this.#body(otherwise, output);
  }

  #for(node: For, output: Output): void {
    const outer = this.#evaluator.frame;
    const items = this.#attempt(node.items, () => {
      const value = this.#evaluator.evaluate(node.items);
      this.#evaluator.at = node.items;
      // Fails here rather than in the loop when the value is not iterable.
      if (!(value instanceof PyObject)) iterate(value, this.#evaluator);
      return value;
    });
    if (!items) return;
    if (node.recursive) {
      const recurse: Recurse = (value, depth) => {
        const inner = new Output();
        const run = () =>
          this.#loop(node, value, { output: inner, frame: outer, origin: this.#evaluator.recording, recurse, depth });
        this.#evaluator.budget.nested(run);
        this.#captured = inner;
        return this.#mark(inner.text);
      };
      this.#pass(
        node.items,
        () => {
          this.#evaluator.recording.add(items.origin);
          return recurse(items.result, 0);
        },
        output,
      );
      return;
    }
    this.#attempt(node.items, () => {
      this.#loop(node, items.result, { output, frame: outer, origin: items.origin, recurse: undefined, depth: 0 });
    });
  }

  #loop(
    node: For,
    items: Value,
    run: { output: Output; frame: Frame; origin: Origin; recurse: Recurse | undefined; depth: number },
  ): void {
    const { output, frame: outer, origin, recurse, depth } = run;
    const source = node.condition ? new Lazy(this.#matching(node, node.condition, items, outer, origin)) : items;
    const loop = new LoopContext(source, this.#evaluator, recurse, depth);
    let any = false;
    for (let next = loop.advance(); next; next = loop.advance()) {
      any = true;
      const frame = new Frame(outer, node.body);
      this.#unpack(node.target, next.value, origin, frame);
      frame.set('loop', loop, origin);
      this.#evaluator.within(frame, () => this.#body(node.body, output));
      this.#evaluator.at = node.items;
    }
    if (!any) this.#scoped(node.otherwise, new Frame(outer), output);
  }

  /** The items for which a loop's condition holds. */
  *#matching(node: For, condition: Expression, items: Value, outer: Frame, origin: Origin): Generator<Value> {
    const iterator = iterate(items, this.#evaluator);
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      this.#evaluator.spend(1);
      const frame = new Frame(outer);
      this.#unpack(node.target, next.value, origin, frame);
      if (this.#evaluator.within(frame, () => this.#evaluator.holds(condition))) yield next.value;
    }
  }

  #assign(target: Target, value: Value, origin: Origin, frame = this.#evaluator.frame): void {
    this.#attempt(target, () => this.#unpack(target, value, origin, frame));
  }

  #unpack(target: Target, value: Value, origin: Origin, frame: Frame): void {
    switch (target.kind) {
      case 'name':
        frame.set(target.name, value, { names: origin.names, sensitive: origin.sensitive });
        return;
      case 'member': {
        const namespace = this.#evaluator.evaluate(target.object);
        this.#evaluator.at = target;
        if (namespace instanceof Undefined && namespace.details.silent) namespace.fail();
        if (!(namespace instanceof Namespace)) {
          throw new Failure(
            'TemplateRuntimeError',
            'only a member of a namespace can be set',
            'make one with {% set ns = namespace() %}',
          );
        }
        namespace.attributes.set(target.name, value);
        namespace.origin = union(namespace.origin, origin);
        return;
      }
      case 'targets': {
        if (value instanceof Undefined && value.details.silent) {
          for (const item of target.items) this.#unpack(item, UNKNOWN, origin, frame);
          return;
        }
        const items = itemsOf(value, this.#evaluator);
        if (items.length !== target.items.length) {
          throw valueError(`can't unpack ${items.length} value(s) into ${target.items.length} name(s)`);
        }
        for (const [index, item] of target.items.entries()) this.#unpack(item, items[index]!, origin, frame);
      }
    }
  }

  #assignBlock(node: Statement & { kind: 'set-block' }): void {
    const made = this.#attempt(node, () => {
      const frame = this.#inner();
      const content = this.#mark(this.#capture(node.body, frame));
      if (!node.filter) return content;
      const filtered = this.#evaluator.within(frame, () => this.#evaluator.filterContent(node.filter!, content));
      return this.#evaluator.autoescape && !(filtered instanceof Markup)
        ? new Markup(str(filtered, this.#evaluator))
        : filtered;
    });
    this.#assign(node.target, made ? made.result : UNKNOWN, made?.origin ?? NO_ORIGIN);
  }

  #autoescape(enabled: Expression, body: Body, output: Output): void {
    const mode = this.#attempt(enabled, () => this.#evaluator.holds(enabled));
    if (!mode) return;
    this.#withAutoescape(mode.result, () => this.#scoped(body, this.#inner(), output));
  }

  #withAutoescape<T>(enabled: boolean, run: () => T): T {
    const outer = this.#evaluator.autoescape;
    this.#evaluator.autoescape = enabled;
    try {
      return run();
    } finally {
      this.#evaluator.autoescape = outer;
    }
  }

  /** A macro sees the scope in which it is defined, and escapes as the place where it is defined does. */
  #macro(node: MacroDefinition | CallBlock, name: string | undefined): Macro {
    const outer = this.#evaluator.frame;
    const { autoescape } = this.#evaluator;
    const details: MacroDetails = { name, parameters: node.parameters, special: node.special };
    return new Macro(details, (args) => {
      const run = () => this.#capture(node.body, this.#macroFrame(node, args, outer));
      this.#calls.push(this.#evaluator.at);
      try {
        return this.#mark(this.#evaluator.budget.nested(() => this.#withAutoescape(autoescape, run)));
      } finally {
        this.#calls.pop();
      }
    });
  }

  #macroFrame({ parameters }: MacroDefinition | CallBlock, args: Arguments, outer: Frame): Frame {
    const frame = new Frame(outer);
    const origin: Origin = this.#evaluator.recording;
    const given = { names: new Set(origin.names), sensitive: origin.sensitive };
    for (const [name, value] of args) {
      const message = `the parameter '${name}' was not provided`;
      frame.set(name, value === undefined ? new Undefined({ name, message, start: -1, end: -1 }) : value, given);
    }
    for (const { name, fallback } of parameters) {
      if (!fallback || args.get(name) !== undefined) continue;
      const made = this.#attempt(fallback, () =>
        this.#evaluator.within(frame, () => this.#evaluator.evaluate(fallback)),
      );
      frame.set(name, made ? made.result : UNKNOWN, made?.origin ?? NO_ORIGIN);
    }
    return frame;
  }

  #callBlock(node: CallBlock, output: Output): void {
    this.#pass(node.call, () => this.#evaluator.callWith(node.call, this.#macro(node, undefined)), output);
  }

  #block(node: Block, frame: Frame, output: Output): void {
    const message = `there is no parent block called '${node.name}'`;
    frame.set('super', new Undefined({ name: 'super', message, start: -1, end: -1 }));
    this.#evaluator.budget.nested(() => this.#scoped(node.body, frame, output));
  }

  /** What `self.name` gives: a function that renders the block again. */
  #blockReference(name: string): Value | undefined {
    const block = this.#template.blocks.get(name);
    return (
      block &&
      new BlockReference(() => {
        const output = new Output();
        this.#block(block, new Frame(this.#root), output);
        this.#captured = output;
        return this.#mark(output.text);
      })
    );
  }
}

/** The variable `self`. */
class TemplateReference extends PyObject {
  readonly typeName = 'TemplateReference';
  readonly #block: (name: string) => Value | undefined;

  constructor(block: (name: string) => Value | undefined) {
    super();
    this.#block = block;
  }

  override attribute(name: string): Value | undefined {
    return this.#block(name);
  }

  override repr(): string {
    return '<TemplateReference None>';
  }
}

class BlockReference extends PyObject {
  readonly typeName = 'BlockReference';
  readonly #render: () => Value;

  constructor(render: () => Value) {
    super();
    this.#render = render;
  }

  override call(): Value {
    return this.#render();
  }
}
