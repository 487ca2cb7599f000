/**
 * Deploys commits, or asks whether to: new commits of the chosen branches, made here or brought by a fetch.
 *
 * Owns: the last commit seen of each branch, kept with the workspace, and the timer of the next fetch. Must not: look at
 * AWS before a commit comes.
 */
import * as vscode from 'vscode';
import type { PlanReport } from '../engine/index.ts';
import { tellFailure } from './asked.ts';
import type { Deployer } from './deploying/deploy.ts';
import { toCarryOut } from './deploying/planText.ts';
import type { EngineSession } from './engine/session.ts';
import { matchesAny } from './globs.ts';
import { inform, warn } from './messages.ts';
import type { WorkloadPlan } from './rollouts/rollout.ts';
import { type News, SeenCommits } from './seenCommits.ts';
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
  status(): Promise<void>;
  getMergeBase(one: string, other: string): Promise<string | undefined>;
}

interface GitApi {
  readonly repositories: readonly GitRepository[];
  readonly onDidOpenRepository: vscode.Event<GitRepository>;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** Between fetches where the remote's commits count, and looks where the Git extension does not look by itself, ms. */
const LOOK_MS = 60_000;

/** Where the workspace keeps what was seen. */
const KEPT = 'gitmoxi.seenCommits';

export interface CommitTriggerOptions {
  readonly session: EngineSession;
  readonly deployer: Deployer;
  readonly log: vscode.LogOutputChannel;
  /** The workspace's own. */
  readonly memory: vscode.Memento;
}

export class CommitTrigger implements vscode.Disposable {
  readonly #options: CommitTriggerOptions;
  readonly #seen: SeenCommits;
  /** What the workspace keeps of it. */
  #kept: string | undefined;
  readonly #registrations: vscode.Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CommitTriggerOptions) {
    this.#options = options;
    this.#seen = new SeenCommits(options.memory.get(KEPT));
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
      for (const repository of api.repositories) this.#lookAt(repository);
    }, LOOK_MS);
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const one of this.#registrations) one.dispose();
  }

  #watch(repository: GitRepository): void {
    this.#moved(repository);
    this.#registrations.push(repository.state.onDidChange(() => this.#moved(repository)));
  }

  /** Has the Git extension look, where it does not by itself. */
  #lookAt(repository: GitRepository): void {
    if (onCommit() === 'off') return;
    const isLooking = vscode.workspace.getConfiguration('git').get('autorefresh') !== false;
    if (deployFrom() === 'remote') repository.fetch().catch((error) => this.#failed('fetch', error));
    else if (!isLooking) repository.status().catch((error) => this.#failed('look at the repository', error));
  }

  #moved(repository: GitRepository): void {
    const root = repository.rootUri.fsPath;
    const { HEAD } = repository.state;
    const branch = HEAD?.name;
    // Both are followed, so that another setting makes no news of what is long known.
    const local = this.#seen.moved(root, { from: 'local', branch, commit: HEAD?.commit });
    const remote = this.#seen.moved(root, { from: 'remote', branch, commit: HEAD?.upstream?.commit });
    const news = deployFrom() === 'remote' ? remote : local;
    const kept = JSON.stringify(this.#seen.kept);
    if (kept !== this.#kept) void this.#options.memory.update(KEPT, this.#seen.kept);
    this.#kept = kept;
    if (news === undefined) return;
    this.#hear(repository, news).catch((error) => {
      this.#failed('deploy a commit', error);
      void tellFailure(`deploy commit ${shortCommit(news.commit)}`, error);
    });
  }

  async #hear(repository: GitRepository, news: News): Promise<void> {
    const mode = onCommit();
    if (mode === 'off' || !matchesAny(deployBranches(), news.branch)) return;
    if (await isStepBack(repository, news)) return;
    const repo = repository.rootUri.fsPath;
    const { engine } = await this.#options.session.open();
    const request = { repo, revision: news.commit, offline: true };
    const sinceProcessed = await engine.plan(request);
    if (sinceProcessed.since === news.commit) return;
    // Where nothing was deployed from this branch yet, the commit is about what it changes itself.
    const base = sinceProcessed.since === null && news.before !== '' ? { since: news.before } : {};
    const report = 'since' in base ? await engine.plan({ ...request, ...base }) : sinceProcessed;
    this.#tellBlocked(report, news);
    const changed = toCarryOut(report);
    if (changed.length === 0) return;
    const { log, deployer } = this.#options;
    log.info(`commit ${shortCommit(news.commit)} on ${news.branch} changes ${plural(changed.length, 'workload')}`);
    // What came while nobody looked may be long ago.
    const isAsked = mode === 'ask' || news.isOld;
    if (isAsked && !(await this.#agrees(repo, news, changed))) return;
    const plan = await engine.plan({ ...request, ...base, offline: false, preflight: 'changes' });
    const trigger = deployFrom() === 'remote' ? 'poll' : 'commit';
    const begunByIt = { ...plan, context: { ...plan.context, trigger } as const };
    await deployer.carryOut(begunByIt, isAsked ? {} : { confirm: false });
  }

  async #agrees(repo: string, news: News, changed: readonly WorkloadPlan[]): Promise<boolean> {
    const names = changed.map(({ workload }) => workload.split('/').at(-1)).join(', ');
    const text = `Commit ${shortCommit(news.commit)} on ${news.branch} changes ${names}.`;
    const answer = await inform(text, 'Plan and Deploy', 'Not Now');
    if (answer !== 'Plan and Deploy') return false;
    if (this.#seen.isNewest(repo, deployFrom(), news)) return true;
    void inform(`Commit ${shortCommit(news.commit)} was not deployed: ${news.branch} has a newer one.`);
    return false;
  }

  /** A commit that cannot be deployed says so, and where its mistakes are. */
  #tellBlocked({ workloads }: PlanReport, { commit, branch }: News): void {
    const wrong = workloads.filter(
      ({ action, problems }) => action === 'blocked' && problems.some(({ severity }) => severity === 'error'),
    );
    if (wrong.length === 0) return;
    const names = wrong.map(({ workload }) => workload.split('/').at(-1)).join(', ');
    const text = `Commit ${shortCommit(commit)} on ${branch} is not deployed to ${names}: ${wrong[0]!.reason}.`;
    this.#options.log.warn(text);
    const PROBLEMS = 'Show Problems';
    void warn(text, PROBLEMS).then((answer) => {
      if (answer === PROBLEMS) void vscode.commands.executeCommand('workbench.actions.view.problems');
    });
  }

  #failed(doing: string, error: unknown): void {
    this.#options.log.error(`could not ${doing}: ${errorText(error)}`);
  }
}

/**
 * Did the branch only go back to a commit that it has had, as before the commit is made anew? What the remote goes back to
 * is what is wanted there.
 */
async function isStepBack(repository: GitRepository, { commit, before }: News): Promise<boolean> {
  if (deployFrom() === 'remote' || before === '') return false;
  // A commit that is gone has nothing in common with others.
  const base = await repository.getMergeBase(before, commit).catch(() => undefined);
  return base === commit;
}
