/** The language server in the status bar: whether it runs, and a way to start it anew. */
import * as vscode from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { COMMANDS, LANGUAGE } from './manifestIds.ts';

export class LanguageStatus implements vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #item: vscode.LanguageStatusItem;
  readonly #listening: vscode.Disposable;

  constructor(client: LanguageClient) {
    this.#client = client;
    this.#item = vscode.languages.createLanguageStatusItem('gitmoxi.server', { language: LANGUAGE });
    this.#item.name = 'GitMoxi Language Server';
    this.#listening = client.onDidChangeState(({ newState }) => this.#show(newState));
    this.#show(State.Starting);
  }

  async restart(): Promise<void> {
    if (this.#client.isRunning()) await this.#client.restart();
    else await this.#client.start();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }

  #show(state: State): void {
    this.#item.busy = state === State.Starting;
    this.#item.text =
      state === State.Running ? 'GitMoxi' : state === State.Starting ? 'GitMoxi starts' : 'GitMoxi ended';
    this.#item.detail = state === State.Running ? 'checks configuration files' : 'checks nothing now';
    const severities = vscode.LanguageStatusSeverity;
    this.#item.severity = state === State.Stopped ? severities.Error : severities.Information;
    this.#item.command = { command: COMMANDS.restartServer, title: 'Restart' };
  }
}
