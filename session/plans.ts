/** Plans for the language server, which has no business with the engine itself. */
import type { Engine, Json } from '../engine/index.ts';
import type { PlanProvider, PlanView } from '../server/index.ts';

type WorkloadPlan = Awaited<ReturnType<Engine['plan']>>['workloads'][number];

/** What AWS answered to a live plan does for those that follow as somebody types, ms. */
const LIVE_AGE_MS = 10_000;

/** @param open the engine, for as long as a plan takes */
export function plansOf(open: () => Promise<Pick<Engine, 'plan'>>): PlanProvider {
  return {
    async plan({ root, path, kind }, live, texts) {
      const engine = await open();
      const { workloads } = await engine.plan({
        repo: root,
        revision: { worktree: true, texts },
        selectors: [path],
        all: true,
        ...(live ? { maxAgeMs: LIVE_AGE_MS } : { offline: true }),
      });
      const plan = workloads.find((one) => one.workload === path && one.kind === kind);
      return plan === undefined ? nothing(path, live) : toView(plan, live);
    },
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
