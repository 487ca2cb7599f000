/** Which calls a deployment costs until AWS is at work and there is only waiting left; preflight's lookups apart. */
import assert from 'node:assert/strict';
import { resize, web } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

/** The last rollout of a target was so long ago that what a plan has just read still holds, ms. */
const QUIET_MS = 120_000;

/** The calls of planning `next` where `before` serves, and of beginning it: reads, sorted, and changes in order. */
async function callsOf(before: Files, next: Files): Promise<{ reads: string[]; changes: string[] }> {
  await using stage = await Stage.open();
  const path = before['function'] ? 'dev/resize' : 'dev/web';
  await stage.deploy(path, before);
  await stage.clock.run(stage.clock.sleepUntil(stage.clock.now() + QUIET_MS));
  const from = stage.sandbox.calls.length;
  let begun: number | undefined;
  await stage.deploy(path, next, undefined, {
    onRecord({ waiting }) {
      if (waiting !== null) begun ??= stage.sandbox.calls.length;
    },
  });
  const calls = stage.sandbox.calls.slice(from, begun);
  const named = (mutating: boolean) =>
    calls.filter((call) => call.mutating === mutating).map(({ operation }) => operation);
  return { reads: named(false).sort(), changes: named(true) };
}

const SERVICE = ['DescribeServices', 'DescribeTaskDefinition'];
const FUNCTION = ['GetAlias', 'GetFunction', 'GetFunction'];

describe('the calls of one deployment', () => {
  it('are two reads, a revision and an update for another image', async () => {
    assert.deepEqual(await callsOf(web(), web({ image: 'shop/web:2' })), {
      reads: SERVICE,
      changes: ['RegisterTaskDefinition', 'UpdateService'],
    });
  });

  it('are three for another count of tasks', async () => {
    assert.deepEqual(await callsOf(web(), web({ desiredCount: 3 })), { reads: SERVICE, changes: ['UpdateService'] });
  });

  it('are two, of which none writes, for a service that is as it should be', async () => {
    assert.deepEqual(await callsOf(web(), web()), { reads: SERVICE, changes: [] });
  });

  it("are the reads of the function, its alias and what that serves, and one update, for a function's code", async () => {
    assert.deepEqual(await callsOf(resize(), resize({ key: 'resize-2.zip' })), {
      reads: FUNCTION,
      changes: ['UpdateFunctionCode'],
    });
  });

  it('are three, of which none writes, for a function that is as it should be', async () => {
    assert.deepEqual(await callsOf(resize(), resize()), { reads: FUNCTION, changes: [] });
  });
});
