/** The sandbox's own small HTTP surface, for people and for the command line: see SPEC.md, "Control". */
import type { CallLog } from '../callLog.ts';
import { SandboxError } from '../fault.ts';
import { parseScenario } from '../scenario/index.ts';
import { type SandboxClock, VirtualClock } from '../time/index.ts';
import type { Traffic } from '../traffic/index.ts';
import type { World } from '../world.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** Grows when this surface changes in a way that its users must know. */
const CONTROL_VERSION = 1;

/** A day; more is a slip of the pen. */
const MAX_ADVANCE_MS = 86_400_000;

export interface Controlled {
  readonly clock: SandboxClock;
  readonly world: World;
  readonly calls: CallLog;
  readonly traffic: Traffic;
}

export async function control(request: WireRequest, sandbox: Controlled): Promise<WireResponse> {
  // Only programs on this machine may steer, not a page that a browser on it has open.
  if (request.headers['origin'] !== undefined) return json(403, { message: 'not from a browser' });
  switch (`${request.method} ${request.url.pathname.replace(/\/$/, '')}`) {
    case 'GET /_sandbox':
      return json(200, {
        version: CONTROL_VERSION,
        clock: { now: Math.round(sandbox.clock.now()), speed: sandbox.clock.speed },
      });
    case 'GET /_sandbox/calls': {
      const since = Number(request.url.searchParams.get('since') ?? 0);
      return json(200, { next: sandbox.calls.next, calls: sandbox.calls.since(Number.isFinite(since) ? since : 0) });
    }
    case 'GET /_sandbox/traffic':
      return json(200, { sources: sandbox.traffic.report() });
    case 'POST /_sandbox/scenario':
      return setScenario(request, sandbox);
    case 'POST /_sandbox/advance':
      return advance(request, sandbox);
    default:
      return json(404, { message: `there is no ${request.method} ${request.url.pathname} here` });
  }
}

function setScenario(request: WireRequest, sandbox: Controlled): WireResponse {
  try {
    sandbox.world.setScenario(parseScenario(request.body.toString('utf8'), 'the scenario sent'));
    return json(200, {});
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return json(400, { code: error.code, message: error.message, hint: error.hint });
  }
}

async function advance(request: WireRequest, sandbox: Controlled): Promise<WireResponse> {
  const { clock } = sandbox;
  if (!(clock instanceof VirtualClock)) return json(409, { message: 'this clock runs by itself' });
  const ms = advanceMs(request.body);
  if (ms === undefined) return json(400, { message: `send { "ms": n }, n from 0 to ${MAX_ADVANCE_MS}` });
  await clock.advance(ms);
  sandbox.world.catchUp();
  return json(200, { clock: { now: clock.now(), speed: clock.speed } });
}

function advanceMs(body: Buffer): number | undefined {
  try {
    const { ms } = JSON.parse(body.toString('utf8')) as { ms?: unknown };
    return typeof ms === 'number' && ms >= 0 && ms <= MAX_ADVANCE_MS ? ms : undefined;
  } catch {
    return undefined;
  }
}

function json(status: number, body: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
