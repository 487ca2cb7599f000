/**
 * The plan of one workload: what a deployment of a revision would do to its target, and why. Pure: rendered files and
 * live state in, a decision out. `plan`, `deploy` and the editor show the same object.
 */
import { type CheckedWorkload, hasErrors, objectOf } from '../check/checked.ts';
import type { FileChange, FileRole, WorkloadKind } from '../config/index.ts';
import { type Problem, toProblem } from '../finding.ts';
import type { CodeHash } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import { secretTexts } from '../redact.ts';
import type { Desired, EcsDesired, LambdaDesired } from './desired.ts';
import { canonical, type Difference, isEmpty } from './differences.ts';
import { replacementMembers, serviceDifferences, taskDefinitionDifferences } from './ecs.ts';
import { codeDifferences, configurationDifferences, immutableDifferences, tagDifferences } from './lambda.ts';
import type { Live, LiveEcs, LiveFailure, LiveLambda } from './live.ts';
import { maskSecrets } from './secrets.ts';
import { ecsSettings, environmentOf, lambdaSettings } from './settings.ts';
import { ecsTarget, lambdaTarget, type Surroundings, type Target } from './target.ts';

/** `deploy` stands for create-or-update where AWS was not asked. */
export type PlanAction = 'create' | 'update' | 'delete' | 'unchanged' | 'blocked' | 'deploy';

/** How a rollout proceeds. One file in engine/rollout each. */
export type StrategyName =
  | 'ecs-rolling'
  | 'ecs-blue-green'
  | 'ecs-native'
  | 'lambda-alias'
  | 'ecs-delete'
  | 'lambda-delete';

export interface WorkloadPlan {
  readonly workload: string;
  readonly kind: WorkloadKind;
  readonly action: PlanAction;
  /** One sentence for people. */
  readonly reason: string;
  readonly changedFiles: readonly FileChange[];
  /** Undefined when the files do not render far enough to say. */
  readonly target: Target | undefined;
  readonly strategy: StrategyName;
  readonly differences: readonly Difference[];
  readonly problems: readonly Problem[];
  /** What to bring about; undefined when blocked or deleting. Never shown or stored. */
  readonly desired: Desired | undefined;
}

export interface PlanInput {
  readonly path: string;
  readonly kind: WorkloadKind;
  /** The workload at the revision that was processed last; undefined where it was not there, or nothing was processed. */
  readonly base: CheckedWorkload | undefined;
  /** The workload at the revision to deploy; undefined where its files are gone. */
  readonly head: CheckedWorkload | undefined;
  readonly deleted: boolean;
  readonly changedFiles: readonly FileChange[];
  /** Undefined where there was no target to read. */
  readonly live: Live | LiveFailure | 'offline' | undefined;
  readonly surroundings: Surroundings;
  /** Why the workload is held, where it is. */
  readonly held: string | undefined;
  /** Deploy although nothing differs. */
  readonly force: boolean;
  readonly hash: CodeHash;
}

/** Strategies that this version carries out. */
const SUPPORTED: ReadonlySet<StrategyName> = new Set(['ecs-rolling', 'lambda-alias', 'ecs-delete', 'lambda-delete']);

/** The strategy that a rendered service definition asks for. */
function ecsStrategy(service: JsonObject): StrategyName {
  const controller = service['deploymentController'];
  const type = typeof controller === 'object' && controller !== null ? (controller as JsonObject)['type'] : undefined;
  if (type === 'EXTERNAL') return 'ecs-blue-green';
  const configuration = service['deploymentConfiguration'];
  const native =
    typeof configuration === 'object' && configuration !== null ? (configuration as JsonObject)['strategy'] : undefined;
  return native === undefined || native === 'ROLLING' ? 'ecs-rolling' : 'ecs-native';
}

/** The target of a workload, as far as its files render. */
export function targetOf(workload: CheckedWorkload, surroundings: Surroundings): Target | undefined {
  if (workload.kind === 'ecs') {
    const service = objectOf(workload, 'service');
    const environment = environmentOf(objectOf(workload, 'deployment'));
    return service && ecsTarget(service, { ...surroundings, ...environment });
  }
  const definition = objectOf(workload, 'function');
  const environment = environmentOf(objectOf(workload, 'deployment'));
  return definition && lambdaTarget(definition, { ...surroundings, ...environment });
}

/** Live `desiredCount` counts where the file leaves the number to others. */
function desiredCount(service: JsonObject, live: LiveEcs | undefined): number {
  const said = service['desiredCount'] ?? live?.service?.['desiredCount'];
  return typeof said === 'number' ? said : 1;
}

/** What the files ask for; undefined when they do not render far enough. */
export function desiredOf(
  workload: CheckedWorkload,
  surroundings: Surroundings,
  live: Live | undefined,
): Desired | undefined {
  const target = targetOf(workload, surroundings);
  const deployment = objectOf(workload, 'deployment');
  const secrets = [...workload.inputs.values()].flatMap(({ sensitive, value }) =>
    sensitive ? secretTexts(value) : [],
  );
  if (target?.kind === 'ecs') {
    const service = objectOf(workload, 'service')!;
    const count = desiredCount(service, live?.kind === 'ecs' ? live : undefined);
    const taskDefinition = objectOf(workload, 'task');
    return { kind: 'ecs', target, service, taskDefinition, settings: ecsSettings(deployment, count), secrets };
  }
  if (target?.kind === 'lambda') {
    return {
      kind: 'lambda',
      target,
      function: objectOf(workload, 'function')!,
      eventSources: objectOf(workload, 'eventSource'),
      settings: lambdaSettings(deployment),
      secrets,
    };
  }
  return undefined;
}

