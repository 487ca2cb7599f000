/** `gitmoxi resume`: takes up what a process that is gone left unfinished. */
import { Option } from 'commander';
import { carryOut } from '../rolling/carryOut.ts';
import { withEngine } from '../session/context.ts';
import type { Verb } from './verb.ts';

export const resumeVerb: Verb = (program, run) => {
  program
    .command('resume')
    .description('take up every unfinished rollout that no live process holds')
    .addOption(new Option('--only <ids>', 'these rollouts, separated by commas').hideHelp())
    .action(
      run((context, { only }: { only?: string }) =>
        withEngine(context, async (session) => {
          const { status } = await carryOut(context, session, async (options) => {
            const report = await session.engine.resume(options, only?.split(','));
            if (report.rollouts.length === 0) {
              const held = (await session.engine.history({ unfinished: true })).map(({ id }) => id);
              const why = held.length === 0 ? 'no rollout is left unfinished' : `live processes run ${held.join(', ')}`;
              context.out.print(`nothing to resume: ${why}`);
            }
            return report;
          });
          return status;
        }),
      ),
    );
};
