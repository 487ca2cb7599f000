/** What is particular to each part of an API: integrations, routes, stages, deployments. Their rules, and no state. */
import { number, object, text } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { badRequest, conflict, notFound } from './faults.ts';
import { addDeployment, type HttpApi, INTEGRATION_DEFAULTS, newId, ROUTE_DEFAULTS, stageDefaults } from './state.ts';

export interface Part {
  /** As in `GetRoute`. */
  readonly name: string;
  /** The member that names one. */
  readonly key: string;
  /** What a request may set. */
  readonly members: readonly string[];
  readonly of: (api: HttpApi) => Map<string, JsonObject>;
  /** The new one, defaults filled in, not yet kept. */
  readonly create: (api: HttpApi, given: JsonObject) => JsonObject;
  /** Whether a change of it is what stages that deploy by themselves wait for. */
  readonly deploys: boolean;
  /** @throws AwsFault where it may not be as it would then be */
  readonly check: (api: HttpApi, part: JsonObject) => void;
  /** @throws AwsFault where something still needs it */
  readonly checkUnused: (api: HttpApi, id: string) => void;
}

const integration: Part = {
  name: 'Integration',
  key: 'integrationId',
  members: [
    'connectionId',
    'connectionType',
    'credentialsArn',
    'description',
    'integrationMethod',
    'integrationSubtype',
    'integrationType',
    'integrationUri',
    'payloadFormatVersion',
    'requestParameters',
    'responseParameters',
    'timeoutInMillis',
    'tlsConfig',
  ],
  of: ({ integrations }) => integrations,
  create: (api, given) => ({ ...INTEGRATION_DEFAULTS, ...given, integrationId: newId(api) }),
  deploys: true,
  check(_api, part) {
    const type = text(part, 'integrationType');
    if (type !== 'AWS_PROXY' && type !== 'HTTP_PROXY') {
      throw badRequest('HTTP APIs only support HTTP_PROXY and AWS_PROXY integrations');
    }
    const version = text(part, 'payloadFormatVersion') ?? '';
    if (version !== '1.0' && (version !== '2.0' || type !== 'AWS_PROXY')) {
      throw badRequest(version === '' ? 'PayloadFormatVersion is a required field' : 'Invalid PayloadFormatVersion');
    }
    const timeout = number(part, 'timeoutInMillis') ?? 30_000;
    if (timeout < 50 || timeout > 30_000) {
      throw badRequest('Timeout should be between 50 ms and 30000 ms');
    }
    const uri = text(part, 'integrationUri') ?? '';
    const fits = type === 'AWS_PROXY' ? uri.startsWith('arn:') || 'integrationSubtype' in part : uri !== '';
    if (!fits) throw badRequest('Invalid integration URI specified');
  },
  checkUnused(api, id) {
    const route = [...api.routes.values()].find(({ target }) => target === `integrations/${id}`);
    if (route === undefined) return;
    throw conflict(`Cannot delete Integration '${id}' because it is referenced by a Route: ${route['routeId']}`);
  },
};

const route: Part = {
  name: 'Route',
  key: 'routeId',
  members: [
    'apiKeyRequired',
    'authorizationScopes',
    'authorizationType',
    'authorizerId',
    'operationName',
    'requestParameters',
    'routeKey',
    'target',
  ],
  of: ({ routes }) => routes,
  create: (api, given) => ({ ...ROUTE_DEFAULTS, ...given, routeId: newId(api) }),
  deploys: true,
  check(api, part) {
    const key = text(part, 'routeKey') ?? '';
    if (!/^(?:\$default|(?:ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \/\S*)$/.test(key)) {
      throw badRequest('The provided route key is not formatted properly for HTTP protocol.');
    }
    const twin = [...api.routes.values()].find(
      ({ routeKey, routeId }) => routeKey === key && routeId !== part['routeId'],
    );
    if (twin !== undefined) throw conflict(`Route with key ${key} already exists for this API`);
    const target = text(part, 'target');
    const id = /^integrations\/([^/]+)$/.exec(target ?? '')?.[1];
    if (target !== undefined && (id === undefined || !api.integrations.has(id))) {
      throw badRequest(`Invalid Integration identifier specified: ${target}`);
    }
  },
  checkUnused: () => {},
};

const stage: Part = {
  name: 'Stage',
  key: 'stageName',
  members: [
    'accessLogSettings',
    'autoDeploy',
    'defaultRouteSettings',
    'deploymentId',
    'description',
    'routeSettings',
    'stageName',
    'stageVariables',
  ],
  of: ({ stages }) => stages,
  create(api, given) {
    const name = text(given, 'stageName') ?? '';
    if (!/^(?:\$default|[A-Za-z0-9_-]{1,128})$/.test(name)) throw badRequest('Invalid stage name');
    if (api.stages.has(name)) throw conflict('Stage already exists');
    return { ...stageDefaults(api), ...given };
  },
  deploys: true,
  check(api, part) {
    const deployment = text(part, 'deploymentId');
    if (deployment !== undefined && !api.deployments.has(deployment)) {
      throw badRequest('Invalid deployment identifier specified');
    }
    const variables = Object.entries(object(part, 'stageVariables') ?? {});
    if (
      variables.some(([name, value]) => !/^\w{1,64}$/.test(name) || !/^[\w\-.~:/?#&=,]{1,2048}$/.test(String(value)))
    ) {
      throw badRequest('Stage variables have an invalid name or value');
    }
  },
  checkUnused: () => {},
};

const deployment: Part = {
  name: 'Deployment',
  key: 'deploymentId',
  members: ['description', 'stageName'],
  of: ({ deployments }) => deployments,
  create(api, { stageName, ...given }) {
    if (api.routes.size === 0) throw badRequest('At least one route is required before deploying the Api.');
    const stage = stageName === undefined ? undefined : api.stages.get(String(stageName));
    if (stageName !== undefined && stage === undefined) throw notFound('Stage', 'Invalid stage identifier specified');
    const deploymentId = addDeployment(api, given);
    if (stage !== undefined) api.stages.set(String(stageName), { ...stage, deploymentId });
    return api.deployments.get(deploymentId)!;
  },
  deploys: false,
  check: () => {},
  checkUnused(api, id) {
    const user = [...api.stages.values()].find(({ deploymentId }) => deploymentId === id);
    if (user === undefined) return;
    throw badRequest('Active stages pointing to this deployment must be moved or deleted');
  },
};

export const PARTS: readonly Part[] = [integration, route, stage, deployment];
