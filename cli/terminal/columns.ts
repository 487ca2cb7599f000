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

/**
 * Lines up cells, two spaces apart.
 *
 * @param lineWidth columns to fill at most: the last column is shortened to what is left of it
 */
export function table(rows: readonly (readonly string[])[], lineWidth: number, ellipsis: string): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(0, ...rows.map((row) => width(row[i] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, columns) => sum + columns + 2, 0);
  return rows.map((row) => {
    const cells = row.slice(0, count - 1).map((cell, i) => pad(cell, widths[i]!));
    const last = row[count - 1];
    if (last !== undefined) cells.push(shorten(last, Math.max(12, lineWidth - before), ellipsis));
    return cells.join('  ').trimEnd();
  });
}
