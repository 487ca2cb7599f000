/**
 * Rollouts that are under way for workloads of a plan with nothing left to change: what runs is what the files ask for,
 * but the rollout that brought it may still go back.
 */
import { type DeployReport, type Engine, type PlanReport, type StatusEntry, targetKey } from '../../engine/index.ts';

type RolloutSummary = DeployReport['rollouts'][number];

function summaryOf({ rollout, owner }: StatusEntry): RolloutSummary {
  const { id, workload, target, phase, message, startedAt } = rollout;
  const at = `(${id}, ${phase}: ${message})`;
  return {
    rollout: id,
    workload,
    target,
    phase: 'busy',
    startedAt,
    endedAt: null,
    reason:
      owner === undefined
        ? `its rollout was left unfinished by a process that is gone ${at}`
        : `process ${owner.pid} on ${owner.host} is rolling it out ${at}`,
    next: owner === undefined ? 'take it up with `gitmoxi resume`' : 'watch it with `gitmoxi status --watch`',
  };
}

/** As entries of a deployment's report; empty where nothing is under way. */
export async function underWay(engine: Engine, plan: PlanReport): Promise<RolloutSummary[]> {
  const settled = new Set(
    plan.workloads.flatMap(({ action, target }) => (action === 'unchanged' && target ? targetKey(target) : [])),
  );
  if (settled.size === 0) return [];
  const unfinished = await engine.history({ unfinished: true });
  const ours = unfinished.filter(({ target }) => settled.has(targetKey(target)));
  const entries = await Promise.all(ours.map(({ id }) => engine.rollout(id)));
  return entries.filter(({ rollout }) => rollout.endedAt === null).map(summaryOf);
}
