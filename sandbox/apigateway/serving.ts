/** What a request to an HTTP API meets: the function behind a route, as it was last deployed to a stage. Pure. */
import { object, text } from '../input.ts';
import { mayInvoke } from '../lambda/index.ts';
import type { Region } from '../world.ts';
import { apisOf } from './state.ts';

export interface RequestedRoute {
  readonly apiId: string;
  readonly routeId: string;
  /** @default `$default` */
  readonly stageName?: string | undefined;
}

/** `no-permission` covers a function that is not there: API Gateway cannot tell, and answers 500 to both. */
export type RouteAnswer =
  | { readonly functionArn: string }
  | { readonly failure: 'not-found' | 'no-integration' | 'no-permission' };

const FUNCTION = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}(?::[\w$-]{1,128})?$/;

/** @returns undefined where there is no such API */
export function functionBehind(region: Region, asked: RequestedRoute): RouteAnswer | undefined {
  const { apiId, routeId, stageName = '$default' } = asked;
  const api = apisOf(region).byId.get(apiId);
  if (api === undefined) return undefined;
  const stage = api.stages.get(stageName) ?? {};
  const served = api.served.get(text(stage, 'deploymentId') ?? '');
  const route = served?.routes.get(routeId);
  if (served === undefined || route === undefined) return { failure: 'not-found' };
  const integration = served.integrations.get((text(route, 'target') ?? '').replace('integrations/', ''));
  const variables = object(stage, 'stageVariables') ?? {};
  const uri = (text(integration ?? {}, 'integrationUri') ?? '').replace(
    /\$\{stageVariables\.(\w+)\}/g,
    (_whole, name: string) => text(variables, name) ?? '',
  );
  const functionArn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;
  if (!FUNCTION.test(functionArn)) return { failure: 'no-integration' };
  // `GET /orders` becomes `GET/orders`.
  const path = (text(route, 'routeKey') ?? '').replace(' ', '');
  const source = region.arn('execute-api', `${apiId}/${stageName}/${path}`);
  const isAllowed = mayInvoke(region, functionArn, 'apigateway.amazonaws.com', source);
  return isAllowed ? { functionArn } : { failure: 'no-permission' };
}
