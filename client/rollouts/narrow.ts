/**
 * Fits rows of the rollouts view into a sidebar of 300 pixels: what matters most is said, and nothing is cut off. Pure.
 * Widths are those of a wide interface font, so that narrower ones have room to spare.
 */

/** A text with its shorter forms, longest first. */
export type Forms = string | readonly [string, ...string[]];

export interface Fitted {
  readonly label: string;
  readonly description: string;
  /** All of it, in full. */
  readonly spoken: string;
}

export interface Fit {
  /** How deep the row is in the tree. @default 0 */
  readonly depth?: number;
  /** What a name that is too long loses: names differ at their ends, sentences begin with what matters. @default 'middle' */
  readonly loses?: 'middle' | 'end';
}

/** Between a row's icon and the end of the sidebar, and what each level takes of it, pixels. */
const ROOM = 222;
const INDENT = 8;

/** Between the label and its description, pixels. */
const GAP = 6;

/** Font sizes of VS Code's trees, pixels. */
const LABEL = 13;
const DESCRIPTION = 11.7;

/** Advance widths in units of the font size: DejaVu Sans, by kinds of characters. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijlI|'.,·! ]/, 0.32],
  [/[ft/:;-]/, 0.375],
  [/[r()[\]"]/, 0.42],
  [/[szcJ]/, 0.54],
  [/[kvxyLFTYZ]/, 0.6],
  [/[abdeghnopqu0-9_*?$ES]/, 0.635],
  [/[mMW%@…]/, 0.98],
  [/[w~+=<>≥]/, 0.84],
  [/[\p{ASCII}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u, 0.76],
];
const WIDEST = 1;

const advanceOf = (sign: string): number => WIDTHS.find(([kind]) => kind.test(sign))?.[1] ?? WIDEST;

/** Nearly all that is shown, looked up: a view of thousands of rows is fitted with each change. */
const ASCII: readonly number[] = Array.from({ length: 128 }, (_, code) => advanceOf(String.fromCharCode(code)));

/** @returns pixels */
function widthOf(text: string, size: number): number {
  let sum = 0;
  for (const sign of text) sum += ASCII[sign.charCodeAt(0)] ?? advanceOf(sign);
  return sum * size;
}

const SEPARATOR = ' · ';
const MARK = '…';

/**
 * @param parts of the description, the most important first; the first one is always said, the others where there is
 *   room, in the longest form that there is room for
 */
export function fitted(label: string, parts: readonly Forms[], { depth = 0, loses = 'middle' }: Fit = {}): Fitted {
  const room = ROOM - INDENT * depth;
  const forms = parts.map((part): readonly string[] => (typeof part === 'string' ? [part] : part));
  const spoken = [label, ...forms.map(([long]) => long)].join(', ');
  const least = forms[0]?.at(-1) ?? '';
  const name = shortened(label, room - (least === '' ? 0 : GAP + widthOf(least, DESCRIPTION)), loses);
  const left = room - GAP - widthOf(name, LABEL);
  const widths = forms.map((part) => part.map((form) => widthOf(form, DESCRIPTION)));
  const separator = widthOf(SEPARATOR, DESCRIPTION);
  /** Which form of each part is said; undefined where none is. The shortest ones first. */
  const said = forms.map((): number | undefined => undefined);
  let used = -separator;
  forms.forEach((part, i) => {
    const width = separator + widths[i]![part.length - 1]!;
    if (i > 0 && used + width > left) return;
    said[i] = part.length - 1;
    used += width;
  });
  // The last first: its longer forms add something, while those of the first only spell it out.
  for (let i = forms.length - 1; i >= 0; i -= 1) {
    const now = said[i];
    if (now === undefined) continue;
    const rest = used - widths[i]![now]!;
    const best = widths[i]!.findIndex((width) => rest + width <= left);
    if (best < 0) continue;
    said[i] = best;
    used = rest + widths[i]![best]!;
  }
  const description = forms.flatMap((part, i) => (said[i] === undefined ? [] : part[said[i]]!)).join(SEPARATOR);
  return { label: name, description, spoken };
}

/** The longest of the text that fits, with a mark where something is missing. */
function shortened(text: string, room: number, loses: 'middle' | 'end'): string {
  if (widthOf(text, LABEL) <= room) return text;
  const signs = Array.from(text);
  let left = room - widthOf(MARK, LABEL);
  let [head, tail] = [0, 0];
  // In turns from both ends, the beginning first.
  for (;;) {
    const isTail = loses === 'middle' && tail < head;
    const width = widthOf(signs[isTail ? signs.length - 1 - tail : head] ?? '', LABEL);
    if (width > left || head + tail >= signs.length) break;
    left -= width;
    if (isTail) tail += 1;
    else head += 1;
  }
  return `${signs.slice(0, head).join('').trimEnd()}${MARK}${signs.slice(signs.length - tail).join('')}`;
}
