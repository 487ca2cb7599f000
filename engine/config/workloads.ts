/**
 * Workloads: config files that share a path prefix. A prefix with ECS and Lambda files is two workloads, so the kind is
 * part of the identity.
 */
import type { FileContent } from './fileContent.ts';
import { type ConfigPath, parseConfigPath, type WorkloadKind } from './suffixes.ts';

/** A workload by its files' names. */
export interface WorkloadPaths {
  /** The prefix that the files share, from the repository root. */
  readonly path: string;
  readonly kind: WorkloadKind;
  /** Sorted by path. */
  readonly files: readonly ConfigPath[];
}

/** A config file with its text. */
export type SourceFile = ConfigPath & FileContent;

/** A file that an input refers to, where the reference is written, and its text. */
export type ReferencedFile = FileContent & {
  /** From the repository root, normalized; as written where `problem` says it is no path in the repository. */
  readonly path: string;
  /** As the author wrote it. */
  readonly raw: string;
  /** Offsets of the string, with its quotes, in the input file. */
  readonly start: number;
  readonly end: number;
};

/** A workload with everything that rendering and checking it needs: pure data. */
export interface WorkloadSource {
  readonly path: string;
  readonly kind: WorkloadKind;
  readonly files: readonly SourceFile[];
  /** What the input file refers to, in its order. */
  readonly references: readonly ReferencedFile[];
}

/** Identity of a workload within a repository, usable as a map key. */
export function workloadKey(workload: { readonly kind: WorkloadKind; readonly path: string }): string {
  return `${workload.kind}:${workload.path}`;
}

/** Groups the config files among the paths into workloads, sorted by path, then kind. Other files are left out. */
export function groupWorkloads(paths: Iterable<string>): WorkloadPaths[] {
  const groups = { ecs: new Map<string, ConfigPath[]>(), lambda: new Map<string, ConfigPath[]>() };
  for (const path of paths) {
    const file = parseConfigPath(path);
    if (file === undefined) continue;
    const known = groups[file.kind].get(file.workload);
    if (known === undefined) groups[file.kind].set(file.workload, [file]);
    else known.push(file);
  }
  const workloadsOf = (kind: WorkloadKind) =>
    [...groups[kind]].map(([path, files]): WorkloadPaths => ({ path, kind, files: sortedOnce(files) }));
  return [...workloadsOf('ecs'), ...workloadsOf('lambda')].sort(byIdentity);
}

/** By path, each once. */
function sortedOnce(files: ConfigPath[]): ConfigPath[] {
  return files.sort(byPath).filter(({ path }, i) => path !== files[i - 1]?.path);
}

/** Orders workloads by path, then kind. */
export function byIdentity(a: WorkloadPaths, b: WorkloadPaths): number {
  return byPath(a, b) || compare(a.kind, b.kind);
}

/** Orders by path, code unit by code unit: the same everywhere, whatever the locale. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return compare(a.path, b.path);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
