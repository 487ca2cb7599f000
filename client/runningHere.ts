/**
 * Says in the status bar that rollouts run in this window, and what closing it would mean: VS Code asks no extension
 * before it closes a window.
 */
import * as vscode from 'vscode';
import type { RolloutRecord } from '../engine/index.ts';
import { ROLLOUTS_VIEW } from './manifestIds.ts';
import { plural } from './words.ts';

export class RunningHere implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;

  constructor() {
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
    this.#item.tooltip = [
      ...names,
      '',
      'If this window is closed, they stand still until another window on this repository, or `gitmoxi resume`, takes them up.',
    ].join('\n');
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
