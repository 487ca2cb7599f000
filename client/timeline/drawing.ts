/** What the timeline's pictures have in common: their scale over time, and text that is no markup. Pure. */

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\p{Cc}/gu, ' ');

/** Units of the pictures' own coordinates. */
export const WIDTH = 1000;
export const CHART = 90;

/** Room above the highest value, in the same units. */
const HEADROOM = 8;

/** The time that is shown, ms since the epoch. */
export interface Scale {
  readonly start: number;
  readonly end: number;
}

export interface Point {
  readonly at: number;
  readonly value: number;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

export const x = ({ start, end }: Scale, at: number): number =>
  rounded(((Math.min(Math.max(at, start), end) - start) / Math.max(1, end - start)) * WIDTH);

/** @param most the value at the top; the bottom is 0 */
export const y = (value: number, most: number): number =>
  rounded(CHART - (Math.min(Math.max(0, value), most) / most) * (CHART - HEADROOM));

/** A line in steps from nothing that ends at the present. */
export function steps(points: readonly Point[], scale: Scale, most: number): string {
  const path = points
    .map(({ at, value }, i) => `${i === 0 ? `M0 ${y(0, most)} H` : 'H'}${x(scale, at)} V${y(value, most)}`)
    .join(' ');
  return points.length === 0 ? '' : `${path} H${WIDTH}`;
}

/** @param lines what is drawn on the grid: our own markup */
export const chartBox = (said: string, lines: string): string =>
  `<svg class="chart" viewBox="0 0 ${WIDTH} ${CHART}" preserveAspectRatio="none" role="img" aria-label="${escaped(said)}">
<line class="grid" x1="0" y1="${HEADROOM}" x2="${WIDTH}" y2="${HEADROOM}"/><line class="grid" x1="0" y1="${CHART}" x2="${WIDTH}" y2="${CHART}"/>
${lines}</svg>`;
