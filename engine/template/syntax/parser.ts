/**
 * Statements: turns tokens into a tree. Never throws: a tag that can't be understood becomes a problem and the rest of
 * the template is parsed as if the tag had been right, as far as that can be told.
 */

import type { ProblemCode, TemplateProblem } from '../problem.ts';
import {
  parseDeclaredName,
  parseExpression,
  parseFilterChain,
  parseSetTarget,
  parseTarget,
  parseTuple,
} from './expressions.ts';
import { markHiddenNames } from './hiddenNames.ts';
import { type Token, tokenize } from './lexer.ts';
import type { Block, Body, Expression, FilterUse, Parameter, Statement, Target, Template } from './nodes.ts';
import { checkStatic } from './staticChecks.ts';
import { Cursor, describeToken, SyntaxFailure } from './tokens.ts';
import { namesRead } from './walk.ts';

/** Parses a template. Never throws; `problems` are also kept in the template. */
export function parseTemplate(source: string): { template: Template; problems: TemplateProblem[] } {
  const { tokens, problems } = tokenize(source);
  const parser = new Parser(tokens, problems);
  const body = parser.parse();
  const template: Template = { source, body: markHiddenNames(body), blocks: parser.blocks, problems };
  problems.push(...checkStatic(template.body));
  problems.sort((a, b) => a.start - b.start);
  return { template, problems };
}

/** Tags of Jinja2 that reach for other files. */
const OTHER_FILES: ReadonlySet<string> = new Set(['include', 'import', 'from', 'extends']);
/** Tags that only extensions of Jinja2 know. */
const EXTENSIONS: ReadonlySet<string> = new Set(['do', 'break', 'continue', 'trans', 'debug']);

class Parser {
  readonly blocks = new Map<string, Block>();
  readonly #cursor: Cursor;
  readonly #problems: TemplateProblem[];
  readonly #lexical: readonly TemplateProblem[];
  /** Tags that the enclosing statements wait for, innermost last. */
  readonly #expected: (readonly string[])[] = [];
  #gaveUp = false;

  constructor(tokens: readonly Token[], problems: TemplateProblem[]) {
    this.#cursor = new Cursor(tokens);
    this.#problems = problems;
    this.#lexical = [...problems];
  }

  parse(): Body {
    return { statements: this.#statements() };
  }

  #report(failure: SyntaxFailure): void {
    const { message, hint, start, end } = failure;
    this.#problems.push({
      start,
      end,
      code: failure.code as ProblemCode,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Statements up to an end tag that somebody waits for; that tag's name is the current token then. */
  #statements(): Statement[] {
    const cursor = this.#cursor;
    const statements: Statement[] = [];
    for (;;) {
      const { type, start, end, value } = cursor.current;
      // A name here is the end tag of an enclosing statement: the inner one was never closed.
      if (type === 'end' || type === 'name') return statements;
      cursor.next();
      if (type === 'data') statements.push({ kind: 'data', text: value as string, start, end });
      else if (type === '{{') statements.push(this.#output(start));
      else if (type === '{%') {
        if (this.#expected.some((names) => cursor.is('name') && names.includes(cursor.current.value as string)))
          return statements;
        const parsed = this.#tag(start);
        if (parsed) statements.push(...parsed);
      }
    }
  }

  /** Parses inside a tag; after a failure, reports it and goes on behind the tag with what `otherwise` gives. */
  #guard<T>(parse: () => T, otherwise: (at: number) => T): T {
    const { start } = this.#cursor.current;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxFailure)) throw error;
      const { tagStart } = this.#cursor;
      this.#cursor.skipTag();
      // What the lexer rejected in this tag explains the failure already.
      const explained = this.#lexical.some((problem) => problem.start >= tagStart && problem.start <= this.#cursor.end);
      if (!explained || error.code === 'template.limit') this.#report(error);
      return otherwise(start);
    }
  }

