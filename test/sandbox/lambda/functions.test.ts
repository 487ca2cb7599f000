import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PreconditionFailedException,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  RemovePermissionCommand,
  ResourceConflictException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { ACCOUNT, type Aws, errorOf, MINUTE, SECOND, startAws } from '../aws.ts';

const NAME = { FunctionName: 'orders' };
const ARN = `arn:aws:lambda:us-west-2:${ACCOUNT}:function:orders`;
const PENDING =
  'ResourceConflictException: The operation cannot be performed at this time. The function is currently in the following state: Pending';
const UPDATING = `ResourceConflictException: The operation cannot be performed at this time. An update is in progress for resource: ${ARN}`;

function create(aws: Aws, input: Partial<CreateFunctionCommandInput> = {}) {
  return aws.lambda.send(
    new CreateFunctionCommand({
      ...NAME,
      Role: `arn:aws:iam::${ACCOUNT}:role/orders`,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'code', S3Key: 'orders-1.zip' },
      ...input,
    }),
  );
}

async function active(aws: Aws, input: Partial<CreateFunctionCommandInput> = {}): Promise<void> {
  await create(aws, input);
  await aws.clock.advance(MINUTE);
}

/** Deploys other code and gives the number of the version published from it. */
async function publishNext(aws: Aws, key: string): Promise<string> {
  const input = { ...NAME, S3Bucket: 'code', S3Key: key, Publish: true };
  const { Version } = await aws.lambda.send(new UpdateFunctionCodeCommand(input));
  await aws.clock.advance(MINUTE);
  return Version ?? '';
}

const configuration = (aws: Aws, Qualifier?: string) =>
  aws.lambda.send(new GetFunctionConfigurationCommand({ ...NAME, Qualifier }));

describe('a new function', () => {
  it('is Pending, refuses changes, and becomes Active', async () => {
    await using aws = await startAws();
    const created = await create(aws);
    assert.deepEqual([created.State, created.StateReasonCode], ['Pending', 'Creating']);
    assert.deepEqual([created.Timeout, created.MemorySize, created.Architectures], [3, 128, ['x86_64']]);
    assert.match(created.LastModified ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    const update = new UpdateFunctionConfigurationCommand({ ...NAME, Timeout: 5 });
    assert.equal(await errorOf(aws.lambda.send(update)), PENDING);
    assert.equal(await errorOf(aws.lambda.send(new PublishVersionCommand(NAME))), PENDING);
    assert.equal(await errorOf(aws.lambda.send(new InvokeCommand(NAME))), PENDING);
    await aws.clock.advance(5 * SECOND);
    const { State, LastUpdateStatus, RevisionId } = await configuration(aws);
    assert.deepEqual([State, LastUpdateStatus], ['Active', 'Successful']);
    assert.notEqual(RevisionId, created.RevisionId);
    assert.equal(await errorOf(create(aws)), 'ResourceConflictException: Function already exist: orders');
  });

  it('fails to become active when the scenario says so', async () => {
    await using aws = await startAws({ rules: [{ when: { function: 'ord*' }, then: { activation: 'InvalidImage' } }] });
    await active(aws);
    const { State, StateReasonCode, StateReason } = await configuration(aws);
    assert.deepEqual([State, StateReasonCode, StateReason], ['Failed', 'InvalidImage', 'The image is not valid.']);
  });

  it('is published at once when asked for', async () => {
    await using aws = await startAws();
    const created = await create(aws, { Publish: true });
    assert.deepEqual([created.Version, created.FunctionArn], ['1', `${ARN}:1`]);
    await aws.clock.advance(MINUTE);
    assert.equal((await configuration(aws, '1')).State, 'Active');
  });

  it('is refused for values out of range', async () => {
    await using aws = await startAws();
    const refusal = (input: Partial<CreateFunctionCommandInput>) => errorOf(create(aws, input));
    assert.match(await refusal({ Timeout: 901 }), /^ValidationException: .*'901' at 'timeout'/);
    assert.match(await refusal({ MemorySize: 64 }), /^ValidationException: .*'64' at 'memorySize'/);
    assert.match(await refusal({ Role: 'nobody' }), /^ValidationException: .*'role'/);
    assert.match(await refusal({ Runtime: undefined }), /^InvalidParameterValueException: Runtime is mandatory/);
    assert.match(await refusal({ Code: {} }), /^InvalidParameterValueException: Please provide a source/);
    assert.match(
      await refusal({ Code: { ZipFile: Buffer.from('no zip') } }),
      /^InvalidParameterValueException: Could not unzip/,
    );
    assert.match(await refusal({ Environment: { Variables: { A: 'x'.repeat(4096) } } }), /exceeded the 4KB limit/);
  });
});

describe('a function’s code', () => {
  it('can be downloaded, hashes to CodeSha256, and can be given back', async () => {
    await using aws = await startAws();
    await active(aws);
    const { Code, Configuration } = await aws.lambda.send(new GetFunctionCommand(NAME));
    const zip = Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer());
    assert.equal(createHash('sha256').update(zip).digest('base64'), Configuration?.CodeSha256);
    await publishNext(aws, 'orders-2.zip');
    assert.notEqual((await configuration(aws)).CodeSha256, Configuration?.CodeSha256);
    const restored = await aws.lambda.send(new UpdateFunctionCodeCommand({ ...NAME, ZipFile: zip }));
    assert.equal(restored.CodeSha256, Configuration?.CodeSha256);
  });

  it('is only tried by a dry run', async () => {
    await using aws = await startAws();
    await active(aws);
    const before = await configuration(aws);
    const dry = await aws.lambda.send(
      new UpdateFunctionCodeCommand({ ...NAME, S3Bucket: 'code', S3Key: 'other.zip', DryRun: true }),
    );
    assert.notEqual(dry.CodeSha256, before.CodeSha256);
    assert.equal((await configuration(aws)).RevisionId, before.RevisionId);
  });
});

