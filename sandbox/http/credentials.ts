/**
 * Who calls, read from an AWS signature. Any key is taken and no signature is verified: the sandbox has no secrets. An
 * access key of twelve digits is the account to work in; a key that AssumeRole gave works in its role's account.
 */
import { AwsFault } from '../fault.ts';
import type { Caller } from '../service.ts';
import type { World } from '../world.ts';

const DEFAULT_ACCOUNT = '123456789012';

export interface Scope {
  readonly accessKey: string;
  readonly region: string;
  readonly signingName: string;
}

/** The credential scope of the `Authorization` header or of a presigned URL; undefined for an unsigned request. */
export function readScope(authorization: string | undefined, query: URLSearchParams): Scope | undefined {
  const credential =
    /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256)\s+Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ??
    query.get('X-Amz-Credential');
  const match = /^([\w.-]{1,128})\/\d{8}\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,64})\/aws4_request$/.exec(credential ?? '');
  if (match === null) return undefined;
  const [, accessKey = '', region = '', signingName = ''] = match;
  return { accessKey, region, signingName };
}

/** @throws AwsFault `ExpiredTokenException` for a temporary key whose time is over */
export function callerOf(world: World, scope: Scope): Caller {
  const session = world.sessions.get(scope.accessKey);
  if (session !== undefined) {
    if (Date.now() > session.expiresAt) {
      throw new AwsFault('ExpiredTokenException', 'The security token included in the request is expired', 403);
    }
    return session;
  }
  const account = /^\d{12}$/.test(scope.accessKey) ? scope.accessKey : DEFAULT_ACCOUNT;
  return { account, arn: `arn:aws:iam::${account}:user/sandbox`, userId: 'AIDASANDBOXUSER000000' };
}
