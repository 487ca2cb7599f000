/** How many tasks of what served before still run, as a rollout tells it while it goes forward. */
import assert from 'node:assert/strict';
import { balanced, external } from './balanced.ts';
import { web } from './fixtures.ts';
import { BLUE_GREEN, native, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { type Files, Stage } from './stage.ts';

/** Deploys one after the other; the numbers that the second rollout tells, each as it changes. */
async function former(stage: Stage, first: Files, second: Files): Promise<unknown[]> {
  await stage.deploy('dev/web', first);
  stage.events.length = 0;
  const { rollouts } = await stage.deploy('dev/web', second);
  assert.equal(rollouts[0]?.phase, 'succeeded', rollouts[0]?.reason);
  const told = stage.events.flatMap(({ data }) => ('former' in data ? [data['former']] : []));
  return told.filter((value, i) => value !== told[i - 1]);
}

describe('the tasks that served before', () => {
  it('give way one by one in a rolling deployment', async () => {
    await using stage = await Stage.open();
    const numbers = await former(stage, web({ image: 'shop/web:1' }), web({ image: 'shop/web:2' }));
    assert.equal(numbers[0], 2);
    assert.ok(numbers.every((value, i) => i === 0 || Number(value) < Number(numbers[i - 1])));
  });

  it('stay until the new task set serves everything', async () => {
    await using stage = await Stage.open();
    const { blue, green } = await balanced(stage);
    const numbers = await former(stage, external(blue, green, 'shop/web:1'), external(blue, green, 'shop/web:2'));
    assert.equal(numbers[0], 2);
  });

  it('stay while ECS shifts the traffic', async () => {
    await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN } });
    const traffic = await shifted(stage);
    const of = (image: string) => native(traffic, BLUE_GREEN, image);
    const numbers = await former(stage, of('shop/web:1'), of('shop/web:2'));
    assert.equal(numbers[0], 2);
  });
});
