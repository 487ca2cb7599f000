/** Lambda operations on functions and versions. */
import { flag, object, text, textMap } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import type { Call, Operation } from '../service.ts';
import { readArchitectures, readCode } from './code.ts';
import { CONFIGURATION_DEFAULTS, readConfiguration, showConfiguration } from './configuration.ts';
import { conflict, invalid, notFound } from './faults.ts';
import { beginUpdate, checkChangeable, checkRevision, createFunction, lambdaOf, publish } from './functions.ts';
import { functionOf, lambdaPage, readFunctionName, versionOf } from './lookup.ts';
import { ACCOUNT_CONCURRENCY, reservedSum, UNRESERVED } from './quotas.ts';
import type { FunctionVersion, LambdaFunction } from './state.ts';

function showPublished(fn: LambdaFunction, version: FunctionVersion): Output {
  return showConfiguration(fn, version, `${fn.arn}:${version.version}`);
}

const createFunctionOperation: Operation = (input, { region }) => {
  const lambda = lambdaOf(region);
  const { name, qualifier } = readFunctionName(text(input, 'FunctionName') ?? '');
  if (qualifier !== undefined) throw invalid(`The function name cannot have a qualifier: ${qualifier}`);
  if (lambda.functions.has(name)) throw conflict(`Function already exist: ${name}`);
  const packageType = text(input, 'PackageType') ?? 'Zip';
  if (packageType !== 'Zip' && packageType !== 'Image')
    throw invalid(`PackageType must be Zip or Image: ${packageType}`);
  const code = readCode(lambda, object(input, 'Code') ?? {}, readArchitectures(input) ?? ['x86_64']);
  if (code === undefined) throw invalid('Please provide a source for function code.');
  const isImage = code.imageUri !== undefined;
  if (isImage !== (packageType === 'Image')) {
    throw invalid(
      isImage
        ? 'Please do not provide ImageUri when PackageType is Zip.'
        : 'Please provide ImageUri when PackageType is Image.',
    );
  }
  const configuration = readConfiguration(input, CONFIGURATION_DEFAULTS);
  if (packageType === 'Zip') {
    if (text(configuration, 'Runtime') === undefined)
      throw invalid('Runtime is mandatory for functions created with deployment packages.');
    if (text(configuration, 'Handler') === undefined)
      throw invalid('Handler is mandatory for functions created with deployment packages.');
  }
  const tags = new Map(textMap(input, 'Tags'));
  const fn = createFunction(lambda, { name, packageType, configuration, code, tags });
  return flag(input, 'Publish') ? showPublished(fn, publish(fn, undefined)) : showConfiguration(fn, fn.latest, fn.arn);
};

const getFunction: Operation = (input, { region, endpoint }) => {
  const { fn, version, arn } = versionOf(region, input);
  const { code } = version;
  return {
    Configuration: showConfiguration(fn, version, arn),
    Code:
      code.imageUri === undefined
        ? {
            RepositoryType: 'S3',
            Location: `${endpoint}${CODE_PATH}${region.account}/${region.name}/${code.archiveKey}`,
          }
        : {
            RepositoryType: 'ECR',
            ImageUri: code.imageUri,
            ResolvedImageUri: `${code.imageUri.replace(/[:@][^/]*$/, '')}@sha256:${code.sha256}`,
          },
    Tags: fn.tags.size > 0 ? Object.fromEntries(fn.tags) : undefined,
    Concurrency:
      fn.reservedConcurrency === undefined ? undefined : { ReservedConcurrentExecutions: fn.reservedConcurrency },
  };
};

/** Where the code of functions is served from. */
export const CODE_PATH = '/_sandbox/code/';

const getFunctionConfiguration: Operation = (input, { region }) => {
  const { fn, version, arn } = versionOf(region, input);
  return showConfiguration(fn, version, arn);
};

const updateFunctionCode: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  checkChangeable(fn);
  checkRevision(text(input, 'RevisionId'), fn.latest.revisionId);
  const architectures = readArchitectures(input) ?? fn.latest.code.architectures;
  const code = readCode(fn.lambda, input, architectures);
  if (code === undefined) throw invalid('Please provide a source for function code.');
  if ((code.imageUri !== undefined) !== (fn.packageType === 'Image')) {
    throw invalid(
      `Please provide ${fn.packageType === 'Image' ? 'ImageUri' : 'a deployment package'} when updating a function with packageType ${fn.packageType}.`,
    );
  }
  if (flag(input, 'DryRun')) {
    return showConfiguration(fn, { ...fn.latest, code }, fn.arn);
  }
  beginUpdate(fn, { code });
  return flag(input, 'Publish') ? showPublished(fn, publish(fn, undefined)) : showConfiguration(fn, fn.latest, fn.arn);
};

const updateFunctionConfiguration: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  checkChangeable(fn);
  checkRevision(text(input, 'RevisionId'), fn.latest.revisionId);
  beginUpdate(fn, { configuration: readConfiguration(input, fn.latest.configuration) });
  return showConfiguration(fn, fn.latest, fn.arn);
};

