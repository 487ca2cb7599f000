/** Which capacity provider the next task goes to. Pure. */
import type { StrategyItem } from './state.ts';

/**
 * First the base, then by weight: the provider that is furthest below its share, the earlier one among equals.
 * Source: ECS API, CapacityProviderStrategyItem; the rounding of fractions is not documented.
 *
 * @param usage tasks per provider so far
 */
export function pickProvider(
  strategy: readonly StrategyItem[],
  usage: ReadonlyMap<string, number>,
): string | undefined {
  const used = (item: StrategyItem) => usage.get(item.capacityProvider) ?? 0;
  const base = strategy.find((item) => used(item) < item.base);
  if (base !== undefined) return base.capacityProvider;
  let best: { item: StrategyItem; load: number } | undefined;
  for (const item of strategy) {
    // A single provider needs no weight.
    const weight = strategy.length === 1 ? 1 : item.weight;
    const load = weight === 0 ? Number.POSITIVE_INFINITY : (used(item) - item.base + 1) / weight;
    if (best === undefined || load < best.load) best = { item, load };
  }
  return best?.item.capacityProvider;
}
