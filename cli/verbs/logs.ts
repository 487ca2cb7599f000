/** `gitmoxi logs`: the events of a rollout. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exitStatus.ts';
import { type Context, type Session, withEngine } from '../session/context.ts';
import { findRollout } from '../session/findRollout.ts';
import { eventJson, eventLine } from '../views/rolloutEvents.ts';
import { untilInterrupted } from './untilInterrupted.ts';
import type { Verb } from './verb.ts';

/** Between looks into the store while following, ms. */
const LOOK_MS = 500;

/** Prints events as they are written, until the rollout is over or somebody interrupts. */
async function follow({ out }: Context, { engine }: Session, id: string) {
  const interrupted = untilInterrupted();
  let last = 0;
  for (;;) {
    // Asked for first: what is written in between is read below.
    const isOver = (await engine.rollout(id)).rollout.endedAt !== null;
    for (const event of await engine.events(id, last)) {
      last = event.seq;
      if (out.json) out.machine(eventJson(event));
      else out.print(eventLine(event, out.style));
    }
    if (isOver) return EXIT.done;
    await sleep(LOOK_MS, undefined, { signal: interrupted }).catch(() => {});
    if (interrupted.aborted) return EXIT.interrupted;
  }
}

export const logsVerb: Verb = (program, run) => {
  program
    .command('logs')
    .description("show a rollout's events")
    .argument('<rollout>', 'its id, the beginning of it, or its workload')
    .option('-f, --follow', 'go on until it is over')
    .action(
      run((context, text: string, options: { follow?: true }) =>
        withEngine(context, async (session) => {
          const { out } = context;
          const { rollout } = await findRollout(session.engine, text);
          if (options.follow) return follow(context, session, rollout.id);
          const events = await session.engine.events(rollout.id);
          if (out.json) out.machine(events.map(eventJson));
          else out.print(...events.map((event) => eventLine(event, out.style)));
          return EXIT.done;
        }),
      ),
    );
};
