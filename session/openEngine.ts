/** Engines for editors: where the settings lead. Owns nothing: whoever opens an engine closes it. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, createEngine, defaultStorePath, type Engine, openStore, systemClock } from '../engine/index.ts';
import { accountsOf } from './accounts.ts';
import { findRegion } from './region.ts';
import { clockFor } from './sandboxEndpoint.ts';

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

/** Questions that are under way when an engine is closed get their answers, unless they take longer than this, ms. */
const LAST_ANSWERS_MS = 5_000;

/**
 * An engine and the clock that its rollouts follow.
 *
 * @throws EngineError `accounts.not-understood` (usage)
 */
export async function openEngine(
  place: Place,
  given?: Clock,
): Promise<{ readonly engine: Engine; readonly clock: Clock }> {
  const { profile, endpoint, credentials, parallel } = place;
  const accounts = accountsOf(place.accounts, 'the setting gitmoxi.accounts');
  const environment = { ...process.env };
  const region = await findRegion(place.region || undefined, profile || undefined, environment);
  const clock =
    given ?? (await clockFor([endpoint || environment['AWS_ENDPOINT_URL']], profile || undefined, environment));
  // Without credentials of its own, an editor at a sandbox uses those that only a sandbox takes.
  const isTrial = !process.env['AWS_ACCESS_KEY_ID'] && environment['AWS_SECRET_ACCESS_KEY'] === 'sandbox';
  const keysGiven = credentials ?? (isTrial ? keys(environment) : undefined);
  const store = place.store || process.env['GITMOXI_STORE'] || defaultStorePath(process.env);
  const engine = createEngine({
    clock,
    accounts,
    ...(parallel === undefined ? {} : { parallel }),
    ...(region === undefined ? {} : { region }),
    ...(profile === '' ? {} : { profile }),
    ...(endpoint === '' ? {} : { endpoint }),
    ...(keysGiven === undefined ? {} : { credentials: keysGiven }),
    store: () => openStore(store),
    owner: { id: randomUUID(), host: hostname(), pid: process.pid },
  });
  return { engine, clock };
}

/** The engine, which is closed only when it has answered. */
export function answering(engine: Engine): Engine {
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
    const clock = systemClock();
    const answered = new AbortController();
    await Promise.race([Promise.all(under), clock.sleepUntil(clock.now() + LAST_ANSWERS_MS, answered.signal)]);
    answered.abort();
    await engine.close();
  };
  return { ...(Object.fromEntries(operations) as unknown as Engine), close };
}

const keys = (environment: NodeJS.ProcessEnv) => ({
  accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
});
