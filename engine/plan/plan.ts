/**
 * The plan of one workload: what a deployment of a revision would do to its target, and why. Pure: rendered files and
 * live state in, a decision out. `plan`, `deploy` and the editor show the same object.
 */
import { type CheckedWorkload, hasErrors } from '../check/checked.ts';
import type { FileRole } from '../config/index.ts';
import { type Problem, toProblems } from '../finding.ts';
import type { CodeHash } from '../hash.ts';
import { isObject, type JsonObject } from '../json.ts';
import { withOwnCapacity } from './capacity.ts';
import { planDeletion } from './deletion.ts';
import { type Desired, desiredOf, type EcsDesired, type LambdaDesired, targetOf } from './desired.ts';
import { canonical, type Difference, fromPointer, isEmpty } from './differences.ts';
import { digestOf } from './digest.ts';
import {
  deploymentDifferences,
  isDeploymentDifference,
  replacementMembers,
  serviceDifferences,
  taskDefinitionDifferences,
} from './ecs.ts';
import { sourceChanges, sourceProblems } from './eventSources.ts';
import {
  codeDifferences,
  configurationDifferences,
  immutableDifferences,
  provisionedDifferences,
  tagDifferences,
} from './lambda.ts';
import { exists, type Live, type LiveEcs, type LiveLambda } from './live.ts';
import { problemAt } from './places.ts';
import { onFallback, othersDeployment, problemAtDefinition, unreadable } from './problems.ts';
import { maskSecrets } from './secrets.ts';
import type { PlanInput, StrategyName, WorkloadPlan } from './workloadPlan.ts';

/** Strategies that this version carries out. */
const SUPPORTED: ReadonlySet<StrategyName> = new Set([
  'ecs-rolling',
  'ecs-blue-green',
  'ecs-native',
  'lambda-alias',
  'ecs-delete',
  'lambda-delete',
]);

/** The strategy that a rendered service definition asks for. */
function ecsStrategy(service: JsonObject): StrategyName {
  const controller = service['deploymentController'];
  const type = typeof controller === 'object' && controller !== null ? (controller as JsonObject)['type'] : undefined;
  if (type === 'EXTERNAL') return 'ecs-blue-green';
  if (type === 'CODE_DEPLOY') return 'ecs-code-deploy';
  const configuration = service['deploymentConfiguration'];
  const native =
    typeof configuration === 'object' && configuration !== null ? (configuration as JsonObject)['strategy'] : undefined;
  return native === undefined || native === 'ROLLING' ? 'ecs-rolling' : 'ecs-native';
}

/** The halves of a pair swap roles at each rollout: a live half stands for the one in the file. */
function withSamePairs(live: JsonObject, desired: EcsDesired): JsonObject {
  const asked = Array.isArray(desired.service['loadBalancers'])
    ? desired.service['loadBalancers'].filter(isObject)
    : [];
  const { targetGroupArnPairs } = desired.settings;
  if (targetGroupArnPairs.length === 0 || !Array.isArray(live['loadBalancers'])) return live;
  const loadBalancers = live['loadBalancers'].filter(isObject).map((balancer) => {
    const pair = targetGroupArnPairs.find((halves) => halves.some((half) => half === balancer['targetGroupArn']));
    const named = asked.find(({ targetGroupArn }) => pair?.some((half) => half === targetGroupArn));
    return named === undefined ? balancer : { ...balancer, targetGroupArn: named['targetGroupArn']! };
  });
  return { ...live, loadBalancers };
}

function ecsDifferences(live: LiveEcs, desired: EcsDesired): Difference[] {
  if (live.service === undefined) return [];
  return [
    ...serviceDifferences(withOwnCapacity(withSamePairs(live.service, desired), desired), desired.service),
    ...taskDefinitionDifferences(live.service, live.taskDefinition, desired.service, desired.taskDefinition),
    ...deploymentDifferences(live.service),
  ];
}

/**
 * Differences of the function itself: what a new version has to be published for, or the alias to be moved.
 */
export function functionDifferences(live: LiveLambda, desired: LambdaDesired, hash: CodeHash): Difference[] {
  if (live.latest === undefined) return [];
  const serving = { ...(live.serving ?? live.latest), Description: live.latest['Description'] ?? '' };
  const found = [
    ...immutableDifferences(live.latest, desired.function),
    ...configurationDifferences(serving, desired.function),
    ...codeDifferences(live, desired.function, hash),
    ...tagDifferences(live.tags, desired.function),
  ];
  if (live.alias === undefined) return [...found, { path: '/alias', live: null, desired: desired.settings.alias }];
  // A weighted alias is a shift that somebody left half done: serving one version only is what is asked for.
  const routing = live.alias['RoutingConfig'];
  return isEmpty(routing) ? found : [...found, { path: '/alias/RoutingConfig', live: routing!, desired: null }];
}