  #output(start: number): Statement {
    const value = this.#guard(() => {
      const expression = parseTuple(this.#cursor);
      this.#cursor.expect('}}');
      return expression;
    }, broken);
    return { kind: 'output', value, start, end: this.#cursor.end };
  }

  /** The rest of a tag that opens a body: an optional colon and the end. */
  #opened<T>(value: T): T {
    this.#cursor.skip('operator :');
    this.#cursor.expect('%}');
    return value;
  }

  /** A body up to one of the end tags. Gives the tag that was met, whose name has been taken, or `undefined`. */
  #body(open: number, tag: string, ends: readonly string[]): { body: Body; met: string | undefined } {
    const cursor = this.#cursor;
    this.#expected.push(ends);
    let statements: Statement[] = [];
    try {
      statements = cursor.nested(() => this.#statements());
    } catch (error) {
      if (!(error instanceof SyntaxFailure)) throw error;
      this.#report(error);
      this.#gaveUp = true;
      cursor.skipAll();
    }
    this.#expected.pop();
    const name = cursor.is('name') ? (cursor.current.value as string) : undefined;
    if (name !== undefined && ends.includes(name)) {
      cursor.next();
      return { body: { statements }, met: name };
    }
    if (!this.#gaveUp) {
      const expected = ends.map((end) => `{% ${end} %}`).join(' or ');
      this.#report(
        new SyntaxFailure(
          `'${tag}' is never closed`,
          open,
          Math.min(open + tag.length + 3, cursor.end),
          `close it with ${expected}`,
        ),
      );
    }
    return { body: { statements }, met: undefined };
  }

  /** A body with a single end tag. */
  #closedBody(open: number, tag: string): Body {
    const { body, met } = this.#body(open, tag, [`end${tag}`]);
    if (met !== undefined) this.#closeTag();
    return body;
  }

  #closeTag(): void {
    this.#guard(
      () => void this.#cursor.expect('%}'),
      () => undefined,
    );
  }

  #tag(open: number): Statement[] | undefined {
    const cursor = this.#cursor;
    const token = cursor.current;
    if (token.type !== 'name') {
      return this.#guard(
        () => cursor.fail(`expected the name of a tag, got ${describeToken(token)}`),
        () => undefined,
      );
    }
    const name = cursor.next().value as string;
    switch (name) {
      case 'if':
        return [this.#if(open)];
      case 'for':
        return [this.#for(open)];
      case 'set':
        return [this.#set(open)];
      case 'macro':
        return [this.#macro(open)];
      case 'call':
        return [this.#call(open)];
      case 'filter':
        return [this.#filter(open)];
      case 'with':
        return [this.#with(open)];
      case 'autoescape':
        return [this.#autoescape(open)];
      case 'block':
        return this.#block(open);
      case 'print':
        return this.#print(open);
      default:
        this.#unknown(token, name);
        return undefined;
    }
  }

  #unknown(token: Token, name: string): void {
    const { start, end } = token;
    let failure = new SyntaxFailure(`unknown tag '${name}'`, start, end, unknownTagHint(name));
    if (OTHER_FILES.has(name)) {
      failure = new SyntaxFailure(
        `'${name}' is not available: files are self-contained`,
        start,
        end,
        'write the content in this file, or put shared values into a file that "ref" names',
        'template.not-self-contained',
      );
    }
    this.#report(failure);
    this.#cursor.skipTag();
  }

  #if(open: number): Statement {
    const cursor = this.#cursor;
    const branches: { test: Expression; body: Body }[] = [];
    let otherwise: Body = { statements: [] };
    for (let met: string | undefined = 'if'; met === 'if' || met === 'elif'; ) {
      const test = this.#guard(() => this.#opened(parseTuple(cursor, { conditional: false })), broken);
      const part = this.#body(open, 'if', ['elif', 'else', 'endif']);
      branches.push({ test, body: part.body });
      met = part.met;
      if (met === 'else') {
        this.#guard(
          () => this.#opened(undefined),
          () => undefined,
        );
        otherwise = this.#closedBody(open, 'if');
      } else if (met === 'endif') this.#closeTag();
    }
    return { kind: 'if', branches, otherwise, start: open, end: cursor.end };
  }

  #for(open: number): Statement {
    const cursor = this.#cursor;
    const header = this.#guard(
      () => {
        const target = parseTarget(cursor, 'in');
        cursor.expectName('in');
        const items = parseTuple(cursor, { conditional: false, endName: 'recursive' });
        const condition = cursor.skipName('if') ? parseExpression(cursor) : undefined;
        const recursive = cursor.skipName('recursive');
        return this.#opened({ target, items, condition, recursive });
      },
      (at) => ({ target: noTarget(at), items: broken(at), condition: undefined, recursive: false }),
    );
    const { body, met } = this.#body(open, 'for', ['endfor', 'else']);
    let otherwise: Body = { statements: [] };
    if (met === 'else') {
      this.#guard(
        () => this.#opened(undefined),
        () => undefined,
      );
      otherwise = this.#closedBody(open, 'for');
    } else if (met === 'endfor') this.#closeTag();
    return { kind: 'for', ...header, body, otherwise, start: open, end: cursor.end };
  }

  #set(open: number): Statement {
    const cursor = this.#cursor;
    let target: Target | undefined;
    const header = this.#guard<{ value?: Expression; filter?: FilterUse | undefined }>(
      () => {
        target = parseSetTarget(cursor);
        if (cursor.skip('operator =')) {
          const value = parseTuple(cursor);
          cursor.expect('%}');
          return { value };
        }
        const filter = cursor.skip('operator |') ? parseFilterChain(cursor) : undefined;
        return this.#opened({ filter });
      },
      (at) => ({ value: broken(at) }),
    );
    target ??= noTarget(open);
    if (header.value) return { kind: 'set', target, value: header.value, start: open, end: cursor.end };
    const body = this.#closedBody(open, 'set');
    return { kind: 'set-block', target, filter: header.filter, body, start: open, end: cursor.end };
  }

  #parameters(): Parameter[] {
    const cursor = this.#cursor;
    const parameters: Parameter[] = [];
    cursor.expect('operator (');
    while (!cursor.is('operator )')) {
      if (parameters.length > 0) cursor.expect('operator ,');
      const name = parseDeclaredName(cursor);
      const fallback = cursor.skip('operator =') ? parseExpression(cursor) : undefined;
      if (!fallback && parameters.at(-1)?.fallback)
        cursor.fail(`the parameter '${name.name}' needs a default`, 'put parameters without a default first');
      if (parameters.some((parameter) => parameter.name === name.name))
        cursor.fail(`the parameter '${name.name}' is declared twice`);
      parameters.push({ name: name.name, fallback, start: name.start, end: cursor.end });
    }
    cursor.expect('operator )');
    return parameters;
  }

  #macro(open: number): Statement {
    const cursor = this.#cursor;
    let name = '';
    let nameStart = open;
    const parameters = this.#guard(
      () => {
        ({ name, start: nameStart } = parseDeclaredName(cursor));
        return this.#opened(this.#parameters());
      },
      () => [],
    );
    const body = this.#closedBody(open, 'macro');
    return {
      kind: 'macro',
      name,
      nameStart,
      parameters,
      body,
      special: this.#special(parameters, body),
      start: open,
      end: cursor.end,
    };
  }

  #call(open: number): Statement {
    const cursor = this.#cursor;
    const header = this.#guard(
      () => {
        const parameters = cursor.is('operator (') ? this.#parameters() : [];
        const token = cursor.current;
        const call = parseExpression(cursor);
        if (call.kind !== 'call') cursor.fail('expected a call of a macro', 'write {% call name() %}', token);
        return this.#opened({ parameters, call });
      },
      (at) => ({ parameters: [] as Parameter[], call: broken(at) }),
    );
    const body = this.#closedBody(open, 'call');
    return {
      kind: 'call-block',
      ...header,
      body,
      special: this.#special(header.parameters, body),
      start: open,
      end: cursor.end,
    };
  }

  /** The special names that a macro's body reads. A parameter may take the name `caller` only with a default. */
  #special(parameters: readonly Parameter[], body: Body): ReadonlySet<string> {
    const special = namesRead(body, ['caller', 'kwargs', 'varargs']);
    const caller = parameters.find((parameter) => parameter.name === 'caller');
    if (caller && !caller.fallback && special.has('caller')) {
      this.#report(
        new SyntaxFailure(
          "the parameter 'caller' needs a default",
          caller.start,
          caller.end,
          'omit it: it is there anyway',
        ),
      );
    }
    return special;
  }

  #filter(open: number): Statement {
    const filter = this.#guard<FilterUse | undefined>(
      () => this.#opened(parseFilterChain(this.#cursor)),
      () => undefined,
    );
    const body = this.#closedBody(open, 'filter');
    const end = this.#cursor.end;
    if (filter) return { kind: 'filter-block', filter, body, start: open, end };
    return { kind: 'with', assignments: [], body, start: open, end };
  }

  #with(open: number): Statement {
    const cursor = this.#cursor;
    const assignments = this.#guard(
      () => {
        const parsed: { target: Target; value: Expression }[] = [];
        while (!cursor.is('%}')) {
          if (parsed.length > 0) cursor.expect('operator ,');
          const target = parseTarget(cursor);
          cursor.expect('operator =');
          parsed.push({ target, value: parseExpression(cursor) });
        }
        return this.#opened(parsed);
      },
      () => [],
    );
    const body = this.#closedBody(open, 'with');
    return { kind: 'with', assignments, body, start: open, end: cursor.end };
  }

  #autoescape(open: number): Statement {
    const enabled = this.#guard(() => this.#opened(parseExpression(this.#cursor)), broken);
    const body = this.#closedBody(open, 'autoescape');
    return { kind: 'autoescape', enabled, body, start: open, end: this.#cursor.end };
  }

  #block(open: number): Statement[] {
    const cursor = this.#cursor;
    const nameToken = cursor.current;
    const header = this.#guard(
      () => {
        const name = cursor.expect('name').value as string;
        const scoped = cursor.skipName('scoped');
        const required = cursor.skipName('required');
        return this.#opened({ name, scoped, required });
      },
      () => ({ name: '', scoped: false, required: false }),
    );
    const { body, met } = this.#body(open, 'block', ['endblock']);
    if (met !== undefined) {
      cursor.skipName(header.name);
      this.#closeTag();
    }
    const block: Block = { kind: 'block', ...header, body, start: open, end: cursor.end };
    if (this.blocks.has(block.name)) {
      this.#report(
        new SyntaxFailure(
          `the block '${block.name}' is defined twice`,
          nameToken.start,
          nameToken.end,
          'rename one of them',
        ),
      );
    }
    if (header.required) {
      this.#report(
        new SyntaxFailure(
          `the required block '${block.name}' has no content`,
          nameToken.start,
          nameToken.end,
          'remove "required"',
        ),
      );
    }
    this.blocks.set(block.name, block);
    return [block];
  }

  #print(open: number): Statement[] {
    const cursor = this.#cursor;
    const values = this.#guard(
      () => {
        const parsed: Expression[] = [];
        while (!cursor.is('%}')) {
          if (parsed.length > 0) cursor.expect('operator ,');
          parsed.push(parseExpression(cursor));
        }
        cursor.next();
        return parsed;
      },
      (at) => [broken(at)],
    );
    return values.map((value) => ({ kind: 'output', value, start: open, end: cursor.end }));
  }
}

function broken(at: number): Expression {
  return { kind: 'broken', start: at, end: at };
}

function noTarget(at: number): Target {
  return { kind: 'targets', items: [], start: at, end: at };
}

function unknownTagHint(name: string): string {
  if (EXTENSIONS.has(name)) return `'${name}' is an extension of Jinja2 that is not part of this`;
  if (name.startsWith('end') || name === 'else' || name === 'elif')
    return 'remove it, or add the tag that it belongs to';
  return 'the tags are: if, for, set, macro, call, filter, with, block, raw, autoescape, print';
}
