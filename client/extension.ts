/**
 * The extension: puts its parts together. Activation opens nothing but the connection to the language server, and does
 * not wait for it; without trust in the workspace there are language features only.
 */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { RolloutEvent, RolloutRecord } from '../engine/index.ts';
import { type About, isArgument } from './about.ts';
import { createApi, type GitMoxiApi } from './api.ts';
import { Asked, tellFailure } from './asked.ts';
import { type Command, type CommandHandlers, type CommandRow, commandTable } from './commands.ts';
import { CommitTrigger } from './commitTrigger.ts';
import { Deployer, tellEnd } from './deploying/deploy.ts';
import { rollBack } from './deploying/rollback.ts';
import { Steering } from './deploying/steering.ts';
import { Documents } from './documents.ts';
import { Caretaker } from './engine/caretaker.ts';
import { type Gone, Runs } from './engine/runs.ts';
import { EngineSession } from './engine/session.ts';
import { createLanguageClient, type LanguageNews, languageNews } from './languageClient.ts';
import { languageSettings } from './languageSettings.ts';
import { LanguageStatus } from './languageStatus.ts';
import { COMMANDS } from './manifestIds.ts';
import { inform } from './messages.ts';
import { Preview } from './preview.ts';
import { EngineRollouts } from './rollouts/engineRollouts.ts';
import { LiveStates } from './rollouts/liveStates.ts';
import { Reports } from './rollouts/reports.ts';
import { RolloutTree } from './rollouts/rolloutTree.ts';
import { RunningHere } from './runningHere.ts';
import { rehearse } from './sandbox/rehearsal.ts';
import { SandboxMode } from './sandbox/sandboxMode.ts';
import { folders, placeFromSettings, refreshSeconds, wantsKnowledge } from './settings.ts';
import { Timelines } from './timeline/timelinePanel.ts';
import { errorText, plural } from './words.ts';
import { hasWorkloads, WorkloadFiles } from './workloadFiles.ts';

/** What `deactivate` has to end and wait for; VS Code gives it nothing. */
let running: { readonly client: LanguageClient; readonly window: RolloutWindow } | undefined;

export function activate(context: vscode.ExtensionContext): GitMoxiApi {
  const startedAt = performance.now();
  const client: LanguageClient = createLanguageClient(context, () => window.languageSettings());
  const log = vscode.window.createOutputChannel('GitMoxi', { log: true });
  const status = new LanguageStatus(client);
  const window: RolloutWindow = new RolloutWindow(context, log, languageNews(client));
  const preview = new Preview({ client, rollout: (id) => recordOf(window.session, id) });
  running = { client, window };
  const commands = commandTable({
    ...window.handlers,
    preview,
    restartServer: () => status.restart(),
    showOutput: () => log.show(),
  });
  context.subscriptions.push(
    log,
    status,
    preview,
    window,
    ...commands.map((command) => vscode.commands.registerCommand(command.id, told(log, command))),
  );
  // Without the server everything else works; the client itself tells the user.
  client.start().catch((error) => client.error('the language server did not start', error));
  // The host's own tools and the suite read it.
  performance.measure('gitmoxi.activate', { start: startedAt });
  return createApi(window.session, refuseWithoutTrust);
}

export async function deactivate(): Promise<void> {
  await Promise.all([running?.client.dispose(), running?.window.close()]);
  running = undefined;
}

async function recordOf(session: EngineSession, id: string): Promise<RolloutRecord> {
  await refuseWithoutTrust();
  const { engine } = await session.open();
  return (await engine.rollout(id)).rollout;
}

async function refuseWithoutTrust(): Promise<void> {
  if (vscode.workspace.isTrusted) return;
  const { EngineError } = await import('./engine/loaded.ts');
  throw new EngineError('client.not-trusted', 'nothing is deployed in Restricted Mode', {
    kind: 'usage',
    hint: 'trust the workspace first',
  });
}

/** Commands that work without trust: they only show what the files say. */
const WITHOUT_TRUST = new Set<string>([COMMANDS.preview, COMMANDS.restartServer, COMMANDS.showOutput]);

/**
 * The command as VS Code runs it. A failure is logged, and told to the person once; callers with an argument get it too,
 * but not the editor's own menus, which would tell it again.
 */
