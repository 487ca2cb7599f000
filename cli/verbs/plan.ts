/** `gitmoxi plan`: what a deployment would do. */

import { Option } from 'commander';
import { blockedStatus } from '../rolling/status.ts';
import { whereOf, withEngine } from '../session/context.ts';
import { planJson, planLines } from '../views/plan.ts';
import { type SkipOptions, skipOption, skips } from './skipping.ts';
import { type Verb, WORKLOADS } from './verb.ts';

interface PlanOptions extends SkipOptions {
  readonly since?: string;
  readonly offline?: true;
  readonly preflight?: true;
}

export const planVerb: Verb = (program, run) => {
  program
    .command('plan')
    .description('show what deploying this revision would do; changes nothing')
    .argument('[workload...]', WORKLOADS)
    .option('--since <rev>', 'what counts as deployed (default: the last processed commit, or nothing)')
    .option('--offline', 'do not ask AWS')
    .addOption(
      new Option('--preflight', 'look at all that the files name: roles, subnets, secrets, images …').conflicts(
        'offline',
      ),
    )
    .addOption(skipOption())
    .action(
      run(async (context, workloads: string[], options: PlanOptions) => {
        const { out } = context;
        const { skipPreflight: _skips, preflight, ...asked } = options;
        const looks = preflight === undefined ? {} : ({ preflight: 'all' } as const);
        const request = { ...whereOf(context, workloads), ...asked, ...looks, ...skips(options) };
        const report = await withEngine(context, ({ engine }) => engine.plan(request));
        if (out.json) out.machine(planJson(report));
        else out.print(...planLines(report, out.style));
        return blockedStatus(report);
      }),
    );
};
