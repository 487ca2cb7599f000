/** Plans: for people, and as the machine output of the contract. */
import { type Json, type PlanAction, type PlanReport, targetLabel, targetView } from '../../engine/index.ts';
import { harmless, oneLine, pad, shorten, width, wrap } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { expectedJson, expectedText } from './insight.ts';
import { plural, problemLines } from './problems.ts';

type WorkloadPlan = PlanReport['workloads'][number];
type Difference = WorkloadPlan['differences'][number];

/** Lines that one side of a difference may take before the rest is only counted. */
const MAX_VALUE_LINES = 12;

const LABEL_WIDTH = 10;

const SIGN: Record<PlanAction, string> = {
  create: '+',
  update: '~',
  deploy: '~',
  delete: '-',
  unchanged: '=',
  blocked: '!',
};

const FILE_SIGN = { added: '+', modified: '~', deleted: '-' } as const;

function paint({ color }: Style, action: PlanAction): (text: string) => string {
  switch (action) {
    case 'create':
      return color.green;
    case 'update':
    case 'deploy':
      return color.yellow;
    case 'delete':
    case 'blocked':
      return color.red;
    case 'unchanged':
      return color.dim;
  }
}

const STRATEGY: Record<WorkloadPlan['strategy'], string> = {
  'ecs-rolling': 'ECS rolling update',
  'ecs-blue-green': 'ECS blue/green by task sets',
  'ecs-native': 'ECS native blue/green',
  'ecs-code-deploy': 'CodeDeploy blue/green',
  'lambda-alias': 'Lambda alias shift',
  'ecs-delete': 'delete the ECS service',
  'lambda-delete': 'delete the Lambda function',
};

export function planJson(report: PlanReport): object {
  return {
    revision: report.revision,
    since: report.since,
    workloads: report.workloads.map((plan) => ({
      workload: plan.workload,
      kind: plan.kind,
      action: plan.action,
      reason: plan.reason,
      changedFiles: plan.changedFiles.map(({ path, change }) => ({ path, change })),
      target: plan.target === undefined ? null : targetView(plan.target),
      strategy: plan.strategy,
      ...(plan.expected === undefined ? {} : { expected: expectedJson(plan.expected) }),
      differences: plan.differences.map(({ path, live, desired }) => ({ path, live, desired })),
      problems: plan.problems,
    })),
  };
}

function valueLines(value: Json, sign: string, style: Style): string[] {
  const lines = harmless(JSON.stringify(value, null, 2)).split('\n');
  const shown = lines.slice(0, MAX_VALUE_LINES).map((line) => `${sign} ${line}`);
  const hidden = lines.length - shown.length;
  return hidden > 0 ? [...shown, `${sign} ${style.symbols.ellipsis} ${plural(hidden, 'more line')}`] : shown;
}

/** One line where both sides fit, else both sides below the path. */
export function differenceLines({ path, live, desired }: Difference, style: Style, room: number): string[] {
  const { color, symbols } = style;
  const name = harmless(path);
  if (live !== null && desired !== null) {
    const values = [JSON.stringify(live), JSON.stringify(desired)].map(oneLine);
    const line = `${name}: ${values[0]} ${symbols.arrow} ${values[1]}`;
    if (width(line) <= room) {
      return [`${name}: ${color.red(values[0]!)} ${symbols.arrow} ${color.green(values[1]!)}`];
    }
  }
  const before =
    live === null ? [] : valueLines(live, '-', style).map((line) => shorten(line, room - 2, symbols.ellipsis));
  const after =
    desired === null ? [] : valueLines(desired, '+', style).map((line) => shorten(line, room - 2, symbols.ellipsis));
  return [
    `${name}:`,
    ...before.map((line) => `  ${color.red(line)}`),
    ...after.map((line) => `  ${color.green(line)}`),
  ];
}

/** `~ dev/web/web_input.json` */
export const changedFileLine = ({ path, change }: WorkloadPlan['changedFiles'][number]): string =>
  `${FILE_SIGN[change]} ${oneLine(path)}`;

function field(label: string, lines: readonly string[], { color }: Style): string[] {
  return lines.map((line, i) => `  ${color.dim(pad(i === 0 ? label : '', LABEL_WIDTH))}${line}`);
}

