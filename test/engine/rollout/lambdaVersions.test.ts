import assert from 'node:assert/strict';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { FUNCTION, QUEUE } from './connected.ts';
import { resize } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

async function deploys(stage: Stage, files: Files, phase = 'succeeded'): Promise<string> {
  const { rollouts } = await stage.deploy('dev/resize', files);
  assert.equal(rollouts[0]?.phase, phase, stage.story().join('\n'));
  return rollouts[0].reason ?? '';
}

async function versions(stage: Stage) {
  const { Versions = [] } = await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' }));
  return Versions.map(({ Version }) => Version);
}

/** Executions kept ready, by qualifier. */
async function provisioned(stage: Stage) {
  const { ProvisionedConcurrencyConfigs = [] } = await stage.lambda.send(
    new ListProvisionedConcurrencyConfigsCommand({ FunctionName: 'resize' }),
  );
  return ProvisionedConcurrencyConfigs.map((one) => [
    one.FunctionArn?.split(':').at(-1),
    one.RequestedProvisionedConcurrentExecutions,
    one.Status,
  ]);
}

const ready = (executions: number, rest: object = {}) =>
  ({ provisionedConcurrency: { provisionedConcurrentExecutions: executions }, ...rest }) as never;

const next = resize({ key: 'resize-2.zip' });

describe('an old version', () => {
  it('goes when the new one serves, and the rollback to it works without it', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize());
    const first = await stage.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'resize' }));
    assert.equal(await deploys(stage, next), 'version 2 serves as live');
    assert.deepEqual(await versions(stage), ['$LATEST', '2']);
    // A rollback deploys the files of then.
    assert.equal(await deploys(stage, resize()), 'version 3 serves as live');
    assert.deepEqual(await versions(stage), ['$LATEST', '3']);
    const back = await stage.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'resize', Qualifier: 'live' }),
    );
    assert.equal(back.CodeSha256, first.CodeSha256);
  });

  it('is not deleted while requests may still be on their way to it', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize());
    stage.events.length = 0;
    await deploys(stage, next);
    const at = (text: RegExp) => stage.events.find(({ message }) => text.test(message))?.time ?? Number.NaN;
    assert.ok(at(/^deleted version 1/) - at(/version 2 gets 100 %/) >= 10_000);
  });

  const users: readonly [string, (stage: Stage) => Promise<unknown>, RegExp][] = [
    [
      'another alias',
      (stage) =>
        stage.lambda.send(new CreateAliasCommand({ FunctionName: 'resize', Name: 'beta', FunctionVersion: '1' })),
      /version 1 stays, used by the alias beta/,
    ],
    [
      'a share of another alias',
      async (stage) => {
        const FunctionName = 'resize';
        await stage.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));
        await stage.clock.advance(60_000);
        await stage.lambda.send(new PublishVersionCommand({ FunctionName }));
        const RoutingConfig = { AdditionalVersionWeights: { 1: 0.1 } };
        await stage.lambda.send(
          new CreateAliasCommand({ FunctionName, Name: 'beta', FunctionVersion: '2', RoutingConfig }),
        );
      },
      /version 1 stays, used by the alias beta/,
    ],
    [
      'an event source mapping',
      (stage) =>
        stage.lambda.send(
          new CreateEventSourceMappingCommand({ FunctionName: `${FUNCTION}:1`, EventSourceArn: QUEUE }),
        ),
      /version 1 stays, used by the event source mapping/,
    ],
    [
      'a permission to invoke it',
      (stage) =>
        stage.lambda.send(
          new AddPermissionCommand({
            FunctionName: 'resize',
            Qualifier: '1',
            StatementId: 'theirs',
            Action: 'lambda:InvokeFunction',
            Principal: 's3.amazonaws.com',
          }),
        ),
      /version 1 stays, used by a permission to invoke it/,
    ],
    [
      "somebody's provisioned concurrency",
      (stage) =>
        stage.lambda.send(
          new PutProvisionedConcurrencyConfigCommand({
            FunctionName: 'resize',
            Qualifier: '1',
            ProvisionedConcurrentExecutions: 3,
          }),
        ),
      /version 1 stays, used by its provisioned concurrency/,
    ],
  ];
  for (const [user, use, said] of users) {
    it(`stays for ${user}, which is said and no failure`, async () => {
      await using stage = await Stage.open();
      await deploys(stage, resize());
      await use(stage);
      assert.match(await deploys(stage, next), said);
      assert.ok((await versions(stage)).includes('1'));
    });
  }

  it('that AWS does not delete does not fail the rollout', async () => {
    const refusal = {
      when: { operation: 'lambda:DeleteFunction' },
      then: { error: 'ResourceConflictException', message: 'something uses it', status: 409 },
    };
    await using stage = await Stage.open({ scenario: { rules: [refusal] } });
    await deploys(stage, resize());
    assert.match(await deploys(stage, next), /version 1 could not be deleted: something uses it/);
  });
});

