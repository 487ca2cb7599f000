/**
 * Problems as SARIF 2.1.0, for code scanning.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import type { Problem, Severity } from '../../engine/index.ts';

const LEVEL: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };

const result = (problem: Problem) => ({
  ruleId: problem.code,
  level: LEVEL[problem.severity],
  message: { text: problem.hint === undefined ? problem.message : `${problem.message}. ${problem.hint}` },
  locations: [
    {
      physicalLocation: {
        // A path is not yet a URI reference: `#` and spaces would be read otherwise.
        artifactLocation: { uri: problem.path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
        region: {
          startLine: problem.line,
          startColumn: problem.column,
          endLine: problem.endLine,
          endColumn: problem.endColumn,
        },
      },
    },
  ],
});

/** @param version of this program */
export function toSarif(problems: readonly Problem[], version: string): object {
  const rules = [...new Set(problems.map((problem) => problem.code))].sort().map((id) => ({ id }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'gitmoxi', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: problems.map(result),
      },
    ],
  };
}
