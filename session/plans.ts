/** Plans for the language server, which has no business with the engine itself. */
import type { Engine, Json } from '../engine/index.ts';
import type { PlanProvider, PlanView } from '../server/index.ts';

type WorkloadPlan = Awaited<ReturnType<Engine['plan']>>['workloads'][number];

/** @param withEngine opens an engine for the time of one plan */
export function plansOf(
  withEngine: (work: (engine: Pick<Engine, 'plan'>) => Promise<PlanView>) => Promise<PlanView>,
): PlanProvider {
  return {
    plan: ({ root, path, kind }, live) =>
      withEngine(async (engine) => {
        const request = {
          repo: root,
          revision: { worktree: true },
          selectors: [path],
          all: true,
          offline: !live,
        } as const;
        const { workloads } = await engine.plan(request);
        const plan = workloads.find((one) => one.workload === path && one.kind === kind);
        return plan === undefined ? nothing(path, live) : toView(plan, live);
      }),
  };
}

const shown = (value: Json): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function toView({ workload, action, reason, differences, problems }: WorkloadPlan, live: boolean): PlanView {
  return {
    workload,
    action,
    reason,
    differences: differences.map(({ path, live: runs, desired }) => ({
      path,
      live: shown(runs),
      wanted: shown(desired),
    })),
    problems: problems.map(({ severity, code, message }) => ({ severity, code, message })),
    live,
  };
}

const nothing = (workload: string, live: boolean): PlanView => ({
  workload,
  action: 'unchanged',
  reason: 'nothing to deploy',
  differences: [],
  problems: [],
  live,
});
