/** From a plan to its end: shows it, asks, and carries it out. What `deploy` and `rollback` have in common. */
import type { PlanReport } from '../../engine/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import type { Context, Session } from '../session/context.ts';
import { blockedLines, planCounts, planLines } from '../views/plan.ts';
import { summaryJson } from '../views/rolloutSummary.ts';
import { agree, toCarryOut } from './agree.ts';
import { type CarryOutOptions, carryOut } from './carryOut.ts';
import { blockedStatus, worst } from './status.ts';

export interface DeployPlanOptions extends CarryOutOptions {
  /** Was it agreed to on the command line? */
  readonly yes: boolean;
}

export async function deployPlan(
  context: Context,
  session: Session,
  plan: PlanReport,
  options: DeployPlanOptions,
): Promise<ExitStatus> {
  const { out } = context;
  out.print(...planLines(plan, out.style), '');
  const deploy = async (): Promise<ExitStatus> => {
    const workloads = toCarryOut(plan).map(({ workload }) => workload);
    const shown = { detach: options.detach ?? false, workloads };
    const { status } = await carryOut(context, session, (run) => session.engine.deploy(plan, run), shown);
    if (toCarryOut(plan).length > 0) out.print(...blockedLines(plan, out.style));
    return worst(status, blockedStatus(plan));
  };

  if (toCarryOut(plan).length === 0) {
    if (!plan.workloads.some(({ underWay }) => underWay))
      out.print(`nothing to deploy: ${planCounts(plan) || 'no workload is touched'}`);
    // Still carried out: that is what marks the commit as processed.
    return deploy();
  }
  const agreed = await agree(out, plan, options.yes);
  if (agreed) return deploy();
  out.print('', 'nothing was deployed');
  if (out.json) out.machine(summaryJson({ revision: plan.revision, rollouts: [] }));
  return agreed === undefined ? EXIT.interrupted : EXIT.done;
}
