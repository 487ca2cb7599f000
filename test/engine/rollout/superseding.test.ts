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

  it('takes a commit back that is on its way, though what runs is what it asks for', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const { phases, story } = await twoCommits(stage, 'dev/web', web({ image: 'shop/web:2' }), 'queued', web());
    assert.deepEqual(phases, ['succeeded', 'succeeded'], story);
    assert.equal(await image(stage), 'shop/web:1');
  });

  it('does not have a rollout of the same result go back', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const same = web({ image: 'shop/web:2', ...superseding('abort') });
    const { phases, story } = await twoCommits(stage, 'dev/web', web({ image: 'shop/web:2' }), 'launching', same);
    assert.deepEqual(phases, ['succeeded', 'succeeded'], story);
    assert.equal(await image(stage), 'shop/web:2');
  });

  it('is the one that counts, whichever of two that wait gets its turn first', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const ends: Promise<readonly [string, RolloutSummary]>[] = [];
    const deploy = async (letter: string, delayMs: number): Promise<readonly [string, RolloutSummary]> => {
      stage.commit = letter.repeat(40);
      const plan = await stage.plan('dev/web', web({ image: `shop/web:${letter}` }));
      await stage.clock.sleepUntil(stage.clock.now() + delayMs);
      return [letter, (await deployPlan(stage.ports(), plan, stage.options())).rollouts[0]!];
    };
    const first = deploy('d', 0);
    const all = async () => {
      await stage.clock.sleepUntil(stage.clock.now() + 5_000);
      // The older one is slow to begin.
      ends.push(deploy('e', 10_000));
      await stage.clock.sleepUntil(stage.clock.now() + 1_000);
      ends.push(deploy('f', 0));
      return Promise.all([first, ...ends]);
    };
    const phases = (await stage.clock.run(all())).map(([letter, { phase }]) => [letter, phase]);
    assert.equal(await image(stage), 'shop/web:f', stage.story().join('\n'));
    const done = new Map(phases as [string, string][]);
    assert.deepEqual([done.get('d'), done.get('f')], ['succeeded', 'succeeded']);
    const late = (await stage.store.list({})).map(({ record }) => record.revision.commit?.[0]);
    assert.equal(late[0], 'f', stage.story().join('\n'));
  });

  it('is not begun any more when a newer one has come and gone since it was planned', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    stage.commit = 'd'.repeat(40);
    const older = await stage.plan('dev/web', web({ image: 'shop/web:2' }));
    await stage.clock.advance(1_000);
    stage.commit = 'e'.repeat(40);
    await stage.deploy('dev/web', web({ image: 'shop/web:3' }));
    const { rollouts } = await stage.clock.run(deployPlan(stage.ports(), older, stage.options()));
    assert.deepEqual([rollouts[0]?.rollout, rollouts[0]?.phase], [null, 'superseded']);
    assert.match(rollouts[0]?.reason ?? '', /^it was not started: commit eeeeeee was planned later, .*\(succeeded\)$/);
    assert.equal(await image(stage), 'shop/web:3');
  });

  it('goes back to what served before all, where the process that took the place died before it began', async () => {
    await using stage = await Stage.open({ scenario: BROKEN });
    await stage.deploy('dev/web', web());
    const asked = { asked: false };
    const onRecord = (record: RolloutRecord) => {
      if (asked.asked || record.phase !== 'stabilizing') return;
      asked.asked = true;
      void stage.store.ask(record.id, 'replace', 'commit d');
    };
    stage.commit = 'b'.repeat(40);
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:2' }), undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'superseded', stage.story().join('\n'));
    stage.commit = 'd'.repeat(40);
    const { rollouts: next } = await stage.deploy('dev/web', web({ image: 'shop/web:broken' }));
    assert.equal(next[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.equal(await image(stage), 'shop/web:1');
  });

  it('goes back to what served before all, when it is aborted before it begins', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const onRecord = (record: RolloutRecord) => {
      if (record.replaced !== null && record.state === null) void stage.store.ask(record.id, 'abort', 'ada');
      else if (record.replaced === null && record.phase === 'stabilizing')
        void stage.store.ask(record.id, 'replace', 'd');
    };
    stage.commit = 'b'.repeat(40);
    await stage.deploy('dev/web', web({ image: 'shop/web:2' }), undefined, { onRecord });
    stage.commit = 'd'.repeat(40);
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:3' }), undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'aborted', stage.story().join('\n'));
    assert.equal(await image(stage), 'shop/web:1');
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
