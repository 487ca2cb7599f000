/**
 * The window's engine: made when first needed, and made anew when the settings lead elsewhere.
 *
 * Owns: one engine at a time. Must not: load the engine, read a store or ask AWS before somebody calls `open`.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock, Engine } from '../../engine/index.ts';

/** Where the engine works. Empty texts mean: as the `gitmoxi` command finds it. */
export interface Place {
  readonly store: string;
  readonly region: string;
  readonly profile: string;
  readonly endpoint: string;
  /** By account id, a profile or a role for those that are not the caller's: `profile:NAME`, `role:ARN`. */
  readonly accounts: unknown;
  /** Rollouts at a time in each account and region; absent for the engine's own number. */
  readonly parallel?: number;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

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

/** Questions that are under way when an engine is closed get their answers, unless they take longer than this, ms. */
const LAST_ANSWERS_MS = 5_000;

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
export async function openAt(place: Place): Promise<Opened> {
  const { accountsOf, clockFor, createEngine, defaultStorePath, findRegion, openStore } = await import('./loaded.ts');
  // The host's own tools and the suite read it.
  performance.mark('gitmoxi.engine');
  const { profile, endpoint, credentials, parallel } = place;
  const accounts = accountsOf(place.accounts, 'the setting gitmoxi.accounts');
  const environment = { ...process.env };
  const region = await findRegion(place.region || undefined, profile || undefined, environment);
  const clock = await clockFor([endpoint || environment['AWS_ENDPOINT_URL']], profile || undefined, environment);
  // Without credentials of its own, a window at a sandbox uses those that only a sandbox takes.
  const isTrial = !process.env['AWS_ACCESS_KEY_ID'] && environment['AWS_SECRET_ACCESS_KEY'] === 'sandbox';
  const given = credentials ?? (isTrial ? keys(environment) : undefined);
  const store = place.store || process.env['GITMOXI_STORE'] || defaultStorePath(process.env);
  const engine = createEngine({
    clock,
    accounts,
    ...(parallel === undefined ? {} : { parallel }),
    ...(region === undefined ? {} : { region }),
    ...(profile === '' ? {} : { profile }),
    ...(endpoint === '' ? {} : { endpoint }),
    ...(given === undefined ? {} : { credentials: given }),
    store: () => openStore(store),
    owner: { id: randomUUID(), host: hostname(), pid: process.pid },
  });
  return { engine: answering(engine), clock, place };
}

/** The engine, which is closed only when it has answered. */
function answering(engine: Engine): Engine {
  const under = new Set<Promise<unknown>>();
  const operations = Object.entries(engine).map(([name, operation]) => [
    name,
    (...words: readonly unknown[]) => {
      const answer: Promise<unknown> = operation(...words);
      const done: Promise<unknown> = answer
        .catch(() => {})
        .then(() => {
          under.delete(done);
        });
      under.add(done);
      return answer;
    },
  ]);
  const close = async (): Promise<void> => {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_ANSWERS_MS);
    await Promise.race([Promise.all(under), late]);
    clearTimeout(timer);
    await engine.close();
  };
  return { ...(Object.fromEntries(operations) as unknown as Engine), close };
}

const keys = (environment: NodeJS.ProcessEnv) => ({
  accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
});