function lambdaDifferences(live: LiveLambda, desired: LambdaDesired, hash: CodeHash): Difference[] {
  if (live.latest === undefined) return [];
  const sources = sourceChanges(live, desired).flatMap((change) => change.differences);
  return [...functionDifferences(live, desired, hash), ...provisionedDifferences(live, desired.settings), ...sources];
}

/** Unmasked differences of live state from what is asked for. */
export function differencesOf(live: Live, desired: Desired, hash: CodeHash): Difference[] {
  if (live.kind === 'ecs' && desired.kind === 'ecs') return ecsDifferences(live, desired);
  if (live.kind === 'lambda' && desired.kind === 'lambda') return lambdaDifferences(live, desired, hash);
  return [];
}

const OF_A_TASK_SET = new Set([
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'networkConfiguration',
  'loadBalancers',
  'serviceRegistries',
]);

function isExternal(service: JsonObject | undefined): boolean {
  const controller = service?.['deploymentController'];
  return isObject(controller) && controller['type'] === 'EXTERNAL';
}

/** Members that differ and that AWS can only set when the service or function is made. */
function replacements(live: Live, found: readonly Difference[]): string[] {
  if (live.kind === 'ecs') {
    const members = replacementMembers(found);
    // With the EXTERNAL controller it is a new task set that takes them.
    return isExternal(live.service) ? members.filter((key) => !OF_A_TASK_SET.has(key)) : members;
  }
  return found
    .map((difference) => difference.path.slice(1))
    .filter((key) => key === 'PackageType' || key === 'TenancyConfig');
}

/** Source: AWS Lambda developer guide, "Using Lambda aliases in traffic shifting". */
const ALIKE_IN_AN_ALIAS = new Set(['Role', 'DeadLetterConfig']);

/** Members that differ between the version that serves and the next, and that both must have alike to share an alias. */
function unsplittable(live: LiveLambda, { settings }: LambdaDesired, found: readonly Difference[]): string[] {
  const { trafficShifting } = settings;
  const inSteps =
    trafficShifting !== undefined && trafficShifting.type !== 'ALL_AT_ONCE' && trafficShifting.percent < 100;
  if (!inSteps || live.alias === undefined) return [];
  return [...new Set(found.map(({ path }) => path.split('/')[1] ?? ''))].filter((key) => ALIKE_IN_AN_ALIAS.has(key));
}

/** Files whose rendered result is what runs; the deployment definition only says how to get there. */
const ROLES_THAT_DEPLOY: readonly FileRole[] = ['service', 'task', 'function', 'eventSource'];

