/** The five operations on each part of an API, which are alike but for what `parts.ts` says. */
import { object, text } from '../input.ts';
import { isObject, type Json, type JsonObject, pick } from '../json.ts';
import type { Operation } from '../service.ts';
import { deployByItself } from './deploying.ts';
import { notFound } from './faults.ts';
import { apiOf, itemsPage } from './lookup.ts';
import { PARTS, type Part } from './parts.ts';
import { type HttpApi, now } from './state.ts';

/** Maps that a change adds to; an empty value takes an entry out. */
const MERGED = ['stageVariables', 'requestParameters', 'responseParameters'];

function merge(before: JsonObject, given: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...before, ...given };
  for (const key of MERGED) {
    const change = object(given, key);
    if (change === undefined) continue;
    const old = before[key];
    const entries = Object.entries({ ...(isObject(old) ? old : {}), ...change });
    merged[key] = Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }
  return merged;
}

function operationsOn(part: Part): Record<string, Operation> {
  const { name, key } = part;
  const found = (api: HttpApi, input: JsonObject): JsonObject => {
    const item = part.of(api).get(text(input, key) ?? '');
    if (item === undefined) throw notFound(name, `Invalid ${name} identifier specified`);
    return item;
  };
  const keep = (api: HttpApi, item: JsonObject): JsonObject => {
    part.check(api, item);
    part.of(api).set(String(item[key]), item);
    if (part.deploys) deployByItself(api);
    return item;
  };
  return {
    [`Create${name}`](input, { region }) {
      const api = apiOf(region, input);
      return keep(api, part.create(api, pick(input, part.members)));
    },
    [`Get${name}`]: (input, { region }) => found(apiOf(region, input), input),
    [`Get${name}s`](input, { region }) {
      const api = apiOf(region, input);
      return itemsPage(region, input, [...part.of(api).values()], key);
    },
    [`Update${name}`](input, { region }) {
      const api = apiOf(region, input);
      const before = found(api, input);
      const after = merge(before, { ...pick(input, part.members), [key]: before[key]! });
      return keep(api, 'lastUpdatedDate' in after ? { ...after, lastUpdatedDate: now(region) } : after);
    },
    [`Delete${name}`](input, { region }) {
      const api = apiOf(region, input);
      const id = String(found(api, input)[key]);
      part.checkUnused(api, id);
      part.of(api).delete(id);
      if (part.deploys) deployByItself(api);
      return {};
    },
  };
}

export const partOperations: Record<string, Operation> = Object.assign({}, ...PARTS.map(operationsOn));