function ecsDifferences(live: LiveEcs, desired: EcsDesired): Difference[] {
  if (live.service === undefined) return [];
  return [
    ...serviceDifferences(live.service, desired.service),
    ...taskDefinitionDifferences(live.service, live.taskDefinition, desired.service, desired.taskDefinition),
  ];
}

function lambdaDifferences(live: LiveLambda, desired: LambdaDesired, hash: CodeHash): Difference[] {
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

/** Unmasked differences of live state from what is asked for. */
export function differencesOf(live: Live, desired: Desired, hash: CodeHash): Difference[] {
  if (live.kind === 'ecs' && desired.kind === 'ecs') return ecsDifferences(live, desired);
  if (live.kind === 'lambda' && desired.kind === 'lambda') return lambdaDifferences(live, desired, hash);
  return [];
}

const exists = (live: Live): boolean => (live.kind === 'ecs' ? live.service !== undefined : live.latest !== undefined);

/** Members that differ and that AWS can only set when the service or function is made. */
function replacements(live: Live, found: readonly Difference[]): string[] {
  if (live.kind === 'ecs') return replacementMembers(found);
  return found
    .map((difference) => difference.path.slice(1))
    .filter((key) => key === 'PackageType' || key === 'TenancyConfig');
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

/** A problem of the workload as a whole, at the start of its definition file. */
function problemAtDefinition(workload: CheckedWorkload, code: string, message: string, hint: string): Problem {
  const definition =
    workload.files.find((file) => file.role === 'service' || file.role === 'function') ?? workload.files[0];
  const path = definition?.path ?? workload.path;
  return toProblem({ path, start: 0, end: 0, severity: 'error', code, message, hint }, definition?.source);
}

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
  if (!exists(live))
    return {
      action: 'create',
      reason: `no ${live.kind === 'ecs' ? 'active service' : 'function'} of this name exists yet`,
    };
  const found = differencesOf(live, desired, input.hash);
  const fixed = replacements(live, found);
  if (fixed.length > 0) {
    const message = `needs replacement: AWS cannot change ${fixed.join(', ')} in place`;
    const problem = problemAtDefinition(
      head,
      'plan.needs-replacement',
      message,
      'put the old value back, or delete the service and create it anew',
    );
    return { action: 'blocked', reason: message, differences: found, problems: [problem] };
  }
  if (input.force) return { action: 'update', reason: 'forced', differences: found };
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
  const blocked = blockedBefore(input, head, desired, strategy);
  if (blocked) return blocked;
  if (input.live === 'offline' || input.live === undefined) {
    if (!input.force && input.base !== undefined && rendersTheSame(input.base, head)) {
      return { action: 'unchanged', reason: 'the files render to the same result as before' };
    }
    return { action: 'deploy', reason: 'the rendered result is new or changed; AWS was not asked' };
  }
  if (input.live.kind === 'failure') {
    const { code, message, hint, requestId } = input.live;
    const id = requestId === undefined ? '' : ` (request ${requestId})`;
    const problem = problemAtDefinition(
      head,
      'plan.live-unreadable',
      `AWS said ${code}: ${message}${id}`,
      hint ?? 'see the message, then plan again',
    );
    return { action: 'blocked', reason: problem.message, problems: [problem] };
  }
  return liveVerdict(input, head, desired!, input.live);
}

function planDeletion(input: PlanInput): WorkloadPlan {
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
    desired: undefined,
  };
  const noun = input.kind === 'ecs' ? 'service' : 'function';
  if (target === undefined) {
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
  if (input.live !== 'offline' && input.live?.kind === 'failure')
    return { ...plan, action: 'blocked', reason: `AWS said ${input.live.code}: ${input.live.message}` };
  if (input.live !== 'offline' && input.live !== undefined && !exists(input.live)) {
    return { ...plan, action: 'unchanged', reason: `its definition file was deleted, and no such ${noun} exists` };
  }
  return { ...plan, action: 'delete', reason: `its definition file was deleted: the ${noun} will be deleted` };
}

/** Said plainly, so that nobody counts on it. */
function notCarriedOut(head: CheckedWorkload): Problem[] {
  const file = head.files.find(({ role }) => role === 'eventSource');
  if (file === undefined) return [];
  const finding = {
    path: file.path,
    start: 0,
    end: 0,
    severity: 'warning' as const,
    code: 'plan.event-sources-not-applied',
    message: 'event sources are rendered and checked, and not applied by this version',
    hint: 'connect them to the alias by hand, or with Terraform or CDK',
  };
  return [toProblem(finding, file.source)];
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
    differences: maskSecrets(decided.differences ?? [], head),
    problems: [
      ...head.findings.map((finding) => toProblem(finding, head.sources.get(finding.path))),
      ...(decided.problems ?? []),
      ...notCarriedOut(head),
    ],
    desired: proceeds ? desired : undefined,
  };
}
