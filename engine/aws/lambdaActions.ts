/**
 * Changes to Lambda, each of which may be asked for again after a crash: most are level-setting by nature; creating
 * looks at the rollout's tag, publishing at the version's description.
 */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListAliasesCommand,
  PublishVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  type UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { EngineError } from '../errors.ts';
import { codeHash } from '../hash.ts';
import { isObject, type JsonObject } from '../json.ts';
import {
  CODE_TAG,
  codeReference,
  configurationDifferences,
  configurationRequest,
  type LambdaDesired,
  type LambdaTarget,
  OWN_TAG_PREFIX,
  PROVISIONED_TAG,
  SOURCES_TAG,
} from '../plan/index.ts';
import type { ActionContext, LambdaAction } from '../rollout/index.ts';
import { type Clients, UPLOADING } from './clients.ts';
import { orAbsent, toAwsError } from './errors.ts';
import { listMappings, readStatements } from './eventSources.ts';
import { aliasSeen } from './observe.ts';
import { ownTags, ROLLOUT_TAG } from './ownTags.ts';
import { plainObject } from './plain.ts';
import { provisionedSeen, releaseProvisioned, setProvisioned } from './provisioned.ts';
import { disconnect, setLink } from './sourceLinks/index.ts';

interface Call {
  readonly clients: Clients;
  readonly lambda: LambdaClient;
  readonly target: LambdaTarget;
  readonly FunctionName: string;
  readonly context: ActionContext;
  readonly repeated: boolean;
}

type Of<T extends LambdaAction['type']> = Extract<LambdaAction, { type: T }>;

/** UpdateFunctionCode takes this much in the request. Source: AWS Lambda quotas, deployment package, direct upload. */
const DIRECT_UPLOAD_BYTES = 50 * 1024 * 1024;

function desiredOf(call: Call): LambdaDesired {
  if (call.context.desired?.kind === 'lambda') return call.context.desired;
  throw new EngineError('rollout.no-desired-state', 'the rendered definition is not at hand', {
    hint: 'abort the rollout: it can only go back',
  });
}

/** The definition's `Code`, with the zip as bytes. */
function codeInput(definition: JsonObject): Record<string, unknown> {
  const code = isObject(definition['Code']) ? definition['Code'] : {};
  const zip = code['ZipFile'];
  return typeof zip === 'string' ? { ...code, ZipFile: Buffer.from(zip, 'base64') } : { ...code };
}

async function createFunction(call: Call): Promise<JsonObject> {
  const definition = desiredOf(call).function;
  const userTags = isObject(definition['Tags']) ? definition['Tags'] : {};
  const input = {
    ...definition,
    FunctionName: call.FunctionName,
    Code: codeInput(definition),
    // The version is published once the function is Active, so that publishing is one step for new and old functions.
    Publish: false,
    Tags: { ...userTags, ...ownTags(call.context.record) },
  };
  try {
    await call.lambda.send(new CreateFunctionCommand(input as unknown as CreateFunctionCommandInput), UPLOADING);
  } catch (error) {
    // The SDK may have asked twice: a first answer that was lost leaves a function of this rollout's own.
    if (toAwsError(error).code !== 'ResourceConflictException') throw error;
    const got = await call.lambda.send(new GetFunctionCommand({ FunctionName: call.FunctionName }));
    if (got.Tags?.[ROLLOUT_TAG] !== call.context.record.id) throw error;
  }
  return {};
}

/** Sends the members that differ, so that asking again changes nothing, and nothing is said that AWS might refuse. */
async function updateConfiguration(call: Call): Promise<JsonObject> {
  const definition = desiredOf(call).function;
  const { FunctionName } = call;
  const latest = plainObject(await call.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })));
  return { lastModified: await configure(call, latest, definition) };
}

