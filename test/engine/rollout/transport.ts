/**
 * Requests of the unmodified SDK clients carried straight into a sandbox of this process, signed and serialised as
 * ever: a hundred times a schedule, sockets would cost more than everything else. The SDK's pauses before it tries again
 * pass on the sandbox's clock.
 */
import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import type { Sandbox, VirtualClock } from '../../../sandbox/index.ts';

export type Transport = Required<Pick<ECSClientConfig, 'requestHandler' | 'retryStrategy'>>;

/** As often as the SDK tries by default. */
const ATTEMPTS = 3;

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

/** Rejects when the signal aborts, which is how a request that is never answered ends. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(named('AbortError', 'ABORT_ERR', 'Request aborted'));
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

export function inProcess(sandbox: Sandbox, clock: VirtualClock): Transport {
  const handle = async (asked: Asked, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
    const headers = Object.fromEntries(Object.entries(asked.headers).map(([key, value]) => [key.toLowerCase(), value]));
    const body = bytesOf(asked.body);
    const answering = sandbox.request({ method: asked.method, path: pathOf(asked), headers, body });
    const answer = await (abortSignal === undefined ? answering : Promise.race([answering, aborted(abortSignal)]));
    if (answer === undefined) throw named('TimeoutError', 'ECONNRESET', 'socket hang up');
    return {
      response: {
        statusCode: answer.status,
        headers: { ...answer.headers },
        body: new Uint8Array(Buffer.from(answer.body)),
      },
    };
  };
  return {
    requestHandler: { handle, destroy() {} } as unknown as Transport['requestHandler'],
    retryStrategy: onClock(clock),
  };
}

interface Token {
  getRetryCount(): number;
  getRetryDelay(): number;
}

const token = (count: number): Token => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

function onClock(clock: VirtualClock): Transport['retryStrategy'] {
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(before: Token, { error, errorType }: { error: Error; errorType: string }) {
      const count = before.getRetryCount() + 1;
      if (errorType === 'CLIENT_ERROR' || count >= ATTEMPTS) throw error;
      await clock.sleepUntil(clock.now() + 100 * 2 ** count);
      return token(count);
    },
    recordSuccess() {},
  } as unknown as Transport['retryStrategy'];
}
