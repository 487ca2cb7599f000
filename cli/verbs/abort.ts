/** `gitmoxi abort`: asks whoever runs a rollout to go back. */
import { EXIT } from '../exitStatus.ts';
import { withEngine } from '../session/context.ts';
import { findRollout } from '../session/findRollout.ts';
import type { Verb } from './verb.ts';

export const abortVerb: Verb = (program, run) => {
  program
    .command('abort')
    .description('abort a rollout and bring back what served before')
    .argument('<rollout>', 'its id, or the beginning of it')
    .action(
      run((context, text: string) =>
        withEngine(context, async ({ engine }) => {
          const { rollout, owner } = await findRollout(engine, text);
          const isAsked = await engine.abort(rollout.id);
          const { out } = context;
          if (out.json) out.machine({ rollout: rollout.id, workload: rollout.workload, aborting: isAsked });
          else if (!isAsked) out.print(`${rollout.id} is over already: ${rollout.phase}`);
          else if (owner === undefined)
            out.print(`${rollout.id} will go back as soon as it is taken up: run \`gitmoxi resume\``);
          else out.print(`asked process ${owner.pid} on ${owner.host} to abort ${rollout.id} and go back`);
          return isAsked ? EXIT.done : EXIT.problems;
        }),
      ),
    );
};
