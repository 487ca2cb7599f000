/** Shows a plan in the editor's own comparison: one pair a file, and a summary. */
import * as vscode from 'vscode';
import type { Engine, PlanReport } from '../../engine/index.ts';
import type { Documents } from '../documents.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import { shortCommit } from '../words.ts';
import { type Files, present, summary } from './planText.ts';
import { sidesOf } from './sides.ts';

/** The rendered files of the plan's workloads. */
export async function filesOfPlan(engine: Engine, report: PlanReport): Promise<(plan: WorkloadPlan) => Files> {
  const { repository, commit } = report.context;
  const rendered = await engine.render({
    repo: repository.root,
    revision: commit === undefined ? { worktree: true } : commit.id,
    selectors: report.workloads.map(({ workload }) => workload),
  });
  const found = new Map(rendered.workloads.map(({ workload, kind, files }) => [`${kind}:${workload}`, files]));
  return ({ workload, kind }) => found.get(`${kind}:${workload}`) ?? [];
}

/** A label, and its two sides; what is new has no left one. */
type Pair = [label: vscode.Uri, live: vscode.Uri | undefined, desired: vscode.Uri];

export async function showPlan(
  documents: Documents,
  report: PlanReport,
  filesOf: (plan: WorkloadPlan) => Files,
): Promise<void> {
  const revision = report.context.commit === undefined ? 'working tree' : shortCommit(report.context.commit.id);
  const text = documents.add('Plan.md', () => summary(report, filesOf));
  const now = documents.add('Plan.md', () => present(report));
  const pairs = report.workloads
    .filter(({ action }) => action !== 'unchanged')
    .flatMap((plan) => sidesOf(plan, filesOf(plan)))
    // Definitions that stay as they are would only be in the way of those that do not.
    .filter(({ live, desired }) => live !== desired)
    .map(({ path, live, desired }): Pair => {
      const right = documents.add(path, () => desired);
      return [right, live === '' ? undefined : documents.add(path, () => live), right];
    });
  const title = report.context.trigger === 'rollback' ? 'Roll Back' : 'Plan';
  await vscode.commands.executeCommand('vscode.changes', `${title}: live ↔ ${revision}`, [[text, now, text], ...pairs]);
}

/** Compares the definitions of one workload with what runs. */
export async function showComparison(
  documents: Documents,
  plan: WorkloadPlan,
  files: Files,
): Promise<readonly { readonly path: string; readonly live: vscode.Uri; readonly desired: vscode.Uri }[]> {
  const sides = sidesOf(plan, files).map(({ path, live, desired }) => ({
    path,
    live: documents.add(path, () => live),
    desired: documents.add(path, () => desired),
  }));
  const [first] = sides;
  const title = `${plan.workload}: live ↔ rendered`;
  if (sides.length === 1) await vscode.commands.executeCommand('vscode.diff', first!.live, first!.desired, title);
  else if (sides.length > 1) {
    const pairs = sides.map(({ live, desired }) => [desired, live, desired]);
    await vscode.commands.executeCommand('vscode.changes', title, pairs);
  }
  return sides;
}
