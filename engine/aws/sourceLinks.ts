/**
 * Makes and undoes the links of event sources, one at a time: each is set to a state rather than changed by a step, so
 * that asking twice does it once, and each can be looked at afterwards.
 */
import type { Integration } from '@aws-sdk/client-apigatewayv2';
import {
  AddPermissionCommand,
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  GetAliasCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  type LambdaClient,
  ListTagsCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { EngineError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  calledBy,
  differences,
  eventSourcesOf,
  integrationUri,
  isOwnStatement,
  type LambdaTarget,
  mappingMember,
  SOURCES_TAG,
  type SourceLink,
  sourceName,
} from '../plan/index.ts';
import type { ActionContext, LinkStateSeen, LinkWay } from '../rollout/index.ts';
import type { Clients } from './clients.ts';
import { orAbsent, toAwsError } from './errors.ts';
import { integrationOf, listMappings, readApi, readMapping, readStatements, readTargetGroup } from './eventSources.ts';
import { ownTags, ROLLOUT_TAG } from './ownTags.ts';

/** What links are set on. */
export interface LinkPlace {
  readonly clients: Clients;
  readonly lambda: LambdaClient;
  readonly target: LambdaTarget;
  readonly alias: string;
}

interface Setting extends LinkPlace {
  readonly context: ActionContext;
}

type Of<K extends SourceLink['kind']> = Extract<SourceLink, { kind: K }>;

interface LinkKind<L extends SourceLink> {
  look(place: LinkPlace, link: L, way: LinkWay): Promise<LinkStateSeen>;
  set(setting: Setting, link: L, way: LinkWay): Promise<void>;
}

const GONE = 'ResourceNotFoundException';

const setOrOpen = (isSet: boolean): LinkStateSeen => (isSet ? 'set' : 'open');

/** Undefined where there is no such alias. */
async function aliasArnOf({ lambda, target, alias }: LinkPlace): Promise<string | undefined> {
  const found = await orAbsent(lambda.send(new GetAliasCommand({ FunctionName: target.function, Name: alias })), GONE);
  return found?.AliasArn;
}

async function functionOf({ lambda, target }: LinkPlace) {
  const got = await orAbsent(lambda.send(new GetFunctionCommand({ FunctionName: target.function })), GONE);
  return { arn: got?.Configuration?.FunctionArn, tags: got?.Tags ?? {} };
}

const mark: LinkKind<Of<'mark'>> = {
  async look(place, link, way) {
    const { tags } = await functionOf(place);
    return setOrOpen((tags[SOURCES_TAG] ?? null) === (way === 'forward' ? link.wanted : link.before));
  },
  async set(place, link, way) {
    const value = way === 'forward' ? link.wanted : link.before;
    const { arn: Resource } = await functionOf(place);
    if (Resource === undefined) return;
    if (value === null) await place.lambda.send(new UntagResourceCommand({ Resource, TagKeys: [SOURCES_TAG] }));
    else await place.lambda.send(new TagResourceCommand({ Resource, Tags: { [SOURCES_TAG]: value } }));
  },
};

async function permittedSource({ lambda, target, alias }: LinkPlace, statement: string): Promise<string | null> {
  const statements = await readStatements(lambda, target.function, alias);
  return statements.find(({ id }) => id === statement)?.sourceArn ?? null;
}

const permission: LinkKind<Of<'permission'>> = {
  async look(place, link, way) {
    const there = await permittedSource(place, link.statement);
    return setOrOpen(there === (way === 'forward' ? link.wanted : link.before));
  },
  async set(place, link, way) {
    const SourceArn = way === 'forward' ? link.wanted : link.before;
    const named = { FunctionName: place.target.function, Qualifier: place.alias, StatementId: link.statement };
    const add = () =>
      place.lambda.send(
        new AddPermissionCommand({
          ...named,
          Action: 'lambda:InvokeFunction',
          Principal: link.principal,
          SourceArn: SourceArn ?? '',
        }),
      );
    const remove = () => orAbsent(place.lambda.send(new RemovePermissionCommand(named)), GONE);
    // Done without looking first: a read may be older than the last change.
    if (SourceArn === null) {
      await remove();
    } else if ((await orAbsent(add(), 'ResourceConflictException')) === undefined) {
      if ((await permittedSource(place, link.statement)) === SourceArn) return;
      await remove();
      await add();
    }
  },
};

/** What the group's targets are to be. */
async function wantedTargets(place: LinkPlace, link: Of<'target'>, way: LinkWay): Promise<readonly string[]> {
  if (way === 'back') return link.before;
  const arn = await aliasArnOf(place);
  return link.wanted && arn !== undefined ? [arn] : [];
}

const same = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

/** What deregistering says of a target that is not there. */
const NOT_REGISTERED = ['InvalidTargetException', 'InvalidTarget'];

const target: LinkKind<Of<'target'>> = {
  async look(place, link, way) {
    const { targets } = await readTargetGroup(place.clients, place.target.region!, link.targetGroup);
    return setOrOpen(same(targets, await wantedTargets(place, link, way)));
  },
  async set(place, link, way) {
    const region = place.target.region!;
    const { targetGroup: TargetGroupArn, before } = link;
    const [{ targets, type }, wanted, elb, { DeregisterTargetsCommand, RegisterTargetsCommand }] = await Promise.all([
      readTargetGroup(place.clients, region, TargetGroupArn),
      wantedTargets(place, link, way),
      place.clients.elb(region),
      import('@aws-sdk/client-elastic-load-balancing-v2'),
    ]);
    if (type === null && way === 'back') return;
    const known = [...before, await aliasArnOf(place)];
    const stranger = targets.find((arn) => !known.includes(arn));
    if (stranger !== undefined) {
      throw new EngineError('aws.target-changed', `somebody else made ${stranger} the target of ${TargetGroupArn}`, {
        hint: 'find out who uses the target group, then deploy again',
      });
    }
    const asTargets = (arns: readonly string[]) => arns.map((Id) => ({ Id }));
    // A group has room for one function: the old one leaves right before the new one comes. Whoever may be there is
    // told to leave, since a read may be older than the last change.
    const leaving = known.filter((arn) => arn !== undefined && !wanted.includes(arn)) as string[];
    for (const arn of leaving) {
      const request = new DeregisterTargetsCommand({ TargetGroupArn, Targets: asTargets([arn]) });
      await orAbsent(elb.send(request), ...NOT_REGISTERED);
    }
    if (wanted.length === 0) return;
    try {
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: asTargets(wanted) }));
    } catch (error) {
      // No group is left without the target that it had while somebody thinks about it.
      if (before.length > 0 && way === 'forward')
        await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: asTargets(before) }));
      throw error;
    }
  },
};

