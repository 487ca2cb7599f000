/**
 * What API Gateway keeps in one account and region: HTTP APIs and their parts, each part held as it is shown. Plain
 * data; an API of the scenario's is there from the start.
 */
import type { Json, JsonObject } from '../json.ts';
import type { Region } from '../world.ts';

export interface Apis {
  readonly region: Region;
  readonly byId: Map<string, HttpApi>;
  /** APIs made so far. */
  created: number;
}

export interface HttpApi {
  readonly region: Region;
  readonly id: string;
  /** As shown. */
  members: JsonObject;
  /** By id; stages by name. Each as shown. */
  readonly integrations: Map<string, JsonObject>;
  readonly routes: Map<string, JsonObject>;
  readonly stages: Map<string, JsonObject>;
  readonly deployments: Map<string, JsonObject>;
  /** What each deployment serves, by its id. */
  readonly served: Map<string, Pick<HttpApi, 'integrations' | 'routes'>>;
  /** Names of the stages for which a deployment by itself is under way. */
  readonly deploying: Set<string>;
  /** Random draws so far. */
  draws: number;
}

export function apisOf(region: Region): Apis {
  return region.part(createApis);
}

function createApis(region: Region): Apis {
  const apis: Apis = { region, byId: new Map(), created: 0 };
  for (const given of region.scenario.given.apis ?? []) {
    const api = addApi(apis, given.apiId, { name: given.name ?? given.apiId });
    for (const { routeId, routeKey, functionArn } of given.routes ?? []) {
      const route: JsonObject = { ...ROUTE_DEFAULTS, routeId, routeKey: routeKey ?? '$default' };
      const target = functionArn && `integrations/${addIntegration(api, functionArn)}`;
      api.routes.set(routeId, target ? { ...route, target } : route);
    }
    const stages = given.stages ?? [{ stageName: '$default' }];
    for (const { stageName, variables } of stages) {
      const deploymentId = addDeployment(api, { autoDeployed: true });
      const stageVariables = { ...variables };
      api.stages.set(stageName, { ...stageDefaults(api), stageName, stageVariables, autoDeploy: true, deploymentId });
    }
  }
  return apis;
}

export function addApi(apis: Apis, id: string, members: JsonObject): HttpApi {
  const { region } = apis;
  const api: HttpApi = {
    region,
    id,
    members: {
      apiId: id,
      apiEndpoint: `https://${id}.execute-api.${region.name}.amazonaws.com`,
      protocolType: 'HTTP',
      createdDate: now(region),
      routeSelectionExpression: '$request.method $request.path',
      apiKeySelectionExpression: '$request.header.x-api-key',
      disableExecuteApiEndpoint: false,
      ipAddressType: 'ipv4',
      tags: {},
      ...members,
    },
    integrations: new Map(),
    routes: new Map(),
    stages: new Map(),
    deployments: new Map(),
    served: new Map(),
    deploying: new Set(),
    draws: 0,
  };
  apis.byId.set(id, api);
  return api;
}

/** A Lambda proxy integration. @returns its id */
export function addIntegration(api: HttpApi, functionArn: string, further: JsonObject = {}): string {
  const integrationId = newId(api);
  api.integrations.set(integrationId, {
    ...INTEGRATION_DEFAULTS,
    integrationId,
    integrationType: 'AWS_PROXY',
    integrationMethod: 'POST',
    integrationUri: functionArn,
    payloadFormatVersion: '2.0',
    ...further,
  });
  return integrationId;
}

/** A deployment that is in force at once. @returns its id */
export function addDeployment(api: HttpApi, members: JsonObject): string {
  const deploymentId = newId(api, 6);
  api.deployments.set(deploymentId, {
    deploymentId,
    createdDate: now(api.region),
    deploymentStatus: 'DEPLOYED',
    autoDeployed: false,
    ...members,
  });
  api.served.set(deploymentId, { integrations: new Map(api.integrations), routes: new Map(api.routes) });
  return deploymentId;
}

export const INTEGRATION_DEFAULTS = { connectionType: 'INTERNET', timeoutInMillis: 30_000 } as const;
export const ROUTE_DEFAULTS = { apiKeyRequired: false, authorizationType: 'NONE' } as const;

export function stageDefaults({ region }: HttpApi): Record<string, Json> {
  return {
    createdDate: now(region),
    lastUpdatedDate: now(region),
    defaultRouteSettings: { detailedMetricsEnabled: false },
    routeSettings: {},
    stageVariables: {},
    tags: {},
  };
}

export function newId(api: HttpApi, length = 7): string {
  return api.region.random(`apigateway/${api.id}/${api.draws++}`).hex(length);
}

/** As API Gateway writes times: to the second. */
export function now(region: Region): string {
  return new Date(region.now).toISOString().replace(/\.\d+/, '');
}
