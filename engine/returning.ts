/**
 * Keeping services where they belong while a process watches: back to their own capacity when it is time to try, and to
 * their fallback when they lose their room long after they were rolled out. Each move is a rollout of its own, so that
 * of several processes with one store only one makes it. Owns nothing but what it is watching.
 */
import type { DeployReport, ReturnEntry, RolloutSummary, RunOptions } from './api.ts';
import { type DeployPorts, startMove } from './deploying.ts';
import { EngineError } from './errors.ts';
import { targetKey } from './plan/index.ts';
import {
  lostRoom,
  mayLoseRoom,
  patienceOf,
  RECORDS_FOR_RETURN,
  type RolloutRecord,
  returnOf,
  servingRollout,
} from './rollout/index.ts';

/** Between looks at the services, ms of the rollouts' clock. */
const LOOK_MS = 60_000;

/** A service whose move could not be begun, or that could not be read, is left alone for so long, ms. */
const REST_MS = 15 * 60_000;

const historyOf = async ({ store }: DeployPorts, { target }: RolloutRecord): Promise<RolloutRecord[]> =>
  (await store.list({ target, limit: RECORDS_FOR_RETURN })).map(({ record }) => record);

/** Of these targets, the services on their fallback, the next to return first. */
export async function returnsOf(ports: DeployPorts, latest: readonly RolloutRecord[]): Promise<ReturnEntry[]> {
  const services = latest.filter(({ kind }) => kind === 'ecs');
  const found = await Promise.all(
    services.map(async ({ workload, target }, i): Promise<ReturnEntry[]> => {
      const due = returnOf(await historyOf(ports, services[i]!));
      return due === undefined ? [] : [{ workload, target, ...due }];
    }),
  );
  const when = ({ dueAt }: ReturnEntry) => dueAt ?? Number.POSITIVE_INFINITY;
  return found.flat().sort((a, b) => when(a) - when(b) || (a.workload < b.workload ? -1 : 1));
}

const attemptWords = ({ own, attempt, attempts }: ReturnEntry): string =>
  `back to ${own}, attempt ${attempt}${attempts === null || attempt > attempts ? '' : ` of ${attempts}`}`;

/** Nothing that was ever rolled out with success is known, which could be brought about elsewhere. */
const unknown = ({ workload, target }: ReturnEntry): RolloutSummary => ({
  rollout: null,
  workload,
  target,
  phase: 'failed',
  startedAt: null,
  endedAt: null,
  reason: 'it was not brought back: no rollout of it that succeeded is in this store',
  next: 'deploy the workload, then it comes back by itself',
});

async function bringBack(ports: DeployPorts, entry: ReturnEntry, options: RunOptions): Promise<RolloutSummary[]> {
  const records = (await ports.store.list({ target: entry.target, limit: RECORDS_FOR_RETURN })).map(
    ({ record }) => record,
  );
  const base = servingRollout(records);
  return [base === undefined ? unknown(entry) : await startMove(ports, base, 'return', attemptWords(entry), options)];
}

/** Tries to bring services back now, all at once. */
export async function bringAllBack(
  ports: DeployPorts,
  entries: readonly ReturnEntry[],
  options: RunOptions,
): Promise<DeployReport> {
  const rollouts = (await Promise.all(entries.map((entry) => bringBack(ports, entry, options)))).flat();
  return { revision: null, rollouts };
}

/** A service that lost its room: it is read, and moved where that is so. */
async function followLoss(ports: DeployPorts, latest: RolloutRecord, options: RunOptions): Promise<RolloutSummary[]> {
  const { target } = latest;
  const records = await historyOf(ports, latest);
  const base = servingRollout(records);
  if (target.kind !== 'ecs' || base === undefined || !mayLoseRoom(records)) return [];
  const seen = await ports.aws.observe({ kind: 'ecs', target, stoppedTasksOf: [] }, options.signal);
  const service = seen.kind === 'ecs' ? seen.service : undefined;
  const lost = service && lostRoom(service, patienceOf(records), ports.clock.now());
  if (lost === undefined) return [];
  return [await startMove(ports, base, 'fallback', `its tasks have no room any more: ${lost.at(-1)}`, options)];
}

/** What has been said of a service on its fallback that is not brought back any more. */
export const gaveUpWords = ({ workload, own, attempts }: ReturnEntry): string =>
  `it stays on its fallback: ${attempts} attempts found no room on ${own}; try again with \`gitmoxi return ${workload}\``;

/**
 * Watches services until the signal is aborted: every minute, those whose time has come are brought back, and those that
 * lost their room are moved to their fallback.
 *
 * @param latest the newest rollouts of the targets to watch, asked for at each look
 */
export async function keepReturning(
  ports: DeployPorts,
  latest: () => Promise<readonly RolloutRecord[]>,
  options: RunOptions,
): Promise<DeployReport> {
  const { clock } = ports;
  const rollouts: RolloutSummary[] = [];
  const resting = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();
  const told = new Set<string>();

  const rest = (key: string, workload: string, why: string) => {
    resting.set(key, clock.now() + REST_MS);
    options.onWaiting?.(workload, why);
  };
  const begin = (record: RolloutRecord, work: () => Promise<RolloutSummary[]>) => {
    const key = targetKey(record.target);
    if (underWay.has(key) || (resting.get(key) ?? 0) > clock.now()) return;
    const done = work()
      .then((made) => {
        rollouts.push(...made);
        for (const { rollout, reason } of made) if (rollout === null) rest(key, record.workload, reason ?? '');
      })
      .catch((error: unknown) => {
        if (!options.signal.aborted) rest(key, record.workload, messageOf(error));
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, done);
  };

  while (!options.signal.aborted) {
    const records = (await latest()).filter(({ kind }) => kind === 'ecs');
    const entries = new Map((await returnsOf(ports, records)).map((entry) => [targetKey(entry.target), entry]));
    for (const record of records) {
      const entry = entries.get(targetKey(record.target));
      if (entry === undefined) begin(record, () => followLoss(ports, record, options));
      else if (entry.dueAt !== null && entry.dueAt <= clock.now())
        begin(record, () => bringBack(ports, entry, options));
      const key = `${targetKey(record.target)} ${entry?.since}`;
      const gaveUp = entry !== undefined && entry.attempts !== null && entry.attempt > entry.attempts;
      if (gaveUp && !told.has(key)) options.onWaiting?.(record.workload, gaveUpWords(entry));
      if (gaveUp) told.add(key);
    }
    await sleep(ports, options.signal);
  }
  await Promise.all(underWay.values());
  return { revision: null, rollouts };
}

const messageOf = (error: unknown): string =>
  error instanceof EngineError && error.hint !== undefined
    ? `${error.message}; ${error.hint}`
    : error instanceof Error
      ? error.message
      : String(error);

async function sleep({ clock }: DeployPorts, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleepUntil(clock.now() + LOOK_MS, signal);
  } catch (error) {
    // Being told to stop is not a failure.
    if (!signal.aborted) throw error;
  }
}
