/**
 * How often to look: often right after a change, seldom later, never more seldom than asked.
 */

/** Reads may lag behind writes by seconds, ms. Source: Amazon ECS API reference, RunTask, on eventual consistency. */
export const EVENTUALLY_MS = 15_000;

/** The first looks come this often, ms; what was just begun has nothing to show before. */
export const SOONEST_MS = 5_000;

/**
 * @param waitedMs how long the wait has lasted, ms
 * @param longestMs the longest pause between two looks, ms
 * @returns ms until the next look: an eighth of the time waited, within 5 s and `longestMs`
 */
export function lookAgainMs(waitedMs: number, longestMs: number): number {
  return Math.min(longestMs, Math.max(SOONEST_MS, Math.round(waitedMs / 8)));
}

/**
 * Where a look could only find that a wait is over: the new tasks serve everything and old ones drain, or ECS bakes by
 * itself.
 *
 * @param waitedMs how long the wait has lasted, ms
 * @param longestMs the longest pause between two looks, ms
 * @returns ms until the next look: a quarter of the time waited, within 5 s and `longestMs`
 */
export function lookPatientlyMs(waitedMs: number, longestMs: number): number {
  return Math.min(longestMs, Math.max(SOONEST_MS, Math.round(waitedMs / 4)));
}
