/**
 * The sandbox's time. Everything simulated is computed from `now()` by a queue of due events (`world.ts`), so real,
 * sped-up and virtual clocks run the same code. This folder is the only place of the sandbox that knows real timers.
 */

export interface SandboxClock {
  /** Seconds of this clock per real second; 0 when time is moved by hand. */
  readonly speed: number;
  /** Milliseconds since the Unix epoch, on this clock. */
  now(): number;
  /** Resolves when `now() >= at`, or as soon as the signal aborts; never rejects. */
  sleepUntil(at: number, signal?: AbortSignal): Promise<void>;
}

/** The system's clock. */
export function realClock(): SandboxClock {
  return speedClock(1);
}

/**
 * A clock that runs `speed` times as fast as the system's.
 *
 * @param speed seconds of this clock per real second, more than 0
 * @param origin this clock's time at the call, ms since the epoch. @default the system's time
 */
export function speedClock(speed: number, origin = Date.now()): SandboxClock {
  const startedAt = performance.now();
  const now = () => origin + (performance.now() - startedAt) * speed;
  return {
    speed,
    now,
    sleepUntil(at, signal) {
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout;
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        if (signal?.aborted) return resolve();
        signal?.addEventListener('abort', done, { once: true });
        const arm = () => {
          const left = (at - now()) / speed;
          if (left <= 0) return done();
          // setTimeout takes at most 2^31 ms, so longer waits are taken in pieces.
          timer = setTimeout(arm, Math.min(Math.ceil(left), 2_000_000_000));
        };
        arm();
      });
    },
  };
}
