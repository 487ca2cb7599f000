/**
 * Lambda: a rendered function definition against the version that its alias serves. Pure.
 *
 * The file is CreateFunction's request body and the truth: a member that it leaves out has CreateFunction's default.
 * Sources: AWS Lambda API reference, CreateFunction (defaults), GetFunction.
 */
import type { CodeHash } from '../hash.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { OWN_TAG_PREFIX } from './desired.ts';
import { canonical, type Difference, differences, isEmpty } from './differences.ts';
import type { LiveLambda } from './live.ts';
import type { LambdaSettings } from './settings.ts';

/**
 * Function tag that remembers where the served code came from: AWS tells the code's digest, never its S3 object.
 * Written when a rollout has succeeded.
 */
export const CODE_TAG = `${OWN_TAG_PREFIX}code`;

/** Function tag that names the version on which GitMoxi put provisioned concurrency. */
export const PROVISIONED_TAG = `${OWN_TAG_PREFIX}provisioned`;

/** CreateFunction's defaults for what UpdateFunctionConfiguration can change. */
const DEFAULTS: Record<string, Json> = {
  Description: '',
  Timeout: 3,
  MemorySize: 128,
  EphemeralStorage: { Size: 512 },
  TracingConfig: { Mode: 'PassThrough' },
  SnapStart: { ApplyOn: 'None' },
  Environment: { Variables: {} },
  Layers: [],
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
  DeadLetterConfig: { TargetArn: '' },
  FileSystemConfigs: [],
  KMSKeyArn: '',
};

/** Members without a default: absent in the file leaves what is there. */
const AS_SAID = ['Runtime', 'Role', 'Handler', 'LoggingConfig', 'CapacityProviderConfig', 'DurableConfig'];

/** Fixed when the function is made. Source: AWS Lambda developer guide; TenancyConfig and PackageType have no update. */
const IMMUTABLE = ['PackageType', 'TenancyConfig'];

const sortedList = (value: Json | undefined): Json =>
  Array.isArray(value) ? [...value].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1)) : [];

function vpc(value: Json | undefined): Json {
  const config = isObject(value) ? value : {};
  return {
    SubnetIds: sortedList(config['SubnetIds']),
    SecurityGroupIds: sortedList(config['SecurityGroupIds']),
    Ipv6AllowedForDualStack: config['Ipv6AllowedForDualStack'] === true ? true : null,
  };
}

function only(value: Json | undefined, keys: readonly string[]): Json {
  return isObject(value) ? Object.fromEntries(keys.map((key) => [key, value[key] ?? null])) : null;
}

/** GetFunctionConfiguration answers more than was put in: kept is what can be put in. */
function configurationMember(source: JsonObject, key: string): Json {
  const value = source[key];
  if (key === 'VpcConfig') return vpc(value);
  if (key === 'Environment') return only(value, ['Variables']);
  if (key === 'SnapStart') return only(value ?? DEFAULTS[key], ['ApplyOn']);
  if (key === 'Layers') {
    return Array.isArray(value) ? value.map((layer) => (isObject(layer) ? (layer['Arn'] ?? null) : layer)) : [];
  }
  if (key === 'DeadLetterConfig') return isEmpty(only(value, ['TargetArn'])) ? null : only(value, ['TargetArn']);
  const given = value ?? DEFAULTS[key] ?? null;
  return given === '' ? null : given;
}

/** GetFunctionConfiguration nests ImageConfig one level deeper. */
function liveMember(live: JsonObject, key: string): Json {
  if (key === 'ImageConfig') {
    const response = live['ImageConfigResponse'];
    return isObject(response) ? (response['ImageConfig'] ?? null) : null;
  }
  return configurationMember(live, key);
}

/** Only a function from an image has an ImageConfig; there it is compared whole, and absent means none. */
const configurationKeys = (desired: JsonObject) => [
  ...Object.keys(DEFAULTS),
  ...(desired['ImageConfig'] !== undefined || desired['PackageType'] === 'Image' ? ['ImageConfig'] : []),
  ...AS_SAID.filter((key) => desired[key] !== undefined),
];

/**
 * Differences of what UpdateFunctionConfiguration takes.
 *
 * @param live a function's or version's configuration. A version's own `Description` says which rollout published it,
 *   so the caller puts `$LATEST`'s in its place.
 */
export function configurationDifferences(live: JsonObject, desired: JsonObject): Difference[] {
  const have: Record<string, Json> = {};
  const want: Record<string, Json> = {};
  for (const key of configurationKeys(desired)) {
    want[key] = configurationMember(desired, key);
    // What AWS adds to a partly stated object (a log group's name, say) is not a difference.
    const there = liveMember(live, key);
    const asked = want[key];
    have[key] = AS_SAID.includes(key) && isObject(asked) ? only(there, Object.keys(asked)) : there;
  }
  return differences(have, want);
}

