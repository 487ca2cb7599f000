/** `gitmoxi hold | release`: keep a workload from being deployed, and let it be deployed again. */

import { person } from '../../session/index.ts';
import { EXIT } from '../exitStatus.ts';
import { whereOf, withEngine } from '../session/context.ts';
import type { Verb } from './verb.ts';

const WORKLOAD = 'path prefix (dev/web/web) or one of its files';

const holdVerb: Verb = (program, run) => {
  program
    .command('hold')
    .description('keep a workload from being deployed until it is released')
    .argument('<workload>', WORKLOAD)
    .option('--reason <text>', 'why, for whoever wants to deploy it')
    .action(
      run((context, selector: string, { reason }: { reason?: string }) =>
        withEngine(context, async ({ engine }) => {
          const why = `by ${person()}${reason === undefined ? '' : `: ${reason}`}`;
          const { workload } = await engine.hold(whereOf(context, [selector]), why);
          if (context.out.json) context.out.machine({ workload, held: true, reason: why });
          else context.out.print(`${workload} is held; let it go with \`gitmoxi release ${workload}\``);
          return EXIT.done;
        }),
      ),
    );
};

const releaseVerb: Verb = (program, run) => {
  program
    .command('release')
    .description('let a held workload be deployed again')
    .argument('<workload>', WORKLOAD)
    .action(
      run((context, selector: string) =>
        withEngine(context, async ({ engine }) => {
          const { workload, wasHeld } = await engine.release(whereOf(context, [selector]));
          if (context.out.json) context.out.machine({ workload, held: false, wasHeld });
          else context.out.print(wasHeld ? `${workload} is released` : `${workload} was not held`);
          return EXIT.done;
        }),
      ),
    );
};

export const holdingVerbs: readonly Verb[] = [holdVerb, releaseVerb];
