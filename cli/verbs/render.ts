/** `gitmoxi render`: what the templates give. */
import { EXIT } from '../exitStatus.ts';
import { whereOf, withEngine } from '../session/context.ts';
import { hasErrors } from '../views/problems.ts';
import { renderedWorkloadLines, renderJson } from '../views/render.ts';
import { NO_WORKLOADS, type Verb, WORKLOADS } from './verb.ts';

export const renderVerb: Verb = (program, run) => {
  program
    .command('render')
    .description('show what the templates give')
    .argument('[workload...]', WORKLOADS)
    .action(
      run(async (context, workloads: string[]) => {
        const { out } = context;
        const report = await withEngine(context, ({ engine }) => engine.render(whereOf(context, workloads)));
        if (out.json) out.machine(renderJson(report));
        else if (report.workloads.length === 0) out.print(NO_WORKLOADS);
        for (const workload of out.json ? [] : report.workloads) {
          out.print(...renderedWorkloadLines(workload, out.style), '');
        }
        return report.workloads.some(({ problems }) => hasErrors(problems)) ? EXIT.problems : EXIT.done;
      }),
    );
};
