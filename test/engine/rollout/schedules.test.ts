/**
 * Random schedules of faults, for what no example thought of: the process dies at any touch of the store or of AWS, AWS
 * throttles, fails, hangs or answers into the void, reads lag, tasks die, capacity is gone, alarms fire, people abort,
 * other people and other processes interfere; several at once, within one rollout. Whatever happens, the invariants of
 * DESIGN's section 6 hold, and no request is lost that need not be.
 *
 * `GITMOXI_SCHEDULES` sets how many there are in all (6,000 in the whole of `npm test`, otherwise 1,000), `GITMOXI_SEED` the seed (a number, or `random`; the same each time without it). A failure tells its seed, and
 * the shortest story that was found of it.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { Pool } from './schedules/pool.ts';
import { stories } from './schedules/stories.ts';
import type { Story } from './schedules/story.ts';

const ALL = Number(process.env['GITMOXI_SCHEDULES'] ?? 1_000);
const SHARES = stories.reduce((sum, { cost = 1 }) => sum + 1 / cost, 0);

/** Stories that take long get fewer schedules. */
const runsOf = ({ cost = 1 }: Story): number => Math.ceil(ALL / cost / SHARES);

const asked = process.env['GITMOXI_SEED'] ?? '20260101';
const SEED = asked === 'random' ? Math.floor(Math.random() * 2 ** 30) : Number(asked);

describe(`${ALL} random schedules of faults, from seed ${SEED} on`, function () {
  this.timeout(120_000 + ALL * 1_000);
  let pool: Pool;
  before(() => {
    pool = new Pool(availableParallelism());
  });
  after(() => pool.close());

  for (const story of stories) {
    const wanted = runsOf(story);
    it(`keep the invariants of ${story.name}, ${wanted} times`, async () => {
      const { runs, violation } = await pool.run(story.name, wanted, SEED);
      if (violation !== undefined) assert.fail(violation);
      assert.equal(runs, wanted);
    });
  }
});
