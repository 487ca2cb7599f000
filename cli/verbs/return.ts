/** `gitmoxi return`: brings services back from their fallback to their own capacity, once or for as long as it runs. */
import { targetLabel } from '../../engine/index.ts';
import { EXIT } from '../exitStatus.ts';
import { carryOut } from '../rolling/carryOut.ts';
import { whereOf, withEngine } from '../session/context.ts';
import type { Verb } from './verb.ts';

interface Options {
  readonly due?: boolean;
  readonly watch?: boolean;
}

export const returnVerb: Verb = (program, run) => {
  program
    .command('return')
    .description('bring services on fallback capacity back to their own')
    .argument('[workloads...]', 'path prefixes, files, folders or globs; none means all of the store')
    .option('--due', 'only those whose wait is over')
    .option('--watch', 'go on until interrupted: bring back when it is time, fall back when room is lost')
    .action(
      run((context, selectors: string[], { due = false, watch = false }: Options) =>
        withEngine(context, async (session) => {
          const { engine, clock } = session;
          const where = selectors.length === 0 ? undefined : whereOf(context, selectors);
          const entries = await engine.returns(where);
          if (watch) {
            const away =
              entries.length === 0
                ? 'no service is'
                : `${entries.map(({ target }) => targetLabel(target)).join(', ')} is`;
            context.out.print(`watching until interrupted; ${away} on fallback capacity now`);
            return (await carryOut(context, session, (options) => engine.keepReturning(options, where))).status;
          }
          const isDue = ({ dueAt }: (typeof entries)[number]) => dueAt !== null && dueAt <= clock.now();
          const chosen = due ? entries.filter(isDue) : entries;
          if (chosen.length === 0) {
            const waiting = entries.map(({ target }) => targetLabel(target)).join(', ');
            context.out.print(entries.length === 0 ? 'no service is on its fallback' : `none is due yet of ${waiting}`);
            return EXIT.done;
          }
          return (await carryOut(context, session, (options) => engine.bringBack(chosen, options))).status;
        }),
      ),
    );
};
