/** Lambda operations on aliases, and on what hangs on a qualifier: permissions, invoking. */
import { deploymentBegan } from '../cloudwatch/index.ts';
import { AwsFault } from '../fault.ts';
import { number, object, text } from '../input.ts';
import { canonical, type JsonObject, type Output } from '../json.ts';
import { type Operation, RestAnswer } from '../service.ts';
import { conflict, invalid, notFound, validation } from './faults.ts';
import { checkRevision, newRevisionId } from './functions.ts';
import { findVersion, functionOf, lambdaPage, versionOf } from './lookup.ts';
import { reallocate } from './provisionedOperations.ts';
import type { Alias, FunctionVersion, LambdaFunction, Policy } from './state.ts';

function showAlias(fn: LambdaFunction, alias: Alias): Output {
  return {
    AliasArn: `${fn.arn}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RoutingConfig:
      alias.weights.size === 0 ? undefined : { AdditionalVersionWeights: Object.fromEntries(alias.weights) },
    RevisionId: alias.revisionId,
  };
}

function existingVersion(fn: LambdaFunction, version: string): FunctionVersion {
  const found = fn.aliases.has(version) ? undefined : findVersion(fn, version);
  if (found === undefined) throw notFound(`Function not found: ${fn.arn}:${version}`);
  return found;
}

/** What the request says about weights; undefined where it says nothing. */
function readWeights(input: JsonObject): ReadonlyMap<string, number> | undefined {
  const routing = object(input, 'RoutingConfig');
  if (routing === undefined) return undefined;
  const given = object(routing, 'AdditionalVersionWeights') ?? {};
  return new Map(Object.keys(given).map((version) => [version, number(given, version) ?? 0]));
}

/** Two versions behind one alias: developer guide, "alias routing configuration". */
function checkWeights(fn: LambdaFunction, main: string, weights: ReadonlyMap<string, number>): void {
  if (weights.size > 1) throw invalid('Number of items in AdditionalVersionWeights cannot be greater than 1');
  for (const [version, weight] of weights) {
    if (!(weight >= 0 && weight <= 1)) {
      throw validation(
        `{${version}=${weight}}`,
        'routingConfig.additionalVersionWeights',
        'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]',
      );
    }
    if (weight === 1)
      throw invalid(
        `Invalid weight 1.0 for version ${version}: the weights of an alias must leave a share for its main version.`,
      );
    if (version === '$LATEST' || main === '$LATEST') {
      throw invalid('$LATEST is not supported for an alias pointing to more than 1 version');
    }
    if (version === main) {
      throw invalid(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    }
    const [one, other] = [existingVersion(fn, main), existingVersion(fn, version)];
    for (const key of ['Role', 'DeadLetterConfig']) {
      if (shown(one, key) !== shown(other, key)) {
        throw invalid(`The versions of an alias must have the same ${key}: ${main}, ${version}`);
      }
    }
  }
}

/** What a version's member amounts to: an empty dead letter target is none. */
function shown({ configuration }: FunctionVersion, key: string): string {
  if (key !== 'DeadLetterConfig') return canonical(configuration[key] ?? null);
  return text(object(configuration, key) ?? {}, 'TargetArn') ?? '';
}

const createAlias: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const name = text(input, 'Name') ?? '';
  if (!/^(?!\d+$)[A-Za-z0-9_-]{1,128}$/.test(name)) {
    throw validation(
      name.slice(0, 140),
      'name',
      'Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)',
    );
  }
  if (fn.aliases.has(name)) throw conflict(`Alias already exists: ${fn.arn}:${name}`);
  const functionVersion = text(input, 'FunctionVersion') ?? '';
  existingVersion(fn, functionVersion);
  const weights = readWeights(input) ?? new Map();
  checkWeights(fn, functionVersion, weights);
  const alias: Alias = {
    name,
    functionVersion,
    description: text(input, 'Description') ?? '',
    weights,
    revisionId: newRevisionId(fn),
  };
  fn.aliases.set(name, alias);
  return showAlias(fn, alias);
};

function aliasOf(fn: LambdaFunction, input: JsonObject): Alias {
  const name = text(input, 'Name') ?? '';
  const alias = fn.aliases.get(name);
  if (alias === undefined) throw notFound(`Cannot find alias arn: ${fn.arn}:${name}`);
  return alias;
}

const getAlias: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  return showAlias(fn, aliasOf(fn, input));
};

const updateAlias: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const alias = aliasOf(fn, input);
  checkRevision(text(input, 'RevisionId'), alias.revisionId);
  const functionVersion = text(input, 'FunctionVersion') ?? alias.functionVersion;
  existingVersion(fn, functionVersion);
  // Weights stay unless they are named: moving the main version alone keeps a split.
  const weights = readWeights(input) ?? alias.weights;
  checkWeights(fn, functionVersion, weights);
  const moves = functionVersion !== alias.functionVersion || (weights.size > 0 && alias.weights.size === 0);
  const reallocates =
    functionVersion !== alias.functionVersion || canonical([...weights]) !== canonical([...alias.weights]);
  alias.functionVersion = functionVersion;
  alias.weights = weights;
  if (reallocates) reallocate(fn, alias.name);
  alias.description = text(input, 'Description') ?? alias.description;
  alias.revisionId = newRevisionId(fn);
  if (moves) deploymentBegan(region, { function: fn.name, deployment: fn.updates });
  return showAlias(fn, alias);
};

const deleteAlias: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const name = text(input, 'Name') ?? '';
  fn.aliases.delete(name);
  // What hung on the alias goes with it.
  fn.policies.delete(name);
  fn.provisioned.delete(name);
  return {};
};

const listAliases: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const version = text(input, 'FunctionVersion');
  const aliases = [...fn.aliases.values()]
    .filter((alias) => version === undefined || alias.functionVersion === version || alias.weights.has(version))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = lambdaPage(region, input, aliases, ({ name }) => name);
  return { Aliases: page.items.map((alias) => showAlias(fn, alias)), NextMarker: page.nextToken };
};

function policyOf(fn: LambdaFunction, qualifier: string | undefined): Policy | undefined {
  return fn.policies.get(qualifier ?? '$LATEST');
}

const addPermission: Operation = (input, { region }) => {
  const { fn, qualifier } = versionOf(region, input);
  const id = text(input, 'StatementId') ?? '';
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(id)) {
    throw validation(
      id.slice(0, 110),
      'statementId',
      'Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)',
    );
  }
  const policy = policyOf(fn, qualifier) ?? { revisionId: newRevisionId(fn), statements: new Map() };
  checkRevision(text(input, 'RevisionId'), policy.revisionId);
  if (policy.statements.has(id)) {
    throw conflict(
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const principal = text(input, 'Principal') ?? '';
  const condition = {
    ...(text(input, 'SourceArn') === undefined ? {} : { ArnLike: { 'AWS:SourceArn': text(input, 'SourceArn') ?? '' } }),
    ...(text(input, 'SourceAccount') === undefined
      ? {}
      : { StringEquals: { 'AWS:SourceAccount': text(input, 'SourceAccount') ?? '' } }),
  };
  const statement: JsonObject = {
    Sid: id,
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: text(input, 'Action') ?? '',
    Resource: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`,
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
  policy.statements.set(id, statement);
  policy.revisionId = newRevisionId(fn);
  fn.policies.set(qualifier ?? '$LATEST', policy);
  return { Statement: JSON.stringify(statement) };
};

const removePermission: Operation = (input, { region }) => {
  const { fn, qualifier } = functionOf(region, input);
  const policy = policyOf(fn, qualifier);
  const id = text(input, 'StatementId') ?? '';
  if (!policy?.statements.has(id)) throw notFound(`Statement ${id} is not found in resource policy.`);
  checkRevision(text(input, 'RevisionId'), policy.revisionId);
  policy.statements.delete(id);
  policy.revisionId = newRevisionId(fn);
  return {};
};

const getPolicy: Operation = (input, { region }) => {
  const { fn, qualifier } = functionOf(region, input);
  const policy = policyOf(fn, qualifier);
  if (policy === undefined || policy.statements.size === 0) {
    throw notFound('The resource you requested does not exist.');
  }
  return {
    Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [...policy.statements.values()] }),
    RevisionId: policy.revisionId,
  };
};

