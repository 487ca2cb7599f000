/** `gitmoxi validate`: every finding that the editor would show. */
import { Option } from 'commander';
import type { ValidateReport } from '../../engine/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT } from '../exitStatus.ts';
import { whereOf, withEngine } from '../session/context.ts';
import type { Output } from '../terminal/output.ts';
import { toAnnotation } from '../views/githubAnnotations.ts';
import { countProblems, hasErrors, plural, problemLines } from '../views/problems.ts';
import { toSarif } from '../views/sarif.ts';
import { NO_WORKLOADS, type Verb, WORKLOADS } from './verb.ts';

const FORMATS = ['pretty', 'json', 'sarif', 'github'] as const;
type Format = (typeof FORMATS)[number];

function pretty({ workloads, problems }: ValidateReport, out: Output): void {
  if (workloads === 0) {
    out.print(NO_WORKLOADS);
    return;
  }
  for (const problem of problems) out.print(...problemLines(problem, out.style, 0), '');
  const { color, symbols } = out.style;
  const counts = countProblems(problems);
  const verdict = counts === '' ? color.green(`${symbols.ok} nothing wrong`) : counts;
  out.print(`${verdict} in ${plural(workloads, 'workload')}`);
}

function print(report: ValidateReport, format: Format, out: Output): void {
  switch (format) {
    case 'pretty':
      pretty(report, out);
      return;
    case 'json':
      out.machine(report);
      return;
    case 'sarif':
      process.stdout.write(`${JSON.stringify(toSarif(report.problems, packageJson.version), null, 2)}\n`);
      return;
    case 'github':
      for (const problem of report.problems) process.stdout.write(`${toAnnotation(problem)}\n`);
  }
}

export const validateVerb: Verb = (program, run) => {
  program
    .command('validate')
    .description('find mistakes in the files; exits 1 where there is an error')
    .argument('[workload...]', WORKLOADS)
    .addOption(new Option('--format <format>', 'how to print findings').choices(FORMATS).default('pretty'))
    .action(
      run(async (context, workloads: string[], options: { format: Format }) => {
        const { out } = context;
        const report = await withEngine(context, ({ engine }) => engine.validate(whereOf(context, workloads)));
        print(report, out.json && options.format === 'pretty' ? 'json' : options.format, out);
        return hasErrors(report.problems) ? EXIT.problems : EXIT.done;
      }),
    );
};
