/**
 * The metrics behind the alarms that watch over a rollout, over its time: for people who want to see what the alarms saw.
 * Pure; engine/aws reads them. No decision looks at these.
 */
import type { RolloutRecord } from './record.ts';

export interface AlarmCurve {
  readonly alarm: string;
  /** What the alarm watches, for people; undefined where it has no metric of its own, or is gone. */
  readonly metric: string | undefined;
  /** The time that each value is about, ms; 0 without values. */
  readonly periodMs: number;
  /** Undefined where the alarm compares with no fixed value. */
  readonly threshold: number | undefined;
  /** How a value compares with the threshold where it breaches: `>`, `≥`, `<` or `≤`; undefined without a threshold. */
  readonly breaches: '>' | '≥' | '<' | '≤' | undefined;
  /** Oldest first; `at` is when its period begins, ms since the epoch. Periods without data are left out. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
  /** Why there are no values to read. */
  readonly unknown?: string;
}

/** Alarms whose metrics are read: what fits on a page. */
export const MOST_CURVES = 12;

/** Values of one curve, about: a picture has no room for more. */
const MOST_POINTS = 200;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Since when CloudWatch keeps no shorter periods. Source: Amazon CloudWatch user guide, "Metrics retention". */
const KEPT: readonly (readonly [afterMs: number, periodMs: number])[] = [
  [63 * DAY_MS, 60 * MINUTE_MS],
  [15 * DAY_MS, 5 * MINUTE_MS],
  [3 * 60 * MINUTE_MS, MINUTE_MS],
];

/** The alarms that its strategy watches. */
export function watchedAlarms({ state }: Pick<RolloutRecord, 'state'>): string[] {
  const watched = state?.['alarms'];
  return Array.isArray(watched) ? watched.filter((name) => typeof name === 'string') : [];
}

/**
 * The period to ask for: the alarm's own, as long as CloudWatch has it and the picture has room for its values.
 *
 * @param alarmMs the alarm's own period, ms
 * @param from what is looked at, ms since the epoch
 * @returns ms: 10, 20 or 30 seconds, or whole minutes
 */
export function curvePeriodMs(alarmMs: number, from: number, to: number, now: number): number {
  const [, kept = 0] = KEPT.find(([afterMs]) => now - from > afterMs) ?? [];
  const least = Math.max(alarmMs, kept);
  const times = Math.max(1, Math.ceil((to - from) / MOST_POINTS / least));
  const wanted = least * times;
  return wanted < MINUTE_MS && times === 1 ? wanted : Math.ceil(wanted / MINUTE_MS) * MINUTE_MS;
}
