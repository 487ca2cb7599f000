/**
 * The rollouts that this window runs, as opposed to those that it only shows.
 *
 * Owns: their signals. Ending the window lets go of them: whoever looks next takes them up.
 */
import type {
  DeployReport,
  PlanReport,
  RolloutEvent,
  RolloutRecord,
  RolloutSummary,
  RunOptions,
} from '../../engine/index.ts';
import type { EngineSession } from './session.ts';

export interface Watching {
  readonly onRecord?: (record: RolloutRecord) => void;
  readonly onWaiting?: (workload: string, message: string) => void;
}

/** Why nobody can take up what a window lets go of, and what to do instead. */
export interface Gone {
  readonly reason: string;
  readonly next: string;
}

export interface RunsOptions {
  /** Told whenever something in a rollout of this window moved. */
  readonly moved: (record: RolloutRecord) => void;
  /** Told of each event of these rollouts. */
  readonly happened: (event: RolloutEvent) => void;
}

export class Runs {
  readonly #session: EngineSession;
  readonly #options: RunsOptions;
  readonly #letGo = new AbortController();
  readonly #under = new Set<Promise<unknown>>();
  readonly #records = new Map<string, RolloutRecord>();
  readonly #takingUp = new Set<string>();
  #gone: Gone | undefined;

  constructor(session: EngineSession, options: RunsOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Unfinished rollouts that this window runs. */
  get running(): readonly RolloutRecord[] {
    return [...this.#records.values()].filter(({ endedAt }) => endedAt === null);
  }

  async deploy(plan: PlanReport, watching: Watching = {}): Promise<DeployReport> {
    const { engine } = await this.#session.open();
    return this.#follow(engine.deploy(plan, this.#runOptions(watching)));
  }

  /** Takes up unfinished rollouts that nobody runs; each only once at a time. */
  async takeUp(ids: readonly string[], watching: Watching = {}): Promise<DeployReport> {
    const wanted = ids.filter((id) => !this.#takingUp.has(id));
    if (wanted.length === 0) return { revision: null, rollouts: [] };
    for (const id of wanted) this.#takingUp.add(id);
    try {
      const { engine } = await this.#session.open();
      return await this.#follow(engine.resume(this.#runOptions(watching), wanted));
    } finally {
      for (const id of wanted) this.#takingUp.delete(id);
    }
  }

  /** Keeps the services of repositories where they belong, until this is closed. */
  async keepReturning(repos: readonly string[], watching: Watching = {}): Promise<void> {
    const { engine } = await this.#session.open();
    const options = this.#runOptions(watching);
    await Promise.all(repos.map((repo) => this.#follow(engine.keepReturning(options, { repo }))));
  }

  /**
   * Lets go of every rollout and waits until that is written down.
   *
   * @param gone where they end with it. @default whoever looks next takes them up
   */
  async close(gone?: Gone): Promise<void> {
    this.#gone ??= gone;
    this.#letGo.abort();
    this.#records.clear();
    await Promise.allSettled(this.#under);
  }

  #runOptions({ onRecord, onWaiting }: Watching): RunOptions {
    const told = (record: RolloutRecord) => {
      if (record.endedAt === null && !this.#letGo.signal.aborted) this.#records.set(record.id, record);
      else this.#records.delete(record.id);
      onRecord?.(record);
      this.#options.moved(record);
    };
    return {
      signal: this.#letGo.signal,
      onEvent: (event, record) => {
        this.#options.happened(event);
        told(record);
      },
      onRecord: told,
      ...(onWaiting === undefined ? {} : { onWaiting }),
    };
  }

  async #follow(run: Promise<DeployReport>): Promise<DeployReport> {
    this.#under.add(run);
    try {
      const report = await run;
      return this.#gone === undefined ? report : { ...report, rollouts: report.rollouts.map(ended(this.#gone)) };
    } finally {
      this.#under.delete(run);
    }
  }
}

/** What is not over by itself is over with where it ran. */
const ended =
  ({ reason, next }: Gone) =>
  (rollout: RolloutSummary): RolloutSummary =>
    rollout.phase === 'unfinished' || rollout.phase === 'busy'
      ? { ...rollout, phase: 'unfinished', reason, next }
      : rollout;
