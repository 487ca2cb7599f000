/**
 * Finds out whether the endpoint is our sandbox. Then rollouts follow the sandbox's clock, which may run faster, and a
 * person without credentials gets some that only a sandbox accepts.
 */
import { type Clock, isObject, systemClock } from '../engine/index.ts';

type Environment = Record<string, string | undefined>;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A sandbox on this machine answers in milliseconds, on one that is very busy in seconds; what does not is not one. */
const ANSWER_WITHIN_MS = 3_000;

interface SandboxTime {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds per real second; 0 where time is moved by hand. */
  readonly speed: number;
}

/** The time of the sandbox at an endpoint; undefined where there is none. Nobody but this machine is asked. */
async function sandboxTime(endpoint: string | undefined): Promise<SandboxTime | undefined> {
  if (endpoint === undefined || !URL.canParse(endpoint) || !LOOPBACK.has(new URL(endpoint).hostname)) return undefined;
  try {
    const answer = await fetch(new URL('/_sandbox', endpoint), { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const body: unknown = await answer.json();
    const clock = isObject(body) ? body['clock'] : undefined;
    if (!isObject(clock)) return undefined;
    const { now, speed } = clock;
    return typeof now === 'number' && typeof speed === 'number' ? { now, speed } : undefined;
  } catch {
    return undefined;
  }
}

const hasCredentials = (environment: Environment, profile: string | undefined): boolean =>
  [
    profile,
    ...[
      'AWS_ACCESS_KEY_ID',
      'AWS_PROFILE',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    ].map((name) => environment[name]),
  ].some(Boolean);

/** The key is the sandbox's default account; no real AWS knows it. */
function useSandboxCredentials(environment: Environment): void {
  environment['AWS_ACCESS_KEY_ID'] = '123456789012';
  environment['AWS_SECRET_ACCESS_KEY'] = 'sandbox';
  delete environment['AWS_SESSION_TOKEN'];
}

/**
 * The clock of rollouts: that of the first endpoint that is a sandbox, or real time.
 *
 * @param endpoints one, or several for several regions
 * @param environment may get the sandbox's credentials, where there is one and nobody gave others
 */
export async function clockFor(
  endpoints: readonly (string | undefined)[],
  profile: string | undefined,
  environment: Environment,
): Promise<Clock> {
  const times = await Promise.all(endpoints.map(sandboxTime));
  const time = times.find((one) => one !== undefined);
  if (time === undefined) return systemClock();
  if (!hasCredentials(environment, profile)) useSandboxCredentials(environment);
  return time.speed > 0 ? systemClock(time.speed, time.now) : systemClock();
}
