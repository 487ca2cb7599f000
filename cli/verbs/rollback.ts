/** `gitmoxi rollback`: back to an earlier good rollout. */
import { deployPlan } from '../rolling/deployPlan.ts';
import { whereOf, withEngine } from '../session/context.ts';
import { findRollout } from '../session/findRollout.ts';
import { type SkipOptions, skipOption } from './skipping.ts';
import type { Verb } from './verb.ts';

interface RollbackOptions extends SkipOptions {
  readonly to?: string;
  readonly yes?: true;
}

export const rollbackVerb: Verb = (program, run) => {
  program
    .command('rollback')
    .description('bring a workload back to its last good rollout, or to a chosen one')
    .argument('<workload>', 'path prefix (dev/web/web) or one of its files')
    .option('--to <rollout>', 'the rollout to go back to (see `gitmoxi history`)')
    .addOption(skipOption())
    .option('-y, --yes', 'do not ask')
    .action(
      run((context, workload: string, { to, yes, skipPreflight }: RollbackOptions) =>
        withEngine(context, async (session) => {
          const chosen = to === undefined ? undefined : await findRollout(session.engine, to);
          const where = whereOf(context, [workload]);
          const plan = await session.engine.planRollback(where, chosen?.rollout.id, skipPreflight);
          return deployPlan(context, session, plan, { yes: yes === true });
        }),
      ),
    );
};
