/** What the command gives its language server beyond files and commits: plans. */
import type { Engine, Json } from '../../engine/index.ts';
import type { PlanProvider, PlanView } from '../../server/index.ts';
import { type Context, withEngine } from '../session/context.ts';

type WorkloadPlan = Awaited<ReturnType<Engine['plan']>>['workloads'][number];

export function plansOf(context: Context): PlanProvider {
  return {
    plan: ({ root, path, kind }, live) =>
      withEngine(context, async ({ engine }) => {
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
