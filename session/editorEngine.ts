/**
 * The engine of a language server: made when first needed, for where the person's settings lead, and made anew when
 * they lead elsewhere.
 *
 * Owns: one engine at a time. Must not: ask AWS or open a store before somebody needs it.
 */
import type { Engine } from '../engine/index.ts';
import type { AwsAccess } from '../server/index.ts';
import { answering } from './openEngine.ts';

export class EditorEngine {
  readonly #make: (access: AwsAccess) => Promise<Engine>;
  #access: AwsAccess = {};
  #engine: Promise<Engine> | undefined;

  /** @param make makes an engine for settings; what it does not say is for the maker to find */
  constructor(make: (access: AwsAccess) => Promise<Engine>) {
    this.#make = make;
  }

  open(): Promise<Engine> {
    if (this.#engine !== undefined) return this.#engine;
    const engine = this.#make(this.#access).then(answering);
    this.#engine = engine;
    // What could not be made is tried again: somebody may have mended it.
    engine.catch(() => {
      if (this.#engine === engine) this.#engine = undefined;
    });
    return engine;
  }

  /** From now on there. Who still waits for the engine before gets an answer. */
  follow(access: AwsAccess): void {
    if (JSON.stringify(access) === JSON.stringify(this.#access)) return;
    this.#access = access;
    const before = this.#engine;
    this.#engine = undefined;
    before?.then((engine) => engine.close()).catch(() => {});
  }
}
