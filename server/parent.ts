/** Ends with the client: LSP has clients name their process, so that no server is left behind when one is killed. */
import type { Clock } from '../engine/clock.ts';

/** Between two looks, ms. */
const LOOK_EVERY_MS = 2000;

/**
 * Calls back once when a process is gone. One that cannot be seen at first is in another world, a container's for
 * example, and is never taken for gone.
 *
 * @param processId as the client gives it
 * @param over ends the watch
 */
export function whenGone(processId: unknown, clock: Clock, over: AbortSignal, gone: () => void): void {
  if (!Number.isInteger(processId) || (processId as number) <= 0 || !isAlive(processId as number)) return;
  const look = async (): Promise<void> => {
    while (!over.aborted) {
      await clock.sleepUntil(clock.now() + LOOK_EVERY_MS, over);
      if (!over.aborted && !isAlive(processId as number)) return gone();
    }
  };
  void look();
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // It is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
