/**
 * Looks after what nobody else does while the window is open: rollouts whose process is gone go on here, and services
 * come back from their fallback capacity. Reads the store alone until there is something to do.
 *
 * Owns: the timer of its next look, and which engine it keeps services of.
 */
import { sep } from 'node:path';
import type { Engine, StatusEntry } from '../../engine/index.ts';
import { realPath } from '../realPath.ts';
import type { EngineSession } from './session.ts';

/** After the window opened, so that it opens first, ms. */
const FIRST_MS = 3_000;

/** Between looks, ms: while others run unfinished rollouts, whoever does may go at any moment. */
const AT_REST_MS = 15_000;
const IN_PROGRESS_MS = 2_000;

export interface CaretakerOptions {
  readonly session: EngineSession;
  /** Absolute paths of the window's folders, now. Rollouts of other repositories are left to other windows. */
  readonly folders: () => readonly string[];
  readonly takeUp: (ids: readonly string[]) => void;
  /** Begins to keep the services of these repositories' folders where they belong, until the engine is left. */
  readonly keep: (repos: readonly string[]) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

export class Caretaker {
  readonly #options: CaretakerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;
  #keeping: { readonly engine: Engine; readonly repos: string } | undefined;

  constructor(options: CaretakerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setTimeout(() => void this.#lookOn(), FIRST_MS);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  /**
   * One look. Never rejects.
   *
   * @returns when to look again, ms
   */
  async look(): Promise<number> {
    try {
      const folders = await Promise.all(this.#options.folders().map(realPath));
      if (folders.length === 0) return AT_REST_MS;
      const { engine } = await this.#options.session.open();
      const entries = (await engine.status()).filter(({ rollout }) => isAround(rollout.repository.root, folders));
      const abandoned = entries.filter(({ rollout, owner }) => rollout.endedAt === null && owner === undefined);
      if (abandoned.length > 0) this.#options.takeUp(abandoned.map(({ rollout }) => rollout.id));
      this.#keep(engine, entries);
      const others = entries.filter(({ rollout, owner }) => rollout.endedAt === null && owner?.pid !== process.pid);
      return others.length > 0 ? IN_PROGRESS_MS : AT_REST_MS;
    } catch (error) {
      this.#options.failed(error);
      return AT_REST_MS;
    }
  }

  #keep(engine: Engine, entries: readonly StatusEntry[]): void {
    const roots = new Set(entries.filter(hasFallback).map(({ rollout }) => rollout.repository.root));
    const repos = [...roots].toSorted();
    const key = JSON.stringify(repos);
    if (repos.length === 0 || (this.#keeping?.engine === engine && this.#keeping.repos === key)) return;
    const keeping = { engine, repos: key };
    this.#keeping = keeping;
    // What could not go on is begun again at the next look.
    this.#options
      .keep(repos)
      .catch(this.#options.failed)
      .finally(() => {
        if (this.#keeping === keeping) this.#keeping = undefined;
      });
  }

  async #lookOn(): Promise<void> {
    const afterMs = await this.look();
    if (!this.#isDisposed) this.#timer = setTimeout(() => void this.#lookOn(), afterMs);
  }
}

/** Is one of the folders the repository, or in it? */
const isAround = (root: string, folders: readonly string[]): boolean =>
  folders.some((folder) => folder === root || folder.startsWith(root.endsWith(sep) ? root : `${root}${sep}`));

/** Is the service on its fallback, or has it one to go to? */
function hasFallback({ fallback, rollout }: StatusEntry): boolean {
  if (fallback !== undefined) return true;
  const capacity = rollout.state?.['capacity'];
  return typeof capacity === 'object' && capacity !== null && 'fallback' in capacity && capacity.fallback !== null;
}
