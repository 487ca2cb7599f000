/** What other extensions and tests get from `getExtension('gitmoxi.gitmoxi').exports`. */
import type { Engine, StatusEntry } from '../engine/index.ts';
import type { EngineSession } from './engine/session.ts';

/** The engine's operations (engine/api.ts). It is closed with the window. */
export type WindowEngine = Omit<Engine, 'close'>;

export interface GitMoxiApi {
  /**
   * The window's engine: for AWS as the settings say, or for the sandbox while one runs. It is loaded with the first
   * call; in Restricted Mode every operation rejects with `client.not-trusted`.
   */
  readonly engine: WindowEngine;
  /** The latest rollout of every workload of the store. */
  rollouts(): Promise<StatusEntry[]>;
}

/** The keys are checked to be all of the engine's. */
const OPERATIONS: Readonly<Record<keyof WindowEngine, true>> = {
  workloads: true,
  render: true,
  validate: true,
  plan: true,
  snapshot: true,
  deploy: true,
  resume: true,
  status: true,
  history: true,
  rollout: true,
  events: true,
  alarmCurves: true,
  explain: true,
  inventory: true,
  planRollback: true,
  ask: true,
  hold: true,
  release: true,
  returns: true,
  bringBack: true,
  keepReturning: true,
};

/** @param guard rejects where the engine must not be used now */
export function createApi(session: EngineSession, guard: () => Promise<void>): GitMoxiApi {
  const operation =
    (name: string) =>
    async (...words: readonly unknown[]): Promise<unknown> => {
      await guard();
      const { engine } = await session.open();
      const operations = engine as unknown as Record<string, (...words: readonly unknown[]) => Promise<unknown>>;
      return operations[name]!(...words);
    };
  const engine = Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, operation(name)]));
  const typed = engine as unknown as WindowEngine;
  return { engine: typed, rollouts: () => typed.status() };
}
