/**
 * Time as a parameter. Nothing in the engine reads the system's clock or sets a timer but through this interface, so
 * that tests and rehearsals run an hour in milliseconds.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch, on this clock, a whole number. */
  now(): number;
  /** Resolves when `now() >= at`, or as soon as the signal aborts; never rejects. */
  sleepUntil(at: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The system's clock, or one that runs `speed` times as fast from `origin` on.
 *
 * @param speed how many seconds of this clock pass in one real second; 1 is real time
 * @param origin this clock's time at the moment of the call, ms since the epoch. @default the system's time
 */
export function systemClock(speed = 1, origin = Date.now()): Clock {
  const startedAt = performance.now();
  const now = () => Math.floor(origin + (performance.now() - startedAt) * speed);
  return {
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
          // Longer waits than setTimeout's 2^31 ms are taken in pieces.
          timer = setTimeout(arm, Math.min(Math.ceil(left), 2_000_000_000));
        };
        arm();
      });
    },
  };
}
