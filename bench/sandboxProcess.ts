/**
 * A simulated AWS in a process of its own, for a bench that measures the process which calls it. Its time is what each
 * request says it is. Talks by messages: see bench/lockstep.ts.
 */
import { type SandboxClock, startSandbox } from '../sandbox/index.ts';
import type { Asked, Told } from './lockstep.ts';

let now = Number(process.argv[2]);

/** Nothing here waits for time: this sandbox answers at once. */
const clock: SandboxClock = { speed: 0, now: () => now, sleepUntil: async () => {} };

const tell = (told: Told) => process.send!(told);

const sandbox = await startSandbox({ clock, throttling: true });

process.on('message', async (asked: Asked) => {
  now = Math.max(now, asked.at);
  if (asked.kind === 'calls') return tell({ id: asked.id, calls: sandbox.calls.slice(asked.from) });
  const body = Buffer.from(asked.request.body);
  return tell({ id: asked.id, answer: await sandbox.request({ ...asked.request, body }) });
});
process.on('disconnect', () => process.exit());
tell({ id: 0, endpoint: sandbox.endpoint });
