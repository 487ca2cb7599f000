import assert from 'node:assert/strict';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  SnapStartNotReadyException,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { ACCOUNT, type Aws, errorOf, MINUTE, SECOND, startAws } from '../aws.ts';

const NAME = { FunctionName: 'orders' };

async function create(aws: Aws, input: Partial<CreateFunctionCommandInput> = {}): Promise<void> {
  await aws.lambda.send(
    new CreateFunctionCommand({
      ...NAME,
      Role: `arn:aws:iam::${ACCOUNT}:role/orders`,
      Runtime: 'java21',
      Handler: 'Handler',
      Code: { S3Bucket: 'code', S3Key: 'orders-1.zip' },
      ...input,
    }),
  );
  await aws.clock.advance(MINUTE);
}

async function publish(aws: Aws, key: string): Promise<string> {
  await aws.lambda.send(new UpdateFunctionCodeCommand({ ...NAME, S3Bucket: 'code', S3Key: key }));
  await aws.clock.advance(MINUTE);
  return (await aws.lambda.send(new PublishVersionCommand(NAME))).Version ?? '';
}

const put = (aws: Aws, Qualifier: string, ProvisionedConcurrentExecutions: number, FunctionName = 'orders') =>
  aws.lambda.send(
    new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }),
  );
const get = (aws: Aws, Qualifier: string) =>
  aws.lambda.send(new GetProvisionedConcurrencyConfigCommand({ ...NAME, Qualifier }));

describe('provisioned concurrency', () => {
  it('is allocated bit by bit, and ready after one to three minutes', async () => {
    await using aws = await startAws();
    await create(aws, { Publish: true });
    assert.equal((await put(aws, '1', 10)).Status, 'IN_PROGRESS');
    await aws.clock.advance(55 * SECOND);
    const partly = await get(aws, '1');
    const allocated = partly.AllocatedProvisionedConcurrentExecutions ?? 0;
    assert.equal(partly.Status, 'IN_PROGRESS');
    assert.ok(allocated > 0 && allocated < 10, String(allocated));
    await aws.clock.advance(125 * SECOND);
    const ready = await get(aws, '1');
    assert.deepEqual([ready.Status, ready.AvailableProvisionedConcurrentExecutions], ['READY', 10]);
  });

  it('is allocated anew when its alias moves, and goes with the alias', async () => {
    await using aws = await startAws();
    await create(aws, { Publish: true });
    await aws.lambda.send(new CreateAliasCommand({ ...NAME, Name: 'live', FunctionVersion: '1' }));
    await put(aws, 'live', 2);
    await aws.clock.advance(3 * MINUTE);
    assert.equal((await get(aws, 'live')).Status, 'READY');
    const next = await publish(aws, 'orders-2.zip');
    await aws.lambda.send(new UpdateAliasCommand({ ...NAME, Name: 'live', Description: 'the same' }));
    assert.equal((await get(aws, 'live')).Status, 'READY');
    await aws.lambda.send(new UpdateAliasCommand({ ...NAME, Name: 'live', FunctionVersion: next }));
    assert.equal((await get(aws, 'live')).Status, 'IN_PROGRESS');
    await aws.clock.advance(3 * MINUTE);
    const list = await aws.lambda.send(new ListProvisionedConcurrencyConfigsCommand(NAME));
    assert.deepEqual(
      list.ProvisionedConcurrencyConfigs?.map(({ FunctionArn, Status }) => [FunctionArn?.split(':').at(-1), Status]),
      [['live', 'READY']],
    );
    await aws.lambda.send(new DeleteAliasCommand({ ...NAME, Name: 'live' }));
    await aws.lambda.send(new CreateAliasCommand({ ...NAME, Name: 'live', FunctionVersion: next }));
    assert.match(await errorOf(get(aws, 'live')), /^ProvisionedConcurrencyConfigNotFoundException/);
  });

  it('fails as the scenario says, for the version that it says', async () => {
    const rule = {
      when: { function: 'orders', version: '2' },
      then: { provisioned: 'FUNCTION_ERROR_INIT_FAILURE', readySeconds: 20 },
    };
    await using aws = await startAws({ rules: [rule] });
    await create(aws, { Publish: true });
    const next = await publish(aws, 'orders-2.zip');
    await put(aws, '1', 1);
    await put(aws, next, 1);
    await aws.clock.advance(20 * SECOND);
    const failed = await get(aws, next);
    assert.deepEqual(
      [failed.Status, failed.StatusReason, failed.AllocatedProvisionedConcurrentExecutions],
      ['FAILED', 'FUNCTION_ERROR_INIT_FAILURE', 0],
    );
    await aws.clock.advance(3 * MINUTE);
    assert.equal((await get(aws, '1')).Status, 'READY');
  });

  it('stays within what the function reserves, or what the account keeps free', async () => {
    await using aws = await startAws();
    await create(aws, { Publish: true });
    assert.match(await errorOf(put(aws, '1', 901)), /below its minimum value of \[100\]\.$/);
    await put(aws, '1', 900);
    await create(aws, { FunctionName: 'other', Publish: true });
    assert.match(await errorOf(put(aws, '1', 1, 'other')), /below its minimum/);
    await aws.lambda.send(new PutFunctionConcurrencyCommand({ ...NAME, ReservedConcurrentExecutions: 5 }));
    assert.match(await errorOf(put(aws, '1', 6)), /greater than the reservedConcurrentExecution/);
    await put(aws, '1', 5);
    await put(aws, '1', 895, 'other');
    assert.match(await errorOf(put(aws, '$LATEST', 1)), /cannot be applied to unpublished/);
  });
});

