/**
 * Deploys commits, or asks whether to: new commits of the chosen branches, made here or brought by a fetch.
 *
 * Owns: the last commit seen of each repository, and the timer of the next fetch. Must not: look at AWS before a commit
 * comes.
 */
import * as vscode from 'vscode';
import { tellFailure } from './asked.ts';
import type { Deployer } from './deploying/deploy.ts';
import { toCarryOut } from './deploying/planText.ts';
import type { EngineSession } from './engine/session.ts';
import { matchesAny } from './globs.ts';
import { deployBranches, deployFrom, onCommit } from './settings.ts';
import { errorText, plural, shortCommit } from './words.ts';

/** The part of the built-in Git extension's interface, version 1, that is used. */
interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD:
      | {
          readonly name?: string;
          readonly commit?: string;
          readonly upstream?: { readonly name: string; readonly remote: string; readonly commit?: string };
        }
      | undefined;
    readonly onDidChange: vscode.Event<void>;
  };
  fetch(): Promise<void>;
}

interface GitApi {
  readonly repositories: readonly GitRepository[];
  readonly onDidOpenRepository: vscode.Event<GitRepository>;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** Between fetches where the remote's commits count, ms. */
const FETCH_MS = 60_000;

export interface CommitTriggerOptions {
  readonly session: EngineSession;
  readonly deployer: Deployer;
  readonly log: vscode.LogOutputChannel;
}

export class CommitTrigger implements vscode.Disposable {
  readonly #options: CommitTriggerOptions;
  readonly #seen = new Map<string, string | undefined>();
  readonly #registrations: vscode.Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CommitTriggerOptions) {
    this.#options = options;
  }

  /** Begins to watch; does nothing where the Git extension is off. */
  async start(): Promise<void> {
    const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
    const git = await extension?.activate();
    if (git === undefined || !git.enabled) return;
    const api = git.getAPI(1);
    for (const repository of api.repositories) this.#watch(repository);
    this.#registrations.push(api.onDidOpenRepository((repository) => this.#watch(repository)));
    this.#timer = setInterval(() => {
      if (onCommit() === 'off' || deployFrom() !== 'remote') return;
      for (const repository of api.repositories) repository.fetch().catch((error) => this.#failed('fetch', error));
    }, FETCH_MS);
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const one of this.#registrations) one.dispose();
  }

  #watch(repository: GitRepository): void {
    const root = repository.rootUri.fsPath;
    // Where it stands when the window opens is no news.
    this.#seen.set(root, commitOf(repository));
    this.#registrations.push(
      repository.state.onDidChange(() => {
        const commit = commitOf(repository);
        const before = this.#seen.get(root);
        if (commit === undefined || commit === before) return;
        this.#seen.set(root, commit);
        // A repository that is only now read has no news either.
        if (before === undefined) return;
        this.#news(root, repository.state.HEAD?.name, commit).catch((error) => {
          this.#failed('deploy a commit', error);
          void tellFailure(`deploy commit ${shortCommit(commit)}`, error);
        });
      }),
    );
  }

  async #news(repo: string, branch: string | undefined, commit: string): Promise<void> {
    const mode = onCommit();
    if (mode === 'off' || branch === undefined || !matchesAny(deployBranches(), branch)) return;
    const { engine } = await this.#options.session.open();
    const changed = toCarryOut(await engine.plan({ repo, revision: commit, offline: true }));
    if (changed.length === 0) return;
    this.#options.log.info(`commit ${shortCommit(commit)} on ${branch} changes ${plural(changed.length, 'workload')}`);
    if (mode === 'ask') {
      const names = changed.map(({ workload }) => workload.split('/').at(-1)).join(', ');
      const text = `Commit ${shortCommit(commit)} on ${branch} changes ${names}.`;
      const answer = await vscode.window.showInformationMessage(text, 'Plan and Deploy', 'Not Now');
      if (answer !== 'Plan and Deploy') return;
    }
    const report = await engine.plan({ repo, revision: commit, preflight: 'changes' });
    await this.#options.deployer.carryOut(report, mode === 'auto' ? { confirm: false } : {});
  }

  #failed(doing: string, error: unknown): void {
    this.#options.log.error(`could not ${doing}: ${errorText(error)}`);
  }
}

/** The commit that counts, by the setting. */
function commitOf({ state: { HEAD } }: GitRepository): string | undefined {
  return deployFrom() === 'remote' ? HEAD?.upstream?.commit : HEAD?.commit;
}
