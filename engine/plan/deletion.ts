/** The plan of a workload whose definition file was deleted. Pure. */
import { targetOf } from './desired.ts';
import { exists } from './live.ts';
import { unreadable } from './problems.ts';
import type { PlanInput, WorkloadPlan } from './workloadPlan.ts';

export function planDeletion(input: PlanInput): WorkloadPlan {
  const known = input.base ?? input.head;
  const target = known && targetOf(known, input.surroundings);
  const plan = {
    workload: input.path,
    kind: input.kind,
    changedFiles: input.changedFiles,
    target,
    strategy: input.kind === 'ecs' ? ('ecs-delete' as const) : ('lambda-delete' as const),
    differences: [],
    problems: [],
    ...(input.underWay === undefined ? {} : { underWay: input.underWay }),
    desired: undefined,
  };
  const noun = input.kind === 'ecs' ? 'service' : 'function';
  if (known === undefined || target === undefined) {
    return {
      ...plan,
      action: 'blocked',
      reason: `its definition file was deleted, and its earlier files do not say which ${noun} it was`,
    };
  }
  if (input.held !== undefined) return { ...plan, action: 'blocked', reason: `held: ${input.held}` };
  if (input.live !== 'offline' && target.region === undefined) {
    return { ...plan, action: 'blocked', reason: 'no region says where it was deployed: pass --region' };
  }
  const live = input.live === 'offline' ? undefined : input.live;
  if (live?.kind === 'failure') {
    const problem = unreadable(known, live);
    return { ...plan, action: 'blocked', reason: problem.message, problems: [problem] };
  }
  if (live !== undefined && !exists(live)) {
    if (input.bringing !== undefined && input.bringing !== '') {
      const reason = `its definition file was deleted, and the rollout under way (${input.underWay?.rollout}) is creating the ${noun}`;
      return { ...plan, action: 'delete', reason };
    }
    return { ...plan, action: 'unchanged', reason: `its definition file was deleted, and no such ${noun} exists` };
  }
  return { ...plan, action: 'delete', reason: `its definition file was deleted: the ${noun} will be deleted` };
}
