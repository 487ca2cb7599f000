/**
 * AWS IAM, as far as a deployment looks at it: roles and who may assume them. They come from the scenario; without a
 * list there, every role exists and may be assumed by the services that deployments name.
 */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import type { Operation, Service } from '../service.ts';

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
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: given.trusts ?? TRUSTED }, Action: 'sts:AssumeRole' }],
  };
  return {
    Role: {
      Path: '/',
      RoleName: name,
      RoleId: `AROA${region.random(`role/${name}`).capitals(17)}`,
      Arn: given.name.startsWith('arn:') ? given.name : `arn:aws:iam::${region.account}:role/${given.name}`,
      CreateDate: new Date(region.world.startedAt).toISOString(),
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(policy)),
      MaxSessionDuration: 3600,
    },
  };
};

export const iam: Service = {
  signingName: 'iam',
  protocol: 'awsQuery',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations: { GetRole: getRole },
  bucket: () => undefined,
  throttled: () => new AwsFault('Throttling', 'Rate exceeded'),
};
