/** Functions as a snapshot tells them: $LATEST, the versions behind aliases, and what invokes these. All of it is ready. */
import { number, object, objects, text, texts, whole } from '../input.ts';
import { type Json, type JsonObject, pick } from '../json.ts';
import type { FunctionSnapshot } from '../snapshot/snapshot.ts';
import type { Region } from '../world.ts';
import { standInCode } from './code.ts';
import { CONFIGURATION_MEMBERS } from './configuration.ts';
import { lambdaOf, newRevisionId } from './functions.ts';
import { MAPPING_MEMBERS } from './mappingOperations.ts';
import type { FunctionVersion, Lambda, LambdaFunction } from './state.ts';

export function restoreFunction(region: Region, given: FunctionSnapshot): void {
  const lambda = lambdaOf(region);
  const name = text(given.latest, 'FunctionName') ?? '';
  const numbers = given.versions.map((version) => Number(text(version, 'Version')));
  const fn: LambdaFunction = {
    lambda,
    name,
    arn: region.arn('lambda', `function:${name}`),
    packageType: text(given.latest, 'PackageType') === 'Image' ? 'Image' : 'Zip',
    latest: versionOf(lambda, given.latest, given.code),
    versions: new Map(),
    aliases: new Map(),
    policies: new Map(),
    provisioned: new Map(),
    tags: new Map(Object.entries(given.tags)),
    reservedConcurrency: undefined,
    lastVersion: Math.max(0, ...numbers),
    updates: 0,
    draws: 0,
  };
  lambda.functions.set(name, fn);
  fn.latest.revisionId = newRevisionId(fn);
  for (const described of given.versions) {
    const version = versionOf(lambda, described, given.code);
    version.revisionId = newRevisionId(fn);
    fn.versions.set(version.version, version);
  }
  restoreAliases(fn, given);
  for (const [qualifier, requested] of Object.entries(given.provisioned)) {
    const at = { lastModified: region.now, startedAt: region.now, readyAt: region.now };
    fn.provisioned.set(qualifier, { requested, status: 'READY', reason: undefined, ...at });
  }
  for (const mapping of given.mappings) restoreMapping(lambda, mapping);
}

function versionOf(lambda: Lambda, described: JsonObject, code: JsonObject): FunctionVersion {
  const sha256 = text(described, 'CodeSha256') ?? '';
  const [architecture = 'x86_64'] = texts(described, 'Architectures') ?? [];
  return {
    version: text(described, 'Version') ?? '$LATEST',
    configuration: configurationOf(described),
    code: standInCode(lambda, {
      sha256,
      size: whole(described, 'CodeSize') ?? 0,
      imageUri: text(code, 'ImageUri'),
      architectures: [architecture],
    }),
    state: 'Active',
    stateReason: undefined,
    initializing: false,
    updateStatus: 'Successful',
    updateReason: undefined,
    revisionId: '',
    lastModified: lambda.region.now,
  };
}

/** As requests give it: answers say more, and some of it in other places. */
function configurationOf(described: JsonObject): JsonObject {
  const { VpcId: _vpc, ...vpc } = object(described, 'VpcConfig') ?? {};
  const image = object(object(described, 'ImageConfigResponse') ?? {}, 'ImageConfig');
  const layers = (objects(described, 'Layers') ?? []).map((layer): Json => text(layer, 'Arn') ?? '');
  return {
    ...pick(described, CONFIGURATION_MEMBERS),
    VpcConfig: vpc,
    Layers: layers,
    SnapStart: pick(object(described, 'SnapStart') ?? {}, ['ApplyOn']),
    ...(image === undefined ? {} : { ImageConfig: image }),
  };
}

function restoreAliases(fn: LambdaFunction, { aliases, permissions }: FunctionSnapshot): void {
  for (const described of aliases) {
    const name = text(described, 'Name') ?? '';
    const routing = object(object(described, 'RoutingConfig') ?? {}, 'AdditionalVersionWeights') ?? {};
    const weights = Object.keys(routing).map((version): [string, number] => [version, number(routing, version) ?? 0]);
    fn.aliases.set(name, {
      name,
      functionVersion: text(described, 'FunctionVersion') ?? '$LATEST',
      description: text(described, 'Description') ?? '',
      weights: new Map(weights.filter(([version]) => fn.versions.has(version))),
      revisionId: newRevisionId(fn),
    });
  }
  for (const { alias, id, principal, sourceArn } of permissions) {
    const policy = fn.policies.get(alias) ?? { revisionId: newRevisionId(fn), statements: new Map() };
    policy.statements.set(id, {
      Sid: id,
      Effect: 'Allow',
      Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
      Action: 'lambda:InvokeFunction',
      Resource: `${fn.arn}:${alias}`,
      ...(sourceArn === '' ? {} : { Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } } }),
    });
    fn.policies.set(alias, policy);
  }
}

function restoreMapping(lambda: Lambda, described: JsonObject): void {
  const uuid = text(described, 'UUID') ?? '';
  lambda.mappings.set(uuid, {
    uuid,
    arn: lambda.region.arn('lambda', `event-source-mapping:${uuid}`),
    configuration: pick(described, MAPPING_MEMBERS),
    functionArn: text(described, 'FunctionArn') ?? '',
    tags: new Map(Object.entries(object(described, 'Tags') ?? {}).map(([key, value]) => [key, String(value)])),
    state: described['Enabled'] === false ? 'Disabled' : 'Enabled',
    reason: 'USER_INITIATED',
    lastModified: lambda.region.now,
    draws: 0,
  });
}
