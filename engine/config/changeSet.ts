/**
 * Which workloads a change of files touches, and how. The rules of the reference system: definitions and inputs deploy,
 * deployment settings alone do not, deleting the definition deletes; and a file that an input refers to counts as input.
 */
import { DEFINITION_SUFFIX, parseConfigPath } from './suffixes.ts';
import { byIdentity, byPath, groupWorkloads, type WorkloadPaths, workloadKey } from './workloads.ts';

export type ChangeKind = 'added' | 'modified' | 'deleted';

/** A file that differs between two revisions. A rename is a deletion and an addition. */
export interface FileChange {
  readonly path: string;
  readonly change: ChangeKind;
}

/** What a change means for a workload. */
export type Relevance =
  /** Something that is deployed changed. Whether anything has to happen shows in the rendered result. */
  | 'deploy'
  /** Only the deployment settings changed; the next deployment will use them. */
  | 'settings-only'
  /** The service or function definition was deleted, and with it the service or function is to go. */
  | 'delete';

export interface ChangedFile extends FileChange {
  /** Whether the file is one of the workload's own, or one that its input refers to. */
  readonly via: 'own' | 'reference';
}

/** A workload that the change set touches. */
export interface Affected {
  readonly workload: WorkloadPaths;
  readonly relevance: Relevance;
  /** Sorted by path. */
  readonly changedFiles: readonly ChangedFile[];
}

export interface ChangeSetInput {
  /** What differs between base and head; every file as `added` where nothing was processed before. */
  readonly changes: readonly FileChange[];
  /** The workloads at the head. */
  readonly head: readonly WorkloadPaths[];
  /** Per input file at the head, the normalized paths it refers to. */
  readonly references: ReadonlyMap<string, readonly string[]>;
}

/**
 * Works out the change set, sorted by workload path.
 *
 * The head's references suffice: where an input refers to other files than before, the input itself has changed. A
 * workload that is gone is listed only where its definition went with this change; leftovers without a definition
 * never were a service.
 */
export function changeSet({ changes, head, references }: ChangeSetInput): Affected[] {
  const changeOf = new Map(changes.map((change) => [change.path, change]));
  const deletedPaths = changes.filter((change) => change.change === 'deleted').map((change) => change.path);
  const atHead = byKey(head);
  const gone = byKey(groupWorkloads(deletedPaths));

  const affected: Affected[] = [];
  for (const key of new Set([...atHead.keys(), ...gone.keys()])) {
    const deleted = gone.get(key)?.files ?? [];
    const workload = atHead.get(key) ?? { ...gone.get(key)!, files: [] };
    const isDeletion = deleted.some((file) => file.suffix === DEFINITION_SUFFIX[file.kind]);
    if (workload.files.length === 0 && !isDeletion) continue;

    const own = new Set([...workload.files, ...deleted].map((file) => file.path));
    const referenced = new Set(workload.files.flatMap((file) => references.get(file.path) ?? []));
    const changedFiles = [
      ...[...own].flatMap((path) => withVia(changeOf.get(path), 'own')),
      ...[...referenced].flatMap((path) => (own.has(path) ? [] : withVia(changeOf.get(path), 'reference'))),
    ].sort(byPath);
    if (changedFiles.length === 0) continue;
    affected.push({ workload, relevance: isDeletion ? 'delete' : relevanceOf(changedFiles), changedFiles });
  }
  return affected.sort((a, b) => byIdentity(a.workload, b.workload));
}

function byKey(workloads: readonly WorkloadPaths[]): Map<string, WorkloadPaths> {
  return new Map(workloads.map((workload) => [workloadKey(workload), workload]));
}

function withVia(change: FileChange | undefined, via: ChangedFile['via']): ChangedFile[] {
  return change ? [{ ...change, via }] : [];
}

/** A deleted task definition or input deploys like a changed one: what is rendered differs. */
function relevanceOf(files: readonly ChangedFile[]): Relevance {
  const onlySettings = files.every((file) => file.via === 'own' && parseConfigPath(file.path)?.role === 'deployment');
  return onlySettings ? 'settings-only' : 'deploy';
}
