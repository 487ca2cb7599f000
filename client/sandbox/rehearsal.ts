/**
 * Plays a deployment on a private, fast sandbox before anything real happens: first what runs is put there, from the
 * commit that served last, then the new revision is deployed over it. Its timeline is shown.
 *
 * Owns: nothing that outlives it but the timeline, which keeps what it has read.
 */
import * as vscode from 'vscode';
import type { DeployReport, PlanReport, RolloutSummary } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import { type EngineSession, openAt } from '../engine/session.ts';
import { placeFromSettings } from '../settings.ts';
import type { Timelines } from '../timeline/timelinePanel.ts';
import { duration } from '../words.ts';
import { startTrial } from './trial.ts';

/** Seconds of the rehearsal per real second: an hour takes less than half a minute. */
const SPEED = 150;

export interface RehearsalOptions {
  readonly session: EngineSession;
  readonly asked: Asked;
  readonly timelines: Timelines;
}

/** @returns how it would end; undefined where nothing was rehearsed */
export async function rehearse(options: RehearsalOptions, about: About): Promise<RolloutSummary[] | undefined> {
  const where = await options.asked.where(about, 'rehearse');
  if (where === undefined) return undefined;
  const progress = { location: vscode.ProgressLocation.Notification, title: 'Rehearsing', cancellable: true };
  return await vscode.window.withProgress(progress, async (told, token) => {
    const stopping = new AbortController();
    token.onCancellationRequested(() => stopping.abort());
    const before = await servedBefore(options.session, where.repo, where.selectors);
    const files = [where, ...(before === undefined ? [] : [{ repo: where.repo, revision: before }])];
    const { region } = placeFromSettings();
    const trial = await startTrial({ files, speed: SPEED, region });
    const { engine, clock, place } = await openAt(trial.place);
    try {
      const play = async (plan: PlanReport, doing: string): Promise<DeployReport> =>
        engine.deploy(plan, {
          signal: stopping.signal,
          onEvent: (_event, record) => told.report({ message: `${doing}: ${record.phase}` }),
        });
      if (before !== undefined) {
        const { selectors, repo } = where;
        await play(await engine.plan({ repo, selectors, revision: before, all: true }), 'what runs now');
      }
      const report = await play(await engine.plan({ ...where, all: true, force: true }), 'the new revision');
      for (const { rollout } of report.rollouts) {
        if (rollout !== null && about.confirm !== false)
          await options.timelines.show({ engine, clock, place }, rollout);
      }
      void tell(report.rollouts);
      return [...report.rollouts];
    } finally {
      await engine.close();
      await trial.stop();
    }
  });
}

/** The commit of the last good rollout. */
async function servedBefore(
  session: EngineSession,
  repo: string,
  selectors: readonly string[],
): Promise<string | undefined> {
  const { engine } = await session.open();
  const [entry] = await engine.status({ repo, selectors });
  if (entry === undefined) return undefined;
  const { repository } = entry.rollout;
  const history = await engine.history({ repository: repository.identity, workload: entry.workload, limit: 20 });
  return history.find(({ phase }) => phase === 'succeeded')?.revision.commit;
}

function tell(rollouts: readonly RolloutSummary[]): void {
  for (const { workload, phase, reason, startedAt, endedAt } of rollouts) {
    const took = startedAt === null || endedAt === null ? '' : ` after ${duration(endedAt - startedAt)}`;
    const text = `Rehearsal of ${workload}: ${phase}${took}${reason === undefined ? '' : `, ${reason}`}`;
    if (phase === 'succeeded') void vscode.window.showInformationMessage(`${text}. Nothing real was touched.`);
    else void vscode.window.showWarningMessage(`${text}. Nothing real was touched.`);
  }
}
