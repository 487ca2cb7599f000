/** Back to an earlier good rollout, which the person picks. Owns nothing. */
import * as vscode from 'vscode';
import type { DeployReport, RolloutRecord } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import type { EngineSession } from '../engine/session.ts';
import { duration, shortCommit } from '../words.ts';
import type { Deployer } from './deploy.ts';

/** Earlier rollouts that are offered. */
const MOST = 30;

export interface RollbackOptions {
  readonly session: EngineSession;
  readonly asked: Asked;
  readonly deployer: Deployer;
}

/**
 * @param about `rollout` is the one to go back to; without it the person picks, or with `confirm: false` the last good one
 *   before the present
 * @returns how it ended; undefined where the person did not choose
 */
export async function rollBack(
  { session, asked, deployer }: RollbackOptions,
  about: About,
): Promise<DeployReport | undefined> {
  const where = await asked.where(about, 'roll back');
  if (where === undefined) return undefined;
  const { engine, clock } = await session.open();
  const chosen = about.isLatest === true ? undefined : about.rollout;
  const asksNobody = chosen !== undefined || about.confirm === false;
  const to = asksNobody ? chosen : await pick();
  if (to === undefined && !asksNobody) return undefined;
  const { selectors, repo } = where;
  return await deployer.carryOut(await engine.planRollback({ repo, selectors }, to), about);

  async function pick(): Promise<string | undefined> {
    const plan = await engine.plan({ ...where!, offline: true, all: true });
    const workload = plan.workloads[0]?.workload;
    const { identity } = plan.context.repository;
    const history = workload === undefined ? [] : await engine.history({ repository: identity, workload, limit: MOST });
    const good = goodOnes(history);
    if (good.length === 0) {
      void vscode.window.showInformationMessage('There is no earlier good rollout to go back to.');
      return undefined;
    }
    const items = good.map((record) => ({ ...choice(record, clock.now()), id: record.id }));
    const placeHolder = `Roll ${workload} back to which rollout?`;
    return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.id;
  }
}

/** Rollouts to go back to, newest first: what succeeded before the one that serves, each commit once. */
export function goodOnes(history: readonly RolloutRecord[]): RolloutRecord[] {
  const succeeded = history.filter(({ phase }) => phase === 'succeeded');
  const serving = succeeded[0]?.revision.commit;
  // After a rollout that did not succeed, what serves is a place to go back to as well.
  const present = history[0]?.phase === 'succeeded' ? serving : undefined;
  const seen = new Set<string>(present === undefined ? [] : [present]);
  return succeeded.filter(({ revision: { commit } }) => {
    if (commit === undefined || seen.has(commit)) return false;
    seen.add(commit);
    return true;
  });
}

function choice({ revision, endedAt, id, serving }: RolloutRecord, now: number): vscode.QuickPickItem {
  const { commit = '', subject = '', author } = revision;
  const by = author === undefined || author === '' ? [] : [author];
  return {
    label: `$(git-commit) ${shortCommit(commit)} ${subject}`,
    description: [...by, `${duration(now - (endedAt ?? now), 1)} ago`].join(' · '),
    detail: [id, ...(serving === null ? [] : [serving.split('/').at(-1)!])].join(' · '),
  };
}
