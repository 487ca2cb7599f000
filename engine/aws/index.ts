/** The door of engine/aws: AWS as the plan and the runner need it. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Clock, systemClock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import {
  type Desired,
  type Live,
  type LiveFailure,
  type Target,
  targetKey,
  targetLabel,
  wantedFor,
} from '../plan/index.ts';
import type { AwsPort, Outcome } from '../rollout/index.ts';
import { lookTogether } from './batching.ts';
import { type AwsOptions, createClients } from './clients.ts';
import { performEcs } from './ecsActions.ts';
import { toAwsError, toEngineError } from './errors.ts';
import { performLambda } from './lambdaActions.ts';
import { readLive, type Wanted } from './live.ts';
import type { Logs, LogWish } from './logs.ts';
import { createObserver, observeEcs, observeLambda } from './observe.ts';
import { createPace, patience } from './pacing.ts';

export type { AwsOptions } from './clients.ts';
export type { LogLine, Logs, LogTail, LogWish } from './logs.ts';

export interface Aws extends AwsPort {
  /** The caller's account, by STS. Throws `EngineError` of kind `surroundings`. */
  account(region: string): Promise<string>;
  /** Reads all targets in as few calls as AWS allows; a target's failure is its own value. Keys are `targetKey`s. */
  read(targets: readonly Wanted[]): Promise<ReadonlyMap<string, Live | LiveFailure>>;
  /** Live state of one target. Throws `EngineError`. */
  liveOf(target: Target, desired: Desired | undefined): Promise<Live>;
  /**
   * The last lines that a failed task or a version of a function wrote, at most 20 of each stream. Throws `EngineError`,
   * after ten seconds at the latest.
   */
  logTail(wish: LogWish): Promise<Logs>;
  close(): void;
}

/** What is enough to see why a program ended, of each stream. */
const LOG_LINES = 20;
const LOG_COLUMNS = 2_000;

/** Logs are read for somebody who waits, ms. */
const LOG_PATIENCE_MS = 10_000;

/** A plan waits this long for a throttled or failing AWS, ms: nothing else would ask again for it. */
const PLAN_PATIENCE_MS = 60_000;

/**
 * AWS by the SDK's own credential chain, or as `options` say. Nothing is asked before the first call.
 *
 * @param clock what AWS's rates and waits are counted on. @default the system's
 */
export function createAws(options: AwsOptions = {}, clock: Clock = systemClock()): Aws {
  const clients = createClients(options, createPace(clock));
  const observer = createObserver(clients, clock);
  const together = lookTogether(clock);

  async function account(region: string): Promise<string> {
    try {
      const answer = await (await clients.sts(region)).send(new GetCallerIdentityCommand({}));
      return answer.Account ?? '';
    } catch (error) {
      throw toEngineError(error, 'tell which account these credentials belong to');
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
      if (ended.code === 'aws.no-credentials' || ended.code === 'aws.rejected-credentials') throw ended;
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
    read: (wanted) => readLive({ clients, patiently: patience(clock, PLAN_PATIENCE_MS) }, wanted),
    async liveOf(target, desired) {
      // Rollouts have a patience of their own, and tell when they need it.
      const reading = { clients, patiently: patience(clock, 0) };
      const found = await readLive(reading, [{ target, ...wantedFor(desired) }]);
      const live = found.get(targetKey(target));
      if (live === undefined || live.kind === 'failure') {
        const said = live === undefined ? 'nothing' : `${live.code}: ${live.message}`;
        throw new EngineError(
          'aws.error',
          `the live state of ${targetLabel(target)} could not be read: AWS said ${said}`,
          {
            kind: 'surroundings',
            passing: live?.passing ?? false,
            ...(live?.hint === undefined ? {} : { hint: live.hint }),
            ...(live?.requestId === undefined ? {} : { requestId: live.requestId }),
          },
        );
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
      const limits = { lines: LOG_LINES, columns: LOG_COLUMNS, signal: AbortSignal.timeout(LOG_PATIENCE_MS) };
      try {
        // Loaded when somebody asks why: rollouts themselves read no logs.
        return await (await import('./logs.ts')).tailLogs(clients, wish, limits);
      } catch (error) {
        throw toEngineError(error, `read the logs of ${targetLabel(wish.target)}`);
      }
    },
    close: () => clients.close(),
  };
}
