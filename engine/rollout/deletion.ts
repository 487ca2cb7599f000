/**
 * Deletion of what a deleted definition file described: the service drains and goes, the function goes with all its
 * versions and aliases. There is no way back but to bring the file back, which is why people confirm it first.
 */
import type { JsonObject } from '../json.ts';
import type { Target } from '../plan/index.ts';
import type { Action } from './actions.ts';
import { lookAgainMs } from './cadence.ts';
import { newEvents } from './ecsEvidence.ts';
import { newestEventId } from './ecsWatch.ts';
import { refused } from './failures.ts';
import type { Observation } from './observation.ts';
import type { Decision, Seen, Strategy, StrategyCommand } from './strategy.ts';

interface DeletionState {
  readonly rollout: string;
  readonly target: Target;
  readonly askedAt: number | null;
  readonly lastEventId: string | null;
}

/** Draining takes the deregistration delay (up to an hour) and the stop timeout. */
const TIMEOUT_MS = 90 * 60_000;
const LONGEST_LOOK_MS = 30_000;

const asState = (state: JsonObject): DeletionState => state as unknown as DeletionState;
const asJson = (state: DeletionState): JsonObject => state as unknown as JsonObject;

function gone(observation: Observation | undefined): boolean {
  if (observation === undefined) return false;
  if (observation.kind === 'lambda') return observation.latest === undefined;
  return observation.service === undefined || observation.service.status === 'INACTIVE';
}

const noun = (target: Target): string => (target.kind === 'ecs' ? 'service' : 'function');

function decide(state: DeletionState, seen: Seen, now: number): Omit<Decision, 'events' | 'progress'> {
  const what = noun(state.target);
  const over = { state: asJson(state), wakeAt: now };
  if (seen.outcome?.ok === false) {
    const failure = refused(`delete the ${what}`, seen.outcome.error);
    return { ...over, phase: 'failed', message: failure.message, failure };
  }
  if (gone(seen.observation)) return { ...over, phase: 'succeeded', message: `the ${what} is deleted` };
  const draining = seen.observation?.kind === 'ecs' && seen.observation.service?.status === 'DRAINING';
  if (state.askedAt === null && !draining && seen.outcome === undefined) {
    const action: Action = {
      type: state.target.kind === 'ecs' ? 'ecs.delete-service' : 'lambda.delete-function',
      key: state.rollout,
    };
    return { ...over, phase: 'finishing', message: `deleting the ${what}`, action };
  }
  const askedAt = state.askedAt ?? now;
  if (now - askedAt >= TIMEOUT_MS) {
    const message = `the ${what} was still there ${TIMEOUT_MS / 60_000} minutes after it was deleted`;
    return {
      ...over,
      phase: 'failed',
      message,
      failure: { class: 'timeout', message, evidence: [], next: 'look at its tasks in the AWS console' },
    };
  }
  const message = `waiting for the ${what} to be gone`;
  return {
    state: asJson({ ...state, askedAt }),
    phase: 'finishing',
    message,
    wakeAt: now + lookAgainMs(now - askedAt, LONGEST_LOOK_MS),
    waiting: {
      for: 'drain',
      text: message,
      since: askedAt,
      limit: { at: askedAt + TIMEOUT_MS, ends: 'gives up' },
      command: null,
      lookEveryMs: LONGEST_LOOK_MS,
    },
  };
}

/** A deletion can be stopped until it is asked of AWS; then there is nothing to go back to. */
function answer(decision: Decision, command: StrategyCommand, state: DeletionState): Decision {
  const stops =
    (command === 'abort' || command === 'leave' || command === 'replace') &&
    state.askedAt === null &&
    decision.action !== undefined;
  if (stops) {
    const { action: _never, ...rest } = decision;
    return { ...rest, phase: 'aborted', message: 'aborted by request; nothing was changed', answered: true };
  }
  const message = `${command} was asked for: a deletion that AWS has been asked for cannot be stopped or sped up`;
  return {
    ...decision,
    events: [...decision.events, { code: 'rollout.ignored', level: 'warning', message }],
    answered: true,
  };
}

export const deletion: Strategy = {
  begin(spec, live) {
    return asJson({
      rollout: spec.rollout,
      target: spec.target,
      askedAt: null,
      lastEventId: live.kind === 'ecs' ? newestEventId(live) : null,
    });
  },

  wish(json) {
    const { target } = asState(json);
    return target.kind === 'ecs'
      ? { kind: 'ecs', target, stoppedTasksOf: [] }
      : { kind: 'lambda', target, alias: '', version: undefined, alarms: [] };
  },

  sight: () => 'full',

  decide(json, seen, now) {
    const state = asState(json);
    const events = seen.observation?.kind === 'ecs' ? (seen.observation.service?.events ?? []) : [];
    const next = { ...state, lastEventId: events[0]?.id ?? state.lastEventId };
    const decision = { ...decide(next, seen, now), progress: {}, events: newEvents(events, state.lastEventId) };
    return seen.command === undefined ? decision : answer(decision, seen.command, state);
  },
};
