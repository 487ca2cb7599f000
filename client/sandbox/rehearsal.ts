/**
 * Rehearse…: plays a deployment on a private sandbox before anything real happens, shows its timeline, and says how it
 * would end.
 *
 * Owns: nothing that outlives it but the timeline, which keeps what it has read.
 */
import * as vscode from 'vscode';
import type { RolloutSummary, Where } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import { blockedError } from '../deploying/deploy.ts';
import type { EngineSession } from '../engine/session.ts';
import { inform, warn } from '../messages.ts';
import { placeFromSettings } from '../settings.ts';
import type { Timelines } from '../timeline/timelinePanel.ts';
import { duration, timeHere, unlinked } from '../words.ts';
import { MISHAPS, type Mishap, type Rule } from './mishaps.ts';
import { type Origin, playRehearsal, type Rehearsed } from './rehearsing.ts';

export interface RehearsalOptions {
  readonly session: EngineSession;
  readonly asked: Asked;
  readonly timelines: Timelines;
  /** What somebody had go wrong where the window works. */
  readonly rules: () => readonly Rule[];
}

/** @returns how it would end; undefined where nothing was rehearsed */
export async function rehearse(options: RehearsalOptions, about: About): Promise<RolloutSummary[] | undefined> {
  const { session, asked, timelines } = options;
  const where = await asked.where(about, 'rehearse');
  if (where === undefined) return undefined;
  const { engine } = await session.open();
  const chosen = await chooseMishap(engine, where, about);
  if (chosen === undefined) return undefined;
  const progress = { location: vscode.ProgressLocation.Notification, title: 'Rehearsing', cancellable: true };
  const rehearsed = await vscode.window.withProgress(progress, (told, token) => {
    const stopping = new AbortController();
    token.onCancellationRequested(() => stopping.abort());
    return playRehearsal({
      engine,
      where,
      region: placeFromSettings().region,
      mishap: chosen.mishap,
      rules: options.rules(),
      signal: stopping.signal,
      doing: (message) => told.report({ message: unlinked(message) }),
      began: async (rollout, from, origin) => {
        if (about.confirm === false) return;
        // How it ends is told all the same.
        await timelines.show(from, rollout, `Rehearsal ${words(origin)}`).catch(() => {});
      },
      ended: (rollout) => timelines.look(rollout),
    });
  });
  const [blocked] = rehearsed.blocked;
  if (rehearsed.rollouts.length === 0 && blocked !== undefined) throw await blockedError(blocked);
  tell(rehearsed);
  return [...rehearsed.rollouts];
}

/** What goes wrong in it, by its argument or by the person's choice; undefined where none was made. */
async function chooseMishap(
  engine: Awaited<ReturnType<EngineSession['open']>>['engine'],
  where: Where,
  { scenario, confirm }: About,
): Promise<{ readonly mishap: Mishap | undefined } | undefined> {
  if (scenario !== undefined) {
    const mishap = MISHAPS.find(({ id }) => id === scenario);
    if (mishap !== undefined) return { mishap };
    const { EngineError } = await import('../engine/loaded.ts');
    throw new EngineError('client.no-such-scenario', `there is no scenario ${scenario}`, {
      kind: 'usage',
      hint: `use one of ${MISHAPS.map(({ id }) => id).join(', ')}`,
    });
  }
  if (confirm === false) return { mishap: undefined };
  const { workloads } = await engine.workloads(where);
  const kinds = new Set(workloads.map(({ kind }) => kind));
  const fitting = MISHAPS.filter((mishap) => mishap.kinds.some((kind) => kinds.has(kind)));
  const asIs = { label: 'As it is', detail: 'Nothing goes wrong by itself.', mishap: undefined };
  const items = [asIs, ...fitting.map((mishap) => ({ label: mishap.label, detail: mishap.detail, mishap }))];
  return vscode.window.showQuickPick(items, { placeHolder: 'What should go wrong in the rehearsal?' });
}

const words = (origin: Origin): string =>
  origin.kind === 'live'
    ? `on a copy of what runs, read at ${timeHere(origin.readAt)}`
    : `on a sandbox made from the files: ${origin.why}`;

function tell({ rollouts, origin }: Rehearsed): void {
  for (const { workload, phase, reason, startedAt, endedAt } of rollouts) {
    const took = startedAt === null || endedAt === null ? '' : ` after ${duration(endedAt - startedAt)}`;
    const why = reason === undefined ? '' : `, ${reason}`;
    const text = `Rehearsal of ${workload} ${words(origin)}: ${phase}${took}${why}. Nothing real was touched.`;
    if (phase === 'succeeded') void inform(text);
    else void warn(text);
  }
}
