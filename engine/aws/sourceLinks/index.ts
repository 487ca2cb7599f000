/**
 * Makes and undoes the links of event sources, one at a time: each is set to a state rather than changed by a step, so
 * that asking twice does it once, and each can be looked at afterwards.
 */
import { DeleteEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { isOwnStatement, type SourceLink } from '../../plan/index.ts';
import type { LinkStateSeen, LinkWay } from '../../rollout/index.ts';
import { orAbsent, toAwsError } from '../errors.ts';
import { listMappings, readMapping, readStatements, readTargetGroup } from '../eventSources.ts';
import { mark, permission } from './function.ts';
import { deployment, route, stageVariable } from './httpApi.ts';
import { aliasArnOf, GONE, type LinkKind, type LinkPlace, type Of, type Setting } from './link.ts';
import { mapping } from './mapping.ts';
import { target } from './targetGroup.ts';

export type { LinkPlace } from './link.ts';

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
    const { DeregisterTargetsCommand } = await import('../sdk/elb.ts');
    const elb = await clients.elb(of.region!);
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: aliasArn }] }));
  }
  for (const mapping of await listMappings(lambda, { FunctionName: `${of.function}:${alias}` })) {
    if (!(await readMapping(lambda, mapping)).isOurs) continue;
    await orAbsent(lambda.send(new DeleteEventSourceMappingCommand({ UUID: mapping.UUID })), GONE);
  }
}
