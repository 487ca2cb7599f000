/**
 * AWS IAM, as far as a deployment looks at it: roles and who may assume them. They come from the scenario; without a
 * list there, every role exists and may be assumed by the services that deployments name.
 */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import type { Output } from '../json.ts';
import { pageOf } from '../page.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';

const TRUSTED = ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com', 'lambda.amazonaws.com', 'ec2.amazonaws.com'];

/** A role's name, of a name or an ARN with a path. */
const nameOf = (role: string): string => role.split('/').at(-1)!;

const getRole: Operation = (input, { region }) => {
  const name = text(input, 'RoleName') ?? '';
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
    const message = `The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`;
    throw new AwsFault('ValidationError', message);
  }
  const { iamRoles } = region.scenario.given;
  const given = iamRoles === undefined ? { name } : iamRoles.find((role) => nameOf(role.name) === name);
  if (given === undefined) {
    throw new AwsFault('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
  }
  return { Role: showRole(region, given) };
};

type GivenRole = NonNullable<Scenario['given']['iamRoles']>[number];

function showRole(region: Region, { name: given, trusts = TRUSTED }: GivenRole): Output {
  const name = nameOf(given);
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: trusts }, Action: 'sts:AssumeRole' }],
  };
  return {
    Path: '/',
    RoleName: name,
    RoleId: `AROA${region.random(`role/${name}`).capitals(17)}`,
    Arn: given.startsWith('arn:') ? given : `arn:aws:iam::${region.account}:role/${given}`,
    CreateDate: new Date(region.world.startedAt).toISOString(),
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(policy)),
    MaxSessionDuration: 3600,
  };
}

/** Source: IAM API reference, ListRoles: by path prefix, 100 a page unless MaxItems (1 to 1,000) says otherwise. */
const listRoles: Operation = (input, { region }) => {
  const { iamRoles } = region.scenario.given;
  if (iamRoles === undefined) {
    const message =
      'The sandbox lists roles only where its scenario gives them; those that are asked for by name exist.';
    throw new AwsFault('UnsupportedOperation', message);
  }
  const size = Number(input['MaxItems'] ?? 100);
  if (!(size >= 1 && size <= 1_000)) throw new AwsFault('ValidationError', `MaxItems must be from 1 to 1000: ${size}`);
  const page = pageOf(iamRoles, ({ name }) => name, {
    token: text(input, 'Marker'),
    size: Math.min(size, region.world.pageSize),
    badToken: () => new AwsFault('InvalidInput', 'The marker is not valid.'),
  });
  return {
    Roles: page.items.map((role) => showRole(region, role)),
    IsTruncated: page.nextToken !== undefined,
    Marker: page.nextToken,
  };
};

export const iam: Service = {
  signingName: 'iam',
  protocol: 'awsQuery',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations: { GetRole: getRole, ListRoles: listRoles },
  bucket: () => undefined,
  throttled: () => new AwsFault('Throttling', 'Rate exceeded'),
};