function told(log: vscode.LogOutputChannel, { id, doing, run }: CommandRow): Command {
  return async (given) => {
    if (!vscode.workspace.isTrusted && !WITHOUT_TRUST.has(id)) {
      void inform('In Restricted Mode nothing is read from AWS, and nothing is deployed.');
      return undefined;
    }
    const startedAt = performance.now();
    try {
      return await run(given);
    } catch (error) {
      log.error(`${id}: ${errorText(error)}`);
      void tellFailure(doing, error);
      if (isArgument(given)) throw error;
      return undefined;
    } finally {
      log.debug(`${id} took ${Math.round(performance.now() - startedAt)} ms`);
    }
  };
}

/**
 * Everything about rollouts in one window.
 *
 * Owns: the engine's session, the rollouts that the window runs, and the sandbox, if there is one.
 */
class RolloutWindow implements vscode.Disposable {
  readonly session: EngineSession;
  readonly handlers: Omit<CommandHandlers, 'preview' | 'restartServer' | 'showOutput'>;
  readonly #tree: RolloutTree;
  readonly #sandbox: SandboxMode;
  readonly #reading: EngineRollouts;
  readonly #timelines: Timelines;
  readonly #log: vscode.LogOutputChannel;
  readonly #registrations: readonly vscode.Disposable[];
  readonly #here: RunningHere;
  readonly #language: LanguageNews;
  /** Of rollouts that run in the window, as they were told last. */
  readonly #phases = new Map<string, RolloutRecord['phase']>();
  #runs: Runs;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, language: LanguageNews) {
    this.#log = log;
    this.#language = language;
    this.#sandbox = new SandboxMode({
      moved: (message) => this.#moveTo(message),
      memory: context.workspaceState,
      running: () => this.#runs.running.length,
    });
    this.#here = new RunningHere({
      memory: context.globalState,
      isSandbox: () => this.#sandbox.place !== undefined,
    });
    this.session = new EngineSession({
      place: () => this.#sandbox.place ?? placeFromSettings(),
      leaving: () => this.#letGo(),
    });
    const { session } = this;
    this.#runs = this.#newRuns();
    this.#reading = new EngineRollouts({ session, folders, hasWorkloads, changed: () => void this.#tree.moved() });
    this.#tree = new RolloutTree({
      read: () => this.#reading.read(),
      live: (changed) => new LiveStates(session, changed),
      session: () => session.open(),
      liveMaxAgeMs: () => refreshSeconds() * 1000,
      onAbandoned: (rows) => this.#takeUp(rows.flatMap(({ record }) => record?.id ?? [])),
    });
    const documents = new Documents();
    const timelines = new Timelines(vscode.Uri.joinPath(context.extensionUri, 'client', 'timeline'));
    this.#timelines = timelines;
    const asked = new Asked({ session, rows: () => this.#tree.rows() });
    const deployer = new Deployer({
      session,
      runs: { deploy: (plan, watching) => this.#runs.deploy(plan, watching) },
      documents,
      asked,
      isSandbox: () => this.#sandbox.place !== undefined,
    });
    const files = new WorkloadFiles(session, asked);
    const commits = new CommitTrigger({ session, deployer, log, memory: context.workspaceState });
    const caretaker = new Caretaker({
      session,
      folders,
      takeUp: (ids) => this.#takeUp(ids),
      keep: (repos) => this.#keep(repos),
      failed: (error) => log.error(`could not look after rollouts: ${errorText(error)}`),
    });
    const begin = () => {
      void commits.start();
      void this.#sandbox.offerAgain();
      caretaker.start();
    };
    const refresh = (group?: string) => this.#refresh(group);
    this.handlers = {
      deploying: deployer,
      rollBack: (about) => rollBack({ session, asked, deployer }, about),
      rehearse: (about) => rehearse({ session, asked, timelines, rules: () => this.#sandbox.rules }, about),
      steering: new Steering({ session, asked, moved: () => this.#tree.moved(), held: () => this.#refresh() }),
      reports: new Reports({ session, asked, documents }),
      timeline: (about) => showTimeline(session, asked, timelines, about),
      files,
      sandbox: this.#sandbox,
      rollouts: { refresh },
    };
    this.#registrations = [
      this.#sandbox,
      this.#tree,
      documents,
      timelines,
      commits,
      caretaker,
      this.#here,
      vscode.workspace.onDidChangeWorkspaceFolders(() => refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        begin();
        this.#language.settingsChanged();
        return refresh();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('gitmoxi')) void refresh();
      }),
    ];
    // After activation has returned: the Git extension may take its time.
    if (vscode.workspace.isTrusted) setTimeout(begin, 0);
  }

  /** What the language server is to know of the window, now. */
  languageSettings(): ReturnType<typeof languageSettings> {
    return languageSettings({
      isTrusted: vscode.workspace.isTrusted,
      wantsKnowledge: wantsKnowledge(),
      place: this.#sandbox.place ?? placeFromSettings(),
      isSandbox: this.#sandbox.place !== undefined,
    });
  }

  async close(): Promise<void> {
    await this.#runs.close();
    await this.session.close();
    await this.#sandbox.close();
  }

  dispose(): void {
    for (const one of this.#registrations) one.dispose();
  }

  #newRuns(): Runs {
    const runs: Runs = new Runs(this.session, {
      moved: (record) => {
        if (runs === this.#runs) this.#here.show(runs.running);
        this.#moved(record);
      },
      happened: (event) => this.#write(event),
    });
    return runs;
  }

  #moved({ id, phase, endedAt }: RolloutRecord): void {
    if (this.#phases.get(id) !== phase) this.#language.rolloutsChanged();
    if (endedAt === null) this.#phases.set(id, phase);
    else {
      this.#phases.delete(id);
      void this.#refresh();
    }
  }

  /** Into the output channel: what happened for people, and where it belongs for whoever searches. */
  #write({ workload, message, level, rollout, seq, code, phase }: RolloutEvent): void {
    const write = { info: 'info', warning: 'warn', error: 'error' } as const;
    this.#log[write[level]](`${workload}: ${message}`, { rollout, seq, code, phase });
  }

  #refresh(group?: string): Promise<void> {
    this.#reading.forget();
    this.#language.rolloutsChanged();
    return this.#tree.refresh(group);
  }

  /** What the window runs is somebody else's from now on, or gone. */
  async #letGo(gone?: Gone): Promise<void> {
    const before = this.#runs;
    this.#runs = this.#newRuns();
    this.#phases.clear();
    this.#here.show([]);
    await before.close(gone);
  }

  /** The window works somewhere else from now on. */
  async #moveTo(message: string | undefined): Promise<void> {
    this.#tree.message = message;
    this.#language.settingsChanged();
    if (message === undefined) await this.#endSandboxed();
    await this.#refresh();
  }

  /** Rollouts on a sandbox end with it. */
  async #endSandboxed(): Promise<void> {
    const { running } = this.#runs;
    const over = this.#letGo({
      reason: 'the sandbox was stopped, and everything in it is gone',
      next: 'start the sandbox again, then deploy again',
    });
    this.#timelines.close(running.map(({ id }) => id));
    const [first] = running;
    if (first !== undefined) {
      const which = running.length === 1 ? `The rollout of ${first.workload}` : plural(running.length, 'rollout');
      void inform(`${which} ended with the sandbox, unfinished. Nothing real was touched.`);
    }
    await over;
  }

  /** What a window or process that is gone left unfinished goes on here. */
  #takeUp(ids: readonly string[]): void {
    const told = new Set<string>();
    const onRecord = ({ id, workload }: RolloutRecord) => {
      if (told.has(id)) return;
      told.add(id);
      void tellTakenUp(id, workload);
    };
    this.#runs.takeUp(ids, { onRecord }).then(
      ({ rollouts }) => {
        for (const one of rollouts) {
          if (one.rollout === null || !told.has(one.rollout)) continue;
          this.#log.info(`${one.workload}: ${one.rollout} was taken up and ended: ${one.phase}`);
          void tellEnd(one);
        }
      },
      (error) => this.#log.error(`could not take up ${ids.join(', ')}: ${errorText(error)}`),
    );
  }

  #keep(repos: readonly string[]): Promise<void> {
    const onWaiting = (workload: string, message: string) => this.#log.info(`${workload}: ${message}`);
    return this.#runs.keepReturning(repos, { onWaiting });
  }
}

async function tellTakenUp(rollout: string, workload: string): Promise<void> {
  const text = `The rollout of ${workload} was interrupted, and goes on in this window.`;
  const answer = await inform(text, 'Timeline');
  if (answer === 'Timeline') await vscode.commands.executeCommand(COMMANDS.timeline, { rollout });
}

async function showTimeline(
  session: EngineSession,
  asked: Asked,
  timelines: Timelines,
  about: About,
): Promise<string | undefined> {
  const record = await asked.rollout(about, 'Show the timeline of which rollout?', () => true);
  if (record === undefined) return undefined;
  await timelines.show(await session.open(), record.id);
  return record.id;
}
