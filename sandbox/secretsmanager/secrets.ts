/** The secrets of a region and their versions. Owns: which version bears which staging label. */
import type { JsonObject } from '../json.ts';
import type { Region } from '../world.ts';

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly tags: readonly JsonObject[];
  /** Oldest first. */
  readonly versions: SecretVersion[];
  changedAt: number;
  /** Marked for deletion. */
  deletedAt: number | undefined;
}

export interface SecretVersion {
  readonly id: string;
  readonly value: { readonly SecretString: string } | { readonly SecretBinary: string };
  stages: readonly string[];
  readonly createdAt: number;
}

/** By name. */
export function secretsOf(region: Region): Map<string, Secret> {
  return region.part(givenSecrets);
}

function givenSecrets(region: Region): Map<string, Secret> {
  const secrets = new Map<string, Secret>();
  for (const { name, value } of region.scenario.given.secrets ?? []) {
    const arn = region.arn('secretsmanager', `secret:${name}-${region.random(`secret/${name}`).hex(6)}`);
    const secret = emptySecret(region, name, arn);
    addVersion(region, secret, { SecretString: value }, ['AWSCURRENT']);
    secrets.set(name, secret);
  }
  return secrets;
}

/** A secret without a value. */
export const emptySecret = (region: Region, name: string, arn: string): Secret => ({
  name,
  arn,
  description: undefined,
  createdAt: region.now,
  tags: [],
  versions: [],
  changedAt: region.now,
  deletedAt: undefined,
});

const noNames = (): Set<string> => new Set();

/** Names of secrets that were ever created: what is deleted is known not to be there. */
export const madeIn = (region: Region): Set<string> => region.part(noNames);

export const wasMade = (region: Region, name: string): boolean =>
  madeIn(region).has(name) || secretsOf(region).has(name);

/** By name, by ARN, or by ARN without the six characters at its end. */
export function findSecret(region: Region, id: string): Secret | undefined {
  const secrets = secretsOf(region);
  return secrets.get(id) ?? [...secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
}

/**
 * Adds a version, taking its labels from others; what was current becomes previous.
 * @returns undefined where `token` names a version with another value
 */
export function addVersion(
  region: Region,
  secret: Secret,
  value: SecretVersion['value'],
  stages: readonly string[],
  token?: string,
): SecretVersion | undefined {
  const id = token ?? region.random(`secret/${secret.arn}/${secret.versions.length}`).uuid();
  const twin = secret.versions.find((version) => version.id === id);
  if (twin !== undefined) return JSON.stringify(twin.value) === JSON.stringify(value) ? twin : undefined;
  const current = secret.versions.find((version) => version.stages.includes('AWSCURRENT'));
  const taken = new Set(stages);
  if (taken.has('AWSCURRENT')) taken.add('AWSPREVIOUS');
  for (const version of secret.versions) version.stages = version.stages.filter((stage) => !taken.has(stage));
  if (current !== undefined && taken.has('AWSCURRENT')) current.stages = [...current.stages, 'AWSPREVIOUS'];
  const version = { id, value, stages, createdAt: region.now };
  secret.versions.push(version);
  secret.changedAt = region.now;
  return version;
}

/** Whether a task could read what its definition's `valueFrom` names: the ARN of a secret, with or without a key. */
export function hasSecret(region: Region, valueFrom: string): boolean {
  const arn = valueFrom.split(':').slice(0, 7).join(':');
  const secret = findSecret(region, arn);
  return secret !== undefined && secret.deletedAt === undefined && secret.versions.length > 0;
}
