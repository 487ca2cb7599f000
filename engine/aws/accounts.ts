/**
 * AWS of several accounts behind one door: each target is reached with the credentials of its account, and only once STS
 * has said that this is whose they are. The caller's own credentials serve every account that has none of its own here,
 * which can only be the caller's.
 *
 * Owns: one `Aws` per account. What one account or region does not answer is nothing to the others.
 */
import { EngineError } from '../errors.ts';
import { type Live, type LiveFailure, type Target, targetKey, targetLabel } from '../plan/index.ts';
import type { AwsOptions } from './clients.ts';
import type { Role } from './credentials.ts';
import type { Aws } from './index.ts';
import { failureOf, type Wanted } from './live.ts';

/** How an account is worked in: with a profile, or with a role that is assumed, from a profile or the caller. */
export interface AccountAccess {
  readonly profile?: string;
  readonly role?: Role;
}

/** By account id, 12 digits; the caller's own account needs none. */
export type Accounts = ReadonlyMap<string, AccountAccess>;

type Place = Pick<Target, 'account' | 'region'>;

const accessWords = ({ profile, role }: AccountAccess): string =>
  role === undefined ? `the profile ${profile}` : `the role ${role.arn}`;

/** @param found whose the credentials are that were to be used for the target */
function wrongAccount({ account }: Place, label: string, found: string, access: AccountAccess | undefined) {
  const whose = access === undefined ? 'these credentials are' : `${accessWords(access)}, set for it, is`;
  const hint =
    access === undefined
      ? `name a profile or a role for it (--account ${account}=profile:NAME, or ${account}=role:ARN), use credentials of account ${account}, or correct environment.account`
      : `set a profile or a role of account ${account} for it (--account, or the setting gitmoxi.accounts)`;
  return new EngineError(
    'aws.wrong-account',
    `${label} belongs in account ${account}, and ${whose} of account ${found}`,
    {
      kind: 'surroundings',
      hint,
    },
  );
}

/** Where no credentials were found: which ones were looked for. */
function ofAccount(account: string, access: AccountAccess, error: unknown): unknown {
  if (!(error instanceof EngineError) || error.code !== 'aws.no-credentials') return error;
  const { profile } = access;
  const why = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const login = profile === undefined ? 'log in' : `log in (\`aws sso login --profile ${profile}\`)`;
  return new EngineError(error.code, `no AWS credentials for account ${account} with ${accessWords(access)}${why}`, {
    kind: error.kind,
    hint: `${login}, or correct what is set for the account (--account, or the setting gitmoxi.accounts)`,
    cause: error,
  });
}

/**
 * @param caller how the caller's own credentials are found; other accounts differ from it in their credentials only
 * @param open makes an `Aws` that asks nothing before its first call
 */
export function byAccount(accounts: Accounts, caller: AwsOptions, open: (options: AwsOptions) => Aws): Aws {
  const own = open(caller);
  const others = new Map<string, Aws>();

  function awsOf(account: string | undefined): Aws {
    const access = account === undefined ? undefined : accounts.get(account);
    if (account === undefined || access === undefined) return own;
    const { credentials, ...rest } = caller;
    // A profile of its own stands instead of the caller's credentials; else a role is assumed with these.
    const known = others.get(account) ?? open({ ...(access.profile === undefined ? caller : rest), ...access });
    others.set(account, known);
    return known;
  }

  /** @param label what is there, for people */
  async function reachedAt(place: Place, label: string): Promise<Aws> {
    const { account, region } = place;
    const aws = awsOf(account);
    // What has no account or region yet is of the caller, and no call can be made for it.
    if (account === undefined || region === undefined) return aws;
    const access = accounts.get(account);
    const found = await aws.account([region]).catch((error: unknown) => {
      throw access === undefined ? error : ofAccount(account, access, error);
    });
    if (found === account) return aws;
    throw wrongAccount(place, label, found, access);
  }

  const reached = (target: Target) => reachedAt(target, targetLabel(target));

  /** Targets of one account and region. */
  async function readTogether(wanted: readonly Wanted[]): Promise<readonly (readonly [string, Live | LiveFailure])[]> {
    try {
      return [...(await (await reached(wanted[0]!.target)).read(wanted))];
    } catch (error) {
      return wanted.map(({ target }) => [targetKey(target), failureOf(error, target)]);
    }
  }

  return {
    account: own.account,
    async reach(target) {
      await reached(target);
    },
    async read(wanted) {
      const places = Map.groupBy(wanted, ({ target }) => `${target.account}/${target.region}`);
      return new Map((await Promise.all([...places.values()].map(readTogether))).flat());
    },
    liveOf: async (target, desired, since) => (await reached(target)).liveOf(target, desired, since),
    observe: async (wish, signal) => (await reached(wish.target)).observe(wish, signal),
    lookAt: (target, wakeAt) => awsOf(target.account).lookAt(target, wakeAt),
    perform: async (action, context, repeated) =>
      (await reached(context.record.target)).perform(action, context, repeated),
    // Who asks about a workload's surroundings has read its live state, and so reached its account, before.
    async facts(things) {
      const places = [...Map.groupBy(things, ({ account }) => account)];
      const found = await Promise.all(places.map(([account, some]) => awsOf(account).facts(some)));
      return new Map(found.flatMap((one) => [...one]));
    },
    alarmCurves: async (target, wish) => (await reached(target)).alarmCurves(target, wish),
    async snapshot(wishes) {
      const places = [...Map.groupBy(wishes, ({ target }) => target.account).values()];
      const found = await Promise.all(
        places.map(async (some) => {
          for (const { target } of some) await reached(target);
          return awsOf(some[0]!.target.account).snapshot(some);
        }),
      );
      return found.flat();
    },
    inventory: async (place, kind, of) =>
      (await reachedAt(place, `what is asked for in ${place.region}`)).inventory(place, kind, of),
    logTail: async (wish) => (await reached(wish.target)).logTail(wish),
    close() {
      for (const aws of [own, ...others.values()]) aws.close();
    },
  };
}
