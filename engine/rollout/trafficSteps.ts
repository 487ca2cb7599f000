/** Traffic shifted in steps, with a bake after each, for whatever carries the traffic. Pure. */
import type { TrafficShifting } from '../plan/index.ts';
import type { EventDraft } from './record.ts';
import type { Wait } from './waiting.ts';

/** Between looks while baking, ms: an alarm sends traffic back at most this much later. */
export const BAKE_LOOK_MS = 15_000;

/** After this many writes of one weight that do not show, AWS and the rollout do not mean the same. */
export const MOST_SETS = 5;

/** Reads may lag behind writes: a weight that was set is waited for this long before it is set again, ms. */
const SHOWS_WITHIN_MS = 30_000;

/** How far a shift is: part of a strategy's state. */
export interface ShiftState {
  /** The new revision's traffic steps, percent, strictly increasing, the last one 100. */
  readonly weights: readonly number[];
  readonly bakeMs: number;
  /** Is there a bake after the last step too? */
  readonly bakeAtEnd: boolean;
  readonly stepIndex: number;
  /** When the current step's weight was seen in force, ms since the epoch. */
  readonly verifiedAt: number | null;
  /** How often the current step's weight was set. */
  readonly sets: number;
  /** When it was set last, ms since the epoch. */
  readonly setAt: number | null;
  /** Is the next look amid a bake, for alarms and tasks only? */
  readonly glances: boolean;
}

/** May the weight that was set last be in force already, although a read does not show it yet? */
export const mayBeInForce = ({ setAt, verifiedAt }: ShiftState, now: number): boolean =>
  setAt !== null && verifiedAt === null && now - setAt < SHOWS_WITHIN_MS;

/** The next weight, of which nothing is known yet. */
export const UNSET = { verifiedAt: null, sets: 0, setAt: null, glances: false } as const;

/**
 * @returns shares of the new revision, percent, strictly increasing, the last one 100: CANARY `[p, 100]`, LINEAR
 *   `[p, 2p, …, 100]`, otherwise `[100]`
 */
export function trafficSteps(shifting: TrafficShifting | undefined): number[] {
  if (shifting === undefined || shifting.type === 'ALL_AT_ONCE' || shifting.percent >= 100 || shifting.percent <= 0) {
    return [100];
  }
  if (shifting.type === 'CANARY') return [shifting.percent, 100];
  const steps: number[] = [];
  for (let share = shifting.percent; share < 100; share += shifting.percent) steps.push(share);
  return [...steps, 100];
}

/** @param serves does something serve already, from which traffic is to be shifted? */
export function shiftOf(shifting: TrafficShifting | undefined, serves: boolean): ShiftState {
  return {
    weights: serves ? trafficSteps(shifting) : [100],
    bakeMs: (shifting?.waitIntervalSeconds ?? 0) * 1000,
    bakeAtEnd: shifting?.type === 'ALL_AT_ONCE',
    stepIndex: 0,
    ...UNSET,
  };
}

/** A change of the weights by somebody else is looked for this often while baking, ms. */
const WEIGHT_LOOK_MS = 60_000;

/** Between looks while baking, ms: in time for alarms, where there are any. */
export const bakeEveryMs = ({ alarms }: { readonly alarms: readonly string[] }): number =>
  alarms.length > 0 ? BAKE_LOOK_MS : WEIGHT_LOOK_MS;

/**
 * The next look while baking.
 *
 * @param everyMs between two looks, ms
 * @param bakedMs how long the weight has been in force, ms
 * @returns `ms` until then, and whether it `glances` at alarms and tasks only
 */
export function bakeLook(
  everyMs: number,
  bakedMs: number,
  leftMs: number,
): { readonly ms: number; readonly glances: boolean } {
  const ms = Math.min(leftMs, everyMs);
  const isDue = Math.floor((bakedMs + ms) / WEIGHT_LOOK_MS) > Math.floor(bakedMs / WEIGHT_LOOK_MS);
  return { ms, glances: ms < leftMs && !isDue };
}

export interface Bake {
  /** The shift itself, told once. */
  readonly told: readonly EventDraft[];
  readonly verifiedAt: number;
  /** 0 or less when the bake is over. */
  readonly leftMs: number;
  readonly isLast: boolean;
}

/**
 * The bake of a weight that is in force. Its time is absolute, so that a process that was away does not restart it.
 *
 * @param shifted the event's text
 * @param leastMs it lasts no less, ms
 */
export function bakeOf(state: ShiftState, now: number, percent: number, shifted: string, leastMs = 0): Bake {
  const isLast = state.stepIndex === state.weights.length - 1;
  const verifiedAt = state.verifiedAt ?? now;
  const lastsMs = Math.max(leastMs, isLast && !state.bakeAtEnd ? 0 : state.bakeMs);
  // A promotion moves the time of verification back; what has to settle after the last write it cannot shorten.
  const endsAt = Math.max(verifiedAt + lastsMs, (state.setAt ?? 0) + leastMs);
  const told: EventDraft[] =
    state.verifiedAt === null ? [{ code: 'traffic.shifted', message: shifted, data: { percent } }] : [];
  return { told, verifiedAt, leftMs: endsAt - now, isLast };
}

/**
 * What a promotion does to a shift.
 *
 * @param all go to 100 % at once and bake no more, instead of ending the bake that is on
 * @param isShifting is it at a traffic step now?
 */
export function promoted(
  state: ShiftState,
  now: number,
  all: boolean,
  isShifting: boolean,
): Partial<ShiftState> | 'soon' | undefined {
  const isBaking = isShifting && state.verifiedAt !== null;
  if (!all) {
    if (!isShifting) return undefined;
    return isBaking ? { verifiedAt: Math.min(state.verifiedAt, now - state.bakeMs) } : 'soon';
  }
  const reached = state.weights.slice(0, state.stepIndex + (isBaking ? 1 : 0));
  if (reached.at(-1) === 100) return { bakeMs: 0 };
  return { weights: [...reached, 100], stepIndex: reached.length, bakeMs: 0, ...UNSET };
}

const shareNow = ({ weights, stepIndex }: ShiftState): string => `baking at ${weights[stepIndex] ?? 100} %`;

function shareNext({ weights, stepIndex }: ShiftState): string {
  const next = weights[stepIndex + 1];
  return next === undefined ? '' : `, then ${next} %`;
}

/** What is waited for, how long, and what comes next. */
export const baking = (state: ShiftState, leftMs: number): string =>
  `${shareNow(state)} for ${Math.ceil(leftMs / 1000)} s more${shareNext(state)}`;

/** The wait of a bake, and what is watched meanwhile. */
export function bakeWait(
  state: ShiftState & { readonly alarms: readonly string[] },
  now: number,
  leftMs: number,
  lookEveryMs: number,
): Partial<Wait> {
  const watched = state.alarms.length === 0 ? 'no alarm is watched' : `watching ${state.alarms.join(', ')}`;
  const text = `${shareNow(state)}${shareNext(state)}; ${watched}`;
  return { for: 'bake', text, limit: { at: now + leftMs, ends: 'goes on' }, command: 'promote', lookEveryMs };
}
