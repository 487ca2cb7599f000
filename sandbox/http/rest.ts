/** The REST protocol: which operation a method and path mean, and the members that path and query carry. */
import { AwsFault } from '../fault.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Route, Service } from '../service.ts';

export interface RoutedCall {
  readonly route: Route;
  readonly members: JsonObject;
}

interface CompiledRoute {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const compiled = new WeakMap<Service, readonly CompiledRoute[]>();

/** @throws AwsFault `UnknownOperationException` (404) for a path that no operation of the service has */
export function routeOf(service: Service, method: string, url: URL): RoutedCall {
  for (const { route, pattern, names } of routesOf(service)) {
    const match = route.method === method ? pattern.exec(url.pathname) : null;
    if (match === null || (route.needs !== undefined && !url.searchParams.has(route.needs))) continue;
    const members: [string, Json][] = names.map((name, i) => [name, decode(match[i + 1] ?? '')]);
    for (const [parameter, name] of Object.entries(route.query ?? {})) {
      const values = url.searchParams.getAll(parameter);
      if (values.length > 0) members.push([name, name.endsWith('[]') ? values : values[0]!]);
    }
    return { route, members: Object.fromEntries(members.map(([name, value]) => [name.replace('[]', ''), value])) };
  }
  throw new AwsFault('UnknownOperationException', `Unable to determine service/operation name to be authorized`, 404);
}

function routesOf(service: Service): readonly CompiledRoute[] {
  let routes = compiled.get(service);
  if (routes === undefined) {
    routes = (service.routes ?? []).map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replace(/\{\w+(\+?)\}/g, (_, greedy) => (greedy ? '(.+)' : '([^/]+)'))}/?$`),
      names: [...route.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name!),
    }));
    compiled.set(service, routes);
  }
  return routes;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
