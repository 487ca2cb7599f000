/** What checking a workload gives: its rendered files, its inputs, and everything that is wrong. Types only. */
import type { FileRole, Suffix, WorkloadKind } from '../config/index.ts';
import type { Finding } from '../finding.ts';
import type { Json, JsonObject } from '../json.ts';
import type { InputValue, SourceMap } from '../template/index.ts';

export interface RenderedFile {
  readonly path: string;
  readonly suffix: Suffix;
  readonly role: FileRole;
  /** The source text; undefined when the file could not be read. */
  readonly source: string | undefined;
  /** What the template gave; undefined when it could not be rendered to the end. */
  readonly text: string | undefined;
  /** The rendered text as JSON; undefined when it is not JSON. */
  readonly value: Json | undefined;
  readonly map: SourceMap | undefined;
  /** JSON pointers of the values in `value` that a sensitive input fed. */
  readonly sensitive: ReadonlySet<string>;
}

export interface CheckedWorkload {
  /** Path prefix of its files. */
  readonly path: string;
  readonly kind: WorkloadKind;
  readonly files: readonly RenderedFile[];
  readonly inputs: ReadonlyMap<string, InputValue>;
  /** False when an input file could not be read: a name that is not in `inputs` may then exist. @default true */
  readonly inputsComplete?: boolean;
  /** In file order, then by place; an `error` blocks deployment. */
  readonly findings: readonly Finding[];
  /** Source text of every file that a finding may point to, for lines and columns. */
  readonly sources: ReadonlyMap<string, string>;
}

/** The parsed content of the file with a role, when it rendered to a JSON object. */
export function objectOf(workload: CheckedWorkload, role: FileRole): JsonObject | undefined {
  const value = workload.files.find((file) => file.role === role)?.value;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export const hasErrors = (workload: CheckedWorkload): boolean =>
  workload.findings.some((finding) => finding.severity === 'error');
