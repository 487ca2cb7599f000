/**
 * Hooks that pause a deployment of ECS: each is told once, and answered when somebody promotes the rollout, or at once
 * where the settings say so. Pure.
 */

import {
  type EcsNativeState,
  follower,
  isPausing,
  type NativePass,
  type NativeTable,
  type Pause,
  recordOf,
} from './ecsNativeState.ts';
import type { HookSeen, ServiceDeploymentSeen } from './observation.ts';
import type { EventDraft } from './record.ts';
import { endings } from './stepwise.ts';
import type { Decision } from './strategy.ts';
import type { Wait } from './waiting.ts';

/** Remembers how the answer to a pause was taken: one that AWS refused leaves the pause to people. */
export function answerHeard(pass: NativePass): NativePass {
  const { outcome } = pass.seen;
  if (outcome?.type !== 'ecs.continue-service-deployment') return pass;
  const { pauses } = pass.state;
  const hook = outcome.ok ? String(outcome.data['hook']) : Object.keys(pauses).find((id) => pauses[id] === 'granted');
  if (hook === undefined) return pass;
  return { ...pass, state: { ...pass.state, pauses: { ...pauses, [hook]: outcome.ok ? 'answered' : 'told' } } };
}

/** A time span for people, coarse. */
function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function pauseText(
  { state, now }: NativePass,
  stage: string | undefined,
  { id, expiresAt, timeoutAction }: HookSeen,
): string {
  const then = timeoutAction === 'CONTINUE' ? 'goes on' : 'rolls back';
  const expiry = expiresAt === undefined ? '' : `; unanswered, ECS ${then} in ${span(expiresAt - now)}`;
  const who = `until somebody runs \`gitmoxi promote ${state.rollout}\` or continues it in ECS`;
  return `paused at ${stage ?? 'its start'} ${who}${expiry} (hook ${id})`;
}

/** A promotion answers the pauses that wait now; one of everything also those to come. */
export function promote(pass: NativePass, all: boolean): Partial<EcsNativeState> | undefined {
  const { state } = pass;
  const record = recordOf(pass);
  const waiting = (record?.hooks ?? []).filter((hook) => isPausing(hook) && state.pauses[hook.id!] !== 'answered');
  if (waiting.length === 0 && !all) return undefined;
  const pauses = { ...state.pauses, ...Object.fromEntries(waiting.map(({ id }) => [id!, 'granted' as const])) };
  return all ? { pauses, pauseHooks: 'continue' } : { pauses };
}

function pauseWait(stage: string | undefined, { id, expiresAt, timeoutAction }: HookSeen): Partial<Wait> {
  const ends = timeoutAction === 'CONTINUE' ? 'goes on' : 'rolls back';
  const limit = expiresAt === undefined ? null : ({ at: expiresAt, ends } as const);
  return { for: 'person', text: `paused at ${stage ?? 'its start'} (hook ${id})`, limit, command: 'promote' };
}

/** @param table the strategy's own, which this is part of */
export function pausing(table: NativeTable) {
  const { act } = endings(table);
  const follow = follower(table);

  /**
   * Pauses of the present stage: each told once, and answered when somebody promotes the rollout, or at once where the
   * settings say so; its alarms and tasks are known to be well here.
   */
  function paused(pass: NativePass, { arn, stage, hooks }: ServiceDeploymentSeen): Decision | undefined {
    const waiting = hooks.filter(isPausing);
    if (waiting.length === 0) return undefined;
    const byItself = pass.state.pauseHooks === 'continue';
    const pauses: Record<string, Pause> = { ...pass.state.pauses };
    const told: EventDraft[] = [];
    for (const hook of waiting) {
      const id = hook.id!;
      if (pauses[id] === undefined) {
        const message = byItself
          ? `paused at ${stage}, and goes on by itself (hook ${id})`
          : pauseText(pass, stage, hook);
        const data = { hook: id, stage: stage ?? null, expiresAt: hook.expiresAt ?? null };
        told.push({ code: 'ecs.paused', level: byItself ? 'info' : 'warning', message, data });
        pauses[id] = byItself ? 'granted' : 'told';
      }
    }
    const next = { ...pass, state: { ...pass.state, pauses }, events: [...pass.events, ...told] };
    const granted = waiting.find(({ id }) => pauses[id!] === 'granted');
    if (granted !== undefined) {
      const key = pass.state.rollout;
      const answer = {
        type: 'ecs.continue-service-deployment',
        key,
        serviceDeployment: arn,
        hook: granted.id!,
      } as const;
      return act(next, answer, `going on past the pause at ${stage}`);
    }
    const open = waiting.find(({ id }) => pauses[id!] === 'told');
    if (open === undefined) return follow(next, 'waiting for ECS to go on after the pause');
    return follow(next, pauseText(next, stage, open), pauseWait(stage, open));
  }

  return paused;
}
