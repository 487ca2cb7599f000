/** Where in a source file a member of its rendered JSON comes from. Pure. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { CheckedWorkload } from '../check/checked.ts';
import type { FileRole } from '../config/index.ts';
import { type Problem, type Severity, toProblem } from '../finding.ts';

export interface Said {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** @default 'error' */
  readonly severity?: Severity;
}

/**
 * A problem at a member of a file; at the nearest that there is of what it stands in, and else at the file's start.
 *
 * @param path keys and indexes from the root of the rendered JSON
 */
export function problemAt(
  workload: CheckedWorkload,
  role: FileRole,
  path: readonly (string | number)[],
  { severity = 'error', ...said }: Said,
): Problem {
  const file = workload.files.find((one) => one.role === role) ?? workload.files[0];
  const root = file?.text === undefined || file.map === undefined ? undefined : parseTree(file.text);
  let at = { start: 0, end: 0 };
  for (let length = path.length; root !== undefined && length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node === undefined) continue;
    const { start, end } = file!.map!.toSource(node.offset, node.offset + node.length);
    at = { start, end };
    break;
  }
  return toProblem({ path: file?.path ?? workload.path, ...at, severity, ...said }, file?.source);
}