function underWayLines({ underWay }: WorkloadPlan): string[] {
  if (underWay === undefined) return [];
  const { rollout, phase, owner } = underWay;
  const who =
    owner === undefined ? 'left unfinished by a process that is gone' : `by process ${owner.pid} on ${owner.host}`;
  return [oneLine(`${rollout} is under way (${phase}), ${who}`)];
}

/** One workload's plan. */
export function workloadPlanLines(plan: WorkloadPlan, style: Style): string[] {
  const { color } = style;
  const room = style.width() - LABEL_WIDTH - 2;
  const colored = paint(style, plan.action);
  const header = `${colored(SIGN[plan.action])} ${color.bold(oneLine(plan.workload))}  ${colored(plan.action)}`;
  const reason = wrap(plan.reason, room);
  const isSaid = plan.problems.some(({ message }) => message === plan.reason);
  const isQuiet = plan.differences.length === 0 && plan.problems.length === 0 && plan.underWay === undefined;
  if (plan.action === 'unchanged' && isQuiet) {
    return [
      `${header}  ${color.dim(shorten(oneLine(plan.reason), Math.max(20, style.width() - width(header) - 2), style.symbols.ellipsis))}`,
    ];
  }
  const files = plan.changedFiles.map(changedFileLine);
  return [
    header,
    ...(plan.target === undefined ? [] : field('target', [oneLine(targetLabel(plan.target))], style)),
    ...field('strategy', [STRATEGY[plan.strategy]], style),
    ...(plan.expected === undefined ? [] : field('takes', [expectedText(plan.expected)], style)),
    ...(isSaid ? [] : field('because', reason, style)),
    ...field('rollout', underWayLines(plan), style),
    ...field('files', files, style),
    ...field(
      'changes',
      plan.differences.flatMap((difference) => differenceLines(difference, style, room)),
      style,
    ),
    ...plan.problems.flatMap((problem) => problemLines(problem, style, 2)),
  ];
}

/** What a deployment leaves as it is because it must, one line each. */
export function blockedLines(report: PlanReport, style: Style): string[] {
  const blocked = report.workloads.filter(({ action }) => action === 'blocked');
  return blocked.flatMap(({ workload, reason, problems }) => {
    const next = problems.find(({ severity }) => severity === 'error')?.hint;
    const paragraphs = [reason, ...(next === undefined ? [] : [`next: ${next}`])];
    return [
      `${style.color.red(style.symbols.failed)}  ${style.color.bold(oneLine(workload))}  blocked, nothing was changed`,
      ...paragraphs.flatMap((text) => wrap(text, style.width() - 4).map((line) => `    ${line}`)),
    ];
  });
}

/** `2 to create, 1 unchanged`. */
export function planCounts(report: PlanReport): string {
  const count = (action: PlanAction) => report.workloads.filter((plan) => plan.action === action).length;
  const parts: string[] = [];
  for (const action of ['create', 'update', 'deploy', 'delete'] as const) {
    if (count(action) > 0) parts.push(`${count(action)} to ${action}`);
  }
  for (const action of ['unchanged', 'blocked'] as const)
    if (count(action) > 0) parts.push(`${count(action)} ${action}`);
  return parts.join(', ');
}

/** Shortened as `git` shows commits. */
export const shortRevision = (revision: string): string =>
  /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 7) : revision;

function titleOf(report: PlanReport, { color }: Style): string {
  const { commit } = report.context;
  const what = commit === undefined ? 'the working tree' : shortRevision(report.revision);
  const subject = commit === undefined ? '' : ` ${oneLine(commit.subject)}`;
  const since = report.since === null ? 'everything in it' : `since ${shortRevision(report.since)}`;
  return `${color.bold(what)}${subject} ${color.dim(`(${since})`)}`;
}

/** A plan for people; ends with its counts. */
export function planLines(report: PlanReport, style: Style): string[] {
  const counts = planCounts(report);
  return [
    titleOf(report, style),
    '',
    ...report.workloads.flatMap((plan, i) => {
      const lines = workloadPlanLines(plan, style);
      const spaced = lines.length > 1 && i < report.workloads.length - 1;
      return spaced ? [...lines, ''] : lines;
    }),
    ...(report.workloads.length > 0 ? [''] : []),
    counts === '' ? 'no workload is touched' : counts,
  ];
}
