/**
 * Accounts besides the caller's own, as people write them down: which profile or role each is worked in with. The same
 * texts on the command line, in a file and in the editor's settings.
 */
import { readFile } from 'node:fs/promises';
import { type AccountAccess, EngineError, isObject } from '../engine/index.ts';

export type Accounts = ReadonlyMap<string, AccountAccess>;

const FORMS =
  'write profile:NAME, role:ARN or role:ARN?external-id=TEXT&profile=NAME, where the profile is what the role is assumed from';

function mistake(from: string, what: string, hint = FORMS): EngineError {
  return new EngineError('accounts.not-understood', `${from}: ${what}`, { kind: 'usage', hint });
}

/** Source: IAM user guide, IAM identifiers; names and paths of roles. */
const ROLE = /^arn:[a-z-]+:iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/;

/** Source: STS API reference, AssumeRole, ExternalId. */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

function roleAccess(account: string, text: string, from: string): AccountAccess {
  const [arn = '', query] = text.split(/\?(.*)/s);
  const owner = ROLE.exec(arn)?.[1];
  if (owner === undefined) throw mistake(from, `not the ARN of a role: ${arn}`);
  if (owner !== account) throw mistake(from, `account ${account} cannot be worked in with a role of account ${owner}`);
  const said = new Map<string, string>();
  for (const pair of query?.split('&') ?? []) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    said.set(name, value);
  }
  const unknown = [...said.keys()].find((name) => name !== 'external-id' && name !== 'profile');
  if (unknown !== undefined) throw mistake(from, `a role is not followed by ${unknown || 'nothing'}`);
  const [externalId, profile] = [said.get('external-id'), said.get('profile')];
  if (externalId !== undefined && !EXTERNAL_ID.test(externalId))
    throw mistake(from, `not an external id: ${externalId}`);
  if (profile === '') throw mistake(from, `the profile that ${arn} is assumed from has no name`);
  return {
    role: { arn, ...(externalId === undefined ? {} : { externalId }) },
    ...(profile === undefined ? {} : { profile }),
  };
}

/**
 * @param account its id, 12 digits
 * @param access `profile:NAME`, `role:ARN`, or `role:ARN?external-id=TEXT&profile=NAME`
 * @param from where it is written, for people
 * @throws EngineError `accounts.not-understood` (usage)
 */
function accountAccess(account: string, access: unknown, from: string): AccountAccess {
  if (!/^\d{12}$/.test(account)) throw mistake(from, `not an account id: ${account}`, 'an account id has 12 digits');
  const [, form, rest] = (typeof access === 'string' && /^(profile|role):\s*(.*\S)\s*$/.exec(access)) || [];
  if (form === undefined || rest === undefined)
    throw mistake(from, `account ${account} is worked in with a profile or a role, not ${JSON.stringify(access)}`);
  return form === 'profile' ? { profile: rest } : roleAccess(account, rest, from);
}

/**
 * @param written access by account id
 * @param from where it is written, for people
 * @throws EngineError `accounts.not-understood` (usage)
 */
export function accountsOf(written: unknown, from: string): Accounts {
  if (!isObject(written)) throw mistake(from, 'not an object of account ids', `{ "123456789012": "…" }: ${FORMS}`);
  return new Map(Object.entries(written).map(([account, access]) => [account, accountAccess(account, access, from)]));
}

/**
 * @param pairs `ID=profile:NAME` and the like, the last one of an account counts
 * @throws EngineError `accounts.not-understood` (usage)
 */
export function accountsOfPairs(pairs: readonly string[]): Accounts {
  return new Map(
    pairs.map((pair) => {
      const [account = '', access = ''] = pair.split(/=(.*)/s);
      return [account.trim(), accountAccess(account.trim(), access.trim(), '--account')];
    }),
  );
}

/**
 * @param path a file with the object that the editor's setting has
 * @throws EngineError `accounts.no-file` (surroundings), `accounts.not-understood` (usage)
 */
export async function accountsInFile(path: string): Promise<Accounts> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new EngineError('accounts.no-file', `the file of accounts cannot be read: ${path}`, {
      kind: 'surroundings',
      hint: 'correct --accounts or GITMOXI_ACCOUNTS',
      cause: error,
    });
  });
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    throw mistake(path, `not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  return accountsOf(written, path);
}
