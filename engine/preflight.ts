/**
 * Preflight of planned workloads: reads what would protect their rollouts (alarms, listener weights), and turns what is
 * wrong with it into problems of the plan. An error blocks the workload: nothing is begun that cannot be protected.
 */
import type { Aws } from './aws/index.ts';
import type { CheckedWorkload } from './check/index.ts';
import { EngineError } from './errors.ts';
import type { Problem } from './finding.ts';
import { isObject, type JsonObject } from './json.ts';
import { type Desired, type EcsDesired, problemAt, type WorkloadPlan } from './plan/index.ts';
import {
  alarmObstacles,
  type ForwardReference,
  type Observation,
  type Obstacle,
  productionObstacles,
  surveyTraffic,
  type Wish,
} from './rollout/index.ts';

const balancersOf = ({ service }: EcsDesired): JsonObject[] =>
  Array.isArray(service['loadBalancers']) ? service['loadBalancers'].filter(isObject) : [];

const targetGroupsOf = (desired: EcsDesired): string[] =>
  balancersOf(desired).flatMap(({ targetGroupArn }) => (typeof targetGroupArn === 'string' ? [targetGroupArn] : []));

interface Production {
  readonly forwards: readonly ForwardReference[];
  /** Both halves. */
  readonly targetGroups: readonly string[];
}

/** What ECS itself would shift; nothing where the rollout creates the service. */
function productionOf(desired: EcsDesired, { strategy, action }: WorkloadPlan): Production {
  const balancers = strategy === 'ecs-native' && action === 'update' ? balancersOf(desired) : [];
  const advanced = balancers.map((balancer) => balancer['advancedConfiguration']).filter((one) => isObject(one));
  const texts = (values: readonly unknown[]) => values.filter((value) => typeof value === 'string');
  const forwards = texts(advanced.map((one) => one['productionListenerRule'])).map((arn): ForwardReference => {
    return { arn, kind: arn.includes(':listener-rule/') ? 'rule' : 'listener' };
  });
  const alternates = texts(advanced.map((one) => one['alternateTargetGroupArn']));
  return { forwards, targetGroups: forwards.length === 0 ? [] : [...targetGroupsOf(desired), ...alternates] };
}

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
  const { forwards, targetGroups } = productionOf(desired, plan);
  if (alarms.length + findForwardsTo.length + forwards.length === 0) return undefined;
  const traffic = forwards.length > 0 ? { forwards, healthOf: targetGroups } : { findForwardsTo };
  return { kind: 'ecs', target: desired.target, stoppedTasksOf: [], alarms, ...traffic };
}

function obstaclesOf(desired: Desired, plan: WorkloadPlan, seen: Observation): readonly Obstacle[] {
  const alarms = alarmObstacles(seen.alarms, desired.settings.alarmNames);
  if (desired.kind !== 'ecs' || seen.kind !== 'ecs') return alarms;
  if (plan.strategy === 'ecs-native') return [...alarms, ...productionObstacles(seen.forwards, seen.targets)];
  if (!shifts(desired, plan)) return alarms;
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
