/**
 * The rollouts view: shows the forest, which welcome text applies, and how much is in progress. Nothing is read until
 * somebody looks.
 *
 * Owns: the forest as it is shown, and what its rollouts wait for.
 */
import * as vscode from 'vscode';
import type { Opened } from '../engine/session.ts';
import { COMMANDS, CREDENTIALS_VIEW, type CredentialTrouble, ROLLOUTS_VIEW, type Welcome } from '../manifestIds.ts';
import { plain } from './explanationText.ts';
import type { LiveStates } from './liveStates.ts';
import { eventNode, historyNode, waitNode } from './recordNodes.ts';
import type { ReadRollouts, WorkloadRow } from './rollout.ts';
import type { RolloutNode } from './rolloutNode.ts';
import { changesBetween, type RolloutForest, rolloutForest, welcomeOf } from './rolloutNodes.ts';
import { RolloutStore } from './rolloutStore.ts';

/** Rollouts that a workload's history shows, and events that a rollout shows, newest first. */
const MOST_ROLLOUTS = 20;
const MOST_EVENTS = 100;

const NOTHING: RolloutForest = {
  roots: [],
  nodes: new Map(),
  children: new Map(),
  inProgress: 0,
  credentials: undefined,
};

export interface RolloutTreeOptions {
  readonly read: ReadRollouts;
  readonly live: (changed: () => void) => LiveStates;
  readonly session: () => Promise<Opened>;
  /** Between looks at what runs, ms, now. */
  readonly liveMaxAgeMs: () => number;
  /** Told of rollouts that are unfinished and that nobody runs. */
  readonly onAbandoned: (rows: readonly WorkloadRow[]) => void;
}

export class RolloutTree implements vscode.TreeDataProvider<RolloutNode>, vscode.Disposable {
  readonly #options: RolloutTreeOptions;
  readonly #changed = new vscode.EventEmitter<RolloutNode | undefined>();
  readonly #store: RolloutStore;
  readonly #live: LiveStates;
  readonly #view: vscode.TreeView<RolloutNode>;
  readonly #registrations: readonly vscode.Disposable[];
  /** What VS Code was given for each id: it knows nodes by identity. */
  readonly #shown = new Map<string, RolloutNode>();
  readonly onDidChangeTreeData = this.#changed.event;
  #forest = NOTHING;
  /** What rollouts wait for, by their ids. */
  #waits: ReadonlyMap<string, readonly string[]> = new Map();
  #welcome: Welcome | undefined;
  #credentials: CredentialTrouble | undefined;
  #now = 0;

