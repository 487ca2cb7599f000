/** A newer commit while a rollout of the same workload is under way, brought by another process. */
import assert from 'node:assert/strict';
import { DescribeServicesCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { GetAliasCommand } from '@aws-sdk/client-lambda';
import type { RolloutSummary } from '../../../engine/api.ts';
import { deployPlan } from '../../../engine/deploying.ts';
import type { Phase, RolloutRecord } from '../../../engine/rollout/index.ts';
import { resize, web } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

const BROKEN = { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] };

/** Deploys one commit, and in the given phase of its rollout another one; gives both ends. */
async function twoCommits(stage: Stage, path: string, first: Files, phase: Phase, second: Files) {
  const told: string[] = [];
  const plan = await stage.plan(path, first);
  const later: Promise<RolloutSummary>[] = [];
  const onRecord = (record: RolloutRecord) => {
    if (later.length > 0 || record.phase !== phase) return;
    stage.commit = 'd'.repeat(40);
    const options = stage.options({ onWaiting: (_, message) => told.push(message) });
    later.push(
      stage
        .plan(path, second)
        .then((newer) => deployPlan(stage.ports(), newer, options))
        .then(({ rollouts }) => rollouts[0]!),
    );
  };
  const both = deployPlan(stage.ports(), plan, stage.options({ onRecord })).then(async ({ rollouts }) => {
    assert.equal(later.length, 1, stage.story().join('\n'));
    return [rollouts[0]!, await later[0]!] as const;
  });
  const [one, other] = await stage.clock.run(both);
  return { phases: [one.phase, other.phase], one, other, told, story: stage.story().join('\n') };
}

async function image(stage: Stage): Promise<string | undefined> {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const { taskDefinition } = await stage.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services![0]!.taskDefinition! }),
  );
  return taskDefinition?.containerDefinitions?.[0]?.image;
}

const superseding = (supersede: string) => ({ deployment: { ...web().ecsDeployment, supersede } });

describe('a newer commit for a workload in flight', () => {
  it('waits until the rollout under way is over, and says so', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const { phases, told, one, other, story } = await twoCommits(
      stage,
      'dev/web',
      web({ image: 'shop/web:2' }),
      'stabilizing',
      web({ image: 'shop/web:3' }),
    );
    assert.deepEqual(phases, ['succeeded', 'succeeded'], story);
    assert.ok(other.startedAt! >= one.endedAt!, story);
    assert.equal(await image(stage), 'shop/web:3');
    assert.deepEqual(told, [`${one.rollout} is under way for this target (stabilizing): waiting until it is over`]);
  });

  it('has the rollout under way go back first, when asked to', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const next = web({ image: 'shop/web:3', ...superseding('abort') });
    const { phases, story } = await twoCommits(stage, 'dev/web', web({ image: 'shop/web:2' }), 'stabilizing', next);
    assert.deepEqual(phases, ['aborted', 'succeeded'], story);
    assert.equal(await image(stage), 'shop/web:3');
  });

  it('takes the place of a rolling update at once, when asked to', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const next = web({ image: 'shop/web:3', ...superseding('replace') });
    const { phases, one, other, story } = await twoCommits(
      stage,
      'dev/web',
      web({ image: 'shop/web:2' }),
      'stabilizing',
      next,
    );
    assert.deepEqual(phases, ['superseded', 'succeeded'], story);
    assert.ok(other.startedAt! - one.endedAt! < 5_000, story);
    assert.equal(await image(stage), 'shop/web:3');
  });

  it('goes back to what served before both, when it took a place and fails', async () => {
    await using stage = await Stage.open({ scenario: BROKEN });
    await stage.deploy('dev/web', web());
    const next = web({ image: 'shop/web:broken', desiredCount: 4, ...superseding('replace') });
    const { phases, story } = await twoCommits(
      stage,
      'dev/web',
      web({ image: 'shop/web:2', desiredCount: 3 }),
      'stabilizing',
      next,
    );
    assert.deepEqual(phases, ['superseded', 'rolled back'], story);
    assert.equal(await image(stage), 'shop/web:1');
    const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
    assert.deepEqual([services?.[0]?.desiredCount, services?.[0]?.runningCount], [2, 2]);
  });

  it('lets a canary of a function go back before it begins, when asked to replace it', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    const shifting = { trafficShiftingConfig: { type: 'CANARY', percent: 10, waitInterval: 600 } };
    const { phases, story } = await twoCommits(
      stage,
      'dev/resize',
      resize({ key: 'resize-2.zip', deployment: shifting }),
      'shifting',
      resize({ key: 'resize-3.zip', deployment: { supersede: 'replace' } }),
    );
    assert.deepEqual(phases, ['aborted', 'succeeded'], story);
    const alias = await stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));
    assert.deepEqual([alias.FunctionVersion, alias.RoutingConfig], ['3', undefined]);
  });

  it('does not wait for its own commit', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const plan = await stage.plan('dev/web', web({ image: 'shop/web:2' }));
    const both = Promise.all([
      deployPlan(stage.ports(), plan, stage.options()),
      deployPlan(stage.ports(), plan, stage.options()),
    ]);
    const ends = (await stage.clock.run(both)).flatMap(({ rollouts }) => rollouts.map(({ phase }) => phase));
    assert.deepEqual(ends.sort(), ['busy', 'succeeded']);
  });
});