describe('an update', () => {
  it('is in progress for a while, during which a second one conflicts', async () => {
    await using aws = await startAws();
    await active(aws);
    const updated = await aws.lambda.send(new UpdateFunctionConfigurationCommand({ ...NAME, Timeout: 10 }));
    assert.equal(updated.LastUpdateStatus, 'InProgress');
    const second = aws.lambda.send(new UpdateFunctionConfigurationCommand({ ...NAME, Timeout: 20 }));
    await assert.rejects(
      second,
      (error) => error instanceof ResourceConflictException && `${error.name}: ${error.message}` === UPDATING,
    );
    assert.equal(await errorOf(aws.lambda.send(new InvokeCommand(NAME))), 'no error');
    await aws.clock.advance(5 * SECOND);
    const { LastUpdateStatus, Timeout, MemorySize } = await configuration(aws);
    assert.deepEqual([LastUpdateStatus, Timeout, MemorySize], ['Successful', 10, 128]);
  });

  it('that fails leaves what was there in force', async () => {
    await using aws = await startAws({
      rules: [{ when: { updateNumber: 1 }, then: { update: 'ImageDeleted', seconds: 20 } }],
    });
    await active(aws);
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ ...NAME, Timeout: 10 }));
    await aws.clock.advance(19 * SECOND);
    assert.equal((await configuration(aws)).LastUpdateStatus, 'InProgress');
    await aws.clock.advance(SECOND);
    const { LastUpdateStatus, LastUpdateStatusReasonCode, Timeout, State } = await configuration(aws);
    assert.deepEqual(
      [LastUpdateStatus, LastUpdateStatusReasonCode, Timeout, State],
      ['Failed', 'ImageDeleted', 3, 'Active'],
    );
  });

  it('is refused when the caller has seen another revision', async () => {
    await using aws = await startAws();
    await active(aws);
    const stale = aws.lambda.send(new UpdateFunctionConfigurationCommand({ ...NAME, Timeout: 9, RevisionId: 'old' }));
    await assert.rejects(stale, (error) => error instanceof PreconditionFailedException);
  });
});

