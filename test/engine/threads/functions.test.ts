/** What users of other tools met with Lambda functions, thread by thread, and our end of it. */
import assert from 'node:assert/strict';
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../../engine/json.ts';
import { FUNCTION, fed, QUEUE, queue, STREAM } from '../rollout/connected.ts';
import { deployThroughCrash } from '../rollout/crash.ts';
import { resize } from '../rollout/fixtures.ts';
import { Stage } from '../rollout/stage.ts';
import { countOf, lambdaWorld, played } from './world.ts';

const CANARY = { trafficShiftingConfig: { type: 'CANARY', percent: 20, waitInterval: 600 } };

/** Versions that fail to get ready, and updates that Lambda gives up. */
const BROKEN = {
  rules: [
    { when: { code: '*unready.zip' }, then: { snapStart: 'FunctionError.InitTimeout', reason: 'it took too long' } },
    { when: { code: '*broken.zip' }, then: { update: 'InvalidZipFileException', reason: 'not a zip' } },
  ],
};

const onLatest = async (stage: Stage) => {
  const { MemorySize, CodeSha256 } = await stage.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'resize' }),
  );
  return { MemorySize, CodeSha256 };
};

describe('a function whose deployment failed', () => {
  for (const [key, what] of [
    ['broken.zip', 'while the code was updated'],
    ['unready.zip', 'while the version got ready'],
  ] as const) {
    it(`pipecd #1600: the rollback was skipped because the failure came before the routing (${what})`, async () => {
      await using stage = await Stage.open({ scenario: BROKEN });
      const snapshots: JsonObject = { SnapStart: { ApplyOn: 'PublishedVersions' } };
      await played(stage, resize({ definition: snapshots }));
      const before = await onLatest(stage);
      const end = await played(stage, resize({ key, definition: { ...snapshots, MemorySize: 1024 } }));
      assert.equal(end.phase, 'rolled back', end.story);
      assert.match(end.message, /version 1 serves$/);
      await stage.clock.advance(60_000);
      // Also what the next version would be made of.
      assert.deepEqual(await onLatest(stage), before);
      assert.deepEqual(await lambdaWorld(stage), { serves: '1', shares: {}, versions: ['$LATEST', '1'] });
    });
  }

  it('SAM #291: an error left the stack in a state from which no deployment got through', async () => {
    await using stage = await Stage.open({ scenario: BROKEN });
    await played(stage, resize());
    for (const again of ['first', 'second']) {
      const end = await played(stage, resize({ key: 'broken.zip' }));
      assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'configuration'], `${again}\n${end.story}`);
    }
    const end = await played(stage, resize({ key: 'resize-2.zip' }));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.deepEqual((await lambdaWorld(stage)).shares, {});
  });

  it('lambroll: a deployment that died half-way left the alias with the weights it had', async () => {
    const calm = await Stage.open();
    await played(calm, resize());
    const next = resize({ key: 'resize-2.zip', deployment: CANARY });
    const { touches } = await deployThroughCrash(calm, 'dev/resize', next, undefined);
    await calm[Symbol.asyncDispose]();
    // Of every touch of the outside world one in three: the rest is in the crash tests.
    for (let touch = 1; touch < touches; touch += 3) {
      await using stage = await Stage.open();
      await played(stage, resize());
      await deployThroughCrash(stage, 'dev/resize', next, { touch, when: 'after' });
      const world = await lambdaWorld(stage);
      assert.deepEqual([world.serves, world.shares], ['2', {}], `touch ${touch}\n${stage.story().join('\n')}`);
    }
  });
});

