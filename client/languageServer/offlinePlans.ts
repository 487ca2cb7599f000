/** Plans that follow from the files alone. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createEngine, defaultStorePath, openStore, systemClock } from '../../engine/index.ts';
import { plansOf } from '../../session/index.ts';

export const offlinePlans = plansOf(async (work) => {
  const engine = createEngine({
    clock: systemClock(),
    store: () => openStore(defaultStorePath(process.env)),
    owner: { id: randomUUID(), host: hostname(), pid: process.pid },
  });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
});
