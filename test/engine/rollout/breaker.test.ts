/**
 * The circuit breaker that tells failures apart: what it is told to ignore does not trip it. What users of ECS's own ask
 * for in aws/containers-roadmap#1273.
 */
import assert from 'node:assert/strict';
import { FAILURE_CLASSES } from '../../../engine/diagnose/index.ts';
import type { JsonObject } from '../../../engine/json.ts';
import type { FailuresKnown } from '../../../engine/rollout/ecsEvidence.ts';
import depdef from '../../../schemas/depdef.schema.json' with { type: 'json' };
import { balanced, external } from './balanced.ts';
import { web } from './fixtures.ts';
import { BLUE_GREEN, CANARY, LINEAR, native, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { type Files, Stage } from './stage.ts';

/** Network interfaces that come too late for a while: nothing that the new revision is to blame for. */
const SHORTAGE = {
  when: { image: '*:2', fromSeconds: 0, untilSeconds: 240 },
  then: { init: 'network-timeout' },
};
const CRASH = { when: { image: '*:2' }, then: { exit: { code: 1, afterSeconds: 5 } } };

const breaker = (ignore: readonly string[]): JsonObject => ({
  stabilityCheck: { timeout: 1800, pollInterval: 10 },
  gmDeploymentCircuitBreaker: { failureThreshold: 2, ignore },
});

async function update(stage: Stage, before: Files, after: Files, rule: object) {
  await stage.deploy('dev/web', before);
  stage.setScenario({ rules: [rule] });
  stage.events.length = 0;
  const { rollouts } = await stage.deploy('dev/web', after, before);
  const stored = await stage.store.load(rollouts[0]!.rollout!);
  return { phase: rollouts[0]!.phase, record: stored!.record };
}

const failed = (stage: Stage) => stage.events.filter(({ code }) => code === 'task.failed').map(({ data }) => data);

describe('a circuit breaker', () => {
  it('can be told to ignore each class that a failed task may have', () => {
    const { ignore } = depdef.definitions.gmDeploymentCircuitBreaker.properties;
    // Alarms and waits are not failures of tasks.
    const ofTasks = FAILURE_CLASSES.filter((kind) => kind !== 'alarm' && kind !== 'timeout');
    assert.deepEqual(ignore.items.enum, ofTasks);
  });

  it('trips on any failed task where nothing is to be ignored', async () => {
    await using stage = await Stage.open();
    const { phase, record } = await update(
      stage,
      web(),
      web({ image: 'shop/web:2', deployment: breaker([]) }),
      SHORTAGE,
    );
    assert.deepEqual([phase, record.failure?.class], ['rolled back', 'capacity']);
    assert.match(record.failure?.message ?? '', /the circuit breaker trips at 2/);
  });

  it('outlasts a shortage that it is to ignore', async () => {
    await using stage = await Stage.open();
    const after = web({ image: 'shop/web:2', deployment: breaker(['capacity']) });
    const { phase, record } = await update(stage, web(), after, SHORTAGE);
    assert.equal(phase, 'succeeded', stage.story().join('\n'));
    const told = failed(stage);
    assert.ok(told.length >= 2);
    for (const data of told) assert.deepEqual([data['class'], data['counts']], ['capacity', false]);
    const { ignoredTasks, failedTasks } = record.state as unknown as FailuresKnown;
    assert.deepEqual([ignoredTasks.length, failedTasks], [told.length, []]);
  });

  it('still trips on what it is not to ignore', async () => {
    await using stage = await Stage.open();
    const after = web({ image: 'shop/web:2', deployment: breaker(['capacity', 'image']) });
    const { phase, record } = await update(stage, web(), after, CRASH);
    assert.deepEqual([phase, record.failure?.class], ['rolled back', 'crash']);
    assert.ok(failed(stage).every((data) => data['counts'] === true));
  });

  /** Each way that ECS tasks are rolled out, with a breaker that is to ignore what it is told. */
  const STRATEGIES: Readonly<
    Record<string, (stage: Stage) => Promise<(image: string, ignore: readonly string[]) => Files>>
  > = {
    'ecs-rolling': async () => (image, ignore) => web({ image, deployment: breaker(ignore) }),
    'ecs-blue-green': async (stage) => {
      const { blue, green } = await balanced(stage, 'task-sets');
      return (image, ignore) => external(blue, green, image, { type: 'ALL_AT_ONCE' }, breaker(ignore));
    },
    'ecs-native BLUE_GREEN': (stage) => natively(stage, BLUE_GREEN),
    'ecs-native CANARY': (stage) => natively(stage, CANARY),
    'ecs-native LINEAR': (stage) => natively(stage, LINEAR),
  };

  async function natively(stage: Stage, strategy: JsonObject) {
    const front = await shifted(stage);
    return (image: string, ignore: readonly string[]) => native(front, strategy, image, breaker(ignore));
  }

  const SHORTAGES: Readonly<Record<string, object>> = {
    'network interfaces that come too late': SHORTAGE,
    'no room for the tasks': {
      when: { image: '*:2', fromSeconds: 0, untilSeconds: 600 },
      then: { capacity: 'unavailable' },
    },
    'subnets without addresses': {
      when: { image: '*:2', fromSeconds: 0, untilSeconds: 240 },
      then: { init: 'no-addresses' },
    },
  };

  for (const [strategy, filesFor] of Object.entries(STRATEGIES)) {
    const open = () => Stage.open({ scenario: { given: SHIFTED_GIVEN } });

    for (const [what, shortage] of Object.entries(SHORTAGES)) {
      it(`outlasts a shortage that it is to ignore: ${strategy}, ${what}`, async () => {
        await using stage = await open();
        const files = await filesFor(stage);
        const { phase, record } = await update(
          stage,
          files('shop/web:1', []),
          files('shop/web:2', ['capacity']),
          shortage,
        );
        assert.equal(record.strategy, strategy.split(' ')[0]);
        assert.equal(phase, 'succeeded', stage.story().join('\n'));
        assert.ok(failed(stage).every((data) => data['class'] === 'capacity' && data['counts'] === false));
      });
    }

    it(`trips on a shortage that it is not to ignore: ${strategy}`, async () => {
      await using stage = await open();
      const files = await filesFor(stage);
      const { phase, record } = await update(stage, files('shop/web:1', []), files('shop/web:2', []), SHORTAGE);
      assert.deepEqual([phase, record.failure?.class], ['rolled back', 'capacity'], stage.story().join('\n'));
      assert.match(record.failure?.message ?? '', /the circuit breaker trips at 2/);
    });

    it(`trips on a crash in the middle of a shortage: ${strategy}`, async () => {
      await using stage = await open();
      const files = await filesFor(stage);
      const short = { when: { image: '*:2', fromSeconds: 0, untilSeconds: 200 }, then: { init: 'network-timeout' } };
      await stage.deploy('dev/web', files('shop/web:1', []));
      stage.setScenario({ rules: [short, CRASH] });
      stage.events.length = 0;
      const { rollouts } = await stage.deploy('dev/web', files('shop/web:2', ['capacity']));
      const record = (await stage.store.load(rollouts[0]!.rollout!))!.record;
      assert.deepEqual([record.phase, record.failure?.class], ['rolled back', 'crash'], stage.story().join('\n'));
      const classes = new Set(failed(stage).map((data) => data['class']));
      assert.deepEqual(classes, new Set(['capacity', 'crash']));
    });
  }
});
