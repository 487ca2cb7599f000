/** Python's `textwrap.wrap`, for lines without line ends, as the filter `wordwrap` uses it. */

import { SPACE, valueError } from '../python/index.ts';

export interface WrapOptions {
  /** Longest line, in characters. */
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

/** `textwrap` splits at ASCII whitespace only. Source: CPython `textwrap.TextWrapper`. */
const WHITE = '[\\t\\n\\v\\f\\r ]';
const WORD = '[\\p{L}\\p{N}_!"\'&.,?]';
const LETTER = '[\\p{L}_]';
const WITH_HYPHENS = new RegExp(
  `(${WHITE}+|(?<=${WORD})-{2,}(?=[\\p{L}\\p{N}_])|[^\\t\\n\\v\\f\\r ](?:[^\\t\\n\\v\\f\\r ])*?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|(?=${WHITE}|$)|(?<=${WORD})(?=-{2,}[\\p{L}\\p{N}_])))`,
  'u',
);
const WITHOUT_HYPHENS = new RegExp(`(${WHITE}+)`);
const BLANK = new RegExp(`^[${SPACE}]*$`);

export function wrapText(text: string, options: WrapOptions): string[] {
  const { width, breakLongWords, breakOnHyphens } = options;
  if (width <= 0) throw valueError(`invalid width ${width} (must be > 0)`);
  const chunks = text
    .split(breakOnHyphens ? WITH_HYPHENS : WITHOUT_HYPHENS)
    .filter((chunk) => chunk !== undefined && chunk !== '');
  chunks.reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const line: string[] = [];
    let length = 0;
    if (lines.length > 0 && BLANK.test(chunks.at(-1)!)) chunks.pop();
    while (chunks.length > 0 && length + chunks.at(-1)!.length <= width) {
      const chunk = chunks.pop()!;
      line.push(chunk);
      length += chunk.length;
    }
    if (chunks.length > 0 && chunks.at(-1)!.length > width)
      breakLong(chunks, line, width - length, options, breakLongWords);
    if (line.length > 0 && BLANK.test(line.at(-1)!)) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

/** Puts as much of a word that is longer than a line as fits. */
function breakLong(
  chunks: string[],
  line: string[],
  room: number,
  options: WrapOptions,
  breakLongWords: boolean,
): void {
  const space = options.width < 1 ? 1 : room;
  if (!breakLongWords) {
    if (line.length === 0) line.push(chunks.pop()!);
    return;
  }
  const chunk = chunks.pop()!;
  let end = space;
  if (options.breakOnHyphens && chunk.length > space) {
    const hyphen = chunk.lastIndexOf('-', space - 1);
    if (space > 0 && hyphen > 0 && [...chunk.slice(0, hyphen)].some((character) => character !== '-')) end = hyphen + 1;
  }
  line.push(chunk.slice(0, end));
  chunks.push(chunk.slice(end));
}