describe('SnapStart', () => {
  const SNAP = { SnapStart: { ApplyOn: 'PublishedVersions' as const } };
  const configuration = (aws: Aws, Qualifier: string) =>
    aws.lambda.send(new GetFunctionConfigurationCommand({ ...NAME, Qualifier }));

  it('keeps a published version Pending until its snapshot is made, and not $LATEST', async () => {
    await using aws = await startAws();
    await create(aws, SNAP);
    const { Version, State } = await aws.lambda.send(new PublishVersionCommand(NAME));
    assert.deepEqual([Version, State], ['1', 'Pending']);
    const invoke = () => aws.lambda.send(new InvokeCommand({ ...NAME, Qualifier: '1' }));
    await assert.rejects(invoke(), (error) => error instanceof SnapStartNotReadyException);
    assert.equal((await configuration(aws, '$LATEST')).State, 'Active');
    await aws.clock.advance(55 * SECOND);
    assert.equal((await configuration(aws, '1')).State, 'Pending');
    await aws.clock.advance(125 * SECOND);
    const ready = await configuration(aws, '1');
    assert.deepEqual([ready.State, ready.SnapStart?.OptimizationStatus], ['Active', 'On']);
    assert.equal((await invoke()).StatusCode, 200);
  });

  it('outlasts the creation of the function that publishes at once', async () => {
    await using aws = await startAws({ rules: [{ when: { function: 'orders' }, then: { readySeconds: 100 } }] });
    await create(aws, { ...SNAP, Publish: true });
    assert.equal((await configuration(aws, '$LATEST')).State, 'Active');
    assert.equal((await configuration(aws, '1')).State, 'Pending');
    await aws.clock.advance(40 * SECOND);
    assert.equal((await configuration(aws, '1')).State, 'Active');
  });

  it('fails as the scenario says', async () => {
    const rule = { then: { snapStart: 'FunctionError.InitTimeout', readySeconds: 10 } };
    await using aws = await startAws({ rules: [rule] });
    await create(aws, SNAP);
    await aws.lambda.send(new PublishVersionCommand(NAME));
    await aws.clock.advance(10 * SECOND);
    const failed = await configuration(aws, '1');
    assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'FunctionError.InitTimeout']);
  });
});
