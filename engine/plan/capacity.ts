/**
 * Where a service's tasks are placed: its own capacity, as the service definition says, or for a while the fallback of
 * the deployment definition. Pure.
 *
 * A service that was moved to its fallback on purpose carries a tag that says since when and from what, so that any
 * process, with this store or another, knows that the difference from the files is wanted. The tag counts only while
 * the service runs on that fallback, and its definition asks for the capacity that it was moved from.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type EcsDesired, OWN_TAG_PREFIX } from './desired.ts';
import { canonical, isEmpty } from './differences.ts';

/** Tag of a service that runs on its fallback: `<ISO time> from <capacity>`. */
export const FALLBACK_TAG = `${OWN_TAG_PREFIX}fallback`;

/** Source: Amazon ECS API reference, Tag: a value has at most 256 characters. */
const TAG_LENGTH = 256;

const itemsOf = (strategy: Json | undefined): JsonObject[] =>
  Array.isArray(strategy) ? strategy.filter(isObject) : [];

/** What an item means: a missing number is 0. */
const meaning = ({ capacityProvider, base, weight }: JsonObject): string =>
  `${String(capacityProvider)}:${Number(base ?? 0)}:${Number(weight ?? 0)}`;

const sameStrategy = (one: Json | undefined, other: Json | undefined): boolean =>
  canonical(itemsOf(one).map(meaning)) === canonical(itemsOf(other).map(meaning));

/** For people: `FARGATE_SPOT`, or `FARGATE_SPOT and FARGATE`. */
export function strategyWords(strategy: Json | undefined): string {
  return itemsOf(strategy)
    .map(({ capacityProvider }) => String(capacityProvider))
    .join(' and ');
}

/** For people: the capacity that a service definition asks for. */
export function capacityWords(service: JsonObject): string {
  const { capacityProviderStrategy, launchType } = service;
  if (!isEmpty(capacityProviderStrategy)) return strategyWords(capacityProviderStrategy);
  return typeof launchType === 'string' ? `launch type ${launchType}` : "the cluster's default capacity";
}

/** The capacity that a service definition asks for, told apart from others; without characters that a tag cannot have. */
function capacityKey(service: JsonObject): string {
  const { capacityProviderStrategy, launchType } = service;
  const items = itemsOf(capacityProviderStrategy).map(meaning);
  const key = items.length > 0 ? items.join(' ') : `launch ${String(launchType ?? 'default')}`;
  return key.replace(/[^\w +\-=.:/@]/g, '_');
}

/** @param since when the service was moved, ms since the epoch */
export const fallbackMark = (since: number, service: JsonObject): string =>
  `${new Date(since).toISOString()} from ${capacityKey(service)}`.slice(0, TAG_LENGTH);

/** The tag as it is; null where there is none. */
export function liveMark(live: JsonObject | undefined): string | null {
  const tags = live?.['tags'];
  const tag = (Array.isArray(tags) ? tags.filter(isObject) : []).find(({ key }) => key === FALLBACK_TAG);
  return tag === undefined ? null : String(tag['value'] ?? '');
}

/** When the service was moved to its fallback on purpose, ms since the epoch; null where it was not. */
export function onFallbackSince(
  live: JsonObject | undefined,
  { service, settings }: Pick<EcsDesired, 'service' | 'settings'>,
): number | null {
  const mark = liveMark(live);
  const fallback = settings.fallback?.strategy;
  if (live === undefined || mark === null || fallback === undefined) return null;
  const since = Date.parse(mark.split(' ')[0] ?? '');
  const isThere = sameStrategy(live['capacityProviderStrategy'], [...fallback]);
  return isThere && !Number.isNaN(since) && mark === fallbackMark(since, service) ? since : null;
}

/** Is the fallback another capacity than the one asked for? */
export const isAnother = (strategy: readonly JsonObject[], service: JsonObject): boolean =>
  strategy.length > 0 && !sameStrategy([...strategy], service['capacityProviderStrategy']);

/** A live service, as if it had its own capacity where it was moved to its fallback on purpose. */
export function withOwnCapacity(live: JsonObject, desired: EcsDesired): JsonObject {
  if (onFallbackSince(live, desired) === null) return live;
  const { capacityProviderStrategy, launchType } = desired.service;
  return {
    ...live,
    capacityProviderStrategy: capacityProviderStrategy ?? [],
    ...(launchType === undefined ? {} : { launchType }),
  };
}