/** Makes `$LATEST`'s configuration, seen as `latest`, what the definition says; tells since when it is so. */
async function configure(call: Call, latest: JsonObject, definition: JsonObject): Promise<string> {
  const members = new Set(configurationDifferences(latest, definition).map(({ path }) => path.split('/')[1]));
  if (members.size === 0) return String(latest['LastModified'] ?? '');
  const wanted = Object.entries(configurationRequest(definition)).filter(([key]) => members.has(key));
  const input = { ...Object.fromEntries(wanted), FunctionName: call.FunctionName };
  const answer = await call.lambda.send(
    new UpdateFunctionConfigurationCommand(input as unknown as UpdateFunctionConfigurationCommandInput),
  );
  return answer.LastModified ?? '';
}

async function updateCode(call: Call): Promise<JsonObject> {
  const definition = desiredOf(call).function;
  // Said always: left out, the architecture stays what it was.
  const Architectures = definition['Architectures'] ?? ['x86_64'];
  const input = { ...codeInput(definition), Architectures, FunctionName: call.FunctionName };
  const answer = await call.lambda.send(
    new UpdateFunctionCodeCommand(input as UpdateFunctionCodeCommandInput),
    UPLOADING,
  );
  return { codeSha256: answer.CodeSha256 ?? '', lastModified: answer.LastModified ?? '' };
}

/** What serves: known from publishing it, or else read. */
async function served({ lambda, FunctionName }: Call, Qualifier: string, action: Of<'lambda.tag-function'>) {
  const { version, code } = action;
  if (version !== null && code !== null) return { Version: version, CodeSha256: code };
  return lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
}

async function tagFunction(call: Call, action: Of<'lambda.tag-function'>): Promise<JsonObject> {
  const { function: definition, settings } = desiredOf(call);
  const { lambda, FunctionName } = call;
  const [got, serving] = await Promise.all([
    lambda.send(new GetFunctionCommand({ FunctionName })),
    served(call, settings.alias, action),
  ]);
  const Resource = got.Configuration?.FunctionArn;
  const userTags = (isObject(definition['Tags']) ? definition['Tags'] : {}) as Record<string, string>;
  const code = codeReference(definition, serving.CodeSha256 ?? '', codeHash.text);
  const wanted: Record<string, string> = { ...userTags, ...ownTags(call.context.record), [CODE_TAG]: code };
  if (settings.provisionedConcurrency !== null) wanted[PROVISIONED_TAG] = serving.Version ?? '';
  const surplus = Object.keys(got.Tags ?? {}).filter(
    (key) => !Object.hasOwn(wanted, key) && !key.startsWith('aws:') && !key.startsWith(OWN_TAG_PREFIX),
  );
  if (settings.provisionedConcurrency === null && got.Tags?.[PROVISIONED_TAG] !== undefined)
    surplus.push(PROVISIONED_TAG);
  await call.lambda.send(new TagResourceCommand({ Resource, Tags: wanted }));
  if (surplus.length > 0) await call.lambda.send(new UntagResourceCommand({ Resource, TagKeys: surplus }));
  return {};
}

/** Publishing what was published already gives that version again, with the description it was given then. */
async function publishVersion(call: Call, action: Of<'lambda.publish-version'>): Promise<JsonObject> {
  const kept = action.purpose === 'keep' ? ' (before)' : '';
  const Description = `${OWN_TAG_PREFIX}${call.context.record.id}${kept}`;
  const answer = await call.lambda.send(
    new PublishVersionCommand({ FunctionName: call.FunctionName, Description }),
    UPLOADING,
  );
  return {
    version: answer.Version ?? '',
    published: answer.Description === Description,
    state: answer.State ?? '',
    codeSha256: answer.CodeSha256 ?? '',
  };
}

async function createAlias(call: Call, action: Of<'lambda.create-alias'>): Promise<JsonObject> {
  const { FunctionName } = call;
  try {
    await call.lambda.send(
      new CreateAliasCommand({ FunctionName, Name: action.alias, FunctionVersion: action.version }),
    );
  } catch (error) {
    if (toAwsError(error).code !== 'ResourceConflictException') throw error;
    const there = await call.lambda.send(new GetAliasCommand({ FunctionName, Name: action.alias }));
    if (there.FunctionVersion !== action.version) throw error;
  }
  return {};
}

