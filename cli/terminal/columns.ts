/** Text in columns, measured as terminals show it: wide and combining characters, colours not counted. */
import stringWidth from 'string-width';

export const width = (text: string): number => stringWidth(text);

export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));

/** What a terminal would obey instead of show: a commit subject or an AWS message must not move the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text from outside, made harmless for a terminal; line ends and tabs stay. */
export const harmless = (text: string): string => text.replace(/\r\n?/g, '\n').replace(CONTROL, '\ufffd');

/** Text from outside on one line. */
export const oneLine = (text: string): string => harmless(text).replace(/\s+/g, ' ').trim();

/**
 * Shortens plain text (no colours) to a number of columns.
 *
 * @param ellipsis shows that something is missing; counted
 */
export function shorten(text: string, columns: number, ellipsis: string): string {
  if (width(text) <= columns) return text;
  const room = columns - width(ellipsis);
  if (room <= 0) return ellipsis.slice(0, Math.max(0, columns));
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (width(kept + segment) > room) break;
    kept += segment;
  }
  return kept.trimEnd() + ellipsis;
}

/** Breaks plain text at spaces into lines of at most so many columns; a longer word stays whole, for copying. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const paragraph of harmless(text).split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && width(line) + 1 + width(word) > columns) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** Columns that the last cell should get before others are left out for it. */
const LAST_CELL_COLUMNS = 24;

export interface TableLimits {
  /** Columns that a line may fill; the last cell is shortened to what is left of them. */
  readonly columns: number;
  readonly ellipsis: string;
  /** Indices of cells that may be left out where there is no room, the least important first. */
  readonly optional?: readonly number[];
}

/** Lines up cells, two spaces apart. */
export function table(
  rows: readonly (readonly string[])[],
  { columns, ellipsis, optional = [] }: TableLimits,
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(0, ...rows.map((row) => width(row[i] ?? ''))));
  // A column that no row uses takes no room.
  const kept = new Set([...widths.keys()].filter((i) => widths[i]! > 0));
  const last = count - 1;
  const before = () => [...kept].reduce((sum, i) => sum + (i === last ? 0 : widths[i]! + 2), 0);
  for (const i of optional) {
    if (before() + Math.min(widths[last]!, LAST_CELL_COLUMNS) <= columns) break;
    kept.delete(i);
  }
  const room = Math.max(LAST_CELL_COLUMNS / 2, columns - before());
  return rows.map((row) =>
    [...kept]
      .map((i) => (i === last ? shorten(row[i] ?? '', room, ellipsis) : pad(row[i] ?? '', widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
