/**
 * Preflight of planned workloads: reads what would protect their rollouts (alarms, listener weights), and turns what is
 * wrong with it into problems of the plan. An error blocks the workload: nothing is begun that cannot be protected.
 */
import type { Aws } from './aws/index.ts';
import type { CheckedWorkload } from './check/index.ts';
import { EngineError } from './errors.ts';
import type { Problem } from './finding.ts';
import { isObject } from './json.ts';
import { type Desired, type EcsDesired, problemAt, type WorkloadPlan } from './plan/index.ts';
import { alarmObstacles, type Observation, type Obstacle, surveyTraffic, type Wish } from './rollout/index.ts';

const targetGroupsOf = ({ service }: EcsDesired): string[] => {
  const balancers = Array.isArray(service['loadBalancers']) ? service['loadBalancers'].filter(isObject) : [];
  return balancers.flatMap(({ targetGroupArn }) => (typeof targetGroupArn === 'string' ? [targetGroupArn] : []));
};

/** Does the rollout shift traffic between target groups itself? */
const shifts = (desired: EcsDesired, { strategy }: WorkloadPlan): boolean =>
  strategy === 'ecs-blue-green' && desired.settings.trafficShifting !== undefined && targetGroupsOf(desired).length > 0;

function wishOf(desired: Desired, plan: WorkloadPlan): Wish | undefined {
  const alarms = desired.settings.alarmNames;
  if (desired.kind === 'lambda') {
    const { target, settings } = desired;
    return alarms.length === 0
      ? undefined
      : { kind: 'lambda', target, alias: settings.alias, version: undefined, alarms };
  }
  const findForwardsTo = shifts(desired, plan) ? desired.settings.targetGroupArnPairs.flat() : [];
  if (alarms.length + findForwardsTo.length === 0) return undefined;
  return { kind: 'ecs', target: desired.target, stoppedTasksOf: [], alarms, findForwardsTo };
}

function obstaclesOf(desired: Desired, plan: WorkloadPlan, seen: Observation): readonly Obstacle[] {
  const alarms = alarmObstacles(seen.alarms, desired.settings.alarmNames);
  if (desired.kind !== 'ecs' || seen.kind !== 'ecs' || !shifts(desired, plan)) return alarms;
  return [...alarms, ...surveyTraffic(seen, targetGroupsOf(desired), desired.settings.targetGroupArnPairs).obstacles];
}

/** AWS did not let it be read: said, and left to the rollout, which looks again. */
function unread(head: CheckedWorkload, error: unknown): Problem {
  if (!(error instanceof EngineError)) throw error;
  return problemAt(head, 'deployment', [], {
    severity: 'warning',
    code: 'plan.preflight-unreadable',
    message: `whether the rollout is protected could not be seen: ${error.message}`,
    hint: error.hint ?? 'see the message, then plan again',
  });
}

/** A plan that carries something out, with what its preflight found. Other plans stay as they are. */
export async function withPreflight(aws: Aws, plan: WorkloadPlan, head: CheckedWorkload): Promise<WorkloadPlan> {
  const { desired } = plan;
  if (desired === undefined || (plan.action !== 'create' && plan.action !== 'update')) return plan;
  const wish = wishOf(desired, plan);
  if (wish === undefined) return plan;
  try {
    const seen = await aws.observe(wish, new AbortController().signal);
    const found = obstaclesOf(desired, plan, seen);
    const problems = [...plan.problems, ...found.map(({ path, ...said }) => problemAt(head, 'deployment', path, said))];
    const worst = found.find(({ severity }) => severity === 'error');
    if (worst === undefined) return { ...plan, problems };
    return { ...plan, problems, action: 'blocked', reason: worst.message, desired: undefined };
  } catch (error) {
    return { ...plan, problems: [...plan.problems, unread(head, error)] };
  }
}
