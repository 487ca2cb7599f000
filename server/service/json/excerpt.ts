/**
 * The part of a large JSON text that matters at an offset: the value around it, in the objects and lists that lead
 * there, without their other members. Answers about a place take as long in a large file as in a small one. Pure.
 */

export interface Excerpt {
  /** JSON with what leads to the value, and the value as it is, but for `gaps`. */
  readonly text: string;
  /** The part of the whole text that is in the excerpt as it is. */
  readonly start: number;
  readonly end: number;
  /** Large values in that part, which are blank. */
  readonly gaps: readonly { readonly start: number; readonly end: number }[];
  /** What to add to an offset of the excerpt to get that of the whole text. */
  readonly shift: number;
  /** Where the value is in the whole: in place of as many segments of the excerpt's own paths. */
  readonly path: readonly (string | number)[];
}

/** Texts of up to this many characters, about 600 lines, are their own excerpt. */
const LARGEST = 20_000;
/** Values of more characters are left blank where the text around them is too large. */
const LARGEST_BESIDE = 200;

/** Deeper JSON than this gets no answers: parsers recurse. */
const DEEPEST = 500;

interface Container {
  readonly start: number;
  readonly isList: boolean;
  /** Items before the one that is being read, and the key that it has. */
  index: number;
  key: string;
}

const QUOTE = 0x22;

/** Whether a text is its own excerpt, at any offset. */
export const isWhole = (text: string): boolean => text.length <= LARGEST;

/** Whether answers about an offset can be had from an excerpt that was made for another. */
export const covers = ({ start, end, gaps }: Excerpt, offset: number, length: number): boolean =>
  (start === 0 && end === length && gaps.length === 0) ||
  (start < offset && offset < end && !gaps.some((gap) => gap.start < offset && offset < gap.end));

export function excerptAt(text: string, offset: number): Excerpt {
  const containers = containersAt(text, offset);
  if (containers.length > DEEPEST) return { text: '', start: offset, end: offset, gaps: [], shift: offset, path: [] };
  if (isWhole(text) || containers.length === 0) {
    const gaps = isWhole(text) ? [] : largeValues(text, -1, text.length + 1);
    return { text: blanked(text, 0, text.length, gaps), start: 0, end: text.length, gaps, shift: 0, path: [] };
  }
  const depth = outermost(containers, (one) => endOf(text, one.start) - one.start <= LARGEST);
  const { start } = containers[depth]!;
  const end = endOf(text, start);
  const gaps = end - start > LARGEST ? largeValues(text, start, end) : [];
  const around = containers.slice(0, depth);
  const before = around.map(({ isList, key }) => (isList ? '[' : `{${key}:`)).join('');
  const after = around.map(({ isList }) => (isList ? ']' : '}')).reverse();
  return {
    text: before + blanked(text, start, end, gaps) + after.join(''),
    start,
    end,
    gaps,
    shift: start - before.length,
    path: around.map(({ isList, index, key }) => (isList ? index : keyOf(key))),
  };
}

/** Depth of the first container that is small enough, and else of the innermost: those inside are smaller. */
function outermost(containers: readonly Container[], isSmall: (one: Container) => boolean): number {
  let low = 0;
  let high = containers.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSmall(containers[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Objects and lists directly in the one at `start` that are large. */
function largeValues(text: string, start: number, end: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let i = start + 1; i < end - 1; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = stringEnd(text, i) - 1;
    else if (c === 0x7b || c === 0x5b) {
      const gap = { start: i, end: Math.min(end, endOf(text, i)) };
      if (gap.end - gap.start > LARGEST_BESIDE) found.push(gap);
      i = gap.end - 1;
    }
  }
  return found;
}

/** A part of the text with a number in place of each gap, which touches nothing. */
function blanked(text: string, start: number, end: number, gaps: Excerpt['gaps']): string {
  let result = '';
  let at = start;
  for (const gap of gaps) {
    result += text.slice(at, gap.start) + ' 0'.padEnd(gap.end - gap.start);
    at = gap.end;
  }
  return result + text.slice(at, end);
}

/** Objects and lists that are open at an offset, from the outermost. */
export function containersAt(text: string, offset: number): Container[] {
  const open: Container[] = [];
  let name = '""';
  for (let i = 0; i < offset; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      const end = stringEnd(text, i);
      name = text.slice(i, end);
      i = end - 1;
    } else if (c === 0x7b || c === 0x5b) open.push({ start: i, isList: c === 0x5b, index: 0, key: '""' });
    else if (c === 0x7d || c === 0x5d) open.pop();
    else if (c === 0x3a && open.length > 0) open.at(-1)!.key = name;
    else if (c === 0x2c && open.length > 0) open.at(-1)!.index++;
  }
  return open;
}

/** Behind the bracket that closes the one at `start`; the end of the text where none does. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = stringEnd(text, i) - 1;
    else if (c === 0x7b || c === 0x5b) depth++;
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Behind the quote that closes the one at `start`, or at the end of its line: strings do not go beyond. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === QUOTE) return i + 1;
    else if (c === 0x0a || c === 0x0d) return i;
  }
  return text.length;
}

function keyOf(written: string): string {
  try {
    return String(JSON.parse(written));
  } catch {
    return written.replaceAll('"', '');
  }
}