/** Weights are always sent: leaving them out would keep those of an earlier step. */
async function setAlias(call: Call, action: Of<'lambda.set-alias'>): Promise<JsonObject> {
  const AdditionalVersionWeights = action.additional
    ? { [action.additional.version]: action.additional.percent / 100 }
    : {};
  const answer = await call.lambda.send(
    new UpdateAliasCommand({
      FunctionName: call.FunctionName,
      Name: action.alias,
      FunctionVersion: action.version,
      RoutingConfig: { AdditionalVersionWeights },
    }),
  );
  return { alias: { ...aliasSeen(answer) } };
}

async function deleteFunction(call: Call, Qualifier?: string): Promise<JsonObject> {
  const input = { FunctionName: call.FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) };
  await orAbsent(call.lambda.send(new DeleteFunctionCommand(input)), 'ResourceNotFoundException');
  return {};
}

/** The function, and what GitMoxi made to invoke it. */
async function deleteWhole(call: Call): Promise<JsonObject> {
  const { clients, lambda, target, FunctionName } = call;
  const got = await orAbsent(lambda.send(new GetFunctionCommand({ FunctionName })), 'ResourceNotFoundException');
  const alias = got?.Tags?.[SOURCES_TAG];
  if (alias !== undefined) await disconnect({ clients, lambda, target, alias });
  return deleteFunction(call);
}

async function deleteOwnFunction(call: Call): Promise<JsonObject> {
  const { FunctionName } = call;
  const got = await orAbsent(call.lambda.send(new GetFunctionCommand({ FunctionName })), 'ResourceNotFoundException');
  return got?.Tags?.[ROLLOUT_TAG] === call.context.record.id ? deleteFunction(call) : {};
}

/** What still needs a version, for people; undefined where nothing does. */
async function userOf({ lambda, FunctionName }: Call, version: string): Promise<string | undefined> {
  const { Aliases = [] } = await lambda.send(new ListAliasesCommand({ FunctionName, FunctionVersion: version }));
  if (Aliases.length > 0) return `the alias ${Aliases.map(({ Name }) => Name).join(', ')}`;
  const mappings = await listMappings(lambda, { FunctionName: `${FunctionName}:${version}` });
  if (mappings.length > 0) return `the event source mapping ${mappings[0]?.UUID}`;
  // A load balancer or API that calls this very version needs a permission on it.
  if ((await readStatements(lambda, FunctionName, version)).length > 0) return 'a permission to invoke it';
  const provisioned = await provisionedSeen(lambda, FunctionName, version);
  return provisioned === undefined ? undefined : 'its provisioned concurrency';
}

/** @returns `deleted`: versions; `kept`: one text per version that stays */
async function retire(call: Call, action: Of<'lambda.retire'>): Promise<JsonObject> {
  for (const qualifier of action.released) await releaseProvisioned(call.lambda, call.FunctionName, qualifier);
  const deleted: string[] = [];
  const kept: string[] = [];
  for (const version of action.versions) {
    const user = await userOf(call, version);
    if (user === undefined) {
      await deleteFunction(call, version);
      deleted.push(version);
    } else kept.push(`version ${version} stays, used by ${user}`);
  }
  return { deleted, kept };
}

