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

/** @returns pixels */
const widthOf = (text: string, size: number): number =>
  Array.from(text).reduce((sum, sign) => sum + advanceOf(sign), 0) * size;

const SEPARATOR = ' · ';

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
  const fits = (texts: readonly (string | undefined)[]) => widthOf(joined(texts), DESCRIPTION) <= left;
  const said: (string | undefined)[] = forms.map(() => undefined);
  forms.forEach((part, i) => {
    if (i === 0 || fits(said.with(i, part.at(-1)))) said[i] = part.at(-1);
  });
  // The last first: its longer forms add something, while those of the first only spell it out.
  for (let i = forms.length - 1; i >= 0; i -= 1) {
    if (said[i] !== undefined) said[i] = forms[i]!.find((form) => fits(said.with(i, form))) ?? said[i];
  }
  return { label: name, description: joined(said), spoken };
}

const joined = (texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== '').join(SEPARATOR);

/** The longest of the text that fits, with a mark where something is missing. */
function shortened(text: string, room: number, loses: 'middle' | 'end'): string {
  if (widthOf(text, LABEL) <= room) return text;
  const signs = Array.from(text);
  for (let kept = signs.length - 1; kept > 1; kept -= 1) {
    const tail = loses === 'end' ? 0 : Math.floor(kept / 2);
    const head = signs
      .slice(0, kept - tail)
      .join('')
      .trimEnd();
    const short = `${head}…${tail === 0 ? '' : signs.slice(-tail).join('')}`;
    if (widthOf(short, LABEL) <= room) return short;
  }
  return '…';
}
