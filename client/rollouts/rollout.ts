/** What the rollouts view is made of: the workloads of the window's folders, with their latest rollouts. Types only. */
import type { PlanReport, RolloutRecord, StatusEntry, Target } from '../../engine/index.ts';

export type WorkloadPlan = PlanReport['workloads'][number];

/** One workload of a repository, at the place where its files put it. */
export interface WorkloadRow {
  /** Stable over refreshes. */
  readonly id: string;
  readonly workload: string;
  readonly kind: 'ecs' | 'lambda';
  /** The repository's folder. */
  readonly repo: string;
  readonly target: Target | undefined;
  /** Errors in its files; undefined while they are not read. */
  readonly errors: number | undefined;
  /** Why it is held; undefined when it is not. */
  readonly held: string | undefined;
  /** The commit that its files are read from; undefined for the working tree. */
  readonly head: string | undefined;
  /** Its latest rollout. */
  readonly record: RolloutRecord | undefined;
  /** Who runs the unfinished rollout; undefined when nobody does. */
  readonly owner: StatusEntry['owner'];
  /** What its rollout waits for now, for people; empty where it waits for nothing. */
  readonly waits: readonly string[];
  /** Where its service is not on its own capacity. */
  readonly fallback: StatusEntry['fallback'];
}

export interface Rollouts {
  readonly rows: readonly WorkloadRow[];
  /** Whether any of the window's folders is in a repository. */
  readonly inRepository: boolean;
  /** Repositories that could not be read, with why. */
  readonly failures: readonly { readonly repo: string; readonly error: unknown }[];
  /** Folders of the window with files of workloads that are in no repository, while another folder is in one. */
  readonly unversioned: readonly string[];
}

/** Reads the rollouts of the window's folders. May be slow, and rejects with an `EngineError`. */
export type ReadRollouts = () => Promise<Rollouts>;

/** What runs at the places of one group, compared with the files. */
export type LiveGroup =
  | { readonly state: 'reading' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'read'; readonly plans: ReadonlyMap<string, WorkloadPlan> };

export type Live = ReadonlyMap<string, LiveGroup>;

/** Workloads of one account, region and cluster belong together; functions have no cluster. */
export function groupOf({ target, kind, errors }: Pick<WorkloadRow, 'target' | 'kind' | 'errors'>): string {
  if (target === undefined) return errors === undefined ? 'reading' : 'nowhere';
  const place = `${target.account ?? '-'}/${target.region ?? '-'}`;
  return `${kind}/${place}${target.kind === 'ecs' ? `/${target.cluster}` : ''}`;
}
