/**
 * The window's engine: made when first needed, and made anew when the settings lead elsewhere.
 *
 * Owns: one engine at a time. Must not: load the engine, read a store or ask AWS before somebody calls `open`.
 */
import type { Clock, Engine } from '../../engine/index.ts';
import type { Place } from '../../session/index.ts';

export type { Place } from '../../session/index.ts';

export interface Opened {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly place: Place;
}

export interface EngineSessionOptions {
  /** Where to work, now. */
  readonly place: () => Place;
  /** Lets go of what runs on the engine, before it is closed. */
  readonly leaving: () => Promise<void>;
}

export class EngineSession {
  readonly #options: EngineSessionOptions;
  #opened: { readonly key: string; readonly session: Promise<Opened> } | undefined;

  constructor(options: EngineSessionOptions) {
    this.#options = options;
  }

  /** The engine for the settings as they are now. */
  open(): Promise<Opened> {
    const place = this.#options.place();
    const key = JSON.stringify(place);
    if (this.#opened?.key === key) return this.#opened.session;
    const before = this.close();
    const session = before.then(() => openAt(place));
    this.#opened = { key, session };
    // What could not be opened is tried again.
    session.catch(() => {
      if (this.#opened?.session === session) this.#opened = undefined;
    });
    return session;
  }

  async close(): Promise<void> {
    const session = this.#opened?.session;
    this.#opened = undefined;
    if (session === undefined) return;
    await this.#options.leaving();
    await session.then(
      ({ engine }) => engine.close(),
      () => {},
    );
  }
}

/** An engine and the clock that its rollouts follow. */
export async function openAt(place: Place, given?: Clock): Promise<Opened> {
  const { answering, openEngine } = await import('./loaded.ts');
  // The host's own tools and the suite read it.
  performance.mark('gitmoxi.engine');
  const { engine, clock } = await openEngine(place, given);
  return { engine: answering(engine), clock, place };
}
