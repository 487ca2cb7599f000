/**
 * From a plan to its end in front of somebody: shows what would be done, asks once, carries it out with progress, and
 * says how it ended with what to do next.
 *
 * Owns: nothing. The rollouts belong to `Runs`.
 */
import * as vscode from 'vscode';
import type { DeployReport, PlanReport, RolloutRecord, RolloutSummary, Where } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import type { Documents } from '../documents.ts';
import type { Runs } from '../engine/runs.ts';
import type { EngineSession } from '../engine/session.ts';
import { matchesAny } from '../globs.ts';
import { COMMANDS } from '../manifestIds.ts';
import { complain, inform, insist, warn } from '../messages.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import { confirmation, productionPatterns } from '../settings.ts';
import { countsOf, plural, shortCommit, unlinked } from '../words.ts';
import { filesOfPlan, showComparison, showPlan } from './planDocuments.ts';
import { details, type Files, nothingToDo, question, toCarryOut } from './planText.ts';

export interface DeployerOptions {
  readonly session: EngineSession;
  readonly runs: Pick<Runs, 'deploy'>;
  readonly documents: Documents;
  readonly asked: Asked;
  /** Whether the window works on a sandbox: nothing in it is production. */
  readonly isSandbox: () => boolean;
}

export class Deployer {
  readonly #options: DeployerOptions;

  constructor(options: DeployerOptions) {
    this.#options = options;
  }

  /** @returns the plan; undefined where there is none, which the person was told */
  async plan(about: About): Promise<PlanReport | undefined> {
    const report = await this.#planned(about, 'plan');
    if (report === undefined) return undefined;
    const { engine } = await this.#options.session.open();
    const filesOf = await filesOfPlan(engine, report);
    if (about.confirm !== false) await showPlan(this.#options.documents, report, filesOf);
    return report;
  }

  /** Rendered definitions against what runs. */
  async compare(about: About): Promise<readonly { path: string; live: vscode.Uri; desired: vscode.Uri }[] | undefined> {
    const report = await this.#planned(about, 'compare', { worktree: true });
    const [plan] = report?.workloads ?? [];
    if (report === undefined || plan === undefined) return undefined;
    const { engine } = await this.#options.session.open();
    const filesOf = await filesOfPlan(engine, report);
    const sides = await showComparison(this.#options.documents, plan, filesOf(plan));
    if (sides.length === 0) void inform(`There is nothing to compare for ${plan.workload}: ${plan.reason}.`);
    return sides;
  }

  /**
   * @param revision of the files, where the argument does not say. @default the head
   * @returns how it ended; undefined where nothing was deployed
   */
  async deploy(about: About, revision?: Where['revision']): Promise<DeployReport | undefined> {
    const report = await this.#planned(about, 'deploy', revision);
    return report && this.carryOut(report, about);
  }

  /** Asks, unless told not to, and carries a plan out. */
  async carryOut(report: PlanReport, about: Pick<About, 'confirm'>): Promise<DeployReport | undefined> {
    const plans = toCarryOut(report);
    if (plans.length === 0) {
      const blocked = report.workloads.find(({ action }) => action === 'blocked');
      if (blocked !== undefined) throw await blockedError(blocked);
      void inform(`Nothing to deploy: ${nothingToDo(report)}`);
      return { revision: report.revision, rollouts: [] };
    }
    if (about.confirm !== false && !(await this.#agrees(report, plans))) return undefined;
    const ended = await this.#run(report, plans);
    const { trigger, commit } = report.context;
    const backTo = trigger === 'rollback' && commit !== undefined ? shortCommit(commit.id) : undefined;
    const created = new Set(plans.flatMap(({ action, workload }) => (action === 'create' ? [workload] : [])));
    tellEnds(ended.rollouts, backTo, created);
    return ended;
  }

  async #planned(about: About, verb: string, revision?: Where['revision']): Promise<PlanReport | undefined> {
    const where = await this.#options.asked.where(about, verb);
    if (where === undefined) return undefined;
    const { engine } = await this.#options.session.open();
    const options = { location: vscode.ProgressLocation.Window, title: 'GitMoxi: planning' };
    return vscode.window.withProgress(options, () =>
      engine.plan({ ...(revision === undefined ? {} : { revision }), ...where, all: true, preflight: 'changes' }),
    );
  }

  async #agrees(report: PlanReport, plans: readonly WorkloadPlan[]): Promise<boolean> {
    const { session, documents, isSandbox } = this.#options;
    const { engine } = await session.open();
    const filesOf = await filesOfPlan(engine, report);
    const isProduction = !isSandbox() && plans.some((plan) => isProductionPlan(plan));
    const isModal = isProduction || plans.some(({ action }) => action === 'delete');
    if (!isModal && confirmation() === 'production') return true;
    await showPlan(documents, report, filesOf);
    const why = isProduction ? 'This is production, by the setting gitmoxi.production.\n\n' : '';
    const detail = detailOf(plans, filesOf);
    const go = report.context.trigger === 'rollback' ? 'Roll Back' : 'Deploy';
    const text = question(report);
    const answer = isModal
      ? await insist(text, `${why}${detail}`, go)
      : // A notification has room for one of them; the plan that is shown has them all.
        await inform(plans.length > 1 ? text : `${text} ${oneLine(detail)}`, go, 'Cancel');
    return answer === go;
  }

  #run(report: PlanReport, plans: readonly WorkloadPlan[]): Thenable<DeployReport> {
    const doing = report.context.trigger === 'rollback' ? 'Rolling back' : 'Deploying';
    const title = unlinked(`${doing} ${plans.length === 1 ? plans[0]!.workload : plural(plans.length, 'workload')}`);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, (progress, token) => {
      const records = new Map<string, RolloutRecord>();
      const unfinished = () => [...records.values()].filter(({ endedAt }) => endedAt === null).map(({ id }) => id);
      const listening = token.onCancellationRequested(() => this.#cancel(unfinished));
      const running = this.#options.runs.deploy(report, {
        onRecord: (record) => {
          records.set(record.id, record);
          progress.report({ message: unlinked(progressText([...records.values()])) });
        },
        onWaiting: (workload, message) => progress.report({ message: unlinked(`${workload}: ${message}`) }),
      });
      return running.finally(() => listening.dispose());
    });
  }

  /**
   * The notification is gone by then, and the rollouts go on until somebody decides.
   *
   * @param unfinished their ids, when the person has decided
   */
  async #cancel(unfinished: () => readonly string[]): Promise<void> {
    const text =
      unfinished().length > 1
        ? 'The rollouts go on in the background. What should happen to them?'
        : 'The rollout goes on in the background. What should happen to it?';
    const answer = await warn(text, 'Abort and Roll Back', 'Pause', 'Leave It Running');
    const command = answer === 'Abort and Roll Back' ? 'abort' : answer === 'Pause' ? 'pause' : undefined;
    if (command === undefined) return;
    const { engine } = await this.#options.session.open();
    const { person } = await import('../engine/loaded.ts');
    for (const id of unfinished()) await engine.ask(id, command, person());
  }
}

