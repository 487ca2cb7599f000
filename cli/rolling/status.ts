/** The exit status that plans and deployments end with. */
import { type DeployReport, isFinal, type Phase, type PlanReport } from '../../engine/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';

/** What is blocked is a problem; where AWS could not be read, it is the surroundings'. */
export function blockedStatus({ workloads }: PlanReport): ExitStatus {
  const blocked = workloads.filter((plan) => plan.action === 'blocked');
  const isUnread = blocked.some(({ problems }) =>
    problems.some(({ code }) => /^(aws\.|plan\.live-unreadable$)/.test(code)),
  );
  if (isUnread) return EXIT.surroundings;
  return blocked.length > 0 ? EXIT.problems : EXIT.done;
}

/** A rollout that failed outweighs one that somebody else holds or that is unfinished. */
export function rolloutsStatus({ rollouts }: DeployReport): ExitStatus {
  const isOver = (phase: string) => isFinal(phase as Phase);
  if (rollouts.some(({ phase }) => isOver(phase) && phase !== 'succeeded')) return EXIT.problems;
  return rollouts.every(({ phase }) => phase === 'succeeded') ? EXIT.done : EXIT.surroundings;
}

const BY_WEIGHT = [EXIT.interrupted, EXIT.usage, EXIT.problems, EXIT.surroundings, EXIT.done] as const;

/** The status that says most. */
export const worst = (...statuses: readonly ExitStatus[]): ExitStatus =>
  BY_WEIGHT.find((status) => statuses.includes(status)) ?? EXIT.done;
