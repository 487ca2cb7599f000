/** AWS Secrets Manager. A new operation is one function here and one line in the table at the end. */
import { AwsFault } from '../fault.ts';
import { flag, objects, text, texts, whole } from '../input.ts';
import type { JsonObject } from '../json.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';
import {
  addVersion,
  emptySecret,
  findSecret,
  madeIn,
  type Secret,
  type SecretVersion,
  secretsOf,
  wasMade,
} from './secrets.ts';

export { hasSecret } from './secrets.ts';

const DAY_MS = 86_400_000;

const notFound = () =>
  new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.", 400);
const invalidRequest = (message: string) => new AwsFault('InvalidRequestException', message);
const invalid = (message: string) => new AwsFault('InvalidParameterException', message);

function secretOf(region: Region, input: JsonObject): Secret {
  const secret = findSecret(region, text(input, 'SecretId') ?? '');
  if (secret === undefined) throw notFound();
  return secret;
}

/** @throws AwsFault where it waits for its deletion */
function usableSecret(region: Region, input: JsonObject, doing = 'perform this operation on'): Secret {
  const secret = secretOf(region, input);
  if (secret.deletedAt === undefined) return secret;
  throw invalidRequest(`You can't ${doing} the secret because it was marked for deletion.`);
}

function valueIn(input: JsonObject): SecretVersion['value'] | undefined {
  const string = text(input, 'SecretString');
  const binary = text(input, 'SecretBinary');
  if (string !== undefined && binary !== undefined) {
    throw invalid('You must provide either SecretString or SecretBinary, not both.');
  }
  if (string !== undefined) return { SecretString: string };
  return binary === undefined ? undefined : { SecretBinary: binary };
}

const createSecret: Operation = (input, { region }) => {
  const name = text(input, 'Name') ?? '';
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name))
    throw invalid(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  const secrets = secretsOf(region);
  const before = secrets.get(name);
  if (before?.deletedAt !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (before !== undefined) {
    throw new AwsFault('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
  }
  const arn = region.arn('secretsmanager', `secret:${name}-${region.random(`secret/${name}/${region.now}`).hex(6)}`);
  const about = { description: text(input, 'Description'), tags: objects(input, 'Tags') ?? [] };
  const secret: Secret = { ...emptySecret(region, name, arn), ...about };
  secrets.set(name, secret);
  madeIn(region).add(name);
  const value = valueIn(input);
  const version = value && addVersion(region, secret, value, ['AWSCURRENT'], text(input, 'ClientRequestToken'));
  return { ARN: secret.arn, Name: name, VersionId: version?.id };
};

const getSecretValue: Operation = (input, { region }) => {
  const secret = usableSecret(region, input);
  const id = text(input, 'VersionId');
  const stage = text(input, 'VersionStage') ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.versions.find(
    (candidate) =>
      (id === undefined || candidate.id === id) && (stage === undefined || candidate.stages.includes(stage)),
  );
  if (version === undefined) {
    const what = id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`;
    const message = `Secrets Manager can't find the specified secret value for ${what}`;
    throw new AwsFault('ResourceNotFoundException', message);
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...version.value,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
  };
};

const putSecretValue: Operation = (input, { region }) => {
  const secret = usableSecret(region, input);
  const value = valueIn(input);
  if (value === undefined) throw invalid('You must provide either SecretString or SecretBinary.');
  const stages = texts(input, 'VersionStages') ?? ['AWSCURRENT'];
  const version = addVersion(region, secret, value, stages, text(input, 'ClientRequestToken'));
  if (version === undefined) {
    throw new AwsFault(
      'ResourceExistsException',
      'You already have a version of the secret with that ID and another value.',
    );
  }
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
};

/** What a task definition may name: the whole ARN of a secret of this place that nobody ever made here. */
function takenToExist(region: Region, input: JsonObject): Secret {
  const arn = text(input, 'SecretId') ?? '';
  const [, name] = new RegExp(`^${region.arn('secretsmanager', 'secret')}:(.+)-[A-Za-z0-9]{6}$`).exec(arn) ?? [];
  if (region.scenario.given.strict || name === undefined || wasMade(region, name)) throw notFound();
  const secret = emptySecret(region, name, arn);
  addVersion(region, secret, { SecretString: '' }, ['AWSCURRENT']);
  return secret;
}

const describeSecret: Operation = (input, { region }) => {
  const secret = findSecret(region, text(input, 'SecretId') ?? '') ?? takenToExist(region, input);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: secret.changedAt / 1000,
    DeletedDate: secret.deletedAt === undefined ? undefined : secret.deletedAt / 1000,
    Tags: secret.tags,
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
  };
};

const deleteSecret: Operation = (input, { region }) => {
  const force = flag(input, 'ForceDeleteWithoutRecovery') ?? false;
  const days = whole(input, 'RecoveryWindowInDays');
  if (force && days !== undefined) {
    throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  }
  const secret = usableSecret(region, input, 'delete');
  const secrets = secretsOf(region);
  const deletion = region.now + (force ? 0 : (days ?? 30) * DAY_MS);
  secret.deletedAt = region.now;
  if (force) secrets.delete(secret.name);
  else region.at(deletion, () => secret.deletedAt !== undefined && secrets.delete(secret.name));
  return { ARN: secret.arn, Name: secret.name, DeletionDate: deletion / 1000 };
};

const restoreSecret: Operation = (input, { region }) => {
  const secret = secretOf(region, input);
  secret.deletedAt = undefined;
  return { ARN: secret.arn, Name: secret.name };
};

/** Requests per second, by group. Source: user guide, "Secrets Manager quotas". */
const RATES: Readonly<Record<string, number>> = {
  GetSecretValue: 10_000,
  DescribeSecret: 10_000,
  CreateSecret: 50,
  PutSecretValue: 50,
  DeleteSecret: 50,
  RestoreSecret: 50,
};

export const secretsManager: Service = {
  signingName: 'secretsmanager',
  protocol: 'awsJson1_1',
  targetPrefix: 'secretsmanager',
  operations: {
    CreateSecret: createSecret,
    GetSecretValue: getSecretValue,
    PutSecretValue: putSecretValue,
    DescribeSecret: describeSecret,
    DeleteSecret: deleteSecret,
    RestoreSecret: restoreSecret,
  },
  bucket: (operation) => {
    const rate = RATES[operation];
    return rate === undefined ? undefined : { name: operation, capacity: rate, refill: rate };
  },
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
};
