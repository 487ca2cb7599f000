/** `gitmoxi deploy`: plans, asks, and rolls out. */
import { deployPlan } from '../rolling/deployPlan.ts';
import { whereOf, withEngine } from '../session/context.ts';
import { type SkipOptions, skipOption, skips } from './skipping.ts';
import { type Verb, WORKLOADS } from './verb.ts';

interface DeployOptions extends SkipOptions {
  readonly since?: string;
  readonly force?: true;
  readonly yes?: true;
  readonly detach?: true;
}

export const deployVerb: Verb = (program, run) => {
  program
    .command('deploy')
    .description('plan, ask, and roll out all workloads that changed, in parallel')
    .argument('[workload...]', WORKLOADS)
    .option('--since <rev>', 'what counts as deployed (default: the last processed commit, or nothing)')
    .option('--force', 'deploy although nothing differs, or a workload is held')
    .addOption(skipOption())
    .option('-y, --yes', 'do not ask')
    .option('--detach', 'let a process in the background do it')
    .action(
      run((context, workloads: string[], options: DeployOptions) =>
        withEngine(context, async (session) => {
          const { since, force, yes, detach } = options;
          const request = {
            ...whereOf(context, workloads),
            preflight: 'changes' as const,
            ...skips(options),
            ...(since === undefined ? {} : { since }),
            ...(force === undefined ? {} : { force }),
          };
          const plan = await session.engine.plan(request);
          return deployPlan(context, session, plan, { yes: yes === true, detach: detach === true });
        }),
      ),
    );
};
