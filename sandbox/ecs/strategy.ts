/** Capacity provider strategies in requests and answers. Source of the rules: ECS API, CapacityProviderStrategyItem. */
import { objects, text, whole } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import { invalidParameter } from './faults.ts';
import type { StrategyItem } from './state.ts';

/** @returns undefined where the request has no strategy; `[]` is one that was emptied on purpose */
export function readStrategy(
  input: JsonObject,
  key: string,
  associated: readonly string[],
): readonly StrategyItem[] | undefined {
  const given = objects(input, key);
  if (given === undefined) return undefined;
  if (given.length > 20) throw invalidParameter(`${key} can have at most 20 items`);
  const items = given.map((item) => ({
    capacityProvider: text(item, 'capacityProvider') ?? '',
    base: whole(item, 'base') ?? 0,
    weight: whole(item, 'weight') ?? 0,
  }));
  for (const { capacityProvider, base, weight } of items) {
    if (!associated.includes(capacityProvider)) {
      throw invalidParameter(
        'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
      );
    }
    if (base < 0 || base > 100_000) throw invalidParameter(`base must be between 0 and 100000: ${base}`);
    if (weight < 0 || weight > 1000) throw invalidParameter(`weight must be between 0 and 1000: ${weight}`);
  }
  if (items.filter(({ base }) => base > 0).length > 1) {
    throw invalidParameter('Only one capacity provider in a capacity provider strategy can have a base defined.');
  }
  if (items.length > 1 && items.every(({ weight }) => weight === 0)) {
    throw invalidParameter('The specified capacity provider strategy must have a weight greater than 0.');
  }
  return items;
}

export function showStrategy(strategy: readonly StrategyItem[]): Output[] {
  return strategy.map(({ capacityProvider, weight, base }) => ({ capacityProvider, weight, base }));
}
