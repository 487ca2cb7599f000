/** An account's concurrency in one region, and what of it functions reserve. Source: developer guide, "Lambda quotas". */
import type { Lambda } from './state.ts';

export const ACCOUNT_CONCURRENCY = 1000;

/** What must stay unreserved. */
export const UNRESERVED = 100;

export function reservedSum({ functions }: Lambda): number {
  return [...functions.values()].reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
}
