/**
 * Amazon API Gateway v2: HTTP APIs. A new operation is one function in the file of its fellows, one line in that file's
 * table, and its path here.
 */
import type { Route, Service } from '../service.ts';
import { apiOperations } from './apiOperations.ts';
import { tooMany } from './faults.ts';
import { partOperations } from './partOperations.ts';

export { restoreApi } from './restoring.ts';
export { functionBehind } from './serving.ts';

const PAGE = { maxResults: 'maxResults', nextToken: 'nextToken' };

/** The five operations on a collection. Source: API Gateway v2 API reference, "request syntax" of each operation. */
function routesOf(name: string, collection: string, key: string): readonly Route[] {
  const one = `${collection}/{${key}}`;
  return [
    { operation: `Create${name}`, method: 'POST', path: collection, success: 201 },
    { operation: `Get${name}s`, method: 'GET', path: collection, query: PAGE },
    { operation: `Get${name}`, method: 'GET', path: one },
    { operation: `Update${name}`, method: 'PATCH', path: one },
    { operation: `Delete${name}`, method: 'DELETE', path: one, success: 204 },
  ];
}

const APIS = '/v2/apis';
const API = `${APIS}/{apiId}`;

export const apiGateway: Service = {
  signingName: 'apigateway',
  protocol: 'restJson1',
  routes: [
    ...routesOf('Api', APIS, 'apiId'),
    ...routesOf('Integration', `${API}/integrations`, 'integrationId'),
    ...routesOf('Route', `${API}/routes`, 'routeId'),
    ...routesOf('Stage', `${API}/stages`, 'stageName'),
    ...routesOf('Deployment', `${API}/deployments`, 'deploymentId'),
  ],
  operations: { ...apiOperations, ...partOperations },
  // Per account, unverified: SPEC.md, "HTTP APIs".
  bucket: () => ({ name: 'control plane', capacity: 40, refill: 10 }),
  throttled: tooMany,
};
