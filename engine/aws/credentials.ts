/**
 * Credentials: what the SDK finds by itself, or those of a role. Found once for all clients, and found again before they
 * run out. Owns the credentials while they are good; writes them nowhere.
 */
import { systemClock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import { toAwsError, toEngineError } from './errors.ts';
import { sharedAnswer } from './sharedAnswer.ts';

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Absent for those that do not run out. */
  readonly expiration?: Date;
}

/** A role to work in. */
export interface Role {
  readonly arn: string;
  /** What the role's trust policy asks for, where it does. */
  readonly externalId?: string;
}

export interface CredentialsOptions {
  /** A profile of the shared configuration; the SDK's own chain otherwise. */
  readonly profile?: string;
  /** Instead of what the SDK finds by itself. */
  readonly credentials?: Identity;
  /** Assumed with the credentials that the rest says. */
  readonly role?: Role;
}

/** Settings of the clients that ask for credentials: those of STS and single sign-on. */
type ClientSettings = (region: string) => { readonly region: string };

/** Found again when they end within this, ms: what was begun with them must not outlive them. */
const RENEWED_BEFORE_MS = 5 * 60_000;

/** What CloudTrail shows of who used a role. */
const SESSION_NAME = 'GitMoxi';

/** Credentials for calls in a region. Throws what the SDK throws, and `EngineError` `aws.role-refused`. */
export type Credentials = (region: string) => Promise<Identity>;

function sharedWhileGood(find: Credentials): Credentials {
  const clock = systemClock();
  return sharedAnswer(
    find,
    ({ expiration }) => expiration === undefined || expiration.getTime() - clock.now() > RENEWED_BEFORE_MS,
  );
}

function ownCredentials({ profile, credentials }: CredentialsOptions, settings: ClientSettings): Credentials {
  if (credentials !== undefined) return async () => credentials;
  return sharedWhileGood(async (region) => {
    const { fromNodeProviderChain } = await import('./sdk/credentials.ts');
    return fromNodeProviderChain({
      clientConfig: settings(region),
      ...(profile === undefined ? {} : { profile }),
    })();
  });
}

async function assumed(role: Role, own: Credentials, settings: ClientSettings, region: string): Promise<Identity> {
  const { fromTemporaryCredentials } = await import('./sdk/credentials.ts');
  const params = {
    RoleArn: role.arn,
    RoleSessionName: SESSION_NAME,
    ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
  };
  const master = await own(region);
  try {
    return await fromTemporaryCredentials({ params, masterCredentials: master, clientConfig: settings(region) })();
  } catch (error) {
    const { code, message, requestId, passing } = toAwsError(error);
    // What is wrong with the network or with the caller's own credentials says nothing about the role.
    const isRefused = !passing && toEngineError(error, `assume ${role.arn}`).code === 'aws.error';
    if (!isRefused) throw error;
    throw new EngineError('aws.role-refused', `the role ${role.arn} cannot be assumed: AWS said ${code}: ${message}`, {
      kind: 'surroundings',
      hint: 'let its trust policy name who calls (and the external id, where it asks for one), and let the caller use sts:AssumeRole on it',
      cause: error,
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
}

/** @param settings of clients that credentials are asked for with, for a region */
export function findCredentials(options: CredentialsOptions, settings: ClientSettings): Credentials {
  const own = ownCredentials(options, settings);
  const { role } = options;
  return role === undefined ? own : sharedWhileGood((region) => assumed(role, own, settings, region));
}
