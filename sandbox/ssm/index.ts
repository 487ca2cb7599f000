/** AWS Systems Manager: the Parameter Store. A new operation is one function here and one line in the table at the end. */
import { AwsFault } from '../fault.ts';
import { flag, objects, text, texts } from '../input.ts';
import type { Output } from '../json.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';

interface Parameter {
  readonly name: string;
  readonly versions: ParameterVersion[];
}

interface ParameterVersion {
  readonly type: string;
  readonly value: string;
  readonly dataType: string;
  readonly modifiedAt: number;
}

const TYPES: ReadonlySet<string> = new Set(['String', 'StringList', 'SecureString']);

/** By name. */
function parametersOf(region: Region): Map<string, Parameter> {
  return region.part(givenParameters);
}

function givenParameters(region: Region): Map<string, Parameter> {
  const given = region.scenario.given.parameters ?? [];
  return new Map(
    given.map(({ name, value }) => [
      name,
      { name, versions: [{ type: 'String', value, dataType: 'text', modifiedAt: region.now }] },
    ]),
  );
}

function arnOf(region: Region, name: string): string {
  return region.arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}

interface Found {
  readonly parameter: Parameter;
  /** From 1. */
  readonly version: number;
  readonly selector: string | undefined;
}

/** `name`, `name:version`, or either with the whole ARN in front. @returns undefined where there is none */
function find(region: Region, asked: string): Found | undefined | 'no such version' {
  const match = /^(?:arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter)?([^:]+)(?::(\d{1,9}))?$/.exec(asked);
  const [, name = '', wanted] = match ?? [];
  const parameters = parametersOf(region);
  const parameter = parameters.get(name) ?? (asked.startsWith('arn:') ? parameters.get(name.slice(1)) : undefined);
  if (parameter === undefined) return undefined;
  const version = wanted === undefined ? parameter.versions.length : Number(wanted);
  if (parameter.versions[version - 1] === undefined) return 'no such version';
  return { parameter, version, selector: wanted === undefined ? undefined : `:${wanted}` };
}

/** Whether a task could read what its definition's `valueFrom` names: a parameter's name or ARN. */
export function hasParameter(region: Region, valueFrom: string): boolean {
  return typeof find(region, valueFrom) === 'object';
}

function show(region: Region, { parameter, version, selector }: Found, decrypted: boolean): Output {
  const { type, value, dataType, modifiedAt } = parameter.versions[version - 1]!;
  const cipher = type === 'SecureString' && !decrypted;
  return {
    Name: parameter.name,
    Type: type,
    Value: cipher ? region.random(`ssm/${parameter.name}/${version}`).urlSafe(160) : value,
    Version: version,
    Selector: selector,
    LastModifiedDate: modifiedAt / 1000,
    ARN: arnOf(region, parameter.name),
    DataType: dataType,
  };
}

const getParameter: Operation = (input, { region }) => {
  const name = text(input, 'Name') ?? '';
  const found = find(region, name);
  if (found === undefined) throw new AwsFault('ParameterNotFound', '');
  if (found === 'no such version') {
    throw new AwsFault(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${name.split(':').at(-1)} of ${name.split(':').at(-2)}.`,
    );
  }
  return { Parameter: show(region, found, flag(input, 'WithDecryption') ?? false) };
};

const getParameters: Operation = (input, { region }) => {
  const names = texts(input, 'Names') ?? [];
  if (names.length === 0 || names.length > 10) {
    throw new AwsFault(
      'ValidationException',
      `1 validation error detected: Value '[${names.length} names]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10`,
    );
  }
  const found = names.map((name) => find(region, name));
  const decrypted = flag(input, 'WithDecryption') ?? false;
  return {
    Parameters: found.flatMap((one) => (typeof one === 'object' ? [show(region, one, decrypted)] : [])),
    InvalidParameters: names.filter((_name, i) => typeof found[i] !== 'object'),
  };
};

/** Metadata, never values. Only the filter by whole names is imitated, by which tasks' parameters are looked for. */
const describeParameters: Operation = (input, { region }) => {
  const filters = objects(input, 'ParameterFilters') ?? [];
  const odd = filters.find((filter) => filter['Key'] !== 'Name' || (filter['Option'] ?? 'Equals') !== 'Equals');
  if (odd !== undefined) {
    throw new AwsFault(
      'InvalidFilterKey',
      `the sandbox has only the filter Name with Equals, not ${String(odd['Key'])}`,
    );
  }
  const known = parametersOf(region);
  const wanted = filters.flatMap((filter) => texts(filter, 'Values') ?? []);
  const named = filters.length === 0 ? [...known.keys()] : wanted;
  // What a task definition may name is taken to exist: see SPEC.md.
  const isThere = (name: string) =>
    known.has(name) || (region.scenario.given.strict !== true && !deletedIn(region).has(name));
  return {
    Parameters: named.filter(isThere).map((name) => {
      const version = known.get(name)?.versions.at(-1);
      return {
        Name: name,
        ARN: arnOf(region, name),
        Type: version?.type ?? 'String',
        Version: known.get(name)?.versions.length ?? 1,
        LastModifiedDate: (version?.modifiedAt ?? region.world.startedAt) / 1000,
        Tier: 'Standard',
        DataType: version?.dataType ?? 'text',
      };
    }),
  };
};

const noNames = (): Set<string> => new Set();

/** Names of parameters that somebody deleted: these are known not to be there. */
const deletedIn = (region: Region): Set<string> => region.part(noNames);

const putParameter: Operation = (input, { region }) => {
  const name = text(input, 'Name') ?? '';
  if (!/^[\w./-]{1,1011}$/.test(name)) {
    throw new AwsFault(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  const value = text(input, 'Value') ?? '';
  if (value === '') throw new AwsFault('ValidationException', 'Parameter value must not be empty');
  if (value.length > 8192) throw new AwsFault('ValidationException', 'Parameter value is longer than 8192 characters');
  const before = parametersOf(region).get(name);
  if (before !== undefined && flag(input, 'Overwrite') !== true) {
    throw new AwsFault(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const type = text(input, 'Type') ?? before?.versions.at(-1)?.type;
  if (type === undefined)
    throw new AwsFault('ValidationException', 'A parameter type is required when you create a parameter.');
  if (!TYPES.has(type)) throw new AwsFault('UnsupportedParameterType', `The parameter type ${type} is not supported.`);
  const parameter = before ?? { name, versions: [] };
  parameter.versions.push({ type, value, dataType: text(input, 'DataType') ?? 'text', modifiedAt: region.now });
  parametersOf(region).set(name, parameter);
  return { Version: parameter.versions.length, Tier: value.length > 4096 ? 'Advanced' : 'Standard' };
};

const deleteParameter: Operation = (input, { region }) => {
  const name = text(input, 'Name') ?? '';
  if (!parametersOf(region).delete(name)) throw new AwsFault('ParameterNotFound', '');
  deletedIn(region).add(name);
  return {};
};

export const ssm: Service = {
  signingName: 'ssm',
  protocol: 'awsJson1_1',
  targetPrefix: 'AmazonSSM',
  operations: {
    GetParameter: getParameter,
    GetParameters: getParameters,
    DescribeParameters: describeParameters,
    PutParameter: putParameter,
    DeleteParameter: deleteParameter,
  },
  // Default throughput: AWS General Reference, Systems Manager quotas.
  bucket: (operation) =>
    operation.startsWith('Get')
      ? { name: 'parameter read', capacity: 40, refill: 40 }
      : { name: operation, capacity: 3, refill: 3 },
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
};
