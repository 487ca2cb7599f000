/**
 * Records of new rollouts: of a plan, and of what serves, to be moved to other capacity.
 */
import { randomBytes } from 'node:crypto';
import type { PlanReport } from './api.ts';
import { codeHash } from './hash.ts';
import { digestOf, type Target, type WorkloadPlan } from './plan/index.ts';
import type { RolloutRecord } from './rollout/index.ts';

/** Sortable by time, unique, and short enough to be a client token. */
const newRolloutId = (now: number): string => `ro-${Math.floor(now).toString(36)}-${randomBytes(4).toString('hex')}`;

/** Of a rollout that has not begun. */
const untouched = (now: number) =>
  ({
    phase: 'queued',
    progress: {},
    waiting: null,
    state: null,
    pending: null,
    outcome: null,
    attempts: 0,
    failure: null,
    paused: null,
    answered: 0,
    serving: null,
    startedAt: now,
    updatedAt: now,
    endedAt: null,
  }) as const;

/** The record of a plan that is to be carried out. */
export function newRecord(plan: WorkloadPlan, target: Target, report: PlanReport, now: number): RolloutRecord {
  const { repository, commit, trigger, plannedAt, force, hold } = report.context;
  return {
    version: 1,
    id: newRolloutId(now),
    workload: plan.workload,
    kind: plan.kind,
    repository,
    revision: commit === undefined ? {} : { commit: commit.id, subject: commit.subject, author: commit.author },
    target,
    strategy: plan.strategy,
    trigger,
    plannedAt,
    force,
    replaced: null,
    hold: hold === undefined ? null : { commit: hold.commit ?? null, reason: hold.reason },
    digest: digestOf(plan.desired, codeHash),
    expected: plan.expected ?? null,
    message: plan.reason,
    ...untouched(now),
  };
}

function withoutPlan({ plannedAt: _none, ...record }: RolloutRecord): RolloutRecord {
  return record;
}

/**
 * The record of a move to other capacity.
 *
 * @param base the rollout whose result serves; a move is expected to take as long
 */
export const movingRecord = (
  base: RolloutRecord,
  trigger: 'fallback' | 'return',
  message: string,
  now: number,
): RolloutRecord => ({
  ...withoutPlan(base),
  ...untouched(now),
  id: newRolloutId(now),
  trigger,
  force: false,
  replaced: null,
  hold: null,
  message,
});
