/** What a plan says, for people: the question before a deployment, and the summary beside its differences. Pure. */
import type { PlanReport, RenderReport } from '../../engine/index.ts';
import { isObject, type Json } from '../../engine/json.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import { duration, plural, shortCommit, unlinkedSource, upperFirst } from '../words.ts';

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

/** What follows the question: what is created, changed, replaced and deleted, how, how long, what watches, the way back. */
export function details(plan: WorkloadPlan, files: Files): string[] {
  const watched = watches(files);
  const back = wayBack(plan, files);
  return [
    ...effects(plan, files),
    `Strategy: ${STRATEGY[plan.strategy]}`,
    takes(plan, files),
    watched.length === 0 ? 'Watched by: no alarm' : `Watched by: ${watched.join(', ')}`,
    ...(back === undefined ? [] : [`If it fails: ${back}`]),
  ];
}

/** Members that the question names; the comparison shows them all. */
const MOST_MEMBERS = 6;

function effects({ action, kind, differences }: WorkloadPlan, files: Files): string[] {
  const isService = kind === 'ecs';
  if (action === 'create') {
    return [`Creates: ${isService ? 'the service, a task definition revision' : 'the function, a version, its alias'}`];
  }
  if (action === 'delete') return [`Deletes: ${isService ? 'the service and its tasks' : 'the function'}`];
  const members = differences.map(({ path }) => memberName(path));
  const changes = `${members.slice(0, MOST_MEMBERS).join(', ')}${more(members.length - MOST_MEMBERS)}`;
  return [
    ...(members.length === 0 ? [] : [`Changes: ${changes}`]),
    ...(differences.some(({ path }) => makesRevision(path, files))
      ? isService
        ? ['Creates: a task definition revision', 'Replaces: the tasks that run']
        : ['Creates: a version', 'Replaces: the version that serves']
      : []),
  ];
}

/** Is it part of what a new revision is made for: the task definition, or the function but for its tags? */
function makesRevision(path: string, files: Files): boolean {
  const [, top = ''] = path.split('/');
  if (top === 'taskDefinition') return true;
  const definition = files.find(({ suffix }) => suffix === '_lambdadef.json')?.rendered;
  return top !== 'Tags' && member(definition ?? undefined, top) !== undefined;
}

/** `/taskDefinition/containerDefinitions/0/image` as people write it: `containerDefinitions[0].image`. */
export function memberName(pointer: string): string {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const own = keys.length > 1 && keys[0] === 'taskDefinition' ? keys.slice(1) : keys;
  return own.reduce((name, key) => (/^\d+$/.test(key) ? `${name}[${key}]` : name === '' ? key : `${name}.${key}`), '');
}

function takes({ expected }: WorkloadPlan, files: Files): string {
  if (expected !== undefined) {
    return `Takes: ${expected.rollouts === 0 ? 'at least' : 'usually'} ${duration(expected.ms)}`;
  }
  const seconds = files.map(({ rendered }) => member(rendered, 'stabilityCheck', 'timeout')).find(isSeconds);
  const limit = seconds === undefined ? '' : `; it gives up after ${duration(seconds * 1000)}`;
  return `Takes: not known before its first rollout${limit}`;
}

const isSeconds = (value: Json | undefined): value is number => typeof value === 'number' && value > 0;

/** What goes back when it fails, by itself or because somebody aborts it. */
function wayBack({ action, strategy }: WorkloadPlan, files: Files): string | undefined {
  if (action === 'create') {
    const isKept = files.some(({ rendered }) => member(rendered, 'deleteNewUponFailure') === false);
    const role = strategy === 'lambda-alias' ? 'function' : 'service';
    return isKept ? `the new ${role} is kept for a look` : `the new ${role} is deleted again`;
  }
  if (action === 'delete') return 'it is tried again; nothing brings back what is deleted';
  const staysBroken = files.some(
    ({ rendered }) => member(rendered, 'gmDeploymentCircuitBreaker', 'rollback') === false,
  );
  if (strategy === 'ecs-rolling' && staysBroken)
    return 'nothing goes back by itself (gmDeploymentCircuitBreaker.rollback is false)';
  return BACK[strategy];
}

const BACK: Readonly<Partial<Record<WorkloadPlan['strategy'], string>>> = {
  'ecs-rolling': 'the service gets its former task definition and settings back',
  'ecs-blue-green': 'traffic goes back to the task set that serves now, which stays until the end',
  'ecs-native': 'ECS sends traffic back to the revision that serves now',
  'lambda-alias': 'the alias points at the version that serves now, at once',
};

const more = (n: number): string => (n > 0 ? ` and ${n} more` : '');

/** The whole plan as a text document. */
export function summary(report: PlanReport, filesOf: (plan: WorkloadPlan) => Files): string {
  const isBack = report.context.trigger === 'rollback';
  const parts = report.workloads.map((plan) => {
    const acts = ACTS.has(plan.action);
    return [
      `## ${plan.workload}: ${plan.action === 'unchanged' ? 'nothing to do' : plan.action}`,
      '',
      `${upperFirst(isBack ? 'going back to an earlier good rollout' : plan.reason)}.`,
      '',
      ...(plan.target === undefined ? [] : [`- Target: ${place(plan)}`]),
      ...(acts ? details(plan, filesOf(plan)).map((line) => `- ${line}`) : []),
      ...plan.changedFiles.map(({ path, change }) => `- ${change}: ${path}`),
      ...plan.problems.map(({ severity, message, path, line }) => `- ${severity}: ${message} (${path}:${line})`),
    ].join('\n');
  });
  const { commit } = report.context;
  const title = commit === undefined ? 'the working tree' : `${shortCommit(commit.id)} “${commit.subject}”`;
  const heading = `# ${isBack ? 'Roll back to' : 'Plan for'} ${title}`;
  return unlinkedSource(`${heading}\n\n${parts.length === 0 ? 'No workload is touched.' : parts.join('\n\n')}\n`);
}

/** Places that are listed of what runs, and the longest value that a line shows, characters. */
const MOST_PLACES = 20;
const LONGEST_VALUE = 80;

/** What runs now, where the plan would change it: the other side of its summary. */
export function present({ workloads }: PlanReport): string {
  const parts = workloads.map(({ workload, action, differences }) => {
    const places = differences
      .slice(0, MOST_PLACES)
      .map(({ path, live }) => `- ${memberName(path)}: ${valueText(live)}`);
    const hidden = differences.length - places.length;
    const lines = hidden > 0 ? [...places, `- and ${hidden} more`] : places;
    const said = action === 'create' ? ['Nothing yet.'] : lines.length === 0 ? ['What the files ask for.'] : lines;
    return [`## ${workload}`, '', ...said].join('\n');
  });
  return unlinkedSource(`# What runs now\n\n${parts.join('\n\n')}\n`);
}

function valueText(value: Json): string {
  if (value === null) return 'not there';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Why nothing would be done. */
export function nothingToDo(report: PlanReport): string {
  const [first] = report.workloads;
  if (first === undefined) return 'no workload is touched by this revision';
  return `${first.workload} is ${first.action}: ${first.reason}`;
}
