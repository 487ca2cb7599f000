/**
 * What runs, group by group, compared with the files: each is read by itself, so that a slow region holds up no other.
 *
 * Owns: the last answer for each group. Must not: ask AWS unless told to look.
 */
import type { EngineSession } from '../engine/session.ts';
import { groupOf, type Live, type LiveGroup, type WorkloadPlan, type WorkloadRow } from './rollout.ts';

/** What has not answered by then is shown as not answering, ms. */
const PATIENCE_MS = 20_000;

interface Known {
  readonly at: number;
  /** Rollouts of the group that were over then, whoever ran them. */
  readonly over: string;
  readonly group: LiveGroup;
}

export class LiveStates {
  readonly #session: EngineSession;
  readonly #changed: () => void;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Set<string>();

  /** @param changed told whenever a group answered */
  constructor(session: EngineSession, changed: () => void) {
    this.#session = session;
    this.#changed = changed;
  }

  get live(): Live {
    return new Map([...this.#known].map(([key, { group }]) => [key, group]));
  }

  /** Has the next look ask again: one group, or all. */
  forget(group?: string): void {
    for (const [key, { group: last }] of this.#known) {
      if (group === undefined || key === group)
        this.#known.set(key, { at: Number.NEGATIVE_INFINITY, over: '', group: last });
    }
  }

  /**
   * Asks for the groups whose answer is older than `maxAgeMs`, or than the end of a rollout. Does not wait.
   */
  look(rows: readonly WorkloadRow[], maxAgeMs: number): void {
    const placed = rows.filter(({ target, errors }) => target?.region !== undefined && errors === 0);
    for (const [key, members] of Map.groupBy(placed, groupOf)) {
      const known = this.#known.get(key);
      const over = members.flatMap(({ record }) => (record?.endedAt == null ? [] : [record.id])).join(' ');
      const isFresh = known !== undefined && known.over === over && performance.now() - known.at < maxAgeMs;
      if (isFresh || this.#asking.has(key)) continue;
      this.#asking.add(key);
      if (known === undefined) this.#known.set(key, { at: 0, over, group: { state: 'reading' } });
      void this.#ask(members)
        .then(
          (plans): LiveGroup => ({ state: 'read', plans }),
          (error: unknown): LiveGroup => ({ state: 'failed', error }),
        )
        .then((group) => {
          this.#asking.delete(key);
          this.#known.set(key, { at: performance.now(), over, group });
          this.#changed();
        });
    }
  }

  async #ask(members: readonly WorkloadRow[]): Promise<ReadonlyMap<string, WorkloadPlan>> {
    const { engine } = await this.#session.open();
    const plans = new Map<string, WorkloadPlan>();
    for (const [repo, rows] of Map.groupBy(members, (row) => row.repo)) {
      const byWorkload = new Map(rows.map((row) => [`${row.kind}:${row.workload}`, row.id]));
      const revision = rows[0]!.head === undefined ? ({ worktree: true } as const) : 'HEAD';
      const selectors = rows.map(({ workload }) => workload);
      const report = await inTime(engine.plan({ repo, revision, selectors, all: true }));
      for (const plan of report.workloads) {
        const id = byWorkload.get(`${plan.kind}:${plan.workload}`);
        if (id !== undefined) plans.set(id, plan);
      }
    }
    return plans;
  }
}

/** An answer that takes too long counts as a failure. The question itself ends by the engine's own time-outs. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const { EngineError } = await import('../engine/loaded.ts');
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `AWS did not answer within ${PATIENCE_MS / 1000} seconds`;
    reject(new EngineError('client.no-answer', message, { hint: 'check the network, and select to retry' }));
  }, PATIENCE_MS);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
