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

export type Command = (...words: readonly unknown[]) => Promise<unknown>;

const groupOf = (given: unknown): string | undefined => {
  const group = typeof given === 'object' && given !== null ? (given as { group?: unknown }).group : undefined;
  return typeof group === 'string' ? group : undefined;
};

/** Every command with its handler, to be registered. */
export function commandTable(handlers: CommandHandlers): [id: string, command: Command][] {
  const { deploying, steering, reports, files, sandbox, rollouts, preview } = handlers;
  const about =
    (does: Does): Command =>
    (given) =>
      does(aboutOf(given));
  return [
    [COMMANDS.deploy, about((asked) => deploying.deploy(asked))],
    [COMMANDS.deployWorktree, about((asked) => deploying.deploy(asked, { worktree: true }))],
    [COMMANDS.plan, about((asked) => deploying.plan(asked))],
    [COMMANDS.compareWithLive, about((asked) => deploying.compare(asked))],
    [COMMANDS.rollback, about(handlers.rollBack)],
    [COMMANDS.rehearse, about(handlers.rehearse)],
    [COMMANDS.pause, about((asked) => steering.pause(asked))],
    [COMMANDS.resume, about((asked) => steering.resume(asked))],
    [COMMANDS.promote, about((asked) => steering.promote(asked))],
    [COMMANDS.abort, about((asked) => steering.abort(asked))],
    [COMMANDS.hold, about((asked) => steering.hold(asked))],
    [COMMANDS.release, about((asked) => steering.release(asked))],
    [COMMANDS.logs, about((asked) => reports.logs(asked))],
    [COMMANDS.explain, about((asked) => reports.explain(asked))],
    [COMMANDS.timeline, about(handlers.timeline)],
    [COMMANDS.lastRollout, about(handlers.timeline)],
    [COMMANDS.openFiles, about((asked) => files.open(asked))],
    [COMMANDS.copyArn, about((asked) => files.copyArn(asked))],
    [COMMANDS.openConsole, about((asked) => files.openConsole(asked))],
    [COMMANDS.sandboxStart, () => sandbox.start()],
    [COMMANDS.sandboxStop, () => sandbox.stop()],
    [COMMANDS.sandboxScenario, () => sandbox.chooseScenario()],
    [COMMANDS.preview, (target) => preview.show(target)],
    [COMMANDS.refresh, (given) => rollouts.refresh(groupOf(given))],
    [COMMANDS.restartServer, () => handlers.restartServer()],
    [COMMANDS.showOutput, async () => handlers.showOutput()],
  ];
}