/** A version's configuration as a definition, so that the request for it is made as for any other. */
async function restoreConfiguration(call: Call, action: Of<'lambda.restore-configuration'>): Promise<JsonObject> {
  const then = plainObject(
    await call.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: call.FunctionName, Qualifier: action.version }),
    ),
  );
  const layers = Array.isArray(then['Layers'])
    ? then['Layers'].map((layer) => (isObject(layer) ? (layer['Arn'] ?? null) : layer))
    : [];
  const only = (key: string, members: readonly string[]): JsonObject => {
    const value = then[key];
    return isObject(value)
      ? Object.fromEntries(members.filter((m) => value[m] !== undefined).map((m) => [m, value[m]!]))
      : {};
  };
  const image = then['ImageConfigResponse'];
  const definition: JsonObject = {
    ...then,
    // A version's description names the rollout that published it; the function's own was written down.
    Description: action.description,
    Layers: layers,
    Environment: { Variables: only('Environment', ['Variables'])['Variables'] ?? {} },
    VpcConfig: {
      SubnetIds: [],
      SecurityGroupIds: [],
      ...only('VpcConfig', ['SubnetIds', 'SecurityGroupIds', 'Ipv6AllowedForDualStack']),
    },
    SnapStart: { ApplyOn: 'None', ...only('SnapStart', ['ApplyOn']) },
    ...(isObject(image) && image['ImageConfig'] !== undefined ? { ImageConfig: image['ImageConfig']! } : {}),
  };
  const latest = plainObject(
    await call.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: call.FunctionName })),
  );
  await configure(call, latest, definition);
  return {};
}

/** Puts a version's code back into `$LATEST`: by its image, or by its zip, fetched from where Lambda keeps it. */
async function restoreCode(call: Call, version: string): Promise<JsonObject> {
  const { FunctionName } = call;
  const { Code, Configuration } = await call.lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: version }));
  const Architectures = Configuration?.Architectures;
  const image = Code?.ResolvedImageUri ?? Code?.ImageUri;
  if (image) {
    await call.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ImageUri: image, Architectures }), UPLOADING);
    return {};
  }
  const answer = await fetch(Code?.Location ?? '', { signal: AbortSignal.timeout(60_000) });
  const ZipFile = new Uint8Array(await answer.arrayBuffer());
  if (!answer.ok || ZipFile.length > DIRECT_UPLOAD_BYTES) {
    throw new EngineError(
      'aws.code-not-restored',
      `the code of version ${version} (${ZipFile.length} bytes) could not be fetched and put back`,
      {
        hint: '$LATEST keeps the new code; the alias serves the old version',
      },
    );
  }
  await call.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Architectures }), UPLOADING);
  return {};
}

/** Performs one Lambda action and gives its handles; throws the SDK's error. */
export async function performLambda(
  clients: Clients,
  target: LambdaTarget,
  action: LambdaAction,
  context: ActionContext,
  repeated: boolean,
): Promise<JsonObject> {
  const lambda = await clients.lambda(target.region!);
  const call: Call = { clients, lambda, target, FunctionName: target.function, context, repeated };
  switch (action.type) {
    case 'lambda.create-function':
      return createFunction(call);
    case 'lambda.update-configuration':
      return updateConfiguration(call);
    case 'lambda.update-code':
      return updateCode(call);
    case 'lambda.tag-function':
      return tagFunction(call, action);
    case 'lambda.publish-version':
      return publishVersion(call, action);
    case 'lambda.create-alias':
      return createAlias(call, action);
    case 'lambda.set-alias':
      return setAlias(call, action);
    case 'lambda.delete-alias':
      return orAbsent(
        call.lambda.send(new DeleteAliasCommand({ FunctionName: call.FunctionName, Name: action.alias })),
        'ResourceNotFoundException',
      ).then(() => ({}));
    case 'lambda.delete-version':
      return deleteFunction(call, action.version);
    case 'lambda.delete-function':
      return deleteWhole(call);
    case 'lambda.delete-own-function':
      return deleteOwnFunction(call);
    case 'lambda.restore-configuration':
      return restoreConfiguration(call, action);
    case 'lambda.restore-code':
      return restoreCode(call, action.version);
    case 'lambda.set-link':
      await setLink({ clients, lambda, target, alias: action.alias, context }, action.link, action.way);
      return {};
    case 'lambda.set-provisioned':
      await setProvisioned(lambda, target.function, action.version, action.executions);
      return {};
    case 'lambda.retire':
      return retire(call, action);
  }
}
