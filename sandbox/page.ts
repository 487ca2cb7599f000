/** Pages of a list. A token names the last item given, so that a list which changes between two pages loses nothing. */
import type { AwsFault } from './fault.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

export interface PageRequest {
  /** The token of the last page; undefined or empty for the first one. */
  readonly token: string | undefined;
  /** Items per page, 1 or more. */
  readonly size: number;
  /** What the service answers to a token that it never gave. */
  readonly badToken: () => AwsFault;
}

/** Cuts a page out of `items`, whose keys are unique. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> {
  const start = request.token ? indexAfter(items, keyOf, decode(request)) : 0;
  const end = Math.min(items.length, start + Math.max(1, request.size));
  const page = items.slice(start, end);
  const last = page.at(-1);
  return { items: page, nextToken: end < items.length && last !== undefined ? encode(start, keyOf(last)) : undefined };
}

function indexAfter<T>(items: readonly T[], keyOf: (item: T) => string, last: { start: number; key: string }): number {
  const found = items.findIndex((item) => keyOf(item) === last.key);
  // The item is gone: go on from where its page began, which repeats items rather than skipping some.
  return found < 0 ? Math.min(last.start, items.length) : found + 1;
}

function encode(start: number, key: string): string {
  return Buffer.from(JSON.stringify([start, key])).toString('base64url');
}

function decode(request: PageRequest): { start: number; key: string } {
  try {
    const [start, key]: unknown[] = JSON.parse(Buffer.from(request.token ?? '', 'base64url').toString());
    if (typeof start === 'number' && typeof key === 'string') return { start, key };
  } catch {
    // Falls through to the service's own answer.
  }
  throw request.badToken();
}
