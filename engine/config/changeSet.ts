/**
 * Which workloads a change of files touches, and how. The rules of the reference system: definitions and inputs deploy,
 * deployment settings alone do not, deleting the definition deletes; and a file that an input refers to counts as input.
 */
import { DEFINITION_SUFFIX, parseConfigPath } from './suffixes.ts';
import { byIdentity, byPath, type WorkloadPaths, workloadKey } from './workloads.ts';

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
  const affected: Affected[] = [];
  const present = new Set<string>();
  const deleted = new Set<string>();
  const deletedFiles = new Map<string, { path: string; kind: WorkloadPaths['kind']; changedFiles: ChangedFile[] }>();

  for (const change of changes) {
    const file = change.change === 'deleted' ? parseConfigPath(change.path) : undefined;
    if (file === undefined) continue;
    const workload = { path: file.workload, kind: file.kind };
    const key = workloadKey(workload);
    const entry = deletedFiles.get(key) ?? { ...workload, changedFiles: [] };
    entry.changedFiles.push({ ...change, via: 'own' });
    deletedFiles.set(key, entry);
    if (file.suffix === DEFINITION_SUFFIX[file.kind]) deleted.add(key);
  }

  for (const workload of head) {
    const key = workloadKey(workload);
    present.add(key);
    const changedFiles = [...(deletedFiles.get(key)?.changedFiles ?? [])];
    for (const file of workload.files) {
      const change = changeOf.get(file.path);
      if (change) changedFiles.push({ ...change, via: 'own' });
    }
    const own = new Set(changedFiles.map((file) => file.path));
    for (const file of workload.files) {
      for (const path of new Set(references.get(file.path))) {
        const change = changeOf.get(path);
        if (change && !own.has(path)) changedFiles.push({ ...change, via: 'reference' });
      }
    }
    if (changedFiles.length === 0) continue;
    affected.push({
      workload,
      relevance: deleted.has(key) ? 'delete' : relevanceOf(changedFiles),
      changedFiles: changedFiles.sort(byPath),
    });
  }

  for (const [key, { path, kind, changedFiles }] of deletedFiles) {
    if (present.has(key) || !deleted.has(key)) continue;
    affected.push({
      workload: { path, kind, files: [] },
      relevance: 'delete',
      changedFiles: changedFiles.sort(byPath),
    });
  }
  return affected.sort((a, b) => byIdentity(a.workload, b.workload));
}

/** A deleted task definition or input deploys like a changed one: what is rendered differs. */
function relevanceOf(files: readonly ChangedFile[]): Relevance {
  const onlySettings = files.every((file) => file.via === 'own' && parseConfigPath(file.path)?.role === 'deployment');
  return onlySettings ? 'settings-only' : 'deploy';
}
