/**
 * Plays commits against a simulated AWS with the real engine: plan, roll out, look. Says what went otherwise than it
 * should; owns nothing.
 */
import type { DeployReport, PlanReport } from '../../engine/index.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import { toCarryOut } from '../rolling/agree.ts';
import { carryOut } from '../rolling/carryOut.ts';
import { type Context, type Session, whereOf } from '../session/context.ts';
import { planLines, shortRevision } from '../views/plan.ts';
import type { Step } from './folder.ts';
import { requestLines } from './requests.ts';
import { treeLines } from './tree.ts';

export interface Played {
  /** What did not go as it should; empty when all did. */
  readonly wrong: readonly string[];
  /** Workloads that this version cannot deploy, and why. */
  readonly leftOut: readonly string[];
  readonly status: ExitStatus;
}

const NOT_YET = 'plan.strategy-not-supported';

/** Blocked for what this version does not do, as opposed to for a mistake. */
const isNotYet = (plan: PlanReport['workloads'][number]): boolean =>
  plan.action === 'blocked' && plan.problems.some(({ code }) => code === NOT_YET);

/** What this version leaves out. */
const missing = (plan: PlanReport['workloads'][number]): string[] =>
  isNotYet(plan) ? [`${plan.workload}: ${plan.reason}`] : [];

function judge(step: Step, plan: PlanReport, { rollouts }: DeployReport): string[] {
  const wanted = step.isBroken ? 'rolled back' : 'succeeded';
  const blocked = plan.workloads.filter((one) => one.action === 'blocked' && !isNotYet(one));
  return [
    ...blocked.map((one) => `${step.title}: ${one.workload} is blocked: ${one.reason}`),
    ...rollouts
      .filter(({ phase }) => phase !== wanted)
      .map(({ workload, phase }) => `${step.title}: ${workload} is ${phase}, and should be ${wanted}`),
    ...(rollouts.length === 0 ? [`${step.title}: nothing was rolled out`] : []),
  ];
}

/** Plans a deployed revision once more: the live state, read from AWS, must be what its files ask for. */
async function prove({ out }: Context, plan: PlanReport): Promise<string[]> {
  const { color, symbols } = out.style;
  const differing = plan.workloads.filter((one) => one.action !== 'unchanged' && !isNotYet(one));
  const name = `${shortRevision(plan.revision)} ${plan.context.commit?.subject ?? ''}`;
  if (differing.length === 0) {
    out.print('', `${color.green(symbols.ok)} planned again: nothing to do, what runs is what ${name} asks for`);
  }
  return differing.map((one) => `${one.workload} is not as ${name} asks for: ${one.reason}`);
}

/**
 * @param commits ids, one per step
 * @param traffic the simulated requests so far
 */
export async function play(
  context: Context,
  session: Session,
  steps: readonly Step[],
  commits: readonly string[],
  traffic: () => Sandbox['traffic'],
): Promise<Played> {
  const { out } = context;
  const { color } = out.style;
  const { engine } = session;
  const wrong: string[] = [];
  const leftOut = new Set<string>();
  let good: string | undefined;
  for (const [i, step] of steps.entries()) {
    const revision = commits[i]!;
    out.print('', color.inverse(` commit ${i + 1} of ${steps.length}: ${step.title} `), '');
    const plan = await engine.plan({ ...whereOf(context), revision });
    out.print(...planLines(plan, out.style), '');
    for (const one of plan.workloads) for (const text of missing(one)) leftOut.add(text);
    const before = traffic();
    const workloads = toCarryOut(plan).map(({ workload }) => workload);
    const { report, status } = await carryOut(context, session, (run) => engine.deploy(plan, run), { workloads });
    if (status === EXIT.interrupted) return { wrong, leftOut: [...leftOut], status };
    wrong.push(...judge(step, plan, report));
    if (!step.isBroken) good = revision;
    const requests = requestLines(before, traffic(), out.style);
    if (requests.length > 0) out.print('', color.bold('requests meanwhile'), ...requests);
    out.print('', color.bold('what serves now'), ...treeLines(await engine.history({}), out.style));
  }
  if (good !== undefined)
    wrong.push(...(await prove(context, await engine.plan({ ...whereOf(context), revision: good }))));
  return { wrong, leftOut: [...leftOut], status: wrong.length === 0 ? EXIT.done : EXIT.problems };
}