/** The version that serves one invocation of an alias: by weight, at random. */
function servingVersion(fn: LambdaFunction, qualifier: string | undefined): FunctionVersion | undefined {
  const alias = qualifier === undefined ? undefined : fn.aliases.get(qualifier);
  const [further] = alias?.weights ?? [];
  if (further === undefined) return findVersion(fn, qualifier);
  const drawn = fn.lambda.region.random(`lambda/${fn.name}/invoke/${fn.draws++}`).between(0, 1);
  return drawn < further[1] ? fn.versions.get(further[0]) : findVersion(fn, qualifier);
}

/** There is no code to run: an invocation answers with what it was given, after which version it would have run. */
const invoke: Operation = (input, { region }) => {
  const { fn, qualifier, version: main } = versionOf(region, input);
  const version = servingVersion(fn, qualifier) ?? main;
  if (version.initializing) {
    throw new AwsFault(
      'SnapStartNotReadyException',
      'Lambda is initializing your function. It will be ready to invoke once your function state becomes active.',
      409,
    );
  }
  if (version.state !== 'Active') {
    throw conflict(
      `The operation cannot be performed at this time. The function is currently in the following state: ${version.state}`,
    );
  }
  const type = text(input, 'InvocationType') ?? 'RequestResponse';
  if (type === 'DryRun') return new RestAnswer(204, {}, '');
  const headers = { 'x-amz-executed-version': version.version, 'content-type': 'application/json' };
  if (type === 'Event') return new RestAnswer(202, headers, '');
  const payload = Buffer.from(text(input, 'Payload') ?? '', 'base64');
  const body = payload.length > 0 ? payload : Buffer.from('null');
  return new RestAnswer(200, headers, body);
};

export const aliasOperations = {
  CreateAlias: createAlias,
  GetAlias: getAlias,
  UpdateAlias: updateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
  AddPermission: addPermission,
  RemovePermission: removePermission,
  GetPolicy: getPolicy,
  Invoke: invoke,
};