describe('publishing', () => {
  it('gives the same version again while nothing changed, and numbers are never used twice', async () => {
    await using aws = await startAws();
    await active(aws);
    const publish = async (Description?: string) =>
      (await aws.lambda.send(new PublishVersionCommand({ ...NAME, Description }))).Version;
    assert.deepEqual([await publish('one'), await publish('two')], ['1', '1']);
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ ...NAME, Timeout: 10 }));
    await aws.clock.advance(MINUTE);
    assert.equal(await publish(), '2');
    await aws.lambda.send(new DeleteFunctionCommand({ ...NAME, Qualifier: '2' }));
    assert.equal(await publish(), '3');
    const { Versions } = await aws.lambda.send(new ListVersionsByFunctionCommand(NAME));
    assert.deepEqual(
      Versions?.map(({ Version }) => Version),
      ['$LATEST', '1', '3'],
    );
  });

  it('needs the code that the caller expects', async () => {
    await using aws = await startAws();
    await active(aws);
    assert.match(
      await errorOf(aws.lambda.send(new PublishVersionCommand({ ...NAME, CodeSha256: 'other' }))),
      /^InvalidParameterValueException: CodeSHA256 \(other\) is different from current CodeSHA256 in \$LATEST/,
    );
  });
});

describe('an alias', () => {
  async function twoVersions(aws: Aws): Promise<void> {
    await active(aws, { Publish: true });
    assert.equal(await publishNext(aws, 'orders-2.zip'), '2');
    await aws.lambda.send(new CreateAliasCommand({ ...NAME, Name: 'live', FunctionVersion: '1' }));
  }
  const update = (aws: Aws, input: Partial<UpdateAliasCommandInput>) =>
    aws.lambda.send(new UpdateAliasCommand({ ...NAME, Name: 'live', ...input }));
  const weights = (given: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights: given } });

  it('splits by weight, keeps the split until told, and promotes in one call', async () => {
    await using aws = await startAws();
    await twoVersions(aws);
    await update(aws, weights({ 2: 0.25 }));
    const ran = { 1: 0, 2: 0 };
    for (let i = 0; i < 400; i++) {
      const { ExecutedVersion } = await aws.lambda.send(new InvokeCommand({ ...NAME, Qualifier: 'live' }));
      ran[ExecutedVersion as '1' | '2']++;
    }
    assert.ok(ran[2] > 70 && ran[2] < 130, `${ran[2]} of 400`);
    assert.deepEqual((await update(aws, { Description: 'canary' })).RoutingConfig, weights({ 2: 0.25 }).RoutingConfig);
    assert.equal(
      await errorOf(update(aws, { FunctionVersion: '2' })),
      'InvalidParameterValueException: Invalid function version 2. Function version 2 is already included in routing configuration.',
    );
    const promoted = await update(aws, { FunctionVersion: '2', ...weights({}) });
    assert.deepEqual([promoted.FunctionVersion, promoted.RoutingConfig], ['2', undefined]);
  });

  it('refuses weights as AWS does', async () => {
    await using aws = await startAws();
    await twoVersions(aws);
    const refusal = (given: Record<string, number>) => errorOf(update(aws, weights(given)));
    assert.equal(
      await refusal({ 1: 0.1, 2: 0.1 }),
      'InvalidParameterValueException: Number of items in AdditionalVersionWeights cannot be greater than 1',
    );
    assert.match(
      await refusal({ 2: 1.5 }),
      /^ValidationException: .*Value '\{2=1\.5\}' at 'routingConfig\.additionalVersionWeights'/,
    );
    assert.match(await refusal({ 2: -0.1 }), /^ValidationException/);
    assert.match(await refusal({ 2: 1 }), /^InvalidParameterValueException/);
    assert.match(
      await refusal({ $LATEST: 0.1 }),
      /\$LATEST is not supported for an alias pointing to more than 1 version/,
    );
    assert.equal(await refusal({ 99: 0.1 }), `ResourceNotFoundException: Function not found: ${ARN}:99`);
    assert.deepEqual((await aws.lambda.send(new GetAliasCommand({ ...NAME, Name: 'live' }))).RoutingConfig, undefined);
  });

  it('protects its versions, its name and its revision', async () => {
    await using aws = await startAws();
    await twoVersions(aws);
    await update(aws, weights({ 2: 0.1 }));
    for (const Qualifier of ['1', '2']) {
      assert.equal(
        await errorOf(aws.lambda.send(new DeleteFunctionCommand({ ...NAME, Qualifier }))),
        'ResourceConflictException: Unable to delete version because the following aliases reference it: [live]',
      );
    }
    const again = aws.lambda.send(new CreateAliasCommand({ ...NAME, Name: 'live', FunctionVersion: '1' }));
    assert.equal(await errorOf(again), `ResourceConflictException: Alias already exists: ${ARN}:live`);
    assert.match(await errorOf(update(aws, { RevisionId: 'old' })), /^PreconditionFailedException/);
    assert.equal(
      await errorOf(aws.lambda.send(new GetAliasCommand({ ...NAME, Name: 'none' }))),
      `ResourceNotFoundException: Cannot find alias arn: ${ARN}:none`,
    );
  });

  it('has permissions and provisioned concurrency of its own', async () => {
    await using aws = await startAws();
    await twoVersions(aws);
    const statement = { ...NAME, Qualifier: 'live', StatementId: 'api' };
    const permission = {
      ...statement,
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: 'arn:aws:execute-api:us-west-2:1:a/*/*',
    };
    await aws.lambda.send(new AddPermissionCommand(permission));
    assert.match(
      await errorOf(aws.lambda.send(new AddPermissionCommand(permission))),
      /^ResourceConflictException: The statement id \(api\) provided already exists/,
    );
    const { Policy } = await aws.lambda.send(new GetPolicyCommand({ ...NAME, Qualifier: 'live' }));
    assert.equal(JSON.parse(Policy ?? '').Statement[0].Resource, `${ARN}:live`);
    assert.match(await errorOf(aws.lambda.send(new GetPolicyCommand(NAME))), /^ResourceNotFoundException/);
    await aws.lambda.send(new RemovePermissionCommand(statement));
    const provisioned = { ...NAME, Qualifier: 'live' };
    const put = new PutProvisionedConcurrencyConfigCommand({ ...provisioned, ProvisionedConcurrentExecutions: 2 });
    assert.equal((await aws.lambda.send(put)).Status, 'IN_PROGRESS');
    await aws.clock.advance(3 * MINUTE);
    assert.equal((await aws.lambda.send(new GetProvisionedConcurrencyConfigCommand(provisioned))).Status, 'READY');
  });
});

