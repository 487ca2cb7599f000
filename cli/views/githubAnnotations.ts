/**
 * Problems as workflow commands that GitHub Actions shows at their lines.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
import type { Problem, Severity } from '../../engine/index.ts';

const COMMAND: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

export function toAnnotation(problem: Problem): string {
  const properties = {
    file: problem.path,
    line: String(problem.line),
    col: String(problem.column),
    endLine: String(problem.endLine),
    endColumn: String(problem.endColumn),
    title: problem.code,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  const text = problem.hint === undefined ? problem.message : `${problem.message} (${problem.hint})`;
  return `::${COMMAND[problem.severity]} ${list.join(',')}::${data(text)}`;
}
