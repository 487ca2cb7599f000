/** HTTP APIs as a snapshot tells them: their routes, what these lead to, and their stages. */
import type { Json } from '../json.ts';
import type { ApiSnapshot } from '../snapshot/snapshot.ts';
import type { Region } from '../world.ts';
import { addApi, addDeployment, apisOf, INTEGRATION_DEFAULTS, ROUTE_DEFAULTS, stageDefaults } from './state.ts';

export function restoreApi(region: Region, { apiId, routes, stages }: ApiSnapshot): void {
  const api = addApi(apisOf(region), apiId, { name: apiId });
  for (const { routeId, routeKey, target, integrationUri } of routes) {
    const integrationId = target?.replace(/^integrations\//, '');
    if (integrationId !== undefined && integrationUri !== null) {
      api.integrations.set(integrationId, {
        ...INTEGRATION_DEFAULTS,
        integrationId,
        integrationType: 'AWS_PROXY',
        integrationMethod: 'POST',
        integrationUri,
        payloadFormatVersion: '2.0',
      });
    }
    const route: Record<string, Json> = { ...ROUTE_DEFAULTS, routeId, routeKey };
    api.routes.set(routeId, target === null ? route : { ...route, target });
  }
  for (const { stageName, autoDeploy, variables } of stages) {
    const deploymentId = addDeployment(api, { autoDeployed: autoDeploy });
    const stageVariables = { ...variables };
    api.stages.set(stageName, { ...stageDefaults(api), stageName, stageVariables, autoDeploy, deploymentId });
  }
}
