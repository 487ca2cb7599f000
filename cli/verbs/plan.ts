/** `gitmoxi plan`: what a deployment would do. */

import { blockedStatus } from '../rolling/status.ts';
import { whereOf, withEngine } from '../session/context.ts';
import { planJson, planLines } from '../views/plan.ts';
import { type Verb, WORKLOADS } from './verb.ts';

interface PlanOptions {
  readonly since?: string;
  readonly offline?: true;
}

export const planVerb: Verb = (program, run) => {
  program
    .command('plan')
    .description('show what deploying this revision would do; changes nothing')
    .argument('[workload...]', WORKLOADS)
    .option('--since <rev>', 'what counts as deployed (default: the last processed commit, or nothing)')
    .option('--offline', 'do not ask AWS')
    .action(
      run(async (context, workloads: string[], options: PlanOptions) => {
        const { out } = context;
        const request = { ...whereOf(context, workloads), ...options };
        const report = await withEngine(context, ({ engine }) => engine.plan(request));
        if (out.json) out.machine(planJson(report));
        else out.print(...planLines(report, out.style));
        return blockedStatus(report);
      }),
    );
};
