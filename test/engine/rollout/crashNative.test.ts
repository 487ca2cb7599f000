import assert from 'node:assert/strict';
import type { JsonObject } from '../../../engine/json.ts';
import type { Command, RolloutRecord } from '../../../engine/rollout/index.ts';
import { crashPoints, deployThroughCrash } from './crash.ts';
import { native, pauseAt, SHIFTED_GIVEN, type Shifted, serviceNow, shifted } from './shiftedByEcs.ts';
import { Stage } from './stage.ts';

interface Story {
  readonly name: string;
  readonly phase: string;
  readonly configuration?: JsonObject;
  readonly deployment?: JsonObject;
  readonly rules?: readonly object[];
  /** Does the service exist before? @default true */
  readonly exists?: boolean;
  readonly image?: string;
  /** What somebody asks for, once, and when. */
  readonly ask?: readonly [Command, (record: RolloutRecord) => boolean];
}

/** As short as ECS lets it be. */
const CANARY: JsonObject = {
  strategy: 'CANARY',
  bakeTimeInMinutes: 0,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
};

const PAUSED = { ...CANARY, lifecycleHooks: [pauseAt('POST_SCALE_UP', { timeoutInMinutes: 120 })] };

const STORIES: readonly Story[] = [
  { name: 'creating a service', phase: 'succeeded', exists: false },
  { name: 'a canary', phase: 'succeeded' },
  {
    name: 'a canary that is paused and promoted',
    phase: 'succeeded',
    configuration: PAUSED,
    ask: ['promote', ({ message }) => message.startsWith('paused at')],
  },
  {
    name: 'a canary that its alarm sends back',
    phase: 'rolled back',
    deployment: { alarms: { alarmNames: ['errors'] } },
    rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 150 } }],
  },
  {
    name: 'a canary that ECS sends back for its own alarm',
    phase: 'rolled back',
    configuration: { ...CANARY, alarms: { alarmNames: ['errors'], enable: true, rollback: true } },
    rules: [{ when: { alarm: 'errors', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 150 } }],
  },
  { name: 'a canary whose tasks do not start', phase: 'rolled back', image: 'shop/web:broken' },
  {
    name: 'a canary that is aborted',
    phase: 'aborted',
    ask: ['abort', ({ progress }) => progress.stage === 'PRODUCTION_TRAFFIC_SHIFT'],
  },
];

const NO_IMAGE = { when: { image: '*:broken' }, then: { pull: 'not-found' } };

async function open(story: Story): Promise<{ stage: Stage; front: Shifted }> {
  const stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN, rules: [NO_IMAGE, ...(story.rules ?? [])] } });
  const front = await shifted(stage);
  if (story.exists !== false) await stage.deploy('dev/web', native(front, story.configuration ?? CANARY));
  stage.events.length = 0;
  return { stage, front };
}

async function world(stage: Stage, front: Shifted) {
  const registered = stage.changes.filter((name) => name === 'RegisterTaskDefinition').length;
  return { ...(await serviceNow(stage)), weights: await front.weights(), registered };
}

/** Listens to the rollout, in whichever process it runs, and asks once. */
function asking(stage: Stage, ask: Story['ask']) {
  let isAsked = ask === undefined;
  return (record: RolloutRecord) => {
    if (isAsked || !ask![1](record)) return;
    isAsked = true;
    void stage.store.ask(record.id, ask![0], 'ada@laptop');
  };
}

describe("a crash at any point of ECS's own traffic shifting", () => {
  for (const story of STORIES) {
    it(`changes nothing about the end of ${story.name}`, async function () {
      this.timeout(180_000);
      const run = async (touch: Parameters<typeof deployThroughCrash>[3]) => {
        const { stage, front } = await open(story);
        await using _ = stage;
        const { image = 'shop/web:2', configuration = CANARY, deployment, ask } = story;
        const files = native(front, configuration, image, deployment);
        const onRecord = asking(stage, ask);
        const { report, touches } = await deployThroughCrash(stage, 'dev/web', files, touch, { onRecord });
        // After the last write there is nothing left to take up.
        const phase = report.rollouts[0]?.phase ?? (await stage.store.list({ limit: 1 }))[0]?.record.phase;
        return { phase, touches, world: await world(stage, front), told: stage.story().join('\n') };
      };
      const undisturbed = await run(undefined);
      assert.equal(undisturbed.phase, story.phase, undisturbed.told);
      for (const point of crashPoints(undisturbed.touches)) {
        const crashed = await run(point);
        const told = `crash ${point.when} touch ${point.touch}:\n${crashed.told}`;
        assert.equal(crashed.phase, story.phase, told);
        assert.deepEqual(crashed.world, undisturbed.world, told);
      }
    });
  }
});
