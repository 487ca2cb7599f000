/** What is told of one rollout in documents: its events as they come, and why it failed. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Explanation, RolloutEvent } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import type { Documents } from '../documents.ts';
import type { EngineSession } from '../engine/session.ts';
import { inform } from '../messages.ts';
import { explanationText } from './explanationText.ts';

/** Between looks into the store while events are shown, ms. */
const LOOK_MS = 1_000;

export interface ReportsOptions {
  readonly session: EngineSession;
  readonly asked: Asked;
  readonly documents: Documents;
}

const any = (): boolean => true;

export class Reports {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** Shows the events of a rollout, and goes on while it does. */
  async logs(about: About): Promise<readonly RolloutEvent[] | undefined> {
    const { session, asked, documents } = this.#options;
    const record = await asked.rollout(about, 'Show the events of which rollout?', any);
    if (record === undefined) return undefined;
    const { engine } = await session.open();
    const { id, workload } = record;
    const events = () => engine.events(id);
    if (about.confirm === false) return events();
    const uri = documents.add(`${workload.split('/').at(-1)}.log`, async () => eventLines(await events()), id);
    await vscode.window.showTextDocument(uri, { preview: true });
    const follow = async (): Promise<void> => {
      documents.refresh(uri);
      const isOver = (await engine.rollout(id)).rollout.endedAt !== null;
      if (!isOver && documents.isOpen(uri)) setTimeout(() => void follow().catch(() => {}), LOOK_MS);
    };
    void follow().catch(() => {});
    return events();
  }

  /** Shows why a rollout ended as it did, and offers the edit that would mend it. */
  async explain(about: About): Promise<Explanation | undefined> {
    const { session, asked, documents } = this.#options;
    const record = await asked.rollout(about, 'Explain which rollout?', ({ failure }) => failure !== null);
    if (record === undefined) return undefined;
    const { engine } = await session.open();
    const options = { location: vscode.ProgressLocation.Window, title: 'GitMoxi: looking for the reason' };
    const explanation = await vscode.window.withProgress(options, () => engine.explain(record.id));
    if (about.confirm === false) return explanation;
    const name = `Why ${record.workload.split('/').at(-1)} ${explanation.outcome}.md`;
    const uri = documents.add(name, () => explanationText(explanation), `explain ${record.id}`);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
    void this.#offerEdit(explanation);
    return explanation;
  }

  async #offerEdit({ edit, rollout }: Explanation): Promise<void> {
    if (edit?.place == null) return;
    const answer = await inform(`Proposed edit: ${edit.description}.`, 'Show Edit');
    if (answer !== 'Show Edit') return;
    const { path, line, column, endLine, endColumn, oldText, newText } = edit.place;
    const uri = vscode.Uri.file(join(rollout.repository.root, path));
    const document = await vscode.workspace.openTextDocument(uri);
    const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
    const editor = await vscode.window.showTextDocument(document, { selection: range });
    // The file may have moved on since: what is not there any more is not replaced.
    if (document.getText(range) === oldText) await editor.edit((builder) => builder.replace(range, newText));
    else void inform('The file has changed since: make the edit by hand.');
  }
}

function eventLines(events: readonly RolloutEvent[]): string {
  return events
    .map(({ time, level, phase, message }) => {
      const at = new Date(time).toISOString().slice(11, 19);
      return `${at} [${level}] ${phase}: ${message}`;
    })
    .join('\n');
}