describe('versions of a function', () => {
  it('SAM #291: each deployment made a new version, without any change', async () => {
    await using stage = await Stage.open();
    await played(stage, resize());
    for (let i = 0; i < 3; i++) {
      const report = await stage.deploy('dev/resize', resize());
      assert.deepEqual(report.rollouts, []);
    }
    assert.equal(countOf(stage, 'PublishVersion'), 1);
    assert.deepEqual((await lambdaWorld(stage)).versions, ['$LATEST', '1']);
  });

  it('SAM #3281: a change of tags made a version, and the deployment failed on it', async () => {
    await using stage = await Stage.open();
    const tagged = (team: string) => resize({ definition: { Tags: { team } } });
    await played(stage, tagged('shop'));
    const [plan] = (await stage.plan('dev/resize', tagged('checkout'))).workloads;
    assert.deepEqual(
      plan?.differences.map(({ path }) => path),
      ['/Tags/team'],
    );
    const end = await played(stage, tagged('checkout'));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.deepEqual(await lambdaWorld(stage), { serves: '1', shares: {}, versions: ['$LATEST', '1'] });
    assert.equal((await stage.plan('dev/resize', tagged('checkout'))).workloads[0]?.action, 'unchanged');
  });

  it('SAM #413, #876: a change of the environment was deployed, and callers never saw it', async () => {
    await using stage = await Stage.open();
    await played(stage, resize());
    const end = await played(stage, resize({ definition: { Environment: { Variables: { STAGE: 'prod' } } } }));
    assert.equal(end.phase, 'succeeded', end.story);
    const seen = await stage.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'resize', Qualifier: 'live' }),
    );
    assert.deepEqual([seen.Version, seen.Environment?.Variables], ['2', { STAGE: 'prod' }]);
  });

  it('SAM #2220: a change of layers reached everybody at once, past the canary', async () => {
    await using stage = await Stage.open();
    await played(stage, resize());
    const layered = resize({
      definition: { Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:sharp:7'] },
      deployment: CANARY,
    });
    const seen: string[] = [];
    const onRecord = async () => {
      const { serves, shares } = await lambdaWorld(stage);
      const now = `${serves} ${JSON.stringify(shares)}`;
      if (seen.at(-1) !== now) seen.push(now);
    };
    const end = await played(stage, layered, { onRecord });
    assert.equal(end.phase, 'succeeded', end.story);
    assert.deepEqual(seen, ['1 {}', '1 {"2":0.2}', '2 {}']);
  });
});

describe('what belongs to others', () => {
  it('lambroll #386: a rollback moved its alias, then failed on another one', async () => {
    await using stage = await Stage.open();
    const latest = (key: string) => resize({ key, deployment: { alias: 'latest' } });
    await played(stage, latest('resize-1.zip'));
    await stage.lambda.send(new CreateAliasCommand({ FunctionName: 'resize', Name: 'current', FunctionVersion: '1' }));
    await played(stage, latest('resize-2.zip'));
    // A rollback deploys the files of then; what it leaves is deleted.
    const end = await played(stage, latest('resize-1.zip'));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.equal((await lambdaWorld(stage, 'current')).serves, '1');
    const world = await lambdaWorld(stage, 'latest');
    assert.ok(!world.versions.includes('2'), end.story);
    const code = (Qualifier: string) =>
      stage.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'resize', Qualifier }));
    assert.equal((await code('latest')).CodeSha256, (await code('current')).CodeSha256);
  });

  it('lambroll #386: the version to delete was still in use, and that came out after the flip', async () => {
    await using stage = await Stage.open();
    await played(stage, resize());
    await stage.lambda.send(new CreateAliasCommand({ FunctionName: 'resize', Name: 'beta', FunctionVersion: '1' }));
    const end = await played(stage, resize({ key: 'resize-2.zip' }));
    assert.equal(end.phase, 'succeeded', end.story);
    assert.match(end.message, /version 2 serves as live; version 1 stays, used by the alias beta/);
    assert.equal((await lambdaWorld(stage, 'beta')).serves, '1');
  });

  it('lambroll #387: of several event source mappings nobody could tell which one to change', async () => {
    await using stage = await Stage.open();
    await played(stage, fed({ PullEventSources: { EventSourceMapping: queue() } }));
    const theirs = { FunctionName: FUNCTION, EventSourceArn: STREAM, StartingPosition: 'LATEST' } as const;
    await stage.lambda.send(new CreateEventSourceMappingCommand({ ...theirs, BatchSize: 50 }));
    await stage.clock.advance(60_000);
    const end = await played(stage, fed({ PullEventSources: { EventSourceMapping: queue({ BatchSize: 7 }) } }));
    assert.equal(end.phase, 'succeeded', end.story);
    await stage.clock.advance(60_000);
    const { EventSourceMappings = [] } = await stage.lambda.send(new ListEventSourceMappingsCommand({}));
    const found = EventSourceMappings.map((one) => [one.EventSourceArn, one.FunctionArn, one.BatchSize, one.State]);
    assert.deepEqual(found.sort(), [
      [STREAM, FUNCTION, 50, 'Enabled'],
      [QUEUE, `${FUNCTION}:live`, 7, 'Enabled'],
    ]);
  });
});
