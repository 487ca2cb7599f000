/** Back to an earlier good rollout, which the person picks. Owns nothing. */
import * as vscode from 'vscode';
import type { DeployReport, Engine, RolloutRecord, Where } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import type { EngineSession } from '../engine/session.ts';
import { inform } from '../messages.ts';
import type { Deployer } from './deploy.ts';
import type { Files } from './planText.ts';
import { type Choice, changesBetweenFiles, choiceOf, goodOnes } from './rollbackChoices.ts';

/** Earlier rollouts that are offered. */
const MOST = 30;

/** Earlier rollouts among which a commit is looked for. */
const MOST_LOOKED_AT = 1_000;

export interface RollbackOptions {
  readonly session: EngineSession;
  readonly asked: Asked;
  readonly deployer: Deployer;
}

/**
 * @param about `rollout` is the one to go back to, or `revision` the commit of a good one; without both the person picks,
 *   or with `confirm: false` it is the last good one before the present
 * @returns how it ended; undefined where the person did not choose
 */
export async function rollBack(
  { session, asked, deployer }: RollbackOptions,
  about: About,
): Promise<DeployReport | undefined> {
  const where = await asked.where(about, 'roll back');
  if (where === undefined) return undefined;
  const { selectors, repo } = where;
  const { engine, clock } = await session.open();
  const named = about.isLatest === true ? undefined : about.rollout;
  const chosen = named ?? (about.revision === undefined ? undefined : await goodOneOf(engine, where, about.revision));
  const asksNobody = chosen !== undefined || about.confirm === false;
  const to = asksNobody ? chosen : await pick();
  if (to === undefined && !asksNobody) return undefined;
  return await deployer.carryOut(await engine.planRollback({ repo, selectors }, to), about);

  async function pick(): Promise<string | undefined> {
    const plan = await engine.plan({ ...where!, offline: true, all: true });
    const workload = plan.workloads[0]?.workload;
    const { identity } = plan.context.repository;
    const history = workload === undefined ? [] : await engine.history({ repository: identity, workload, limit: MOST });
    const good = goodOnes(history);
    if (good.length === 0) {
      void inform('There is no earlier good rollout to go back to.');
      return undefined;
    }
    const now = clock.now();
    const placeHolder = `Roll ${workload} back to which rollout?`;
    // Nothing serves that is not on record, where something was rolled out before.
    const serving = history.find(({ phase }) => phase === 'succeeded')?.revision.commit;
    const items = choices(engine, { repo, selectors: [workload!] }, serving, good, now);
    return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))
      ?.id;
  }
}

/** The latest good rollout of a commit, by any of its names. */
async function goodOneOf(engine: Engine, where: Where, revision: string): Promise<string> {
  const { workloads, context } = await engine.plan({ ...where, revision, offline: true, all: true });
  const workload = workloads[0]?.workload ?? '';
  const history = await engine.history({ repository: context.repository.identity, workload, limit: MOST_LOOKED_AT });
  const good = history.find((record) => record.phase === 'succeeded' && record.revision.commit === context.commit?.id);
  if (good !== undefined) return good.id;
  const { EngineError } = await import('../engine/loaded.ts');
  throw new EngineError('rollback.not-a-good-rollout', `${revision} was never rolled out well to ${workload}`, {
    kind: 'usage',
  });
}

/** Each with what would be different from the files of what serves. */
async function choices(
  engine: Engine,
  where: Where,
  serving: string | undefined,
  good: readonly RolloutRecord[],
  now: number,
): Promise<Choice[]> {
  const { differences } = await import('../engine/loaded.ts');
  // Commits may be gone from a repository, by a shallow clone for example.
  const filesAt = async (revision: string | undefined): Promise<Files | undefined> => {
    const at = revision ?? ({ worktree: true } as const);
    const report = await engine.render({ ...where, revision: at }).catch(() => undefined);
    return report?.workloads[0]?.files;
  };
  const before = await filesAt(serving);
  return Promise.all(
    good.map(async (record) => {
      const after = await filesAt(record.revision.commit);
      const isKnown = before !== undefined && after !== undefined;
      return choiceOf(record, isKnown ? changesBetweenFiles(before, after, differences) : undefined, now);
    }),
  );
}
