/** What services say when nothing is wrong. Pure. Source: Amazon ECS Developer Guide, service event messages; observed. */

const ORDINARY: readonly RegExp[] = [
  /has reached a steady state/,
  /(?:de)?registered \d+ targets in \(?target-group/,
  /has begun draining connections/,
  /has stopped \d+ running tasks/,
  /^stopped \d+ pending tasks|\) stopped \d+ pending tasks/,
  /has started \d+ tasks(?!.*unhealthy)/,
  /deployment completed/,
  /is AZ balanced|is not AZ balanced|to AZ Rebalance/,
  /updated computedDesiredCount|updated state to STEADY_STATE/,
  /Scaling activity initiated by/,
  /^ECS deployment \S+ (?:in progress|completed)\.$/,
  // A function or version on its way, or at rest.
  /^(?:Creating|Restoring|Idle|DrainingDurableExecutions)\b/,
  /^Unchecked: Initial alarm creation|^Insufficient Data:/,
];

/** Does the text tell of no trouble? */
export const isOrdinary = (text: string): boolean => ORDINARY.some((pattern) => pattern.test(text));
