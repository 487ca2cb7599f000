/**
 * AWS STS: who calls, and temporary keys for a role. Every role exists and may be assumed unless the scenario lists
 * those that may; the account of a role's ARN is the account that the temporary key works in.
 */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import { matchesGlob } from '../scenario/index.ts';
import type { Operation, Service } from '../service.ts';

const getCallerIdentity: Operation = (_input, { caller }) => ({
  UserId: caller.userId,
  Account: caller.account,
  Arn: caller.arn,
});

const assumeRole: Operation = (input, { region, requestId, caller }) => {
  const roleArn = text(input, 'RoleArn') ?? '';
  const role = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/.exec(roleArn);
  if (role === null) throw new AwsFault('ValidationError', `${roleArn} is invalid`);
  const sessionName = text(input, 'RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new AwsFault(
      'ValidationError',
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  const duration = Number(text(input, 'DurationSeconds') ?? 3600);
  if (!(duration >= 900 && duration <= 43_200)) {
    throw new AwsFault(
      'ValidationError',
      `1 validation error detected: Value '${duration}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200`,
    );
  }
  const { roles } = region.scenario.given;
  if (roles !== undefined && !roles.some((allowed) => matchesGlob(allowed, roleArn))) {
    const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    throw new AwsFault('AccessDenied', message, 403);
  }
  const [, account = '', roleName = ''] = role;
  const random = region.random(`sts/${requestId}`);
  const accessKeyId = `ASIA${random.capitals(16)}`;
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
  const userId = `AROA${region.random(`role/${roleArn}`).capitals(17)}:${sessionName}`;
  // Real time, not the sandbox's: SDKs hold the expiration against the system's clock.
  const expiresAt = Date.now() + duration * 1000;
  region.world.sessions.set(accessKeyId, { account, arn, userId, expiresAt });
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: random.urlSafe(40),
      SessionToken: random.urlSafe(120),
      Expiration: new Date(expiresAt).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    PackedPolicySize: 0,
  };
};

export const sts: Service = {
  signingName: 'sts',
  protocol: 'awsQuery',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRole },
  bucket: () => undefined,
  throttled: () => new AwsFault('Throttling', 'Rate exceeded'),
};