describe('provisioned concurrency', () => {
  it('is ready on the new version before the first request goes there, and goes from the old one', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize({ deployment: ready(5) }));
    assert.deepEqual(await provisioned(stage), [['1', 5, 'READY']]);
    stage.events.length = 0;
    const shifting = { trafficShiftingConfig: { type: 'CANARY', percent: 20, waitInterval: 60 } };
    let early = false;
    const onRecord = async ({ progress }: { progress: { trafficPercent?: number } }) => {
      if (progress.trafficPercent !== 20 || early) return;
      early = true;
      assert.deepEqual(await provisioned(stage), [
        ['1', 5, 'READY'],
        ['2', 8, 'READY'],
      ]);
    };
    const files = resize({ key: 'resize-2.zip', deployment: ready(8, shifting) });
    const { rollouts } = await stage.deploy('dev/resize', files, undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.ok(early);
    assert.deepEqual([await provisioned(stage), await versions(stage)], [[['2', 8, 'READY']], ['$LATEST', '2']]);
    assert.equal((await stage.plan('dev/resize', files)).workloads[0]?.action, 'unchanged');
  });

  it('that fails is a failed rollout with its reason, and leaves nothing behind', async () => {
    const failing = { when: { code: '*bad.zip' }, then: { provisioned: 'FUNCTION_ERROR_INIT_FAILURE' } };
    await using stage = await Stage.open({ scenario: { rules: [failing] } });
    await deploys(stage, resize({ deployment: ready(2) }));
    const reason = await deploys(stage, resize({ key: 'bad.zip', deployment: ready(2) }), 'rolled back');
    assert.match(reason, /provisioned concurrency of version 2 failed: FUNCTION_ERROR_INIT_FAILURE; version 1 serves$/);
    assert.deepEqual([await provisioned(stage), await versions(stage)], [[['1', 2, 'READY']], ['$LATEST', '1']]);
  });

  it('that AWS refuses is too', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize());
    const reason = await deploys(stage, resize({ key: 'resize-2.zip', deployment: ready(5_000) }), 'rolled back');
    assert.match(reason, /UnreservedConcurrentExecution/);
    assert.deepEqual(await versions(stage), ['$LATEST', '1']);
  });

  it('goes with the version when the file asks for none any more', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize({ deployment: ready(5) }));
    await deploys(stage, next);
    assert.deepEqual([await provisioned(stage), await versions(stage)], [[], ['$LATEST', '2']]);
  });

  it('on the alias stays where the file says nothing, and gives way where it does', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize());
    await stage.lambda.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName: 'resize',
        Qualifier: 'live',
        ProvisionedConcurrentExecutions: 4,
      }),
    );
    await deploys(stage, next);
    assert.deepEqual(
      (await provisioned(stage)).map(([qualifier, executions]) => [qualifier, executions]),
      [['live', 4]],
    );
    await deploys(stage, resize({ key: 'resize-3.zip', deployment: ready(6) }));
    assert.deepEqual(await provisioned(stage), [['3', 6, 'READY']]);
  });

  it('changes without a new version, and goes back when it cannot', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize({ deployment: ready(5) }));
    const files = resize({ deployment: ready(7) });
    const [plan] = (await stage.plan('dev/resize', files)).workloads;
    assert.deepEqual(
      plan?.differences.map(({ path, live, desired }) => [path, live, desired]),
      [['/provisionedConcurrency/provisionedConcurrentExecutions', 5, 7]],
    );
    await deploys(stage, files);
    assert.deepEqual([await provisioned(stage), await versions(stage)], [[['1', 7, 'READY']], ['$LATEST', '1']]);
    await deploys(stage, resize({ deployment: ready(5_000) }), 'rolled back');
    await stage.clock.advance(300_000);
    assert.deepEqual(await provisioned(stage), [['1', 7, 'READY']]);
  });
});

describe('readiness of a version', () => {
  const snapshots = { SnapStart: { ApplyOn: 'PublishedVersions' } };

  it('waits for a snapshot for minutes where the file does not say how long', async () => {
    await using stage = await Stage.open();
    await deploys(stage, resize({ definition: snapshots }));
    const { FunctionVersion } = await stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));
    assert.equal(FunctionVersion, '1');
  });

  it('is given up when the file says so', async () => {
    await using stage = await Stage.open();
    const files = resize({
      definition: snapshots,
      deployment: { readinessCheck: { waitInterval: 5, maxRetries: 2 } },
    });
    assert.match(await deploys(stage, files, 'rolled back'), /version 1 was not ready in time/);
  });
});
