/** The operand that text ends with, found backwards: what a dot, a bracket or a bar behind it belongs to. Pure. */

const WORD = /[\p{ID_Continue}]/u;
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Words that an operand does not end with. */
const OPERATORS: ReadonlySet<string> = new Set('and or not in is if else elif for set with call filter'.split(' '));

/** For example `a.b['c'](d)[0]`; undefined where the text ends with something else. */
export function operandBefore(text: string): string | undefined {
  const end = text.trimEnd().length;
  let at = end;
  for (;;) {
    const start = partBefore(text, at);
    if (start === undefined) return undefined;
    const isSuffix = /[([]/.test(text[start]!) && start > 0 && /[\p{ID_Continue})\]'"]/u.test(text[start - 1]!);
    const dot = text.slice(0, start).trimEnd();
    if (isSuffix) at = start;
    else if (WORD.test(text[start]!) && dot.endsWith('.')) at = dot.slice(0, -1).trimEnd().length;
    else return isOperator(text.slice(start, end)) || /[|]\s*$/.test(dot) ? undefined : text.slice(start, end);
  }
}

const isOperator = (text: string): boolean => OPERATORS.has(text);

/** Where the last part of an operand begins: a name, a string, or what is in brackets. */
function partBefore(text: string, end: number): number | undefined {
  const last = text[end - 1];
  if (last === undefined) return undefined;
  if (last === '"' || last === "'") return quoteBefore(text, end - 1);
  if (Object.hasOwn(OPENING, last)) return bracketBefore(text, end - 1);
  let start = end;
  while (start > 0 && WORD.test(text[start - 1]!)) start--;
  return start < end ? start : undefined;
}

function quoteBefore(text: string, close: number): number | undefined {
  for (let i = close - 1; i >= 0; i--) if (text[i] === text[close] && text[i - 1] !== '\\') return i;
  return undefined;
}

function bracketBefore(text: string, close: number): number | undefined {
  const open: string[] = [];
  for (let i = close; i >= 0; i--) {
    const c = text[i]!;
    if (c === '"' || c === "'") {
      const start = quoteBefore(text, i);
      if (start === undefined) return undefined;
      i = start;
    } else if (Object.hasOwn(OPENING, c)) open.push(OPENING[c]!);
    else if (c === '(' || c === '[' || c === '{') {
      if (open.pop() !== c) return undefined;
      if (open.length === 0) return i;
    }
  }
  return undefined;
}
