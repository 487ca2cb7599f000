/** A cursor over tokens, and the failure that ends the parsing of one tag. */

import { EngineError } from '../../errors.ts';
import type { Token, TokenType } from './lexer.ts';

/** How deep brackets, tags and prefix operators may be nested. Jinja2 itself gives up before 100. */
export const MAX_NESTING = 200;

/** How long a chain of operators, members or filters may be. */
export const MAX_CHAIN = 500;

export class SyntaxFailure extends EngineError {
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number, hint?: string, code = 'template.syntax') {
    super(code, message, hint === undefined ? {} : { hint });
    this.start = start;
    this.end = end;
  }
}

export class Cursor {
  readonly #tokens: readonly Token[];
  /** Where the tag that is being parsed opens. */
  tagStart = 0;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#index]!;
  }

  get following(): Token {
    return this.#tokens[this.#index + 1] ?? this.#tokens.at(-1)!;
  }

  /** Offset after the last token that was taken. */
  get end(): number {
    return this.#index === 0 ? 0 : this.#tokens[this.#index - 1]!.end;
  }

  next(): Token {
    const token = this.current;
    if (token.type === '{{' || token.type === '{%') this.tagStart = token.start;
    if (token.type !== 'end') this.#index++;
    return token;
  }

  is(type: TokenType): boolean {
    return this.current.type === type;
  }

  isName(name: string): boolean {
    return this.current.type === 'name' && this.current.value === name;
  }

  skip(type: TokenType): boolean {
    if (!this.is(type)) return false;
    this.next();
    return true;
  }

  skipName(name: string): boolean {
    if (!this.isName(name)) return false;
    this.next();
    return true;
  }

  expect(type: TokenType): Token {
    if (!this.is(type)) this.fail(`expected ${describe(type)}, got ${describeToken(this.current)}`);
    return this.next();
  }

  expectName(name: string): Token {
    if (!this.isName(name)) this.fail(`expected '${name}', got ${describeToken(this.current)}`);
    return this.next();
  }

  fail(message: string, hint?: string, token = this.current): never {
    throw new SyntaxFailure(message, token.start, Math.max(token.end, token.start), hint);
  }

  /** Parses something nested. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= MAX_NESTING) this.tooDeep();
    this.#depth++;
    try {
      return parse();
    } finally {
      this.#depth--;
    }
  }

  tooDeep(): never {
    const { start, end } = this.current;
    throw new SyntaxFailure(
      `nested more than ${MAX_NESTING} levels deep`,
      start,
      end,
      'split the expression or the tags',
      'template.limit',
    );
  }

  /** After a failure: on to the end of the tag, and past it. */
  skipTag(): void {
    while (!this.is('%}') && !this.is('}}') && !this.is('end') && !this.is('data')) this.next();
    if (!this.is('data')) this.next();
  }

  /** Drops the rest of the template. */
  skipAll(): void {
    this.#index = this.#tokens.length - 1;
  }
}

function describe(type: TokenType): string {
  if (type === '}}' || type === '%}') return `'${type}'`;
  return type.startsWith('operator ') ? `'${type.slice(9)}'` : `a ${type}`;
}

export function describeToken(token: Token): string {
  switch (token.type) {
    case 'name':
      return `'${token.value}'`;
    case 'string':
      return 'a string';
    case 'number':
      return 'a number';
    case 'data':
      return 'text';
    case 'end':
      return 'the end of the template';
    default:
      return describe(token.type);
  }
}
