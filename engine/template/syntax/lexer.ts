/**
 * Turns a template into tokens with exact offsets, by Jinja2 3.1's rules with its default delimiters.
 *
 * Never throws: what Jinja2 rejects becomes a problem, and the lexer goes on behind it, so that one open tag does not
 * blind an editor to the rest of the file. Source of the rules: `jinja2.lexer`.
 */

import type { TemplateProblem } from '../problem.ts';
import { Failure, parseIntText, SPACE, trimSpace, type Value } from '../python/index.ts';

/** `{{`, `}}`, `{%`, `%}` begin and end tags; an operator's type is its text. */
export type TokenType =
  | 'data'
  | '{{'
  | '}}'
  | '{%'
  | '%}'
  | 'name'
  | 'string'
  | 'number'
  | 'end'
  | `operator ${string}`;

export interface Token {
  readonly type: TokenType;
  readonly start: number;
  readonly end: number;
  /** The text of a name, the value of a string or number, and of data what it prints. */
  readonly value: Value;
}

const S = `[${SPACE}]`;
const SPACES = new RegExp(`${S}+`, 'y');
const RAW_BEGIN = new RegExp(`\\{%[-+]?${S}*raw${S}*(?:-%\\}${S}*|%\\})`, 'y');
const RAW_END = new RegExp(`\\{%([-+]?)${S}*endraw${S}*(?:\\+%\\}|-%\\}${S}*|%\\})`, 'g');
const BLOCK_END = new RegExp(`\\+%\\}|-%\\}${S}*|%\\}`, 'y');
const VARIABLE_END = new RegExp(`-\\}\\}${S}*|\\}\\}`, 'y');
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}\p{M}\p{Pc}\u00B7]+/uy;
const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** After so many mistakes, the rest of the file is not looked at. */
const MAX_PROBLEMS = 50;

export function tokenize(source: string): { tokens: Token[]; problems: TemplateProblem[] } {
  const lexer = new Lexer(source);
  lexer.run();
  return { tokens: lexer.tokens, problems: lexer.problems };
}

/** Jinja2 reads every line end as `\n`. */
export function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

class Lexer {
  readonly tokens: Token[] = [];
  readonly problems: TemplateProblem[] = [];
  /** Without the last line end, which is not part of the template. */
  readonly #source: string;
  readonly #length: number;
  #at = 0;

  constructor(source: string) {
    this.#source = source.replace(/(?:\r\n|\r|\n)$/, '');
    this.#length = this.#source.length;
  }

  run(): void {
    while (this.#at < this.#length && this.problems.length < MAX_PROBLEMS) this.#data();
    this.#push('end', this.#length, this.#length, null);
  }

  #push(type: TokenType, start: number, end: number, value: Value): void {
    this.tokens.push({ type, start, end, value });
  }

