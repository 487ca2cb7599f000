/**
 * Masks a template into JSON of the same length, so that tools for JSON can be used on it: an expression in a string
 * becomes characters of that string, another becomes a string of its own, statements and comments become blanks. Pure.
 */
import type { Token } from '../../engine/template/index.ts';

export interface Tag {
  /** `{{ }}`, `{% %}`, or a comment. */
  readonly kind: 'expression' | 'statement' | 'comment';
  readonly start: number;
  readonly end: number;
  /** Between the delimiters. */
  readonly innerStart: number;
  readonly innerEnd: number;
  /** Whether it stands inside a JSON string. */
  readonly inString: boolean;
}

/** What stands for each character of an expression. */
const FILLER = '_';

export function maskTemplate(source: string, tokens: readonly Token[]): { text: string; tags: Tag[] } {
  const masker = new Masker(source);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.type === 'data') masker.data(token.start, token.end);
    else if (token.type === '{{' || token.type === '{%') {
      i = closingIndex(tokens, i);
      const close = tokens[i]!;
      const kind = token.type === '{{' ? 'expression' : 'statement';
      // With the space that a tag strips, it would end on another line.
      const end = close.start + source.slice(close.start, close.end).trimEnd().length;
      if (end > close.start) masker.tag(kind, token.start, end, token.end, close.start);
      else masker.openTag(kind, token.start, token.end, close.end, tokens[i + 1]?.start ?? source.length);
    }
  }
  return masker.done();
}

/** The token that closes a tag; the last one where none does. */
function closingIndex(tokens: readonly Token[], open: number): number {
  let at = open + 1;
  while (at < tokens.length - 1 && tokens[at]!.type !== '}}' && tokens[at]!.type !== '%}') at++;
  return at;
}

class Masker {
  readonly #source: string;
  readonly #tags: Tag[] = [];
  #text = '';
  #inString = false;

  constructor(source: string) {
    this.#source = source;
  }

  data(start: number, end: number): void {
    this.#gap(start);
    const text = this.#source.slice(start, end);
    this.#text += text;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (c === '\\' && this.#inString) i++;
      else if (c === '"') this.#inString = !this.#inString;
      // A JSON string ends with its line: one that is still being typed does not swallow the rest.
      else if (c === '\n') this.#inString = false;
    }
  }

  tag(kind: Tag['kind'], start: number, end: number, innerStart: number, innerEnd: number): void {
    this.#gap(start);
    this.#tags.push({ kind, start, end, innerStart, innerEnd, inString: this.#inString });
    if (kind !== 'expression') this.#blank(end);
    else if (this.#inString) this.#text += FILLER.repeat(end - start);
    else this.#text += `"${FILLER.repeat(Math.max(0, end - start - 2))}"`.slice(0, end - start);
  }

  /** A tag that is never closed: it ends with its line, or before the quote that ends its string. */
  openTag(kind: Tag['kind'], start: number, innerStart: number, lexed: number, limit: number): void {
    this.#gap(start);
    const rest = this.#source.slice(innerStart, limit);
    const stop = rest.search(this.#inString ? /["\r\n]/ : /[\r\n]/);
    const end = stop < 0 ? limit : innerStart + stop;
    this.tag(kind, start, end, innerStart, end);
    if (lexed > end) this.data(end, lexed);
  }

  done(): { text: string; tags: Tag[] } {
    this.#gap(this.#source.length);
    return { text: this.#text, tags: this.#tags };
  }

  /** What the lexer gives no token for: comments, and space that a tag strips. */
  #gap(end: number): void {
    const start = this.#text.length;
    const gap = this.#source.slice(start, end);
    for (const match of gap.matchAll(/\{#[\s\S]*?(?:#\}|$)/g)) {
      const from = start + match.index;
      const to = from + match[0].length;
      this.#tags.push({
        kind: 'comment',
        start: from,
        end: to,
        innerStart: from + 2,
        innerEnd: match[0].endsWith('#}') ? to - 2 : to,
        inString: this.#inString,
      });
    }
    this.#blank(end);
  }

  #blank(end: number): void {
    const hidden = this.#source.slice(this.#text.length, end);
    this.#text += this.#inString ? ' '.repeat(hidden.length) : hidden.replace(/[^\r\n]/g, ' ');
  }
}
