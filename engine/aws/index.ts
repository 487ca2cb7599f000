/** The door of engine/aws: AWS as the plan and the runner need it. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Clock, systemClock } from '../clock.ts';
import { EngineError, type ErrorDetails } from '../errors.ts';
import {
  type Desired,
  isOurs,
  type Live,
  type LiveFailure,
  type RegionSnapshot,
  type SnapshotWish,
  type Target,
  targetKey,
  targetLabel,
  wantedFor,
} from '../plan/index.ts';
import type { Facts, Thing } from '../preflight/index.ts';
import type { AlarmCurve, AwsPort, Outcome } from '../rollout/index.ts';
import { type Accounts, byAccount } from './accounts.ts';
import type { CurveWish } from './alarmCurves.ts';
import { lookTogether } from './batching.ts';
import { type AwsOptions, type Clients, createClients } from './clients.ts';
import { performEcs } from './ecsActions.ts';
import { toAwsError, toEngineError } from './errors.ts';
import { createLooking } from './facts.ts';
import type { ThingsListed } from './inventory/inventory.ts';
import type { InventoryKind } from './inventory/page.ts';
import { performLambda } from './lambdaActions.ts';
import { readLive, type Wanted } from './live.ts';
import type { Logs, LogWish } from './logs.ts';
import { createObserver, observeEcs, observeLambda } from './observe.ts';
import { createPace, patience } from './pacing.ts';
import { recently } from './recently.ts';
import { sharedAnswer } from './sharedAnswer.ts';

export type { Accounts } from './accounts.ts';
export type { AwsOptions, SlowCall } from './clients.ts';
export type { ThingsListed } from './inventory/inventory.ts';
export type { InventoryKind, InventoryThing } from './inventory/page.ts';
export type { LogLine, Logs, LogTail, LogWish } from './logs.ts';
export { rememberedAws } from './remembered.ts';

export interface Aws extends AwsPort {
  /**
   * The account of the credentials, by STS: asked once, in whichever region answers first. Throws `EngineError` of kind
   * `surroundings`.
   */
  account(regions: readonly string[]): Promise<string>;
  /**
   * Are there credentials for the target's account? Throws `EngineError` where there are not, or where they are those of
   * another account; everything below does so as well, before AWS is asked for anything else.
   */
  reach(target: Target): Promise<void>;
  /** Reads all targets in as few calls as AWS allows; a target's failure is its own value. Keys are `targetKey`s. */
  read(targets: readonly Wanted[]): Promise<ReadonlyMap<string, Live | LiveFailure>>;
  /**
   * Live state of one target. Throws `EngineError`.
   *
   * @param since what `read` found at this time or later will do, ms since the epoch; it does so once
   */
  liveOf(target: Target, desired: Desired | undefined, since: number): Promise<Live>;
  /**
   * The last lines that a failed task or a version of a function wrote, at most 20 of each stream. Throws `EngineError`,
   * ten seconds after its account was reached at the latest.
   */
  logTail(wish: LogWish): Promise<Logs>;
  /** What is known of things that files name. Never throws for what AWS answers: that is a fact too. */
  facts(things: readonly Thing[]): Promise<Facts>;
  /** The metrics behind alarms where a target is, ten seconds after its account was reached at the latest. Throws `EngineError`. */
  alarmCurves(target: Target, wish: CurveWish): Promise<AlarmCurve[]>;
  /** What runs at some targets, and what it depends on. Every target needs a region. Throws `EngineError`. */
  snapshot(wishes: readonly SnapshotWish[]): Promise<RegionSnapshot[]>;
  /** Whole lists of what there is. Throws `EngineError`. */
  inventory(place: AwsPlace, kind: InventoryKind, of: string): Promise<ThingsListed>;
  close(): void;
}

/** Where things are. */
export type AwsPlace = { readonly account: string; readonly region: string };

/** What is enough to see why a program ended, of each stream. */
const LOG_LINES = 20;
const LOG_COLUMNS = 2_000;

/** Logs and metrics are read for somebody who waits, ms. */
const PERSON_PATIENCE_MS = 10_000;

/** A plan waits this long for a throttled or failing AWS, ms: nothing else would ask again for it. */
const PLAN_PATIENCE_MS = 60_000;

const ABOUT_CREDENTIALS = new Set(['aws.no-credentials', 'aws.rejected-credentials', 'aws.role-refused']);

function unreadError(target: Target, said: string, details: ErrorDetails = {}): EngineError {
  const message = `the live state of ${targetLabel(target)} could not be read: AWS said ${said}`;
  return new EngineError('aws.error', message, { kind: 'surroundings', ...details });
}

function ofFailure(target: Target, { code, message, hint, requestId, passing }: LiveFailure): EngineError {
  const details = {
    kind: 'surroundings',
    passing,
    ...(hint === undefined ? {} : { hint }),
    ...(requestId === undefined ? {} : { requestId }),
  } as const;
  return isOurs(code) ? new EngineError(code, message, details) : unreadError(target, `${code}: ${message}`, details);
}

/** Whose credentials these are, for as long as they are the same. */
function whoAmI(clients: Clients): (region: string) => Promise<string> {
  let known: { readonly key: string; readonly account: (region: string) => Promise<string> } | undefined;
  const ask = async (region: string): Promise<string> => {
    const answer = await (await clients.sts(region)).send(new GetCallerIdentityCommand({}));
    return answer.Account ?? '';
  };
  return async (region) => {
    const { accessKeyId: key } = await clients.credentials(region);
    if (known?.key !== key) known = { key, account: sharedAnswer(ask) };
    return known.account(region);
  };
}

