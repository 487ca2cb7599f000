/** `gitmoxi status`: the latest rollout of every workload. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import type { StatusEntry } from '../../engine/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import { type Context, type Session, whereOf, withEngine } from '../session/context.ts';
import { statusJson, statusLines, unreadLines } from '../views/rollouts.ts';
import { untilInterrupted } from './untilInterrupted.ts';
import { type Verb, WORKLOADS } from './verb.ts';

/** Between looks into the store while watching, ms. */
const LOOK_MS = 1_000;

const NOTHING = 'nothing was rolled out yet';

async function watch(context: Context, look: () => Promise<StatusEntry[]>, { clock }: Session): Promise<ExitStatus> {
  const { out } = context;
  const screen = out.isLive && !out.json ? createLogUpdate(out.people) : undefined;
  const seen = new Map<string, string>();
  const interrupted = untilInterrupted();
  while (!interrupted.aborted) {
    const entries = await look();
    const lines = statusLines(entries, clock.now(), out.style);
    screen?.((lines.length > 0 ? lines : [NOTHING]).join('\n'));
    for (const entry of screen === undefined ? entries : []) {
      const { id, updatedAt } = entry.rollout;
      const state = `${updatedAt} ${entry.owner?.pid}`;
      if (seen.get(id) === state) continue;
      seen.set(id, state);
      if (out.json) out.machine(statusJson(entry));
      else out.print(...statusLines([entry], clock.now(), out.style));
    }
    await sleep(LOOK_MS, undefined, { signal: interrupted }).catch(() => {});
  }
  screen?.done();
  return EXIT.interrupted;
}

export const statusVerb: Verb = (program, run) => {
  program
    .command('status')
    .description('show where each workload is: phase, tasks, traffic, revision')
    .argument('[workload...]', WORKLOADS)
    .option('--watch', 'keep looking until interrupted')
    .option('--offline', 'do not ask AWS whether what runs has changed since')
    .action(
      run((context, workloads: string[], options: { watch?: true; offline?: true }) =>
        withEngine(context, async (session) => {
          const { out } = context;
          // Watching reads the store alone: it looks every second.
          const live = !options.watch && !options.offline;
          const look = () => session.engine.status({ ...whereOf(context, workloads), live });
          if (options.watch) return watch(context, look, session);
          const entries = await look();
          if (out.json) out.machine(entries.map(statusJson));
          else if (entries.length === 0) out.print(NOTHING);
          else out.print(...statusLines(entries, session.clock.now(), out.style), ...unreadLines(entries, out.style));
          return EXIT.done;
        }),
      ),
    );
};
