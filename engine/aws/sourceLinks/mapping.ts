/** Links that are event source mappings on the function's alias. */
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { EngineError } from '../../errors.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { differences, eventSourcesOf, mappingMember, sourceName } from '../../plan/index.ts';
import type { ActionContext, LinkWay } from '../../rollout/index.ts';
import { orAbsent } from '../errors.ts';
import { listMappings, readMapping } from '../eventSources.ts';
import { ownTags, ROLLOUT_TAG } from '../ownTags.ts';
import { aliasArnOf, GONE, type LinkKind, type LinkPlace, type Of, type Setting, setOrOpen } from './link.ts';

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

export const mapping: LinkKind<Of<'mapping'>> = {
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
