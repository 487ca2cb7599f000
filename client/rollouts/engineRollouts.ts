/**
 * Reads rollouts from the engine's store. The engine is loaded, and the store opened, when first asked.
 *
 * Owns: one engine, for one store at a time. Must not: make a store where there is none, or ask AWS.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Engine, StatusEntry } from '../../engine/index.ts';
import type { Rollouts } from './rollout.ts';

export interface EngineRolloutsOptions {
  /** Absolute paths of the window's folders, now. */
  readonly folders: () => readonly string[];
  /** The configured store, now; empty for the default. */
  readonly store: () => string;
}

export class EngineRollouts {
  readonly #options: EngineRolloutsOptions;
  #opened: { readonly path: string; readonly engine: Engine } | undefined;

  constructor(options: EngineRolloutsOptions) {
    this.#options = options;
  }

  async read(): Promise<Rollouts> {
    const { defaultStorePath, EngineError, targetKey, targetLabel } = await import('../../engine/index.ts');
    const path = this.#options.store() || process.env['GITMOXI_STORE'] || defaultStorePath(process.env);
    // What was never deployed to has no store, and looking must not make one.
    if (!/^[a-z]+:\/\//.test(path) && !existsSync(path)) return { rows: [], inRepository: true };
    const engine = await this.#engine(path);
    const found = await Promise.all(
      this.#options.folders().map((repo) =>
        engine.status({ repo }).catch((error) => {
          if (error instanceof EngineError && error.code === 'git.not-a-repository') return undefined;
          throw error;
        }),
      ),
    );
    const entries = found.filter((one) => one !== undefined);
    const toRow = ({ target, workload, rollout, owner }: StatusEntry) => ({
      id: `${rollout.repository.identity} ${workload} ${targetKey(target)}`,
      place: targetLabel(target),
      record: rollout,
      running: owner !== undefined,
    });
    // Two folders of one repository have the same rollouts.
    const rows = new Map(entries.flat().map((entry) => [entry.rollout.id, toRow(entry)]));
    return { rows: [...rows.values()], inRepository: entries.length > 0 };
  }

  async close(): Promise<void> {
    const engine = this.#opened?.engine;
    this.#opened = undefined;
    await engine?.close();
  }

  async #engine(path: string): Promise<Engine> {
    if (this.#opened?.path === path) return this.#opened.engine;
    await this.close();
    const { createEngine, openStore, systemClock } = await import('../../engine/index.ts');
    const engine = createEngine({
      clock: systemClock(),
      store: () => openStore(path),
      owner: { id: randomUUID(), host: hostname(), pid: process.pid },
    });
    this.#opened = { path, engine };
    return engine;
  }
}
