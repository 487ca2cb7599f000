/** What the templates give: for people, and as the machine output of the contract. */
import type { RenderReport } from '../../engine/index.ts';
import { harmless, oneLine, shorten, table } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { problemLines } from './problems.ts';

type RenderedWorkload = RenderReport['workloads'][number];

export function renderJson(report: RenderReport): object {
  return {
    revision: report.revision,
    workloads: report.workloads.map(({ workload, kind, files, inputs, problems }) => ({
      workload,
      kind,
      files: files.map(({ path, suffix, rendered }) => ({ path, suffix, rendered })),
      inputs,
      problems,
    })),
  };
}

function inputLines(inputs: RenderedWorkload['inputs'], style: Style): string[] {
  const { color, symbols } = style;
  const rows = Object.entries(inputs).map(([name, { value, path, line }]) => [
    `    ${oneLine(name)}`,
    shorten(oneLine(typeof value === 'string' ? value : JSON.stringify(value)), 48, symbols.ellipsis),
    `${oneLine(path)}:${line}`,
  ]);
  return rows.length === 0
    ? []
    : ['', `  ${color.dim('inputs')}`, ...table(rows, { columns: style.tableWidth(), ellipsis: symbols.ellipsis })];
}

export function renderedWorkloadLines(workload: RenderedWorkload, style: Style): string[] {
  const { color } = style;
  const files = workload.files.flatMap((file) => {
    const text = file.rendered === null ? file.text : JSON.stringify(file.rendered, null, 2);
    const body = text === undefined ? [color.dim('(did not render)')] : harmless(text).trimEnd().split('\n');
    return ['', `  ${color.cyan(oneLine(file.path))}`, ...body.map((line) => `  ${line}`)];
  });
  const problems = workload.problems.flatMap((problem) => problemLines(problem, style, 2));
  return [
    `${color.bold(oneLine(workload.workload))}  ${color.dim(workload.kind)}`,
    ...files,
    ...inputLines(workload.inputs, style),
    ...(problems.length === 0 ? [] : ['', ...problems]),
  ];
}
