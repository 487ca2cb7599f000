/**
 * Requests of the SDK's clients carried straight into a sandbox of this process, serialised as ever: a hundred times a
 * schedule, sockets and signatures would cost more than everything else. The SDK's pauses before it tries again
 * pass on the sandbox's clock.
 */
import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import type { Clock } from '../../../engine/clock.ts';
import type { LocalRequest, Sandbox, VirtualClock } from '../../../sandbox/index.ts';

export type Transport = Required<Pick<ECSClientConfig, 'requestHandler' | 'retryStrategy'>>;

const ACCOUNT = '123456789012';

/** As often as the SDK tries by default. */
const ATTEMPTS = 3;

/** As the engine's clients are set, ms. */
const REQUEST_TIMEOUT_MS = 8_000;

/** What a client does about each request that nobody here looks at. */
const IDLE = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware', 'hostHeaderMiddleware'];

interface Client {
  readonly middlewareStack: { remove(name: string): boolean };
  readonly config: object;
}

/** The sandbox verifies no signature, and making one costs as much as all the rest of a request. */
const unsigned = (service: string) => ({
  async sign(request: Asked, { signingRegion = 'eu-west-1' } = {}) {
    const scope = `${ACCOUNT}/20260101/${signingRegion}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
    return Object.assign(request, { headers: { ...request.headers, authorization } });
  },
});

/** Spares a client's work that changes nothing: serialising, trying again and deserialising stay. */
export function lighten({ middlewareStack, config }: Client): void {
  for (const name of IDLE) middlewareStack.remove(name);
  const { defaultSigningName = '' } = config as { defaultSigningName?: string };
  Object.assign(config, { signer: async () => unsigned(defaultSigningName) });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

function pathOf({ path, query = {} }: Asked): string {
  const pairs = Object.entries(query).flatMap(([key, value]) => [value].flat().map((one) => [key, one ?? ''] as const));
  const text = pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
  return text === '' ? path : `${path}?${text}`;
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(typeof body === 'string' ? body : '');
}

const named = (name: string, code: string, message: string): Error => Object.assign(new Error(message), { name, code });

/** Rejects when the caller gives up, or the SDK's patience of that long, ms, is over; never once `ended`. */
async function givenUp(clock: Clock, signal: AbortSignal | undefined, ended: AbortController): Promise<never> {
  signal?.addEventListener('abort', () => ended.abort(signal), { once: true, signal: ended.signal });
  if (signal?.aborted) ended.abort(signal);
  await clock.sleepUntil(clock.now() + REQUEST_TIMEOUT_MS, ended.signal);
  // Answered: nobody listens any more.
  if (ended.signal.reason === ended) return new Promise(() => {});
  if (signal?.aborted) throw named('AbortError', 'ABORT_ERR', 'Request aborted');
  throw named(
    'TimeoutError',
    'ETIMEDOUT',
    `a request has exceeded the configured ${REQUEST_TIMEOUT_MS} ms requestTimeout.`,
  );
}

/** Where requests go, and what time it is there. */
export interface Asking {
  readonly sandbox: Pick<Sandbox, 'request'>;
  readonly clock: Clock;
  /** Passed by every request on its way out. @default all pass */
  readonly gate?: Gate;
}

/** What a line leads to at the moment. */
export interface Line extends Asking {
  sandbox: Sandbox;
  clock: VirtualClock;
  /** Added to the clock's time where time must never go back, ms. */
  epoch: number;
  /** Passed by every request on its way out. @default all pass */
  gate?: Gate;
}

/** A year: longer than a schedule lasts. */
const EPOCH_MS = 365 * 86_400_000;

export function lead(line: Line, sandbox: Sandbox, clock: VirtualClock): void {
  line.sandbox = sandbox;
  line.clock = clock;
  line.epoch += EPOCH_MS;
}

export type Gate = <T>(request: LocalRequest, send: () => Promise<T>) => Promise<T>;

/** @param line read anew at each request, so that clients can outlive a sandbox: they are costly to make */
export function inProcess(line: Asking): Transport {
  const answered = async (request: LocalRequest, abortSignal: AbortSignal | undefined) => {
    const { sandbox, clock } = line;
    const ended = new AbortController();
    try {
      return await Promise.race([sandbox.request(request), givenUp(clock, abortSignal, ended)]);
    } finally {
      // A reason of one's own spares the making of an error.
      ended.abort(ended);
    }
  };
  const handle = async (asked: Asked, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
    const headers = Object.fromEntries(Object.entries(asked.headers).map(([key, value]) => [key.toLowerCase(), value]));
    const request = { method: asked.method, path: pathOf(asked), headers, body: bytesOf(asked.body) };
    const send = () => answered(request, abortSignal);
    const answer = await (line.gate?.(request, send) ?? send());
    if (answer === undefined) throw named('TimeoutError', 'ECONNRESET', 'socket hang up');
    const body = new Uint8Array(Buffer.from(answer.body));
    return { response: { statusCode: answer.status, headers: { ...answer.headers }, body } };
  };
  return {
    requestHandler: { handle, destroy() {} } as unknown as Transport['requestHandler'],
    retryStrategy: onClock(line),
  };
}

interface Token {
  getRetryCount(): number;
  getRetryDelay(): number;
}

const token = (count: number): Token => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

function onClock(line: Asking): Transport['retryStrategy'] {
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(before: Token, { error, errorType }: { error: Error; errorType: string }) {
      const count = before.getRetryCount() + 1;
      if (errorType === 'CLIENT_ERROR' || count >= ATTEMPTS) throw error;
      await line.clock.sleepUntil(line.clock.now() + 100 * 2 ** count);
      return token(count);
    },
    recordSuccess() {},
  } as unknown as Transport['retryStrategy'];
}
