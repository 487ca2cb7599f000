/**
 * "Try it without AWS": the window works on a simulated AWS of its own until somebody ends it.
 *
 * Owns: the trial, and the marks by which the window shows that nothing in it is real.
 */
import * as vscode from 'vscode';
import type { Place } from '../engine/session.ts';
import { COMMANDS, SANDBOX_CONTEXT } from '../manifestIds.ts';
import { folders, placeFromSettings, sandboxSpeed } from '../settings.ts';
import { MISHAPS, type Rule } from './mishaps.ts';
import { startTrial, type Trial } from './trial.ts';

export interface SandboxModeOptions {
  /** Lets go of what runs at the old place and shows what is at the new one. */
  readonly moved: (message: string | undefined) => Promise<void>;
}

export class SandboxMode implements vscode.Disposable {
  readonly #options: SandboxModeOptions;
  readonly #mark: vscode.StatusBarItem;
  #trial: Trial | undefined;

  constructor(options: SandboxModeOptions) {
    this.#options = options;
    this.#mark = vscode.window.createStatusBarItem('gitmoxi.sandbox', vscode.StatusBarAlignment.Left, 100);
    this.#mark.name = 'GitMoxi Sandbox';
    this.#mark.text = '$(beaker) Sandbox';
    this.#mark.tooltip = 'Deployments go to a simulated AWS on this machine. Select to choose what goes wrong in it.';
    this.#mark.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#mark.command = COMMANDS.sandboxScenario;
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
    if (this.#trial !== undefined) return { endpoint: this.#trial.endpoint };
    const options = { location: vscode.ProgressLocation.Window, title: 'GitMoxi: starting the sandbox' };
    const files = folders().flatMap((repo) => [
      { repo, revision: 'HEAD' },
      { repo, revision: { worktree: true } as const },
    ]);
    const wanted = { files, speed: sandboxSpeed(), region: placeFromSettings().region };
    this.#trial = await vscode.window.withProgress(options, () => startTrial(wanted));
    await this.#show(true);
    return { endpoint: this.#trial.endpoint };
  }

  async stop(): Promise<void> {
    const trial = this.#trial;
    if (trial === undefined) return;
    this.#trial = undefined;
    await this.#show(false);
    await trial.stop();
  }

  /** Lets the person choose what goes wrong from now on. */
  async chooseScenario(): Promise<string | undefined> {
    const trial = this.#trial;
    if (trial === undefined) {
      const answer = await vscode.window.showInformationMessage('No sandbox is running.', 'Start Sandbox');
      if (answer !== undefined) await this.start();
      return undefined;
    }
    const mishaps = MISHAPS.map(({ label, detail, rules }) => ({ label, detail, rules: rules({}) }));
    const stop = { label: 'Stop the sandbox', detail: 'Everything in it is forgotten.', rules: [] };
    const chosen = await vscode.window.showQuickPick([...mishaps, stop], {
      placeHolder: 'What should go wrong in the sandbox from now on?',
    });
    if (chosen === stop) await this.stop();
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
    await vscode.commands.executeCommand('setContext', SANDBOX_CONTEXT, isOn);
    await this.#options.moved(isOn ? 'Sandbox: a simulated AWS on this machine. Nothing here is real.' : undefined);
  }
}