/** Do two revisions of a workload render to the same result? Deployment settings alone do not deploy. */
export function rendersTheSame(base: CheckedWorkload, head: CheckedWorkload): boolean {
  return ROLES_THAT_DEPLOY.every((role) => {
    const before = base.files.find((file) => file.role === role);
    const after = head.files.find((file) => file.role === role);
    if (before === undefined || after === undefined) return before === after;
    return (
      before.value !== undefined && after.value !== undefined && canonical(before.value) === canonical(after.value)
    );
  });
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

type Verdict = Pick<WorkloadPlan, 'action' | 'reason'> & { differences?: Difference[]; problems?: Problem[] };

function blockedBefore(
  input: PlanInput,
  head: CheckedWorkload,
  desired: Desired | undefined,
  strategy: StrategyName,
): Verdict | undefined {
  if (hasErrors(head) || desired === undefined) {
    const errors = head.findings.filter((finding) => finding.severity === 'error').length;
    return { action: 'blocked', reason: `${count(errors, 'error')} in its files` };
  }
  if (input.held !== undefined) return { action: 'blocked', reason: `held: ${input.held}` };
  if (!SUPPORTED.has(strategy)) {
    const message = `the strategy ${strategy} is not carried out by this version`;
    const problem = problemAtDefinition(
      head,
      'plan.strategy-not-supported',
      message,
      'use the ECS rolling strategy, or wait for a version that supports it',
    );
    return { action: 'blocked', reason: message, problems: [problem] };
  }
  if (input.live !== 'offline' && desired.target.region === undefined) {
    const problem = problemAtDefinition(
      head,
      'plan.no-region',
      'no region says where to deploy',
      'set environment.region in the deployment definition, or pass --region',
    );
    return { action: 'blocked', reason: problem.message, problems: [problem] };
  }
  return undefined;
}

function liveVerdict(input: PlanInput, head: CheckedWorkload, desired: Desired, live: Live): Verdict {
  const obstacles = live.kind === 'lambda' && desired.kind === 'lambda' ? sourceProblems(live, desired) : [];
  if (obstacles.length > 0) {
    const problems = obstacles.map(({ at, ...said }) => problemAt(head, 'eventSource', fromPointer(at), said));
    const found = differencesOf(live, desired, input.hash);
    return { action: 'blocked', reason: obstacles[0]!.message, problems, differences: found };
  }
  if (!exists(live))
    return {
      action: 'create',
      reason: `no ${live.kind === 'ecs' ? 'active service' : 'function'} of this name exists yet`,
    };
  // What an unfinished rollout is about is not at rest yet.
  const found = differencesOf(live, desired, input.hash).filter(
    (difference) => input.underWay === undefined || !isDeploymentDifference(difference),
  );
  const fixed = replacements(live, found);
  if (fixed.length > 0) {
    const role = live.kind === 'ecs' ? 'service' : 'function';
    const message = `needs replacement: AWS cannot change ${fixed.join(', ')} in place`;
    const hint = `put the old value back, or delete the ${role} and create it anew`;
    const problem = problemAt(head, role, fixed.slice(0, 1), { code: 'plan.needs-replacement', message, hint });
    return { action: 'blocked', reason: message, differences: found, problems: [problem] };
  }
  const alike = desired.kind === 'lambda' && live.kind === 'lambda' ? unsplittable(live, desired, found) : [];
  if (alike.length > 0) {
    const message = `an alias cannot be split between versions of different ${alike.join(' and ')}, and traffic is to shift in steps`;
    const hint = 'for this change, set trafficShiftingConfig.type to ALL_AT_ONCE';
    const problem = problemAt(head, 'function', alike.slice(0, 1), { code: 'plan.cannot-split', message, hint });
    return { action: 'blocked', reason: message, differences: found, problems: [problem] };
  }
  if (input.force) return { action: 'update', reason: 'forced', differences: found };
  const isSettled = found.length === 0 || (input.base !== undefined && rendersTheSame(input.base, head));
  // What runs will not stay as it is: that rollout has to end first, and then this one says what is to run.
  if (isSettled && input.bringing !== undefined && input.bringing !== digestOf(desired, input.hash)) {
    const reason = `the rollout under way (${input.underWay?.rollout}) is bringing something else`;
    return { action: 'update', reason, differences: found };
  }
  if (input.base !== undefined && rendersTheSame(input.base, head)) {
    const drift = found.length === 0 ? '' : `; what runs differs from it in ${count(found.length, 'place')}`;
    return { action: 'unchanged', reason: `the files render to the same result as before${drift}`, differences: found };
  }
  if (found.length === 0) return { action: 'unchanged', reason: 'what runs is what the files ask for' };
  return { action: 'update', reason: `${count(found.length, 'difference')} from what runs`, differences: found };
}

function verdict(
  input: PlanInput,
  head: CheckedWorkload,
  desired: Desired | undefined,
  strategy: StrategyName,
): Verdict {
  const isDefined = head.files.some(({ role }) => role === 'service' || role === 'function');
  // What is left after the definition was deleted: said by the check, and nothing to deploy.
  if (!isDefined) return { action: 'unchanged', reason: 'it has no definition file, so there is nothing to deploy' };
  const blocked = blockedBefore(input, head, desired, strategy);
  if (blocked) return blocked;
  if (input.live === 'offline' || input.live === undefined) {
    if (!input.force && input.base !== undefined && rendersTheSame(input.base, head)) {
      return { action: 'unchanged', reason: 'the files render to the same result as before' };
    }
    return { action: 'deploy', reason: 'the rendered result is new or changed; AWS was not asked' };
  }
  if (input.live.kind === 'failure') {
    const problem = unreadable(head, input.live);
    return { action: 'blocked', reason: problem.message, problems: [problem] };
  }
  return liveVerdict(input, head, desired!, input.live);
}

/** Decides what a deployment would do with one workload. */
export function planWorkload(input: PlanInput): WorkloadPlan {
  if (input.deleted || input.head === undefined) return planDeletion(input);
  const { head } = input;
  const live = input.live === 'offline' || input.live?.kind === 'failure' ? undefined : input.live;
  const desired = desiredOf(head, input.surroundings, live);
  const strategy =
    desired?.kind === 'ecs' ? ecsStrategy(desired.service) : input.kind === 'ecs' ? 'ecs-rolling' : 'lambda-alias';
  const decided = verdict(input, head, desired, strategy);
  const proceeds = decided.action === 'create' || decided.action === 'update' || decided.action === 'deploy';
  return {
    workload: input.path,
    kind: input.kind,
    action: decided.action,
    reason: decided.reason,
    changedFiles: input.changedFiles,
    target: targetOf(head, input.surroundings),
    strategy,
    differences: maskSecrets(decided.differences ?? [], head, input.base),
    problems: [
      // Advice is for who writes the files; a plan says what matters to the deployment.
      ...toProblems(
        head.findings.filter(({ severity }) => severity !== 'info'),
        head.sources,
      ),
      ...(decided.problems ?? []),
      ...onFallback(head, live, desired),
      ...(input.underWay === undefined ? othersDeployment(head, live) : []),
    ],
    ...(input.underWay === undefined ? {} : { underWay: input.underWay }),
    desired: proceeds ? desired : undefined,
  };
}
