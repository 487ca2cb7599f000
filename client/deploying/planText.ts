/** What a plan says, for people: the question before a deployment, and the summary beside its differences. Pure. */
import type { PlanReport, RenderReport } from '../../engine/index.ts';
import { isObject, type Json } from '../../engine/json.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import { duration, plural, shortCommit } from '../words.ts';

const ACTS: ReadonlySet<WorkloadPlan['action']> = new Set(['create', 'update', 'delete', 'deploy']);

/** What a deployment of the plan would carry out. */
export const toCarryOut = ({ workloads }: PlanReport): WorkloadPlan[] =>
  workloads.filter(({ action }) => ACTS.has(action));

const STRATEGY: Readonly<Record<WorkloadPlan['strategy'], string>> = {
  'ecs-rolling': 'rolling update by ECS',
  'ecs-blue-green': 'blue/green by task sets',
  'ecs-native': "ECS's own blue/green, linear or canary deployment",
  'ecs-code-deploy': 'blue/green by CodeDeploy',
  'lambda-alias': 'alias shift between versions',
  'ecs-delete': 'deletion of the service',
  'lambda-delete': 'deletion of the function',
};

const BACK: Readonly<Partial<Record<WorkloadPlan['strategy'], string>>> = {
  'ecs-rolling': 'the service gets its former task definition and settings back',
  'ecs-blue-green': 'traffic goes back to the task set that serves now, which stays until the end',
  'ecs-native': 'ECS sends traffic back to the revision that serves now',
  'lambda-alias': 'the alias points at the version that serves now, at once',
};

const place = ({ target, workload }: WorkloadPlan): string => {
  if (target === undefined) return workload;
  const name = target.kind === 'ecs' ? `${target.cluster}/${target.service}` : target.function;
  const where = [target.account, target.region].filter((text) => text !== undefined).join(', ');
  return where === '' ? name : `${name} (${where})`;
};

/** `Update web on shop/web (123456789012, eu-west-1)?` */
export function question(report: PlanReport): string {
  const plans = toCarryOut(report);
  const [first] = plans;
  if (first === undefined) return '';
  const { commit } = report.context;
  const from = commit === undefined ? 'the working tree' : `${shortCommit(commit.id)} “${commit.subject}”`;
  const verb = report.context.trigger === 'rollback' ? 'Roll back' : verbOf(first);
  if (plans.length === 1) return `${verb} ${place(first)} ${joins(verb)} ${from}?`;
  return `Deploy ${plural(plans.length, 'workload')} from ${from}: ${plans.map(place).join('; ')}?`;
}

const verbOf = ({ action }: WorkloadPlan): string =>
  action === 'create' ? 'Create' : action === 'delete' ? 'Delete' : 'Update';
const joins = (verb: string): string => (verb === 'Create' || verb === 'Delete' ? 'from' : 'to');

/** What follows the question: what changes, how, how long, and what watches over it. */
export function details(plan: WorkloadPlan, files: Files): string[] {
  const changed = plan.differences.map(({ path }) => path);
  const watched = watches(files);
  const back = BACK[plan.strategy];
  return [
    ...(changed.length === 0 ? [] : [`Changes: ${changed.slice(0, 6).join(', ')}${more(changed.length - 6)}`]),
    `Strategy: ${STRATEGY[plan.strategy]}`,
    ...takes(plan),
    watched.length === 0 ? 'No alarm watches over it' : `Watched: ${watched.join(', ')}`,
    ...(back === undefined ? [] : [`If it fails: ${back}`]),
  ];
}

const takes = ({ expected }: WorkloadPlan): string[] =>
  expected === undefined
    ? []
    : [`${expected.rollouts === 0 ? 'Takes at least' : 'Usually takes'} ${duration(expected.ms)}`];

const more = (n: number): string => (n > 0 ? ` and ${n} more` : '');

/** Rendered files of one workload. */
export type Files = RenderReport['workloads'][number]['files'];

const member = (value: Json | undefined, ...keys: readonly string[]): Json | undefined =>
  keys.reduce<Json | undefined>(
    (inside, key) => (isObject(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined),
    value,
  );

/** Alarms and breakers that the rendered files name. */
function watches(files: Files): string[] {
  const names = files.flatMap(({ rendered }) =>
    [member(rendered, 'alarms', 'alarmNames'), member(rendered, 'deploymentConfiguration', 'alarms', 'alarmNames')]
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .filter((name) => typeof name === 'string'),
  );
  const breakers = files.some(
    ({ rendered }) =>
      member(rendered, 'gmDeploymentCircuitBreaker') !== undefined ||
      member(rendered, 'deploymentConfiguration', 'deploymentCircuitBreaker', 'enable') === true,
  );
  return [...new Set(names)]
    .map((name) => `alarm ${name}`)
    .concat(breakers ? ['a circuit breaker on failing tasks'] : []);
}

/** The whole plan as a text document. */
export function summary(report: PlanReport, filesOf: (plan: WorkloadPlan) => Files): string {
  const parts = report.workloads.map((plan) => {
    const acts = ACTS.has(plan.action);
    return [
      `## ${plan.workload}: ${plan.action}`,
      '',
      plan.reason,
      '',
      ...(plan.target === undefined ? [] : [`- Target: ${place(plan)}`]),
      ...(acts ? details(plan, filesOf(plan)).map((line) => `- ${line}`) : []),
      ...plan.changedFiles.map(({ path, change }) => `- ${change}: ${path}`),
      ...plan.problems.map(({ severity, message, path, line }) => `- ${severity}: ${message} (${path}:${line})`),
    ].join('\n');
  });
  const { commit } = report.context;
  const title = commit === undefined ? 'the working tree' : `${shortCommit(commit.id)} ${commit.subject}`;
  return `# Plan for ${title}\n\n${parts.length === 0 ? 'No workload is touched.' : parts.join('\n\n')}\n`;
}

/** Why nothing would be done. */
export function nothingToDo(report: PlanReport): string {
  const [first] = report.workloads;
  if (first === undefined) return 'no workload is touched by this revision';
  return `${first.workload} is ${first.action}: ${first.reason}`;
}
