/** For verbs that run until somebody ends them. */

/** A signal that is aborted by the first SIGINT, SIGTERM or SIGHUP. */
export function untilInterrupted(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort(signal));
  return ending.signal;
}
