/** Problems for people: one line each, in the form that editors and terminals turn into links, and what to do. */
import type { Problem, Severity } from '../../engine/index.ts';
import { harmless, oneLine, wrap } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';

const mark = ({ color, symbols }: Style, severity: Severity): string =>
  severity === 'error'
    ? color.red(symbols.failed)
    : severity === 'warning'
      ? color.yellow(symbols.warning)
      : color.cyan(symbols.info);

/** A problem on one line or more. `indent` is in columns. */
export function problemLines(problem: Problem, style: Style, indent: number): string[] {
  const { color } = style;
  const margin = ' '.repeat(indent);
  const place = `${oneLine(problem.path)}:${problem.line}:${problem.column}`;
  const [first = '', ...rest] = wrap(problem.message, style.width() - indent - 4);
  return [
    `${margin}${mark(style, problem.severity)} ${color.bold(place)} ${color.dim(problem.code)}`,
    ...[first, ...rest].map((line) => `${margin}  ${line}`),
    ...(problem.hint === undefined
      ? []
      : wrap(problem.hint, style.width() - indent - 10).map((line, i) =>
          color.dim(`${margin}  ${i === 0 ? 'hint: ' : '      '}${harmless(line)}`),
        )),
  ];
}

export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `2 errors, 1 warning`; empty where there is nothing. */
export function countProblems(problems: readonly Problem[]): string {
  const count = (severity: Severity) => problems.filter((problem) => problem.severity === severity).length;
  const parts = [
    [count('error'), 'error'],
    [count('warning'), 'warning'],
    [count('info'), 'note'],
  ] as const;
  return parts
    .filter(([n]) => n > 0)
    .map(([n, noun]) => plural(n, noun))
    .join(', ');
}

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some((problem) => problem.severity === 'error');
