/** API Gateway operations on whole HTTP APIs. */
import { text } from '../input.ts';
import { pick } from '../json.ts';
import type { Operation } from '../service.ts';
import { badRequest } from './faults.ts';
import { apiOf, itemsPage } from './lookup.ts';
import { addApi, addDeployment, addIntegration, apisOf, newId, ROUTE_DEFAULTS, stageDefaults } from './state.ts';

const MEMBERS = [
  'corsConfiguration',
  'description',
  'disableExecuteApiEndpoint',
  'ipAddressType',
  'name',
  'protocolType',
  'tags',
  'version',
];

const createApi: Operation = (input, { region }) => {
  const name = text(input, 'name') ?? '';
  if (name === '' || name.length > 128) throw badRequest('Name is a required field of 1 to 128 characters');
  const protocol = text(input, 'protocolType');
  if (protocol !== 'HTTP') throw badRequest(`The sandbox has HTTP APIs only, not ${protocol ?? 'none'}`);
  const apis = apisOf(region);
  const api = addApi(apis, region.random(`apigateway/${apis.created++}`).hex(10), pick(input, MEMBERS));
  const target = text(input, 'target');
  if (target !== undefined) {
    // "Quick create": one route to one function, on a stage that deploys by itself.
    const managed = { apiGatewayManaged: true };
    const integrationId = addIntegration(api, target, managed);
    const routeId = newId(api);
    const routeKey = text(input, 'routeKey') ?? '$default';
    api.routes.set(routeId, {
      ...ROUTE_DEFAULTS,
      ...managed,
      routeId,
      routeKey,
      target: `integrations/${integrationId}`,
    });
    const deploymentId = addDeployment(api, { autoDeployed: true });
    api.stages.set('$default', {
      ...stageDefaults(api),
      ...managed,
      stageName: '$default',
      autoDeploy: true,
      deploymentId,
    });
  }
  return api.members;
};

const getApi: Operation = (input, { region }) => apiOf(region, input).members;

const getApis: Operation = (input, { region }) =>
  itemsPage(
    region,
    input,
    [...apisOf(region).byId.values()].map(({ members }) => members),
    'apiId',
  );

const updateApi: Operation = (input, { region }) => {
  const api = apiOf(region, input);
  const { protocolType: _fixed, ...given } = pick(input, MEMBERS);
  api.members = { ...api.members, ...given };
  return api.members;
};

const deleteApi: Operation = (input, { region }) => {
  apisOf(region).byId.delete(apiOf(region, input).id);
  return {};
};

export const apiOperations = {
  CreateApi: createApi,
  GetApi: getApi,
  GetApis: getApis,
  UpdateApi: updateApi,
  DeleteApi: deleteApi,
};
