/** What is wrong with a rendered text that is not JSON, where, and what to do. Pure. */
import { type ParseError, printParseErrorCode } from 'jsonc-parser';

export interface JsonMistake {
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  /** What is wrong, as a sentence without capital and full stop. */
  readonly what: string;
  readonly hint: string;
  /** Whether deleting what is at the place puts it right. */
  readonly isTooMuch: boolean;
}

const BETWEEN_ITEMS = 'between the items of a loop write {% if not loop.last %},{% endif %}';

/** What to do about a value that an expression printed: Jinja prints as Python does, and not as JSON. */
const PRINT_AS_JSON = 'print the value with "| tojson", without quotes around it';

/** By jsonc-parser's names. */
const WORDS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  PropertyNameExpected: ['a key in double quotes is expected here', 'write "key": value, or delete a comma'],
  ValueExpected: ['a value is expected here', 'write a value, or delete a comma'],
  ColonExpected: ['a colon is expected here', 'write a colon between the key and its value'],
  CommaExpected: ['a comma is expected here', `write a comma before it; ${BETWEEN_ITEMS}`],
  CloseBraceExpected: ['a closing brace is missing', 'close each { with a }'],
  CloseBracketExpected: ['a closing bracket is missing', 'close each [ with a ]'],
  EndOfFileExpected: ['nothing may follow the closing brace', 'delete what follows it'],
  InvalidCommentToken: ['JSON has no comments', 'delete it, or write {# … #}, which is not rendered'],
  UnexpectedEndOfString: [
    'this string has no closing quote on its line',
    'close it with ", and write a line break as \\n',
  ],
  InvalidNumberFormat: ['this is not a number', 'write a number such as 10 or 0.5'],
  InvalidSymbol: [
    'this is neither a string in double quotes, a number, true, false nor null',
    'write it in double quotes',
  ],
  InvalidCharacter: ['this character is not allowed in a JSON string', 'write it as an escape such as \\t'],
  InvalidEscapeCharacter: ['this backslash sequence is not JSON', 'write a backslash as \\\\'],
};

/** Of these, what an expression printed is usually right and was only printed wrong. */
const OF_VALUES: ReadonlySet<string> = new Set([
  'InvalidSymbol',
  'UnexpectedEndOfString',
  'InvalidCharacter',
  'InvalidEscapeCharacter',
  'CommaExpected',
  'ValueExpected',
]);

const LITERALS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** @param isPrinted whether an expression gave what is at a place of the text, and not the template as it stands */
export function jsonMistake(
  text: string,
  { error, offset, length }: ParseError,
  isPrinted: (start: number, end: number) => boolean,
): JsonMistake {
  const end = offset + length;
  const bracket = text[offset];
  const before = text.slice(0, offset).trimEnd();
  if ((bracket === ']' || bracket === '}') && before.endsWith(',')) {
    const what = `there is a comma too many before ${bracket}`;
    return { start: before.length - 1, end: before.length, what, hint: `delete it; ${BETWEEN_ITEMS}`, isTooMuch: true };
  }
  const name = printParseErrorCode(error);
  const [what, hint] = WORDS[name] ?? [name, 'correct it'];
  const literal = LITERALS[text.slice(offset, end)];
  const isOfValue = OF_VALUES.has(name) && length > 0 && isPrinted(offset, end);
  const best = isOfValue ? PRINT_AS_JSON : literal === undefined ? hint : `write ${literal}`;
  return { start: offset, end, what, hint: best, isTooMuch: false };
}