/**
 * AWS with the credentials of one account: by the SDK's own credential chain, or as `options` say. Whose they are is not
 * compared with the targets. Nothing is asked before the first call.
 *
 * @param clock what AWS's rates and waits are counted on. @default the system's
 */
export function createAws(options: AwsOptions = {}, clock: Clock = systemClock()): Aws {
  const clients = createClients(options, createPace(clock));
  const observer = createObserver(clients, clock);
  const together = lookTogether(clock);
  const facts = createLooking(clients, clock);
  const reads = recently(clock);

  const accountIn = whoAmI(clients);

  async function account(regions: readonly string[]): Promise<string> {
    const asked = regions.map(accountIn);
    try {
      return await Promise.any(asked);
    } catch {
      // All have failed; the first one is where people look.
      return asked[0]!.catch((error: unknown) => {
        throw toEngineError(error, 'tell which account these credentials belong to');
      });
    }
  }

  async function perform(...[action, context, repeated]: Parameters<AwsPort['perform']>): Promise<Outcome> {
    const { target } = context.record;
    try {
      // A target and its actions are of one kind: strategies are chosen by it.
      const data =
        target.kind === 'ecs'
          ? await performEcs(clients, clock, target, action as Parameters<typeof performEcs>[3], context, repeated)
          : await performLambda(clients, target, action as Parameters<typeof performLambda>[2], context, repeated);
      return { type: action.type, ok: true, data };
    } catch (error) {
      // Credentials that ran out are not AWS's answer to the change: the rollout waits for somebody with better ones.
      const ended = toEngineError(error, `carry on with ${targetLabel(target)}`);
      if (ABOUT_CREDENTIALS.has(ended.code)) throw ended;
      if (error instanceof EngineError)
        return {
          type: action.type,
          ok: false,
          error: { code: error.code, message: error.message, requestId: undefined, passing: false },
        };
      return { type: action.type, ok: false, error: toAwsError(error) };
    }
  }

  return {
    account,
    reach: async () => {},
    async read(wanted) {
      const at = clock.now();
      const found = await readLive({ clients, patiently: patience(clock, PLAN_PATIENCE_MS) }, wanted);
      reads.keep(wanted, found, at);
      return found;
    },
    async liveOf(target, desired, since) {
      const wanted = { target, ...wantedFor(desired) };
      const read = reads.take(wanted, since);
      if (read !== undefined) return read;
      // Rollouts have a patience of their own, and tell when they need it.
      const reading = { clients, patiently: patience(clock, 0) };
      const found = await readLive(reading, [wanted]);
      const live = found.get(targetKey(target));
      if (live === undefined || live.kind === 'failure') {
        throw live === undefined ? unreadError(target, 'nothing') : ofFailure(target, live);
      }
      return live;
    },
    async observe(wish, signal) {
      together.looked(wish.target.region ?? '', targetKey(wish.target));
      try {
        return wish.kind === 'ecs'
          ? await observeEcs(clients, observer, clock, wish, signal)
          : await observeLambda(clients, observer, wish, signal);
      } catch (error) {
        throw toEngineError(error, `read the state of ${targetLabel(wish.target)}`);
      }
    },
    lookAt: (target, wakeAt) => (target.kind === 'ecs' ? together.lookAt(target.region ?? '', wakeAt) : wakeAt),
    perform,
    async logTail(wish) {
      const limits = { lines: LOG_LINES, columns: LOG_COLUMNS, signal: AbortSignal.timeout(PERSON_PATIENCE_MS) };
      try {
        // Loaded when somebody asks why: rollouts themselves read no logs.
        return await (await import('./logs.ts')).tailLogs(clients, wish, limits);
      } catch (error) {
        throw toEngineError(error, `read the logs of ${targetLabel(wish.target)}`);
      }
    },
    facts,
    async alarmCurves(target, wish) {
      try {
        const { readAlarmCurves } = await import('./alarmCurves.ts');
        const cloudWatch = await clients.cloudWatch(target.region ?? '');
        return await readAlarmCurves(cloudWatch, wish, clock.now(), AbortSignal.timeout(PERSON_PATIENCE_MS));
      } catch (error) {
        throw toEngineError(error, `read the metrics of ${targetLabel(target)}`);
      }
    },
    async snapshot(wishes) {
      // Loaded when somebody rehearses: rollouts themselves read no more than they need.
      const { readSnapshot } = await import('./snapshot.ts');
      const reading = { clients, patiently: patience(clock, PLAN_PATIENCE_MS) };
      try {
        return await readSnapshot(reading, wishes, ({ target }, failure) =>
          failure === undefined ? unreadError(target, 'nothing') : ofFailure(target, failure),
        );
      } catch (error) {
        throw toEngineError(error, 'read what runs');
      }
    },
    inventory: async ({ region }, kind, of) =>
      (await import('./inventory/inventory.ts')).listThings(clients, region, kind, of),
    close: () => clients.close(),
  };
}

/**
 * AWS of several accounts: every target is reached with the credentials of its account, whose identity STS has confirmed.
 *
 * @param accounts the accounts that are not the caller's own
 */
export const createAccounts = (accounts: Accounts, options: AwsOptions, clock: Clock): Aws =>
  byAccount(accounts, options, (one) => createAws(one, clock));
