import assert from 'node:assert/strict';
import type { JsonObject } from '../../../engine/json.ts';
import { BLUE_GREEN, CANARY, LINEAR, native, SHIFTED_GIVEN, serviceNow, shifted } from './shiftedByEcs.ts';
import { Stage } from './stage.ts';

const open = (rules: readonly object[] = []) => Stage.open({ scenario: { given: SHIFTED_GIVEN, rules } });

const told = (stage: Stage, code: string) => stage.events.filter((event) => event.code === code);

const shares = (stage: Stage) => told(stage, 'traffic.shifted').map(({ data }) => data['percent']);

const stagesOf = (stage: Stage) => told(stage, 'ecs.stage').map(({ data }) => data['stage']);

describe("ECS's own traffic shifting", () => {
  const CASES: readonly [name: string, configuration: JsonObject, shares: number[]][] = [
    ['blue/green', BLUE_GREEN, [100]],
    ['canary', CANARY, [10, 100]],
    ['linear', LINEAR, [50, 100]],
  ];
  for (const [name, configuration, expected] of CASES) {
    for (const withTest of [false, true]) {
      it(`creates and updates a ${name} service ${withTest ? 'with' : 'without'} a test listener`, async () => {
        await using stage = await open();
        const front = await shifted(stage, withTest);
        const created = await stage.deploy('dev/web', native(front, configuration));
        assert.deepEqual(
          created.rollouts.map(({ phase, reason }) => [phase, reason]),
          [['succeeded', '2 of 2 tasks run web:1']],
          stage.story().join('\n'),
        );
        const again = await stage.plan('dev/web', native(front, configuration));
        assert.deepEqual([again.workloads[0]?.action, again.workloads[0]?.differences], ['unchanged', []]);
        stage.events.length = 0;

        const next = native(front, configuration, 'shop/web:2');
        const { rollouts } = await stage.deploy('dev/web', next);
        assert.deepEqual(
          rollouts.map(({ phase, reason }) => [phase, reason]),
          [['succeeded', '2 of 2 tasks run web:2']],
          stage.story().join('\n'),
        );
        assert.deepEqual(shares(stage), expected);
        assert.deepEqual(await front.weights(), [0, 100]);
        assert.deepEqual(await serviceNow(stage), {
          status: 'ACTIVE',
          runs: 'web:2',
          counts: [2, 2],
          rollout: ['COMPLETED'],
          activeRevisions: 2,
        });
        const phases = told(stage, 'rollout.phase').map(({ phase }) => phase);
        assert.deepEqual(phases, ['launching', 'stabilizing', 'shifting', 'finishing']);
        assert.deepEqual(stagesOf(stage).slice(-2), ['BAKE_TIME', 'CLEAN_UP']);
        assert.deepEqual((await stage.plan('dev/web', next)).workloads[0]?.differences, []);
      });
    }
  }
});
