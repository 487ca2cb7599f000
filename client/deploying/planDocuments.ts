/** Shows a plan in the editor's own comparison: one pair a file, and a summary. */
import * as vscode from 'vscode';
import type { Engine, PlanReport } from '../../engine/index.ts';
import type { Documents } from '../documents.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import { shortCommit } from '../words.ts';
import { type Files, summary } from './planText.ts';
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

export async function showPlan(
  documents: Documents,
  report: PlanReport,
  filesOf: (plan: WorkloadPlan) => Files,
): Promise<void> {
  const revision = report.context.commit === undefined ? 'working tree' : shortCommit(report.context.commit.id);
  const text = documents.add('Plan.md', () => summary(report, filesOf));
  const empty = documents.add('Plan.md', () => '');
  const pairs = report.workloads
    .filter(({ action }) => action !== 'unchanged')
    .flatMap((plan) => sidesOf(plan, filesOf(plan)))
    .map(({ path, live, desired }): [vscode.Uri, vscode.Uri, vscode.Uri] => {
      const right = documents.add(path, () => desired);
      return [right, documents.add(path, () => live), right];
    });
  await vscode.commands.executeCommand('vscode.changes', `Plan: live ↔ ${revision}`, [[text, empty, text], ...pairs]);
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
