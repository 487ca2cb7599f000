/**
 * Says that rollouts run in this window, and what closing it would mean: VS Code asks no extension before it closes a
 * window, so this is said beforehand, with the editor's own question as an offer.
 *
 * Owns: the mark in the status bar, and whether this window has told already.
 */
import * as vscode from 'vscode';
import type { RolloutRecord } from '../engine/index.ts';
import { ROLLOUTS_VIEW } from './manifestIds.ts';
import { inform } from './messages.ts';
import { plural } from './words.ts';

/** VS Code's own setting: whether it asks before any window is closed. */
const CONFIRM = 'window.confirmBeforeClose';

/** Whether the person wants to hear of it no more, in the extension's own state. */
const SILENCED = 'gitmoxi.closing.silenced';

const CLOSING =
  'if it is closed, they stand still until another window on this repository, or the command “gitmoxi resume”, takes them up.';

/** VS Code takes no notification back, so it is worded to stay true when the rollouts are over. */
const TOLD = `Rollouts go on only while their window is open: ${CLOSING}`;

export interface RunningHereOptions {
  /** What the person decided once for all windows. */
  readonly memory: vscode.Memento;
  /** In a sandbox nothing that stands still is missed. */
  readonly isSandbox: () => boolean;
}

export class RunningHere implements vscode.Disposable {
  readonly #options: RunningHereOptions;
  readonly #item: vscode.StatusBarItem;
  #hasTold = false;

  constructor(options: RunningHereOptions) {
    this.#options = options;
    this.#item = vscode.window.createStatusBarItem('gitmoxi.running', vscode.StatusBarAlignment.Left, 99);
    this.#item.name = 'GitMoxi Rollouts';
    this.#item.command = `${ROLLOUTS_VIEW}.focus`;
  }

  show(running: readonly RolloutRecord[]): void {
    if (running.length === 0) {
      this.#item.hide();
      return;
    }
    const names = running.map(({ workload, phase }) => `${workload}: ${phase}`);
    this.#item.text = `$(sync~spin) ${plural(running.length, 'rollout')} here`;
    this.#item.tooltip = [...names, '', `Rollouts run in this window: ${CLOSING}`].join('\n');
    this.#item.show();
    void this.#tell();
  }

  dispose(): void {
    this.#item.dispose();
  }

  /** Once in a window, where VS Code itself does not ask. */
  async #tell(): Promise<void> {
    if (this.#hasTold || this.#options.isSandbox()) return;
    this.#hasTold = true;
    if (this.#options.memory.get(SILENCED) === true) return;
    if (vscode.workspace.getConfiguration().get(CONFIRM) === 'always') return;
    const ask = 'Ask before Closing';
    const silence = "Don't Show Again";
    const answer = await inform(TOLD, ask, silence);
    if (answer === silence) await this.#options.memory.update(SILENCED, true);
    if (answer !== ask) return;
    await vscode.workspace.getConfiguration().update(CONFIRM, 'always', vscode.ConfigurationTarget.Global);
  }
}
