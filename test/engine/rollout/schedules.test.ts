/**
 * Random schedules of faults, for what no example thought of: the process dies at any touch of the store or of AWS, AWS
 * throttles, fails, hangs or answers into the void, reads lag, tasks die, capacity is gone, alarms fire, people abort,
 * other people and other processes interfere; several at once, within one rollout. Whatever happens, the invariants of
 * DESIGN's section 6 hold, and no request is lost that need not be.
 *
 * `GITMOXI_SCHEDULES` sets how many there are in all (340 without it), `GITMOXI_SEED` the seed (a number, or `random`;
 * the same each time without it). A failure tells its seed, and the shortest story that was found of it.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { Pool } from './schedules/pool.ts';
import { stories } from './schedules/stories.ts';

const ALL = Number(process.env['GITMOXI_SCHEDULES'] ?? 340);
const RUNS = Math.ceil(ALL / stories.length);

const asked = process.env['GITMOXI_SEED'] ?? '20260101';
const SEED = asked === 'random' ? Math.floor(Math.random() * 2 ** 30) : Number(asked);

describe(`${RUNS} random schedules of faults each, ${RUNS * stories.length} in all, from seed ${SEED} on`, function () {
  this.timeout(120_000 + RUNS * 1_000);
  let pool: Pool;
  before(() => {
    pool = new Pool(availableParallelism());
  });
  after(() => pool.close());

  for (const { name } of stories) {
    it(`keep the invariants of ${name}`, async () => {
      const { runs, violation } = await pool.run(name, RUNS, SEED);
      assert.equal(violation, undefined, violation);
      assert.equal(runs, RUNS);
    });
  }
});
