/**
 * What a verb works with: the global options, the output, and the engine. The one place where the command's engine is
 * put together.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import {
  type Clock,
  createEngine,
  defaultStorePath,
  type Engine,
  EngineError,
  openStore,
  type Where,
} from '../../engine/index.ts';
import { clockFor, findRegion } from '../../session/index.ts';
import { createOutput, type Output } from '../terminal/output.ts';
import type { Globals } from './globals.ts';

export interface Context {
  readonly globals: Globals;
  readonly out: Output;
  /** Where rollouts are recorded. */
  readonly storePath: string;
}

/** An engine and the clock that its rollouts follow. */
export interface Session {
  readonly engine: Engine;
  readonly clock: Clock;
}

export function createContext(globals: Globals, json = globals.json === true): Context {
  return {
    globals,
    out: createOutput(json, process.env),
    storePath: globals.store || defaultStorePath(process.env),
  };
}

function checkedEndpoint(given: string | undefined): string | undefined {
  if (given === undefined || (URL.canParse(given) && /^https?:/.test(given))) return given;
  throw new EngineError('cli.not-a-url', `--endpoint-url is not a URL: ${given}`, {
    kind: 'usage',
    hint: 'give a URL such as http://127.0.0.1:4566',
  });
}

/** Opens an engine for the time of `work`. */
export async function withEngine<T>(context: Context, work: (session: Session) => Promise<T>): Promise<T> {
  const { profile, region: given, endpointUrl } = context.globals;
  const endpoint = checkedEndpoint(endpointUrl);
  const region = await findRegion(given, profile, process.env);
  const clock = await clockFor(endpoint ?? process.env['AWS_ENDPOINT_URL'], profile, process.env);
  const engine = createEngine({
    clock,
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    store: () => openStore(context.storePath),
    owner: { id: randomUUID(), host: hostname(), pid: process.pid },
  });
  try {
    return await work({ engine, clock });
  } finally {
    await engine.close();
  }
}

/** Which files a verb is about. */
export function whereOf({ globals }: Context, selectors: readonly string[] = []): Where {
  return {
    repo: resolve(globals.repo ?? '.'),
    ...(globals.worktree ? { revision: { worktree: true } } : {}),
    ...(globals.revision === undefined ? {} : { revision: globals.revision }),
    selectors,
  };
}
