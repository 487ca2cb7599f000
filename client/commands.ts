/**
 * The commands of the extension. Each takes `{ workload?, rollout?, revision?, confirm?: false }`, a node of the view, a
 * file or a code lens, and returns a promise of its result, so that key bindings, tasks and other extensions can use it.
 */
import { type About, aboutOf } from './about.ts';
import { COMMANDS } from './manifestIds.ts';

type Does = (about: About) => Promise<unknown>;

/** What the commands do, by who does it. */
export interface CommandHandlers {
  readonly deploying: {
    plan: Does;
    compare: Does;
    deploy(about: About, revision?: { readonly worktree: true }): Promise<unknown>;
  };
  readonly rollBack: Does;
  readonly rehearse: Does;
  readonly steering: { pause: Does; resume: Does; promote: Does; abort: Does; hold: Does; release: Does };
  readonly reports: { logs: Does; explain: Does };
  readonly timeline: Does;
  readonly files: { open: Does; copyArn: Does; openConsole: Does };
  readonly sandbox: { start(): Promise<unknown>; stop(): Promise<void>; chooseScenario(): Promise<unknown> };
  readonly rollouts: { refresh(group?: string): Promise<void> };
  readonly preview: { show(target?: unknown): Promise<unknown> };
  readonly restartServer: () => Promise<void>;
  readonly showOutput: () => void;
}

export type Command = (given?: unknown) => Promise<unknown>;

export interface CommandRow {
  readonly id: string;
  /** What it does, after "Could not". */
  readonly doing: string;
  readonly run: Command;
}

/** The group that is read anew: it is named, or a failure's node says which could not be read. */
const groupOf = (given: unknown): string | undefined => {
  if (typeof given !== 'object' || given === null) return undefined;
  const { group, retry } = given as { group?: unknown; retry?: unknown };
  return [group, retry].find((one) => typeof one === 'string');
};

/** Every command with its handler, to be registered. */
export function commandTable(handlers: CommandHandlers): CommandRow[] {
  const { deploying, steering, reports, files, sandbox, rollouts, preview } = handlers;
  const about =
    (does: Does): Command =>
    (given) =>
      does(aboutOf(given));
  const rows: readonly (readonly [id: string, doing: string, run: Command])[] = [
    [COMMANDS.deploy, 'deploy', about((asked) => deploying.deploy(asked))],
    [COMMANDS.deployWorktree, 'deploy the working tree', about((asked) => deploying.deploy(asked, { worktree: true }))],
    [COMMANDS.plan, 'plan', about((asked) => deploying.plan(asked))],
    [COMMANDS.compareWithLive, 'compare', about((asked) => deploying.compare(asked))],
    [COMMANDS.rollback, 'roll back', about(handlers.rollBack)],
    [COMMANDS.rehearse, 'rehearse', about(handlers.rehearse)],
    [COMMANDS.pause, 'pause the rollout', about((asked) => steering.pause(asked))],
    [COMMANDS.resume, 'resume the rollout', about((asked) => steering.resume(asked))],
    [COMMANDS.promote, 'promote the rollout', about((asked) => steering.promote(asked))],
    [COMMANDS.abort, 'abort the rollout', about((asked) => steering.abort(asked))],
    [COMMANDS.hold, 'hold it', about((asked) => steering.hold(asked))],
    [COMMANDS.release, 'release it', about((asked) => steering.release(asked))],
    [COMMANDS.logs, 'show the events', about((asked) => reports.logs(asked))],
    [COMMANDS.explain, 'explain the failure', about((asked) => reports.explain(asked))],
    [COMMANDS.timeline, 'show the timeline', about(handlers.timeline)],
    [COMMANDS.lastRollout, 'show the last rollout', about(handlers.timeline)],
    [COMMANDS.openFiles, 'open the files', about((asked) => files.open(asked))],
    [COMMANDS.copyArn, 'copy the ARN', about((asked) => files.copyArn(asked))],
    [COMMANDS.openConsole, 'open the console', about((asked) => files.openConsole(asked))],
    [COMMANDS.sandboxStart, 'start the sandbox', () => sandbox.start()],
    [COMMANDS.sandboxStop, 'stop the sandbox', () => sandbox.stop()],
    [COMMANDS.sandboxScenario, 'change the sandbox', () => sandbox.chooseScenario()],
    [COMMANDS.preview, 'preview it', (target) => preview.show(target)],
    [COMMANDS.refresh, 'refresh the rollouts', (given) => rollouts.refresh(groupOf(given))],
    [COMMANDS.restartServer, 'restart the language server', () => handlers.restartServer()],
    [COMMANDS.showOutput, 'show the output', async () => handlers.showOutput()],
  ];
  return rows.map(([id, doing, run]) => ({ id, doing, run }));
}
