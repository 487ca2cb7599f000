/**
 * From a place and a revision to checked workloads: opens the repository, reads what is asked for, renders and checks.
 * Owns nothing beyond the call: the repository is closed again.
 */
import { isAbsolute, relative, sep } from 'node:path';
import type { Where } from './api.ts';
import type { CheckedWorkload } from './check/index.ts';
import { groupWorkloads, selectWorkloads, type WorkloadPaths, workloadKey } from './config/index.ts';
import { EngineError } from './errors.ts';
import { type Commit, loadWorkloads, openRepository, type Repository, type Tree, withTexts } from './git/index.ts';
import { inSlices } from './slices.ts';

/** Read at a time: bounds memory. */
const WORKLOADS_AT_ONCE = 50;

/** Referenced files whose values are kept parsed: many workloads refer to one output. */
const KEPT_REFERENCES = 64;

/** A repository at one revision. */
export interface Opened {
  readonly repository: Repository;
  readonly tree: Tree;
  /** Undefined for a working tree. */
  readonly commit: Commit | undefined;
  /** The commit's id, or `worktree`. */
  readonly revision: string;
  /** All workloads of the revision. */
  readonly workloads: readonly WorkloadPaths[];
}

/** A repository at one revision, of which it is known what there is, and not yet what is in it. */
export type Listed = Omit<Opened, 'tree'>;

/** Opens the repository at the revision for the duration of `work`. */
export function withRevision<T>(where: Where, work: (opened: Opened) => Promise<T>): Promise<T> {
  return withCommit(where, async (here) => {
    const tree = await treeOf(where, here);
    return work({ ...here, tree, workloads: groupWorkloads(tree.paths) });
  });
}

/** Workloads of commits, by repository and commit, the one listed last at the end. */
export type KnownCommits = Map<string, readonly WorkloadPaths[]>;

const MOST_KNOWN = 4;

/** As `withRevision`, for who needs no files: what a commit has never changes, so it is listed once. */
export function withWorkloads<T>(where: Where, known: KnownCommits, work: (listed: Listed) => Promise<T>): Promise<T> {
  return withCommit(where, async (here) => {
    const { repository, commit } = here;
    const key = commit === undefined ? undefined : JSON.stringify([repository.root, commit.id]);
    const workloads =
      (key === undefined ? undefined : known.get(key)) ?? groupWorkloads((await treeOf(where, here)).paths);
    if (key !== undefined) {
      known.delete(key);
      known.set(key, workloads);
      if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
    }
    return work({ ...here, workloads });
  });
}

type Here = Pick<Opened, 'repository' | 'commit' | 'revision'>;

async function withCommit<T>(where: Where, work: (here: Here) => Promise<T>): Promise<T> {
  await using repository = await openRepository(where.repo);
  const revision = where.revision ?? 'HEAD';
  const commit = typeof revision === 'string' ? await repository.resolve(revision) : undefined;
  // Awaited here: the repository is open as long as the work lasts.
  return await work({ repository, commit, revision: commit?.id ?? 'worktree' });
}

async function treeOf({ revision }: Where, { repository, commit }: Here): Promise<Tree> {
  const stored = await repository.tree(commit === undefined ? 'worktree' : { commit: commit.id });
  const texts = typeof revision === 'object' ? revision.texts : undefined;
  return texts === undefined ? stored : withTexts(stored, texts);
}

/** An absolute path as one from the repository's root, with `/`; the root itself is everything below it. */
const fromRoot = (root: string, path: string): string => relative(root, path).split(sep).join('/') || '**';

/**
 * The workloads that selectors pick.
 *
 * @param known further workloads that a selector may name without picking them
 * @throws EngineError `workload.no-match` (usage) for a selector that names nothing
 */
export function pick<T extends WorkloadPaths>(
  opened: Pick<Opened, 'repository'>,
  where: Where,
  all: readonly T[],
  known: readonly WorkloadPaths[] = [],
): readonly T[] {
  const { root } = opened.repository;
  const selectors = (where.selectors ?? []).map((selector) =>
    isAbsolute(selector) ? fromRoot(root, selector) : selector,
  );
  if (selectors.includes('')) {
    throw new EngineError('workload.empty-selector', 'an empty text names no workload', {
      kind: 'usage',
      hint: 'is a variable unset? To mean all workloads, name none',
    });
  }
  const { folder } = opened.repository;
  const { selected, unmatched } = selectWorkloads(all, selectors, folder);
  const nowhere = unmatched.length === 0 ? [] : selectWorkloads(known, unmatched, folder).unmatched;
  if (nowhere.length > 0) {
    throw new EngineError('workload.no-match', `no workload matches ${nowhere.map(shortened).join(', ')}`, {
      kind: 'usage',
      hint: 'name a workload by its path prefix (dev/web/web), one of its files, a folder or a glob',
    });
  }
  return selected;
}

/** A name may be of any length. */
const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** Loads, renders and checks workloads in batches; `use` sees each once, and what it gives is all that is kept. */
export async function checkEach<T>(
  tree: Tree,
  workloads: readonly WorkloadPaths[],
  use: (checked: CheckedWorkload) => T,
): Promise<T[]> {
  // Templates and rules are half of the engine, which many lists and looks do without.
  const { checkWorkload, keepReferenced } = await import('./check/index.ts');
  const results: T[] = [];
  const read = keepReferenced(KEPT_REFERENCES);
  for (let i = 0; i < workloads.length; i += WORKLOADS_AT_ONCE) {
    const sources = await loadWorkloads(tree, workloads.slice(i, i + WORKLOADS_AT_ONCE));
    results.push(...(await inSlices(sources, (source) => use(checkWorkload(source, read)))));
  }
  return results;
}

/**
 * The one workload that somebody named.
 *
 * @param gone workloads that the revision need not have any more
 * @throws EngineError `engine.one-workload` (usage)
 */
export function oneWorkload(
  where: Where,
  gone: (identity: string) => Promise<readonly WorkloadPaths[]> = async () => [],
) {
  return withRevision(where, async (here) => {
    const { identity } = here.repository;
    const there = new Set(here.workloads.map(workloadKey));
    const missing = (await gone(identity)).filter((workload) => !there.has(workloadKey(workload)));
    const present = pick(here, where, here.workloads, missing);
    const picked = present.length > 0 ? present : pick(here, where, missing);
    const [workload] = picked;
    if (workload === undefined || picked.length > 1) {
      throw new EngineError('engine.one-workload', `name one workload, not ${picked.length}`, {
        kind: 'usage',
        hint: 'see `gitmoxi status`',
      });
    }
    return { identity, workload, head: here.commit };
  });
}
