/** Finds the API that a request names, and cuts pages. */
import { text } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import { pageOf } from '../page.ts';
import type { Region } from '../world.ts';
import { badRequest, notFound } from './faults.ts';
import { apisOf, type HttpApi } from './state.ts';

/** @throws AwsFault 404 */
export function apiOf(region: Region, input: JsonObject): HttpApi {
  const id = text(input, 'apiId') ?? '';
  const api = apisOf(region).byId.get(id);
  if (api === undefined) throw notFound('Api', `Invalid API identifier specified ${region.account}:${id}`);
  return api;
}

/** One page for `maxResults` and `nextToken`, which come as text in the query. */
export function itemsPage(region: Region, input: JsonObject, items: readonly JsonObject[], key: string): Output {
  const asked = text(input, 'maxResults') ?? '';
  if (!/^\d{0,4}$/.test(asked)) throw badRequest(`Invalid value for maxResults: ${asked.slice(0, 20)}`);
  const page = pageOf(items, (item) => String(item[key]), {
    token: text(input, 'nextToken'),
    size: Math.min(Number(asked) || 500, 500, region.world.pageSize),
    badToken: () => badRequest('Invalid paging token.'),
  });
  return { items: page.items, nextToken: page.nextToken };
}
