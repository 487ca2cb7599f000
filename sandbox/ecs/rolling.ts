/**
 * The arithmetic of a rolling deployment: how many tasks may be started and stopped now. Pure.
 * Source: ECS API, DeploymentConfiguration, for the window and its rounding.
 */

export interface RollingCounts {
  /** Tasks that the service wants. */
  readonly desired: number;
  /** Percent of desired, of healthy tasks that must remain. */
  readonly minimumPercent: number;
  /** Percent of desired, of tasks that may exist. */
  readonly maximumPercent: number;
  /** Tasks of the primary deployment that are not being stopped. */
  readonly current: number;
  /** The same of older deployments. */
  readonly older: number;
  /** Healthy tasks of all deployments. */
  readonly healthy: number;
}

export interface RollingWindow {
  /** Fewest healthy tasks: the percentage rounded up. */
  readonly lower: number;
  /** Most tasks: the percentage rounded down. */
  readonly upper: number;
}

export function rollingWindow(desired: number, minimumPercent: number, maximumPercent: number): RollingWindow {
  return {
    lower: Math.ceil((desired * minimumPercent) / 100),
    upper: Math.floor((desired * maximumPercent) / 100),
  };
}

/** How many of the primary deployment's tasks to start now. */
export function tasksToStart(counts: RollingCounts): number {
  const { upper } = rollingWindow(counts.desired, counts.minimumPercent, counts.maximumPercent);
  // The window concerns replacing; with nothing left to replace the service just grows to what is wanted.
  const most = counts.older === 0 ? Math.max(upper, counts.desired) : upper;
  return Math.max(0, Math.min(counts.desired - counts.current, most - counts.current - counts.older));
}

export interface StopBudget {
  /** Healthy older tasks that may be stopped. */
  readonly healthy: number;
  /** Whether running older tasks that are not healthy may be stopped. */
  readonly others: boolean;
}

export function stopBudget(counts: RollingCounts): StopBudget {
  const { lower } = rollingWindow(counts.desired, counts.minimumPercent, counts.maximumPercent);
  return { healthy: Math.max(0, counts.healthy - lower), others: counts.healthy >= lower };
}

/**
 * How many failed tasks end a deployment.
 * Source: ECS developer guide, "deployment circuit breaker" (2026): bounded from 3 to 200 unless told otherwise.
 */
export function breakerThreshold(desired: number, type: string, value: number): number {
  if (type === 'COUNT') return value;
  const share = Math.ceil((value / 100) * desired);
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}