/** The UpdateFunctionConfiguration request that makes a function's configuration what the definition says. */
export function configurationRequest(desired: JsonObject): JsonObject {
  const request: Record<string, Json> = {};
  for (const key of configurationKeys(desired))
    request[key] = desired[key] ?? DEFAULTS[key] ?? (key === 'ImageConfig' ? {} : null);
  return request;
}

export function immutableDifferences(live: JsonObject, desired: JsonObject): Difference[] {
  return IMMUTABLE.filter((key) => desired[key] !== undefined).flatMap((key) =>
    differences(live[key] ?? (key === 'PackageType' ? 'Zip' : null), desired[key], `/${key}`),
  );
}

/**
 * One text for where code comes from and what it is: a version that somebody put in its place by hand has another
 * digest. 109 characters, which a tag value takes (256 of letters, digits and `+-=._:/@`).
 *
 * @param codeSha256 base64, as Lambda gives it
 */
export const codeReference = (definition: JsonObject, codeSha256: string, digest: (text: string) => string): string =>
  `${digest(canonical(codeOf(definition)))}.${codeSha256}`;

function codeOf(definition: JsonObject): JsonObject {
  const code = isObject(definition['Code']) ? definition['Code'] : {};
  return Object.fromEntries(Object.entries(code).filter(([, value]) => value !== null && value !== ''));
}

const architectures = (source: JsonObject): Json =>
  isEmpty(source['Architectures']) ? ['x86_64'] : source['Architectures']!;

/** For people: `s3://bucket/key`, an image URI, or the size of inline code. */
function codeLabel(definition: JsonObject): string {
  const code = codeOf(definition);
  if (code['ImageUri'] !== undefined) return String(code['ImageUri']);
  if (code['S3Bucket'] !== undefined) {
    const version = code['S3ObjectVersion'] === undefined ? '' : `?versionId=${String(code['S3ObjectVersion'])}`;
    return `s3://${String(code['S3Bucket'])}/${String(code['S3Key'])}${version}`;
  }
  return 'inline zip';
}

/**
 * Differences of the code. An image is compared by its URI, inline code by its digest, S3 code by the reference that
 * the last rollout left in the `gitmoxi:code` tag, with the digest of what it put in service.
 *
 * @param sha256 base64 SHA-256 of base64-encoded bytes, or hex SHA-256 of text
 */
export function codeDifferences(live: LiveLambda, desired: JsonObject, hash: CodeHash): Difference[] {
  const found = differences(architectures(live.serving ?? live.latest ?? {}), architectures(desired), '/Architectures');
  const code = codeOf(desired);
  const serving = live.serving ?? live.latest ?? {};
  if (typeof code['ZipFile'] === 'string') {
    const digest = hash.zip(code['ZipFile']);
    const runs = String(serving['CodeSha256'] ?? '');
    return runs === digest ? found : [...found, { path: '/Code', live: `sha256 ${runs}`, desired: `sha256 ${digest}` }];
  }
  const tag = live.tags[CODE_TAG];
  const sha256 = String(serving['CodeSha256'] ?? '');
  // An image that GitMoxi did not deploy is told by the function; that of a version only while it is the same code.
  const isLatest = sha256 === String(live.latest?.['CodeSha256'] ?? '');
  const same =
    tag === undefined
      ? code['ImageUri'] !== undefined && live.code?.['ImageUri'] === code['ImageUri'] && isLatest
      : tag === codeReference(desired, sha256, hash.text);
  if (same) return found;
  return [
    ...found,
    { path: '/Code', live: `sha256 ${String(serving['CodeSha256'] ?? 'unknown')}`, desired: codeLabel(desired) },
  ];
}

/** Executions kept ready on what serves, against what the deployment definition asks for; nothing where it is silent. */
export function provisionedDifferences(
  live: LiveLambda,
  { alias, provisionedConcurrency }: LambdaSettings,
): Difference[] {
  if (provisionedConcurrency === null || live.provisioned === undefined) return [];
  const serving = String(live.alias?.['FunctionVersion'] ?? '');
  const ready = live.provisioned[serving] ?? live.provisioned[alias] ?? null;
  return differences(ready, provisionedConcurrency, '/provisionedConcurrency/provisionedConcurrentExecutions');
}

/** Tags of the definition against the function's, without AWS's and GitMoxi's own. */
export function tagDifferences(live: Readonly<Record<string, string>>, desired: JsonObject): Difference[] {
  const kept = Object.entries(live).filter(([key]) => !key.startsWith('aws:') && !key.startsWith(OWN_TAG_PREFIX));
  const asked = isObject(desired['Tags']) ? desired['Tags'] : {};
  return differences(Object.fromEntries(kept), asked, '/Tags');
}
