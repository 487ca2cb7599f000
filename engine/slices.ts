/** Long work in slices, so that an editor's other extensions, timers and connections have their turn. Owns nothing. */

/** Done in one go: checking a workload takes about a millisecond. */
const AT_ONCE = 10;

/** Does the work for all items, in their order, and lets others have their turn after every few. */
export async function inSlices<T, R>(items: readonly T[], work: (item: T, i: number) => R | Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    if (from > 0) await othersTurn();
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map((item, i) => work(item, from + i)))));
  }
  return results;
}

/** After whatever else waits already. */
const othersTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
