/**
 * From the files of a revision to workloads: everything that rendering needs, and which workloads a change touches.
 */
import {
  type Affected,
  changeSet,
  type FileChange,
  type FileContent,
  groupWorkloads,
  inputReferences,
  MAX_CONFIG_BYTES,
  MAX_REFERENCED_BYTES,
  type ReferencedFile,
  type WorkloadPaths,
  type WorkloadSource,
} from '../config/index.ts';
import type { Tree } from './tree.ts';

/** Reads workloads with what their inputs refer to. Every file is read once, however many workloads refer to it. */
export async function loadWorkloads(tree: Tree, workloads: readonly WorkloadPaths[]): Promise<WorkloadSource[]> {
  const own = await tree.read(
    workloads.flatMap((workload) => workload.files.map((file) => file.path)),
    MAX_CONFIG_BYTES,
  );
  const referencesOf = new Map(
    workloads.map((workload) => [
      workload,
      inputPaths(workload).flatMap((path) => inputReferences(own.get(path)?.text ?? '').references),
    ]),
  );
  const wanted = [...referencesOf.values()].flat().filter((reference) => reference.problem === undefined);
  const referenced = await tree.read(
    wanted.map((reference) => reference.path),
    MAX_REFERENCED_BYTES,
  );
  return workloads.map((workload) => ({
    path: workload.path,
    kind: workload.kind,
    files: workload.files.map((file) => ({ ...file, ...contentOf(own, file.path) })),
    references: referencesOf
      .get(workload)!
      .map(
        ({ problem, ...place }): ReferencedFile =>
          problem ? { ...place, problem } : { ...place, ...contentOf(referenced, place.path) },
      ),
  }));
}

/**
 * Finds the workloads that changes touch. Of the whole revision only the input files are read.
 *
 * @param head the revision that the changes lead to
 */
export async function affectedWorkloads(head: Tree, changes: readonly FileChange[]): Promise<Affected[]> {
  if (changes.length === 0) return [];
  const workloads = groupWorkloads(head.paths);
  const inputs = await head.read(workloads.flatMap(inputPaths), MAX_CONFIG_BYTES);
  const mayName = namesOneOf(changes);
  const references = new Map<string, string[]>();
  for (const [path, { text }] of inputs) {
    if (text === undefined || !mayName(text)) continue;
    const found = inputReferences(text).references.filter((reference) => reference.problem === undefined);
    references.set(
      path,
      found.map((reference) => reference.path),
    );
  }
  return changeSet({ changes, head: workloads, references });
}

/** More names than this are not looked for one by one. */
const MOST_NAMES = 50;

/**
 * Can an input's text refer to one of the changed files? However a path is written, the file's name is in it, unless
 * JSON escapes hide it: most inputs need not be parsed.
 */
function namesOneOf(changes: readonly FileChange[]): (text: string) => boolean {
  const names = [...new Set(changes.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)))];
  if (names.length > MOST_NAMES) return () => true;
  return (text) => text.includes('\\') || names.some((name) => text.includes(name));
}

function inputPaths(workload: WorkloadPaths): string[] {
  return workload.files.filter((file) => file.role === 'input').map((file) => file.path);
}

function contentOf(contents: ReadonlyMap<string, FileContent>, path: string): FileContent {
  return contents.get(path) ?? { problem: 'missing' };
}
