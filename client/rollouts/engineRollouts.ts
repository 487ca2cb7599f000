/**
 * Reads the workloads of the window's folders from Git, and their rollouts from the engine's store. AWS is not asked.
 *
 * Owns: the workloads as they were last read, since reading them costs Git and the checks.
 */
import type { Engine, PlanReport, StatusEntry } from '../../engine/index.ts';
import type { EngineSession } from '../engine/session.ts';
import { timeHere } from '../words.ts';
import type { Rollouts, WorkloadRow } from './rollout.ts';

/** Workloads are read anew after this long, ms: commits made elsewhere show by then. */
const KEPT_MS = 20_000;

/** What a rollout waits for, in words. */
type Waits = (entry: StatusEntry) => readonly string[];

interface Read {
  readonly repo: string;
  readonly plan?: PlanReport;
  readonly error?: unknown;
}

export class EngineRollouts {
  readonly #session: EngineSession;
  readonly #folders: () => readonly string[];
  #kept: { readonly key: string; readonly until: number; readonly read: Promise<readonly Read[]> } | undefined;

  /** @param folders absolute paths of the window's folders, now */
  constructor(session: EngineSession, folders: () => readonly string[]) {
    this.#session = session;
    this.#folders = folders;
  }

  /** Has the next reading look at Git again. */
  forget(): void {
    this.#kept = undefined;
  }

  async read(): Promise<Rollouts> {
    const { engine } = await this.#session.open();
    const read = await this.#workloads(engine);
    const entries = await engine.status();
    // The engine is loaded only when it is needed, its words too.
    const { waitWords } = await import('../engine/loaded.ts');
    const waits: Waits = ({ rollout: { waiting }, ahead }) =>
      waiting == null ? [] : waitWords(waiting, undefined, timeHere, ahead);
    const plans = read.filter((one) => one.plan !== undefined);
    // Two folders of one repository have the same workloads.
    const repositories = new Map(plans.map(({ plan, repo }) => [plan!.context.repository.root, { plan: plan!, repo }]));
    return {
      rows: [...repositories.values()].flatMap(({ plan }) => rowsOf(plan, entries, waits)),
      inRepository: plans.length > 0 || read.some(({ error }) => error !== undefined),
      failures: read.flatMap(({ repo, error }) => (error === undefined ? [] : [{ repo, error }])),
    };
  }

  #workloads(engine: Engine): Promise<readonly Read[]> {
    const folders = this.#folders();
    const key = JSON.stringify(folders);
    const now = performance.now();
    if (this.#kept?.key === key && this.#kept.until > now) return this.#kept.read;
    const read = Promise.all(folders.map((repo) => readRepository(engine, repo)));
    this.#kept = { key, until: now + KEPT_MS, read };
    return read;
  }
}

/** The workloads of the head; of the working tree where nothing was committed yet. */
async function readRepository(engine: Engine, repo: string): Promise<Read> {
  try {
    return { repo, plan: await engine.plan({ repo, offline: true, all: true }) };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === 'git.not-a-repository') return { repo };
    try {
      return { repo, plan: await engine.plan({ repo, offline: true, all: true, revision: { worktree: true } }) };
    } catch {
      return { repo, error };
    }
  }
}

function rowsOf({ workloads, context }: PlanReport, entries: readonly StatusEntry[], waits: Waits): WorkloadRow[] {
  const { identity, root } = context.repository;
  const idOf = (kind: string, workload: string) => `${identity} ${kind}:${workload}`;
  const own = entries.filter(({ rollout }) => rollout.repository.identity === identity);
  const latest = new Map<string, StatusEntry>();
  for (const entry of own) {
    const id = idOf(entry.kind, entry.workload);
    const known = latest.get(id);
    if (known === undefined || known.rollout.startedAt < entry.rollout.startedAt) latest.set(id, entry);
  }
  const planned = workloads.map((plan): WorkloadRow => {
    const id = idOf(plan.kind, plan.workload);
    const entry = latest.get(id);
    latest.delete(id);
    const held = /^held: (.*)$/s.exec(plan.action === 'blocked' ? plan.reason : '')?.[1];
    return {
      id,
      workload: plan.workload,
      kind: plan.kind,
      repo: root,
      target: placed(plan.target, entry),
      errors: plan.problems.filter(({ severity }) => severity === 'error').length,
      held,
      head: context.commit?.id,
      record: entry?.rollout,
      owner: entry?.owner,
      waits: entry === undefined ? [] : waits(entry),
      fallback: entry?.fallback,
    };
  });
  // What has no files any more, but was rolled out once.
  const gone = [...latest.entries()].map(
    ([id, entry]): WorkloadRow => ({
      id,
      workload: entry.workload,
      kind: entry.kind,
      repo: root,
      target: entry.target,
      errors: 0,
      held: undefined,
      head: context.commit?.id,
      record: entry.rollout,
      owner: entry.owner,
      waits: waits(entry),
      fallback: entry.fallback,
    }),
  );
  return [...planned, ...gone];
}

/** Where a rollout went says more than files that leave the account or region open. */
function placed(target: WorkloadRow['target'], entry: StatusEntry | undefined): WorkloadRow['target'] {
  if (target === undefined || entry === undefined) return target ?? entry?.target;
  return target.account === undefined || target.region === undefined ? entry.target : target;
}
