/** Links of an HTTP API: routes with their integrations, stage variables, deployments. */
import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { EngineError } from '../../errors.ts';
import { calledBy, integrationUri } from '../../plan/index.ts';
import { integrationOf, readApi } from '../eventSources.ts';
import { aliasArnOf, type LinkKind, type LinkPlace, type Of, setOrOpen } from './link.ts';

async function apiParts({ clients, target: { region } }: LinkPlace, apiId: string) {
  return readApi(await clients.apiGateway(region!), apiId);
}

async function stageOf(place: LinkPlace, { apiId, stage }: { readonly apiId: string; readonly stage: string }) {
  return (await apiParts(place, apiId))?.stages.find(({ StageName }) => StageName === stage);
}

export const stageVariable: LinkKind<Of<'stage-variable'>> = {
  async look(place, link, way) {
    const there = (await stageOf(place, link))?.StageVariables?.[link.name] ?? null;
    return setOrOpen(there === (way === 'forward' ? place.alias : link.before));
  },
  async set(place, link, way) {
    const { UpdateStageCommand } = await import('../sdk/apiGateway.ts');
    const api = await place.clients.apiGateway(place.target.region!);
    // An empty value takes the variable out; the others stay.
    const value = way === 'forward' ? place.alias : (link.before ?? '');
    const StageVariables = { [link.name]: value };
    await api.send(new UpdateStageCommand({ ApiId: link.apiId, StageName: link.stage, StageVariables }));
  },
};

/** How the integration that GitMoxi made for a route is known. */
const integrationNote = ({ routeId }: Of<'route'>): string => `made by gitmoxi for route ${routeId}`;

const calls = (integration: Integration | undefined, uri: string | null): boolean =>
  integration !== undefined && uri !== null && calledBy(integration.IntegrationUri ?? '') === calledBy(uri);

export const route: LinkKind<Of<'route'>> = {
  async look(place, link, way) {
    const parts = await apiParts(place, link.apiId);
    const found = parts?.routes.find(({ RouteId }) => RouteId === link.routeId);
    if (parts === undefined || found === undefined) return 'open';
    const integration = integrationOf(parts, found);
    if (way === 'back')
      return setOrOpen(
        link.inPlace ? calls(integration, link.before.uri) : (found.Target ?? null) === link.before.target,
      );
    const aliasArn = await aliasArnOf(place);
    return setOrOpen(aliasArn !== undefined && calls(integration, integrationUri(aliasArn, link.variable)));
  },

  async set(place, link, way) {
    const { DeleteIntegrationCommand, UpdateIntegrationCommand, UpdateRouteCommand } = await import(
      '../sdk/apiGateway.ts'
    );
    const { apiId: ApiId, routeId: RouteId, before, inPlace } = link;
    const api = await place.clients.apiGatewayOnce(place.target.region!);
    if ((await route.look(place, link, way)) === 'set') return;
    const aliasArn = await aliasArnOf(place);
    const IntegrationUri = way === 'back' ? before.uri : aliasArn && integrationUri(aliasArn, link.variable);
    if (inPlace) {
      const IntegrationId = before.target?.replace('integrations/', '');
      await api.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, IntegrationUri: IntegrationUri ?? '' }));
      return;
    }
    if (way === 'forward') {
      const made = await ensureIntegration(place, link, IntegrationUri ?? '');
      await api.send(new UpdateRouteCommand({ ApiId, RouteId, Target: `integrations/${made}` }));
      return;
    }
    if (before.target === null) {
      throw new EngineError(
        'aws.route-keeps-integration',
        `route ${RouteId} had no integration, and keeps the new one`,
        {
          hint: `give route ${RouteId} of API ${ApiId} another integration, or delete it`,
        },
      );
    }
    await api.send(new UpdateRouteCommand({ ApiId, RouteId, Target: before.target }));
    const own = (await apiParts(place, ApiId))?.integrations.find((one) => one.Description === integrationNote(link));
    if (own !== undefined) await api.send(new DeleteIntegrationCommand({ ApiId, IntegrationId: own.IntegrationId }));
  },
};

/** The integration that is this route's own, made where it is not there yet. */
async function ensureIntegration(place: LinkPlace, link: Of<'route'>, IntegrationUri: string): Promise<string> {
  const { CreateIntegrationCommand, UpdateIntegrationCommand } = await import('../sdk/apiGateway.ts');
  const api = await place.clients.apiGatewayOnce(place.target.region!);
  const { apiId: ApiId } = link;
  const parts = await apiParts(place, ApiId);
  const there = parts?.integrations.find(({ Description }) => Description === integrationNote(link));
  if (there !== undefined) {
    if (!calls(there, IntegrationUri))
      await api.send(new UpdateIntegrationCommand({ ApiId, IntegrationId: there.IntegrationId, IntegrationUri }));
    return there.IntegrationId ?? '';
  }
  const made = await api.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationMethod: 'POST',
      PayloadFormatVersion: '2.0',
      IntegrationUri,
      Description: integrationNote(link),
    }),
  );
  return made.IntegrationId ?? '';
}

/** Stages that do not deploy by themselves serve a change once it is deployed to them. */
export const deployment: LinkKind<Of<'deployment'>> = {
  async look(place, link, way) {
    const now = (await stageOf(place, link))?.DeploymentId ?? null;
    return setOrOpen(way === 'forward' ? now !== link.before : now === link.before || link.before === null);
  },
  async set(place, link, way) {
    const { CreateDeploymentCommand, GetDeploymentsCommand, UpdateStageCommand } = await import('../sdk/apiGateway.ts');
    const { apiId: ApiId, stage: StageName } = link;
    const api = await place.clients.apiGatewayOnce(place.target.region!);
    let DeploymentId = link.before ?? undefined;
    if (way === 'forward') {
      const Description = `gitmoxi ${place.context.record.id}`;
      const { Items = [] } = await api.send(new GetDeploymentsCommand({ ApiId, MaxResults: '500' }));
      const made = Items.find((one) => one.Description === Description);
      DeploymentId = (made ?? (await api.send(new CreateDeploymentCommand({ ApiId, Description })))).DeploymentId;
    }
    if (DeploymentId !== undefined) await api.send(new UpdateStageCommand({ ApiId, StageName, DeploymentId }));
  },
};
