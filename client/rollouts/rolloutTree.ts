/** The rollouts view: shows the nodes, and which welcome text applies. Nothing is read until somebody looks. */
import * as vscode from 'vscode';
import { COMMANDS, ROLLOUTS_VIEW, STORE_SETTING } from '../manifestIds.ts';
import type { ReadRollouts } from './rollout.ts';
import { type RolloutNode, rolloutNodes, welcomeOf } from './rolloutNodes.ts';
import { RolloutStore } from './rolloutStore.ts';

export class RolloutTree implements vscode.TreeDataProvider<RolloutNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #store: RolloutStore;
  readonly #registrations: readonly vscode.Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(read: ReadRollouts) {
    this.#store = new RolloutStore(read, () => this.#changed.fire(undefined));
    const view = vscode.window.createTreeView(ROLLOUTS_VIEW, { treeDataProvider: this });
    this.#registrations = [
      view,
      view.onDidChangeVisibility(({ visible }) => this.#store.watch(visible)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(STORE_SETTING)) void this.refresh();
      }),
      this.#store,
      this.#changed,
    ];
    this.#store.watch(view.visible);
  }

  refresh(): Promise<void> {
    return this.#store.refresh();
  }

  async getChildren(parent?: RolloutNode): Promise<RolloutNode[]> {
    // The manifest has a welcome text for a window that is not trusted.
    if (parent !== undefined || !vscode.workspace.isTrusted) return [];
    const state = await this.#store.state();
    await vscode.commands.executeCommand('setContext', ROLLOUTS_VIEW, welcomeOf(state));
    return rolloutNodes(state, Date.now());
  }

  getTreeItem(node: RolloutNode): vscode.TreeItem {
    const item = new vscode.TreeItem(node.label);
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip.join('\n');
    item.contextValue = node.context;
    const { name, color } = node.icon;
    item.iconPath = new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
    if (node.context === 'failure') item.command = { command: COMMANDS.refresh, title: 'Retry' };
    return item;
  }

  dispose(): void {
    for (const one of this.#registrations) one.dispose();
  }
}
