/** Work in slices, so that who types is answered in the middle of it. */
import { setImmediate as turn } from 'node:timers/promises';

/** How long the event loop is kept, ms, before what came in the meantime has its turn. */
export const SLICE_MS = 8;

/**
 * To be awaited before each step: lets others have their turn where a slice is over.
 *
 * @param give what is waited for then. @default one turn of the event loop
 */
export function pauses(give: () => Promise<void> = turn): () => Promise<void> {
  let endsAt = performance.now() + SLICE_MS;
  return async () => {
    if (performance.now() < endsAt) return;
    await give();
    endsAt = performance.now() + SLICE_MS;
  };
}