  constructor(options: RolloutTreeOptions) {
    this.#options = options;
    this.#store = new RolloutStore(options.read, () => void this.#update());
    this.#live = options.live(() => void this.#update());
    this.#view = vscode.window.createTreeView(ROLLOUTS_VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#registrations = [
      this.#view,
      // It is only ever shown for its welcome text.
      vscode.window.registerTreeDataProvider<never>(CREDENTIALS_VIEW, { getChildren: () => [], getTreeItem: same }),
      this.#view.onDidChangeVisibility(({ visible }) => this.#store.watch(visible)),
      this.#store,
      this.#changed,
    ];
    this.#store.watch(this.#view.visible);
  }

  /** Reads anew. AWS is asked again too: for one group of workloads, or for all. */
  async refresh(group?: string): Promise<void> {
    this.#live.forget(group || undefined);
    await this.#store.refresh();
  }

  /** Reads rollouts anew; AWS is not asked. */
  moved(): Promise<void> {
    return this.#store.refresh();
  }

  /** Shows something above the nodes, for example that this is a sandbox; undefined for nothing. */
  set message(text: string | undefined) {
    this.#view.message = text;
  }

  /** As they are now: a rollout may have begun or ended since the last reading. */
  async rows(): Promise<readonly WorkloadRow[]> {
    await this.#store.refresh();
    const state = await this.#store.state();
    if ('failure' in state) throw state.failure;
    return state.rollouts.rows;
  }

  async getChildren(parent?: RolloutNode): Promise<RolloutNode[]> {
    // The manifest has a welcome text for a window that is not trusted.
    if (!vscode.workspace.isTrusted) return [];
    if (parent === undefined) {
      const startedAt = performance.now();
      if (this.#forest === NOTHING) await this.#update(false);
      measureOnce('gitmoxi.rollouts', startedAt);
      return this.#forest.roots.map((id) => this.#node(id));
    }
    const known = this.#forest.children.get(parent.id);
    if (known !== undefined) {
      measureOnce('gitmoxi.rows', performance.now());
      return known.map((id) => this.#node(id));
    }
    if (parent.subject === undefined || parent.children === 'none') return [];
    return parent.subject.isRollout ? this.#events(parent) : this.#history(parent);
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(given: RolloutNode): vscode.TreeItem {
    const node = this.#forest.nodes.get(given.id) ?? given;
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(
      node.label,
      node.children === 'none' ? None : node.children === 'expanded' ? Expanded : Collapsed,
    );
    item.id = node.id;
    item.description = node.description;
    item.contextValue = node.context;
    const { name, color } = node.icon;
    item.iconPath = new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
    item.accessibilityInformation = { label: node.spoken };
    if (node.retry !== undefined) {
      item.command = { command: COMMANDS.refresh, title: 'Retry', arguments: [{ group: node.retry }] };
    }
    if (node.onSelect !== undefined) item.command = node.onSelect;
    return item;
  }

  /** When somebody points at it: VS Code reads through each tooltip that it is given, and there may be thousands. */
  resolveTreeItem(item: vscode.TreeItem, given: RolloutNode): vscode.TreeItem {
    item.tooltip = tooltipOf(this.#forest.nodes.get(given.id) ?? given);
    return item;
  }

  dispose(): void {
    for (const one of this.#registrations) one.dispose();
  }

  #node(id: string): RolloutNode {
    const node = this.#shown.get(id) ?? this.#forest.nodes.get(id)!;
    this.#shown.set(id, node);
    return node;
  }

  async #history(parent: RolloutNode): Promise<RolloutNode[]> {
    const subject = parent.subject!;
    const { engine, clock } = await this.#options.session();
    const history = await engine.history({ workload: subject.workload, limit: MOST_ROLLOUTS * 2 });
    return history
      .filter(({ kind, repository }) => kind === subject.kind && repository.root === subject.repo)
      .slice(0, MOST_ROLLOUTS)
      .map((record) => historyNode(subject, record, clock.now()));
  }

  async #events(parent: RolloutNode): Promise<RolloutNode[]> {
    const { engine } = await this.#options.session();
    const id = parent.subject!.rollout!;
    const { rollout, owner } = await engine.rollout(id);
    const events = await engine.events(id);
    const waits = owner === undefined ? [] : (this.#waits.get(id) ?? []);
    const newest = events.toReversed().slice(0, MOST_EVENTS);
    return [
      ...(waits.length === 0 ? [] : [waitNode(parent.subject!, rollout, waits)]),
      ...newest.map((event) => eventNode(parent.subject!, event, rollout.startedAt)),
    ];
  }

  /** Makes the forest anew, and has VS Code show what changed: single nodes where its shape is the same. */
  async #update(tell = true): Promise<void> {
    const state = await this.#store.state();
    if (!('failure' in state)) {
      const { rows } = state.rollouts;
      this.#waits = new Map(rows.flatMap(({ record, waits }) => (record === undefined ? [] : [[record.id, waits]])));
      this.#now = (await this.#options.session()).clock.now();
      // Asking AWS is for who looks.
      if (this.#view.visible) this.#live.look(rows, this.#options.liveMaxAgeMs());
      const abandoned = rows.filter(({ record, owner }) => record?.endedAt === null && owner === undefined);
      if (abandoned.length > 0) this.#options.onAbandoned(abandoned);
    }
    const before = this.#forest;
    this.#forest = rolloutForest(state, this.#live.live, this.#now);
    this.#showCount(this.#forest.inProgress);
    const welcome = welcomeOf(state);
    if (welcome !== this.#welcome) {
      this.#welcome = welcome;
      // The window may be busy: nodes do not wait for it.
      void vscode.commands.executeCommand('setContext', ROLLOUTS_VIEW, welcome);
    }
    if (this.#forest.credentials !== this.#credentials) {
      this.#credentials = this.#forest.credentials;
      void vscode.commands.executeCommand('setContext', CREDENTIALS_VIEW, this.#credentials);
    }
    if (!tell) return;
    const { shape, changed } = changesBetween(before, this.#forest);
    if (shape) {
      this.#shown.clear();
      this.#changed.fire(undefined);
    } else for (const id of changed) if (this.#shown.has(id)) this.#changed.fire(this.#shown.get(id));
  }

  #showCount(inProgress: number): void {
    const tooltip = `${inProgress} ${inProgress === 1 ? 'rollout' : 'rollouts'} in progress`;
    this.#view.badge = inProgress === 0 ? undefined : { value: inProgress, tooltip };
  }
}

/** bench/host.ts reads it. */
function measureOnce(name: string, start: number): void {
  if (performance.getEntriesByName(name).length === 0) performance.measure(name, { start });
}

const same = (item: never): never => item;

/** The first line stands out, and indented ones are a list. What AWS and repositories say is shown as text. */
function tooltipOf({ tooltip: [first = '', ...lines] }: RolloutNode): vscode.MarkdownString {
  const rest = lines.map((line) => `${line.startsWith('  ') ? '\n- ' : '\n\n'}${plain(line.trim())}`);
  return new vscode.MarkdownString(`**${plain(first)}**${rest.join('')}`);
}
