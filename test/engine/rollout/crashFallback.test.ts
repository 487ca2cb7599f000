import assert from 'node:assert/strict';
import { balanced, external, taskSets } from './balanced.ts';
import { crashPoints, deployThroughCrash } from './crash.ts';
import { BLUE_GREEN, native, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { onSpot, shortage, spotStage, spotWeb, whereRuns } from './spot.ts';
import type { Files, Stage } from './stage.ts';

/** When Spot runs out, seconds of the sandbox. */
const SHORT = 600;

const CRASHES = { when: { image: '*:broken' }, then: { exit: { code: 1, afterSeconds: 3 } } };

interface Story {
  readonly name: string;
  readonly phase: string;
  readonly provider: string;
  readonly rules?: readonly object[];
  readonly given?: object;
  readonly filesFor: (stage: Stage) => Promise<(image: string) => Files>;
  readonly image?: string;
}

const STORIES: readonly Story[] = [
  {
    name: 'a rolling update that goes over to its fallback',
    phase: 'succeeded',
    provider: 'FARGATE',
    filesFor: async () => (image) => spotWeb({ image }),
  },
  {
    name: 'one that goes over, fails there, and goes back to where there is room',
    phase: 'rolled back',
    provider: 'FARGATE',
    image: 'shop/web:broken',
    filesFor: async () => (image) => spotWeb({ image }),
  },
  {
    name: 'a blue/green rollout that goes over to its fallback',
    phase: 'succeeded',
    provider: 'FARGATE',
    async filesFor(stage) {
      const { blue, green, elb } = await balanced(stage);
      elb.destroy();
      return (image) => onSpot(external(blue, green, image, { type: 'ALL_AT_ONCE', waitInterval: 10 }));
    },
  },
  {
    name: "one of ECS's own traffic shifts that goes over to its fallback",
    phase: 'succeeded',
    provider: 'FARGATE',
    given: SHIFTED_GIVEN,
    async filesFor(stage) {
      const front = await shifted(stage);
      return (image) => onSpot(native(front, BLUE_GREEN, image));
    },
  },
];

async function open(story: Story): Promise<{ readonly stage: Stage; readonly next: Files }> {
  const stage = await spotStage([CRASHES, ...(story.rules ?? []), shortage('FARGATE_SPOT', SHORT)], story.given);
  const files = await story.filesFor(stage);
  await stage.deploy('dev/web', files('shop/web:1'));
  await stage.clock.advance(SHORT * 1000);
  stage.events.length = 0;
  return { stage, next: files(story.image ?? 'shop/web:2') };
}

/** What is there in the end, without ids and times. */
async function world(stage: Stage) {
  const { mark, ...runs } = await whereRuns(stage);
  const made = (operation: string) => stage.changes.filter((name) => name === operation).length;
  return {
    ...runs,
    mark: mark?.replace(/^\S+/, 'some time'),
    sets: (await taskSets(stage).catch(() => [])).length,
    made: [made('RegisterTaskDefinition'), made('CreateTaskSet'), made('CreateService')],
  };
}

describe('a crash at any point of going over to other capacity', () => {
  for (const story of STORIES) {
    it(`changes nothing about the end of ${story.name}`, async function () {
      this.timeout(300_000);
      const first = await open(story);
      await using undisturbed = first.stage;
      const { report, touches } = await deployThroughCrash(undisturbed, 'dev/web', first.next, undefined);
      assert.equal(report.rollouts[0]?.phase, story.phase, undisturbed.story().join('\n'));
      const expected = await world(undisturbed);
      assert.deepEqual([expected.providers, expected.mark], [[story.provider], 'some time from FARGATE_SPOT:0:1']);

      for (const point of crashPoints(touches)) {
        const { stage: crashed, next } = await open(story);
        await using stage = crashed;
        const run = await deployThroughCrash(stage, 'dev/web', next, point);
        const told = () => `crash ${point.when} touch ${point.touch}\n${stage.story().join('\n')}`;
        const phase = run.report.rollouts[0]?.phase ?? (await stage.store.list({ limit: 1 }))[0]?.record.phase;
        assert.equal(phase, story.phase, told());
        assert.deepEqual(await world(stage), expected, told());
      }
    });
  }
});