export async function blockedError({ workload, reason, problems }: WorkloadPlan): Promise<Error> {
  const { EngineError } = await import('../engine/loaded.ts');
  const [problem] = problems;
  const hint = problem === undefined ? undefined : `${problem.message} (${problem.path}:${problem.line})`;
  return new EngineError('client.blocked', `${workload} is blocked: ${reason}`, hint === undefined ? {} : { hint });
}

/** Workloads that a dialogue has room for. */
const MOST_DETAILED = 4;

function detailOf(plans: readonly WorkloadPlan[], filesOf: (plan: WorkloadPlan) => Files): string {
  const shown = plans.slice(0, MOST_DETAILED).map((plan) => {
    const name = plans.length > 1 ? [`${plan.workload}: ${plan.action}`] : [];
    return [...name, ...details(plan, filesOf(plan))].join('\n');
  });
  const more = plans.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${plural(more, 'workload')} more`] : [])].join('\n\n');
}

const oneLine = (text: string): string => text.replaceAll('\n', ' · ');

function isProductionPlan({ target, workload }: WorkloadPlan): boolean {
  const cluster = target?.kind === 'ecs' ? [target.cluster] : [];
  return matchesAny(productionPatterns(), workload, ...cluster, ...(target?.account ? [target.account] : []));
}

function progressText(records: readonly RolloutRecord[]): string {
  const [first] = records;
  if (records.length === 1 && first !== undefined) {
    const waiting = first.waiting === null ? [] : [first.waiting.text];
    return [first.paused === null ? first.phase : 'paused', ...countsOf(first), ...waiting].join(' · ');
  }
  const over = records.filter(({ endedAt }) => endedAt !== null).length;
  return `${over} of ${records.length} done`;
}

/** More than so many that ended well are told together. */
const MOST_TOLD = 3;

function tellEnds(rollouts: readonly RolloutSummary[], backTo: string | undefined, created: ReadonlySet<string>): void {
  const good = rollouts.filter(({ phase }) => phase === 'succeeded');
  const isTogether = good.length > MOST_TOLD;
  if (isTogether) void inform(`${plural(good.length, 'workload')} were rolled out.`);
  for (const one of rollouts)
    if (!isTogether || one.phase !== 'succeeded') void tellEnd(one, backTo, !created.has(one.workload));
}

/**
 * Says how a rollout ended, with buttons for what follows.
 *
 * @param backTo the commit that it was to go back to, where it was a rollback
 * @param hasBefore may there be something to go back to?
 */
export async function tellEnd(
  { rollout, workload, phase, reason }: RolloutSummary,
  backTo?: string,
  hasBefore = true,
): Promise<void> {
  const run = (command: string) => vscode.commands.executeCommand(command, { rollout, workload });
  if (phase === 'succeeded') {
    const text = `${workload} was rolled ${backTo === undefined ? 'out' : `back to ${backTo}`}.`;
    const answer = await inform(text, 'Timeline', ...(hasBefore ? ['Roll Back'] : []));
    if (answer === 'Timeline') await run(COMMANDS.timeline);
    if (answer === 'Roll Back') await vscode.commands.executeCommand(COMMANDS.rollback, { workload });
    return;
  }
  // The window is closing, or somebody else runs it.
  if (phase === 'unfinished') return;
  const why = reason === undefined ? '' : `: ${reason}`;
  if (rollout === null) {
    void warn(`${workload} was not deployed${why}`);
    return;
  }
  if (phase === 'busy') {
    const answer = await inform(`${workload} was not deployed here${why}`, 'Timeline');
    if (answer === 'Timeline') await run(COMMANDS.timeline);
    return;
  }
  const text = `${workload}: ${phase}${why}`;
  const answer = await complain(text, 'Explain', 'Timeline');
  if (answer === 'Explain') await run(COMMANDS.explain);
  if (answer === 'Timeline') await run(COMMANDS.timeline);
}
