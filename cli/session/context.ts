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
  openStore,
  type SlowCall,
  type Where,
} from '../../engine/index.ts';
import { type Accounts, accountsInFile, accountsOfPairs, clockFor, findRegion } from '../../session/index.ts';
import { createOutput, type Output } from '../terminal/output.ts';
import { endpointsOf } from './endpoints.ts';
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

/** Those of the command line count before those of the file. */
async function accountsFor({ account = [], accounts }: Globals): Promise<Accounts> {
  const named = accountsOfPairs(account);
  return accounts ? new Map([...(await accountsInFile(resolve(accounts))), ...named]) : named;
}

/** Between two words about the same region, ms. */
const SAID_AGAIN_MS = 30_000;

/** Says where AWS takes long to answer, so that nobody waits without knowing for what. */
function tellingSlow({ out, globals }: Context): (call: SlowCall) => void {
  const said = new Map<string, number>();
  return ({ service, operation, region }) => {
    const now = performance.now();
    if (globals.logLevel === 'error' || now - (said.get(region) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_MS) return;
    said.set(region, now);
    out.print(`waiting for AWS in ${region} to answer (${service} ${operation})`);
  };
}

/** An engine for whoever closes it. */
export async function openSession(context: Context): Promise<Session> {
  const { profile, region: given, endpointUrl = [], awsTimeout, parallel } = context.globals;
  const { everywhere, byRegion } = endpointsOf(endpointUrl);
  const accounts = await accountsFor(context.globals);
  const region = await findRegion(given, profile, process.env);
  const endpoints = [everywhere ?? process.env['AWS_ENDPOINT_URL'], ...byRegion.values()];
  const clock = await clockFor(endpoints, profile, process.env);
  const engine = createEngine({
    clock,
    accounts,
    regionEndpoints: byRegion,
    onSlow: tellingSlow(context),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(everywhere === undefined ? {} : { endpoint: everywhere }),
    ...(awsTimeout === undefined ? {} : { requestTimeoutMs: awsTimeout * 1000 }),
    ...(parallel === undefined ? {} : { parallel }),
    store: () => openStore(context.storePath),
    owner: { id: randomUUID(), host: hostname(), pid: process.pid },
  });
  return { engine, clock };
}

/** Opens an engine for the time of `work`. */
export async function withEngine<T>(context: Context, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(context);
  try {
    return await work(session);
  } finally {
    await session.engine.close();
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