async function apiParts({ clients, target: { region } }: LinkPlace, apiId: string) {
  return readApi(await clients.apiGateway(region!), apiId);
}

async function stageOf(place: LinkPlace, { apiId, stage }: { readonly apiId: string; readonly stage: string }) {
  return (await apiParts(place, apiId))?.stages.find(({ StageName }) => StageName === stage);
}

const stageVariable: LinkKind<Of<'stage-variable'>> = {
  async look(place, link, way) {
    const there = (await stageOf(place, link))?.StageVariables?.[link.name] ?? null;
    return setOrOpen(there === (way === 'forward' ? place.alias : link.before));
  },
  async set(place, link, way) {
    const { UpdateStageCommand } = await import('@aws-sdk/client-apigatewayv2');
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

const route: LinkKind<Of<'route'>> = {
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
      '@aws-sdk/client-apigatewayv2'
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
  const { CreateIntegrationCommand, UpdateIntegrationCommand } = await import('@aws-sdk/client-apigatewayv2');
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
const deployment: LinkKind<Of<'deployment'>> = {
  async look(place, link, way) {
    const now = (await stageOf(place, link))?.DeploymentId ?? null;
    return setOrOpen(way === 'forward' ? now !== link.before : now === link.before || link.before === null);
  },
  async set(place, link, way) {
    const { CreateDeploymentCommand, GetDeploymentsCommand, UpdateStageCommand } = await import(
      '@aws-sdk/client-apigatewayv2'
    );
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

const SETTLED = new Set(['Enabled', 'Disabled']);

/** A mapping of the link's source on the alias, or the one that it names. */
async function mappingOf(
  place: LinkPlace,
  { uuid, source }: Of<'mapping'>,
): Promise<EventSourceMappingConfiguration | undefined> {
  if (uuid !== null) return orAbsent(place.lambda.send(new GetEventSourceMappingCommand({ UUID: uuid })), GONE);
  const onAlias = await listMappings(place.lambda, { FunctionName: `${place.target.function}:${place.alias}` });
  return onAlias.find((one) => sourceName(one as unknown as JsonObject) === source);
}

/** Whether the link's mapping is there in the end. */
const stays = (link: Of<'mapping'>, way: LinkWay): boolean =>
  way === 'forward' ? link.index !== null : link.uuid !== null;

const bodyAt = ({ desired }: ActionContext, index: number): JsonObject => {
  const sources = desired?.kind === 'lambda' ? eventSourcesOf(desired.eventSources) : [];
  const found = sources.filter((source) => source.kind === 'mapping')[index];
  if (found !== undefined) return found.body;
  throw new EngineError('rollout.no-desired-state', 'the rendered event sources are not at hand', {
    hint: 'abort the rollout: it can only go back',
  });
};

/** Times of a body as the SDK takes them: files have seconds or text, records ms. */
function withDates(body: JsonObject): Record<string, unknown> {
  const at = body['StartingPositionTimestamp'];
  if (at === undefined || at === null) return body;
  const date = new Date(typeof at === 'number' && at < 1e11 ? at * 1000 : (at as number | string));
  return { ...body, StartingPositionTimestamp: date };
}

const tagsOf = (body: JsonObject): Record<string, string> =>
  (isObject(body['Tags']) ? body['Tags'] : {}) as Record<string, string>;

async function createMapping(setting: Setting, body: JsonObject, functionArn: string): Promise<void> {
  const Tags = { ...tagsOf(body), ...ownTags(setting.context.record) };
  const input = { ...withDates(body), FunctionName: functionArn, Tags };
  // There already: an answer that was lost.
  await orAbsent(
    setting.lambda.send(new CreateEventSourceMappingCommand(input as unknown as CreateEventSourceMappingCommandInput)),
    'ResourceConflictException',
  );
}

async function updateMapping(
  { lambda }: Setting,
  there: EventSourceMappingConfiguration,
  values: Readonly<Record<string, Json>>,
): Promise<void> {
  const { Tags, ...members } = values;
  if (isObject(Tags)) {
    const Resource = there.EventSourceMappingArn;
    const surplus = Object.keys(tagsOf((await readMapping(lambda, there)).body)).filter(
      (key) => !Object.hasOwn(Tags, key),
    );
    if (surplus.length > 0) await lambda.send(new UntagResourceCommand({ Resource, TagKeys: surplus }));
    const wanted = tagsOf(values as JsonObject);
    if (Object.keys(wanted).length > 0) await lambda.send(new TagResourceCommand({ Resource, Tags: wanted }));
  }
  if (Object.keys(members).length === 0) return;
  const input = { ...members, UUID: there.UUID } as unknown as UpdateEventSourceMappingCommandInput;
  await lambda.send(new UpdateEventSourceMappingCommand(input));
}

const mapping: LinkKind<Of<'mapping'>> = {
  async look(place, link, way) {
    const there = await mappingOf(place, way === 'back' && link.index === null ? { ...link, uuid: null } : link);
    if (!stays(link, way)) return there === undefined ? 'set' : there.State === 'Deleting' ? 'settling' : 'open';
    if (there === undefined) return 'open';
    if (!SETTLED.has(there.State ?? '')) return 'settling';
    if (way === 'forward' || link.index === null) return 'set';
    const { body, functionArn } = await readMapping(place.lambda, there);
    const now = Object.fromEntries(
      link.members.map((key) => [key, key === 'FunctionName' ? functionArn : mappingMember(body, key)]),
    );
    return setOrOpen(differences(now, link.before).length === 0);
  },

  async set(setting, link, way) {
    const { context, lambda } = setting;
    const again = way === 'back' && link.index === null;
    const there = await mappingOf(setting, again ? { ...link, uuid: null } : link);
    if (!stays(link, way)) {
      if (there === undefined || there.State === 'Deleting') return;
      // On the way back only what this rollout made goes.
      if (way === 'back' && !(await isOfRollout(setting, there))) return;
      await orAbsent(lambda.send(new DeleteEventSourceMappingCommand({ UUID: there.UUID })), GONE);
      return;
    }
    if (again) {
      const { FunctionName, ...body } = link.before;
      if (there === undefined) await createMapping(setting, body, String(FunctionName));
      return;
    }
    const aliasArn = (await aliasArnOf(setting)) ?? '';
    const body = way === 'forward' ? bodyAt(context, link.index!) : link.before;
    if (there === undefined) {
      if (link.uuid === null) await createMapping(setting, body, aliasArn);
      return;
    }
    const value = (key: string): Json =>
      key !== 'FunctionName' ? mappingMember(body, key) : way === 'forward' ? aliasArn : (link.before[key] ?? null);
    const members = link.members.map((key): [string, Json] => [key, value(key)]);
    if (members.length > 0) await updateMapping(setting, there, Object.fromEntries(members));
  },
};

async function isOfRollout({ lambda, context }: Setting, there: EventSourceMappingConfiguration): Promise<boolean> {
  const { Tags } = await lambda.send(new ListTagsCommand({ Resource: there.EventSourceMappingArn }));
  return Tags?.[ROLLOUT_TAG] === context.record.id;
}

const KINDS: { readonly [K in SourceLink['kind']]: LinkKind<Of<K>> } = {
  mark,
  permission,
  target,
  'stage-variable': stageVariable,
  route,
  deployment,
  mapping,
};

const kindOf = (link: SourceLink): LinkKind<SourceLink> => KINDS[link.kind] as unknown as LinkKind<SourceLink>;

/** How a link is, compared with how it is to be on this way. */
export const lookAtLink = (place: LinkPlace, link: SourceLink, way: LinkWay): Promise<LinkStateSeen> =>
  kindOf(link).look(place, link, way);

/** Makes a link what it is to be on this way; throws the SDK's error. */
export async function setLink(setting: Setting, link: SourceLink, way: LinkWay): Promise<void> {
  try {
    await kindOf(link).set(setting, link, way);
  } catch (error) {
    // Taken away is taken away, whatever it hung on.
    if (way === 'back' && toAwsError(error).code === GONE) return;
    throw error;
  }
}

/**
 * Before a function goes: takes away what GitMoxi connected to its alias and what would call nothing from then on. A
 * route keeps its integration, which belongs to the API.
 */
export async function disconnect(place: LinkPlace): Promise<void> {
  const { clients, lambda, target: of, alias } = place;
  const aliasArn = await aliasArnOf(place);
  for (const { id, sourceArn: TargetGroupArn } of await readStatements(lambda, of.function, alias)) {
    if (!isOwnStatement(id) || !TargetGroupArn.includes(':targetgroup/')) continue;
    const { targets } = await readTargetGroup(clients, of.region!, TargetGroupArn);
    if (aliasArn === undefined || !targets.includes(aliasArn)) continue;
    const { DeregisterTargetsCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2');
    const elb = await clients.elb(of.region!);
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: aliasArn }] }));
  }
  for (const mapping of await listMappings(lambda, { FunctionName: `${of.function}:${alias}` })) {
    if (!(await readMapping(lambda, mapping)).isOurs) continue;
    await orAbsent(lambda.send(new DeleteEventSourceMappingCommand({ UUID: mapping.UUID })), GONE);
  }
}
