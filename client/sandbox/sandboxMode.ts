/**
 * "Try it without AWS": the window works on a simulated AWS of its own until somebody ends it.
 *
 * Owns: the trial, and the marks by which the window shows that nothing in it is real.
 */
import * as vscode from 'vscode';
import type { Place } from '../engine/session.ts';
import { COMMANDS, SANDBOX_CONTEXT } from '../manifestIds.ts';
import { inform } from '../messages.ts';
import { folders, placeFromSettings, sandboxSpeed } from '../settings.ts';
import { plural } from '../words.ts';
import { MISHAPS, type Rule } from './mishaps.ts';
import { startTrial, type Trial } from './trial.ts';

export interface SandboxModeOptions {
  /** Lets go of what runs at the old place and shows what is at the new one. */
  readonly moved: (message: string | undefined) => Promise<void>;
  /** The workspace's own. */
  readonly memory: vscode.Memento;
  /** How many rollouts this window runs, now. */
  readonly running: () => number;
}

/** Where the workspace keeps that a sandbox runs. */
const KEPT = 'gitmoxi.sandboxRuns';

export class SandboxMode implements vscode.Disposable {
  readonly #options: SandboxModeOptions;
  readonly #mark: vscode.StatusBarItem;
  #trial: Trial | undefined;
  /** What was asked for last: starting and stopping take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SandboxModeOptions) {
    this.#options = options;
    this.#mark = vscode.window.createStatusBarItem('gitmoxi.sandbox', vscode.StatusBarAlignment.Left, 100);
    this.#mark.name = 'GitMoxi Sandbox';
    this.#mark.text = '$(beaker) Sandbox';
    this.#mark.tooltip = 'Deployments go to a simulated AWS on this machine. Select to choose what goes wrong in it.';
    this.#mark.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#mark.command = COMMANDS.sandboxScenario;
    // An extension host that was before this one may have left the mark on the window.
    void vscode.commands.executeCommand('setContext', SANDBOX_CONTEXT, false);
  }

  /** A sandbox ends with its window: whoever had one is told, and may have another. */
  async offerAgain(): Promise<void> {
    if (this.#trial !== undefined || !this.#options.memory.get<boolean>(KEPT)) return;
    await this.#options.memory.update(KEPT, undefined);
    const text = 'The sandbox ended with the window, and all that ran in it. Real AWS is used again.';
    const answer = await inform(text, 'Start Sandbox');
    if (answer !== undefined) await vscode.commands.executeCommand(COMMANDS.sandboxStart);
  }

  /** Where the window works, while it works on a sandbox. */
  get place(): Place | undefined {
    return this.#trial?.place;
  }

  /** What somebody had go wrong in it. */
  get rules(): readonly Rule[] {
    return this.#trial?.rules ?? [];
  }

  /** @returns the sandbox's endpoint */
  async start(): Promise<{ readonly endpoint: string } | undefined> {
    const { endpoint } = await this.#inTurn(() => this.#begin());
    return { endpoint };
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#options.memory.update(KEPT, undefined);
      await this.#end();
    });
  }

  /** Ends it with the window. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #end(): Promise<void> {
    const trial = this.#trial;
    if (trial === undefined) return;
    this.#trial = undefined;
    await this.#show(false);
    await trial.stop();
  }

  async #begin(): Promise<Trial> {
    if (this.#trial !== undefined) return this.#trial;
    const options = { location: vscode.ProgressLocation.Window, title: 'GitMoxi: starting the sandbox' };
    const files = folders().flatMap((repo) => [
      { repo, revision: 'HEAD' },
      { repo, revision: { worktree: true } as const },
    ]);
    const wanted = { files, speed: sandboxSpeed(), region: placeFromSettings().region };
    const trial = await vscode.window.withProgress(options, () => startTrial(wanted));
    this.#trial = trial;
    await this.#options.memory.update(KEPT, true);
    await this.#show(true);
    return trial;
  }

  /** Lets the person choose what goes wrong from now on. */
  async chooseScenario(): Promise<string | undefined> {
    const trial = this.#trial;
    if (trial === undefined) {
      const answer = await inform('No sandbox is running.', 'Start Sandbox');
      if (answer !== undefined) await this.start();
      return undefined;
    }
    const mishaps = MISHAPS.map(({ label, detail, rules }) => ({ label, detail, rules: rules({}) }));
    const well = { label: 'Let everything work again', detail: 'What has gone wrong stays as it is.', rules: [] };
    const running = this.#options.running();
    const lost =
      running === 0 ? '' : `, and ${plural(running, 'rollout')} in progress ${running === 1 ? 'ends' : 'end'}`;
    const stop = { label: 'Stop the sandbox', detail: `Everything in it is forgotten${lost}.`, rules: [] };
    const items = [...mishaps, ...(trial.rules.length > 0 ? [well] : []), stop];
    const placeHolder = 'What should go wrong in the sandbox from now on?';
    const chosen = await vscode.window.showQuickPick(items, { placeHolder });
    if (chosen === stop) await this.stop();
    else if (chosen === well) await trial.clearRules();
    else if (chosen !== undefined) await trial.addRules(chosen.rules);
    return chosen?.label;
  }

  dispose(): void {
    this.#mark.dispose();
    void this.#trial?.stop();
  }

  async #show(isOn: boolean): Promise<void> {
    if (isOn) this.#mark.show();
    else this.#mark.hide();
    // Both at once: while menus are told, nobody may read at the new place what ended with the old one.
    await Promise.all([
      vscode.commands.executeCommand('setContext', SANDBOX_CONTEXT, isOn),
      this.#options.moved(isOn ? 'Sandbox: a simulated AWS on this machine. Nothing here is real.' : undefined),
    ]);
  }
}