  #problem(start: number, end: number, message: string, hint?: string): void {
    this.problems.push({ start, end, code: 'template.syntax', message, ...(hint === undefined ? {} : { hint }) });
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    return match?.[0];
  }

  /** Text up to the next tag or comment, then that. */
  #data(): void {
    const from = this.#at;
    let open = from;
    for (;;) {
      open = this.#source.indexOf('{', open);
      if (open < 0 || open + 1 >= this.#length) {
        this.#text(from, this.#length, this.#length);
        return;
      }
      if ('{%#'.includes(this.#source[open + 1]!)) break;
      open++;
    }
    const sign = this.#source[open + 2];
    const end = sign === '-' ? from + trimSpace(this.#source.slice(from, open), 'right').length : open;
    this.#text(from, end, open);
    const raw = this.#match(RAW_BEGIN);
    if (raw !== undefined) {
      this.#raw(open, open + raw.length);
      return;
    }
    this.#at = open + (sign === '-' || sign === '+' ? 3 : 2);
    if (this.#source[open + 1] === '#') {
      this.#comment(open);
      return;
    }
    const variable = this.#source[open + 1] === '{';
    this.#push(variable ? '{{' : '{%', open, Math.min(this.#at, this.#length), null);
    this.#tag(open, variable);
  }

  #text(start: number, end: number, next: number): void {
    if (end > start) this.#push('data', start, end, normalizeNewlines(this.#source.slice(start, end)));
    this.#at = next;
  }

  #raw(open: number, from: number): void {
    RAW_END.lastIndex = from;
    const match = RAW_END.exec(this.#source);
    if (!match) {
      this.#at = from;
      if (from >= this.#length) return;
      this.#problem(open, from, 'this raw block is never closed', 'close it with {% endraw %}');
      this.#text(from, this.#length, this.#length);
      return;
    }
    const text = this.#source.slice(from, match.index);
    const kept = match[1] === '-' ? trimSpace(text, 'right') : text;
    this.#text(from, from + kept.length, match.index + match[0].length);
  }

  #comment(open: number): void {
    const close = this.#source.indexOf('#}', this.#at);
    if (close < 0) {
      // Jinja2 misses the end of a comment or raw block only where something follows its beginning.
      if (this.#at >= this.#length) return;
      this.#problem(open, open + 2, 'this comment is never closed', 'close it with #}');
      this.#at = this.#length;
      return;
    }
    const strips = close > this.#at && this.#source[close - 1] === '-';
    this.#at = close + 2;
    if (strips) this.#at += this.#match(SPACES)?.length ?? 0;
  }

  /** The tokens of one tag, up to and including its end. */
  #tag(open: number, variable: boolean): void {
    const brackets: string[] = [];
    for (;;) {
      if (this.#at >= this.#length) {
        this.#unclosed(open, variable);
        return;
      }
      const end = brackets.length === 0 ? this.#match(variable ? VARIABLE_END : BLOCK_END) : undefined;
      if (end !== undefined) {
        this.#push(variable ? '}}' : '%}', this.#at, this.#at + end.length, null);
        this.#at += end.length;
        return;
      }
      if (brackets.length === 0 && /^\{[{%#]/.test(this.#source.slice(this.#at, this.#at + 2))) {
        this.#unclosed(open, variable);
        return;
      }
      if (!this.#token(brackets)) {
        this.#recover(open, variable);
        return;
      }
    }
  }

  /** One token of an expression; false after a problem. */
  #token(brackets: string[]): boolean {
    const start = this.#at;
    const space = this.#match(SPACES);
    if (space !== undefined) {
      this.#at += space.length;
      return true;
    }
    const take = (pattern: RegExp): string | undefined => {
      const text = this.#match(pattern);
      if (text !== undefined) this.#at = start + text.length;
      return text;
    };
    let text = take(FLOAT);
    if (text !== undefined) {
      this.#push('number', start, this.#at, Number(text.replaceAll('_', '')));
      return true;
    }
    text = take(INTEGER);
    if (text !== undefined) return this.#integer(start, text);
    text = take(NAME);
    if (text !== undefined) return this.#name(start, text);
    text = take(STRING);
    if (text !== undefined) return this.#string(start, text);
    text = take(OPERATOR);
    if (text !== undefined) return this.#operator(start, text, brackets);
    const character = String.fromCodePoint(this.#source.codePointAt(start)!);
    const quoted = character === "'" || character === '"';
    this.#problem(
      start,
      start + character.length,
      quoted ? 'this string is never closed' : `unexpected character '${character}'`,
      quoted ? `close it with ${character}` : 'remove it, or close the tag before it',
    );
    return false;
  }

  #integer(start: number, text: string): boolean {
    try {
      this.#push('number', start, this.#at, parseIntText(text, 0n));
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#problem(start, this.#at, error.message);
      return false;
    }
  }

  #name(start: number, text: string): boolean {
    if (!IDENTIFIER.test(text)) {
      this.#problem(start, this.#at, `invalid character in the name '${text}'`, 'use letters, digits and underscores');
      return false;
    }
    this.#push('name', start, this.#at, text);
    return true;
  }

  #string(start: number, text: string): boolean {
    const body = normalizeNewlines(text.slice(1, -1));
    const value = body.includes('\\') ? resolveEscapes(body) : body;
    if (value === undefined) {
      this.#problem(start, this.#at, 'invalid escape sequence in this string', 'write \\\\ for a backslash');
      this.#push('string', start, this.#at, body);
      return true;
    }
    this.#push('string', start, this.#at, value);
    return true;
  }

  #operator(start: number, text: string, brackets: string[]): boolean {
    const closing = CLOSING[text];
    if (closing !== undefined) brackets.push(closing);
    else if (text === ')' || text === ']' || text === '}') {
      const expected = brackets.at(-1);
      if (expected !== text) {
        this.#problem(
          start,
          start + 1,
          expected === undefined ? `unexpected '${text}'` : `unexpected '${text}', expected '${expected}'`,
        );
        this.#at = start;
        return false;
      }
      brackets.pop();
    }
    this.#push(`operator ${text}`, start, this.#at, text);
    return true;
  }

  #unclosed(open: number, variable: boolean): void {
    const close = variable ? '}}' : '%}';
    this.#problem(open, open + 2, `this tag is never closed`, `close it with ${close}`);
    const line = this.#source.slice(open, this.#at).search(/[\r\n]/);
    this.#closeAt(line < 0 ? this.#at : open + line, variable);
  }

  /** After a character that fits nowhere: on to the end of the tag, or of the line where there is none before the next tag. */
  #recover(open: number, variable: boolean): void {
    const close = variable ? '}}' : '%}';
    const from = this.#at > open + 2 && this.#source.startsWith(close, this.#at - 1) ? this.#at - 1 : this.#at;
    const rest = this.#source.slice(from, this.#length);
    const end = rest.indexOf(close);
    const next = rest.search(/\{[{%#]/);
    if (end >= 0 && (next < 0 || end < next)) {
      this.#push(variable ? '}}' : '%}', from + end, from + end + 2, null);
      this.#at = from + end + 2;
      return;
    }
    const line = rest.search(/[\r\n]/);
    const stop = Math.min(...[line, next].filter((offset) => offset >= 0), rest.length);
    this.#closeAt(from + stop, variable);
  }

  /** Ends the open tag here, giving back the tokens behind. */
  #closeAt(offset: number, variable: boolean): void {
    while (this.tokens.length > 0 && this.tokens.at(-1)!.start >= offset) this.tokens.pop();
    this.#push(variable ? '}}' : '%}', offset, offset, null);
    this.#at = offset;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Python's string escapes; `undefined` where Python rejects one. Unknown escapes keep their backslash. */
function resolveEscapes(text: string): string | undefined {
  let valid = true;
  const result = text.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([xuUN])|(.))/gsu,
    (_, octal, x, u, long, broken, character: string) => {
      const code = octal === undefined ? Number.parseInt(x ?? u ?? long, 16) : Number.parseInt(octal, 8);
      if (broken !== undefined || code > 0x10ffff) valid = false;
      else if (character === undefined) return String.fromCodePoint(code);
      else if (Object.hasOwn(ESCAPES, character)) return ESCAPES[character]!;
      else if (character.codePointAt(0)! > 0x7f) return backslashReplace(character);
      return `\\${character ?? ''}`;
    },
  );
  return valid ? result : undefined;
}

/** Jinja2 decodes escapes after making the text ASCII, so a backslash before another character meets that one's escape. */
function backslashReplace(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}
