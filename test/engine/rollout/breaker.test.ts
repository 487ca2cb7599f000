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

  it('outlasts a shortage of task sets likewise', async () => {
    await using stage = await Stage.open();
    const { blue, green } = await balanced(stage);
    const files = (image: string) => external(blue, green, image, { type: 'ALL_AT_ONCE' }, breaker(['capacity']));
    const { phase } = await update(stage, files('shop/web:1'), files('shop/web:2'), SHORTAGE);
    assert.equal(phase, 'succeeded', stage.story().join('\n'));
    assert.ok(failed(stage).length >= 2);
  });
});