const publishVersion: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  checkChangeable(fn);
  checkRevision(text(input, 'RevisionId'), fn.latest.revisionId);
  const sha = text(input, 'CodeSha256');
  if (sha !== undefined && sha !== '' && sha !== fn.latest.code.sha256) {
    throw invalid(
      `CodeSHA256 (${sha}) is different from current CodeSHA256 in $LATEST (${fn.latest.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  return showPublished(fn, publish(fn, text(input, 'Description')));
};

const listVersionsByFunction: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const page = lambdaPage(region, input, [fn.latest, ...fn.versions.values()], ({ version }) => version);
  return { Versions: page.items.map((version) => showPublished(fn, version)), NextMarker: page.nextToken };
};

const deleteFunction: Operation = (input, { region }) => {
  const { fn, qualifier } = functionOf(region, input);
  if (qualifier === undefined) {
    fn.lambda.functions.delete(fn.name);
    return {};
  }
  if (qualifier === '$LATEST') throw invalid('$LATEST version cannot be deleted without deleting the function.');
  if (fn.aliases.has(qualifier)) throw invalid(`Deletion of aliases is not supported by DeleteFunction: ${qualifier}`);
  const users = [...fn.aliases.values()].filter(
    (alias) => alias.functionVersion === qualifier || alias.weights.has(qualifier),
  );
  if (users.length > 0) {
    throw conflict(
      `Unable to delete version because the following aliases reference it: [${users.map(({ name }) => name).join(', ')}]`,
    );
  }
  // Deleting a version that is not there answers alike.
  fn.versions.delete(qualifier);
  return {};
};

const listFunctions: Operation = (input, { region }) => {
  const functions = [...lambdaOf(region).functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows =
    text(input, 'FunctionVersion') === 'ALL'
      ? functions.flatMap((fn) => [fn.latest, ...fn.versions.values()].map((version) => ({ fn, version })))
      : functions.map((fn) => ({ fn, version: fn.latest }));
  const page = lambdaPage(region, input, rows, ({ fn, version }) => `${fn.name}:${version.version}`);
  return {
    Functions: page.items.map(({ fn, version }) =>
      version.version === '$LATEST' ? showConfiguration(fn, version, fn.arn) : showPublished(fn, version),
    ),
    NextMarker: page.nextToken,
  };
};

const putFunctionConcurrency: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const reserved = input['ReservedConcurrentExecutions'];
  if (typeof reserved !== 'number' || reserved < 0 || !Number.isInteger(reserved)) {
    throw invalid('ReservedConcurrentExecutions must be a whole number, 0 or more');
  }
  if (reservedSum(fn.lambda) - (fn.reservedConcurrency ?? 0) + reserved > ACCOUNT_CONCURRENCY - UNRESERVED) {
    throw invalid(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED}].`,
    );
  }
  fn.reservedConcurrency = reserved;
  return { ReservedConcurrentExecutions: reserved };
};

const getFunctionConcurrency: Operation = (input, { region }) => ({
  ReservedConcurrentExecutions: functionOf(region, input).fn.reservedConcurrency,
});

const deleteFunctionConcurrency: Operation = (input, { region }) => {
  functionOf(region, input).fn.reservedConcurrency = undefined;
  return {};
};

/** The tags of the function or event source mapping that a request's ARN names. */
function tagged(input: JsonObject, { region }: Call): Map<string, string> {
  const arn = text(input, 'Resource') ?? '';
  const uuid = /:event-source-mapping:([^:]+)$/.exec(arn)?.[1];
  if (uuid === undefined) return functionOf(region, { FunctionName: arn }).fn.tags;
  const mapping = lambdaOf(region).mappings.get(uuid);
  if (mapping === undefined) throw notFound('The resource you requested does not exist.');
  return mapping.tags;
}

const tagResource: Operation = (input, call) => {
  const tags = tagged(input, call);
  for (const [key, value] of textMap(input, 'Tags') ?? []) tags.set(key, value);
  return {};
};

const untagResource: Operation = (input, call) => {
  const tags = tagged(input, call);
  const keys = input['TagKeys'];
  for (const key of Array.isArray(keys) ? keys : []) tags.delete(String(key));
  return {};
};

const listTags: Operation = (input, call) => ({ Tags: Object.fromEntries(tagged(input, call)) });

export const functionOperations = {
  CreateFunction: createFunctionOperation,
  GetFunction: getFunction,
  GetFunctionConfiguration: getFunctionConfiguration,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  PublishVersion: publishVersion,
  ListVersionsByFunction: listVersionsByFunction,
  DeleteFunction: deleteFunction,
  ListFunctions: listFunctions,
  PutFunctionConcurrency: putFunctionConcurrency,
  GetFunctionConcurrency: getFunctionConcurrency,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTags: listTags,
};