describe('tags of a function', () => {
  it('are added and removed by its ARN', async () => {
    await using aws = await startAws();
    await active(aws, { Tags: { team: 'a', stage: 'x' } });
    await aws.lambda.send(new TagResourceCommand({ Resource: ARN, Tags: { team: 'b' } }));
    await aws.lambda.send(new UntagResourceCommand({ Resource: ARN, TagKeys: ['stage', 'none'] }));
    assert.deepEqual((await aws.lambda.send(new ListTagsCommand({ Resource: ARN }))).Tags, { team: 'b' });
  });
});

describe('an event source mapping', () => {
  it('settles after a while, before which it cannot be changed', async () => {
    await using aws = await startAws();
    await active(aws, { Publish: true });
    await aws.lambda.send(new CreateAliasCommand({ ...NAME, Name: 'live', FunctionVersion: '1' }));
    const source = { EventSourceArn: 'arn:aws:sqs:us-west-2:1:orders', FunctionName: 'orders:live' };
    const created = await aws.lambda.send(new CreateEventSourceMappingCommand({ ...source, BatchSize: 5 }));
    assert.deepEqual([created.State, created.FunctionArn, created.BatchSize], ['Creating', `${ARN}:live`, 5]);
    const twin = await errorOf(aws.lambda.send(new CreateEventSourceMappingCommand(source)));
    assert.ok(twin.endsWith(`Please update or delete the existing mapping with UUID ${created.UUID}`), twin);
    const remove = () => aws.lambda.send(new DeleteEventSourceMappingCommand({ UUID: created.UUID }));
    assert.equal(
      await errorOf(remove()),
      'ResourceInUseException: Cannot delete the event source mapping because it is in use.',
    );
    await aws.clock.advance(MINUTE);
    const get = () => aws.lambda.send(new GetEventSourceMappingCommand({ UUID: created.UUID }));
    assert.equal((await get()).State, 'Enabled');
    await remove();
    assert.equal((await get()).State, 'Deleting');
    await aws.clock.advance(MINUTE);
    assert.match(await errorOf(get()), /^ResourceNotFoundException/);
  });
});
