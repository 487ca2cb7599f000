import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { whenGone } from '../../server/parent.ts';

/** A clock on which every sleep is a turn of the event loop. */
function quickClock() {
  let now = 0;
  return {
    now: () => now,
    sleepUntil: async (at: number) => {
      await turn();
      now = at;
    },
  };
}

describe("the client's process", () => {
  it('is told to be gone when it was killed', async () => {
    const program = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(program, 'spawn');
    const over = new AbortController();
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    let isGone = false;
    whenGone(program.pid, quickClock(), over.signal, () => {
      isGone = true;
      resolve();
    });
    for (let i = 0; i < 20; i++) await turn();
    assert.equal(isGone, false);
    program.kill('SIGKILL');
    await gone;
  });

  it('is never told to be gone where it cannot be seen, or is none', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    for (const processId of [ended.pid, null, undefined, 0, -1, 1.5, 'x'])
      whenGone(processId, quickClock(), new AbortController().signal, () => assert.fail(String(processId)));
    for (let i = 0; i < 20; i++) await turn();
  });
});
