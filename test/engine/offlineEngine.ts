/** An engine that reads repositories and remembers nothing: for tests that ask no AWS. */
import { createEngine, type Engine, openStore, systemClock } from '../../engine/index.ts';

export const offlineEngine = (): Engine =>
  createEngine({
    clock: systemClock(),
    store: () => openStore(':memory:'),
    owner: { id: 'test', host: 'test', pid: process.pid },
  });
