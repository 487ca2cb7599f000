/**
 * Services on their fallback, and services that need it: what the records of their rollouts and one look at them say.
 * Pure. The records are all there is to know, so that every process that shares them comes to the same.
 */
import type { JsonObject } from '../json.ts';
import { strategyWords } from '../plan/index.ts';
import { type Capacity, wordsOfLack } from './ecsCapacity.ts';
import type { ServiceSeen } from './observation.ts';
import { isFinal, type RolloutRecord } from './record.ts';

/** A return to the own capacity that is to be tried. */
export interface DueReturn {
  /** When the service was moved to its fallback, ms since the epoch. */
  readonly since: number;
  /** The next attempt, from 1. */
  readonly attempt: number;
  /** Attempts that are made by themselves; null where none is. */
  readonly attempts: number | null;
  /** When it is time for it, ms since the epoch; null where it has to be asked for. */
  readonly dueAt: number | null;
  /** The capacity to return to, for people. */
  readonly own: string;
}

/** A service that is not on its own capacity. */
export interface FallbackState {
  /** When it went there, ms since the epoch. */
  readonly since: number;
  /** Where it runs, and where it belongs, for people. */
  readonly on: string;
  readonly own: string;
  /** Its way back; null while a rollout is under way, which comes first. */
  readonly due: DueReturn | null;
}

/** A service's records that are looked at: enough for every attempt that the settings allow. */
export const RECORDS_FOR_RETURN = 250;

/** The longest wait between attempts, ms. */
const LONGEST_WAIT_MS = 24 * 3600_000;

const capacityOf = (state: JsonObject | null): Capacity | undefined =>
  state === null ? undefined : (state['capacity'] as unknown as Capacity | undefined);

const isDeletion = ({ strategy }: RolloutRecord): boolean => strategy === 'ecs-delete' || strategy === 'lambda-delete';

/** Is there a rollout under way, which comes first? */
const isBusy = (records: readonly RolloutRecord[]): boolean => records.some(({ phase }) => !isFinal(phase));

/**
 * When a service on its fallback is to come back.
 *
 * Each attempt that fails doubles the wait, and so does one that held for less than the first wait: a service does not
 * go to and fro.
 *
 * @param records of one target, newest first
 * @returns undefined where the service has its own capacity, or a rollout is under way
 */
export function returnOf(records: readonly RolloutRecord[]): DueReturn | undefined {
  if (isBusy(records)) return undefined;
  const [last] = records;
  const latest = records.map(({ state }) => capacityOf(state)).find((capacity) => capacity !== undefined);
  if (last === undefined || latest === undefined || latest.since === null) return undefined;
  const tried = attemptsOf(records, latest);
  if (tried === undefined) return undefined;
  const { since, own, returns } = latest;
  const facts = { since, own, attempt: tried + 1, attempts: returns?.attempts ?? null };
  if (returns === null || tried >= returns.attempts) return { ...facts, dueAt: null };
  const waitMs = Math.min(LONGEST_WAIT_MS, returns.waitSeconds * 1000 * 2 ** tried);
  return { ...facts, dueAt: (last.endedAt ?? last.updatedAt) + waitMs };
}

/** Does the record alone say that the service is on its own capacity? */
export function isSurelyOnOwn({ state }: RolloutRecord): boolean {
  const capacity = capacityOf(state);
  return capacity !== undefined && (capacity.since === null || capacity.fallback === null);
}

/**
 * @param records of one target, newest first
 * @returns undefined where the service has its own capacity, as far as is known
 */
export function fallbackOf(records: readonly RolloutRecord[]): FallbackState | undefined {
  const latest = records.map(({ state }) => capacityOf(state)).find((capacity) => capacity !== undefined);
  if (latest === undefined || latest.since === null) return undefined;
  const due = returnOf(records);
  if (due === undefined && !isBusy(records)) return undefined;
  const on = strategyWords(latest.fallback === null ? [] : [...latest.fallback]);
  return { since: latest.since, on, own: latest.own, due: due ?? null };
}

/** Attempts since the service left its capacity for good; undefined where it is not on its fallback after all. */
function attemptsOf(records: readonly RolloutRecord[], { returns }: Capacity): number | undefined {
  let tried = 0;
  /** When the service left its own capacity again, as far as was gone through. */
  let left: number | undefined;
  for (const { trigger, phase, state, endedAt, strategy } of records) {
    if (strategy === 'ecs-delete' && phase === 'succeeded') return left === undefined ? undefined : tried;
    if (trigger !== 'return') {
      left = capacityOf(state)?.since ?? left;
      continue;
    }
    if (phase !== 'succeeded') tried++;
    else if (left === undefined) return undefined;
    else if (left - (endedAt ?? 0) < (returns?.waitSeconds ?? 0) * 1000) tried++;
    else return tried;
  }
  return tried;
}

/** The rollout whose result serves, and is what a move to other capacity brings about anew; newest first. */
export const servingRollout = (records: readonly RolloutRecord[]): RolloutRecord | undefined => {
  const found = records.find(({ phase }) => phase === 'succeeded');
  return found !== undefined && !isDeletion(found) && found.digest !== '' ? found : undefined;
};

/** Has the service its own capacity, and a fallback to go to when it loses that? */
export function mayLoseRoom(records: readonly RolloutRecord[]): boolean {
  const latest = records.map(({ state }) => capacityOf(state)).find((capacity) => capacity !== undefined);
  return !isBusy(records) && latest !== undefined && latest.fallback !== null && latest.since === null;
}

/**
 * Has a service that nobody rolls out lost tasks for which there is no room any more?
 *
 * @param afterMs how long they have to be without
 * @returns what ECS says about it; undefined where it has not
 */
export function lostRoom(service: ServiceSeen, afterMs: number, now: number): readonly string[] | undefined {
  const [group, ...others] =
    service.taskSets.length > 0
      ? service.taskSets.map((set) => ({ ...set, desiredCount: set.computedDesiredCount }))
      : service.deployments;
  // What somebody deploys is theirs to judge.
  if (group === undefined || others.length > 0 || service.status !== 'ACTIVE') return undefined;
  if (group.runningCount + group.pendingCount >= group.desiredCount) return undefined;
  const words = wordsOfLack(service, now);
  return words.length > 0 && now - words[0]!.at >= afterMs ? words.map(({ text }) => text) : undefined;
}

/** How long a service is without room before it is moved, ms; what the last rollout was told. */
export const patienceOf = (records: readonly RolloutRecord[]): number =>
  records.map(({ state }) => capacityOf(state)).find((capacity) => capacity !== undefined)?.afterMs ?? 0;
