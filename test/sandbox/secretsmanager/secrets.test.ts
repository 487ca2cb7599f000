import assert from 'node:assert/strict';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { ACCOUNT, errorOf, MINUTE, startAws } from '../aws.ts';

const DAY = 24 * 60 * MINUTE;

describe('Secrets Manager', () => {
  it('gives the current value of a secret by name, by ARN, and by the ARN without its end', async () => {
    await using aws = await startAws({ given: { secrets: [{ name: 'app/db', value: 'first' }] } });
    const { ARN = '', SecretString } = await aws.secrets.send(new GetSecretValueCommand({ SecretId: 'app/db' }));
    assert.match(ARN, new RegExp(`^arn:aws:secretsmanager:us-west-2:${ACCOUNT}:secret:app/db-\\w{6}$`));
    assert.equal(SecretString, 'first');
    for (const SecretId of [ARN, ARN.slice(0, -7)]) {
      const again = await aws.secrets.send(new GetSecretValueCommand({ SecretId }));
      assert.deepEqual([again.SecretString, again.VersionStages], ['first', ['AWSCURRENT']]);
    }
  });

  it('moves the labels when a value is put, and keeps the previous one', async () => {
    await using aws = await startAws();
    await aws.secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'one' }));
    for (const SecretString of ['two', 'three']) {
      await aws.secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString }));
    }
    const value = async (VersionStage?: string) =>
      (await aws.secrets.send(new GetSecretValueCommand({ SecretId: 's', VersionStage }))).SecretString;
    assert.deepEqual([await value(), await value('AWSPREVIOUS')], ['three', 'two']);
    const { VersionIdsToStages } = await aws.secrets.send(new DescribeSecretCommand({ SecretId: 's' }));
    assert.deepEqual(Object.values(VersionIdsToStages ?? {}), [[], ['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('carries binary values through', async () => {
    await using aws = await startAws();
    const SecretBinary = new Uint8Array([0, 255, 7]);
    await aws.secrets.send(new CreateSecretCommand({ Name: 's', SecretBinary }));
    const answer = await aws.secrets.send(new GetSecretValueCommand({ SecretId: 's' }));
    assert.deepEqual([...(answer.SecretBinary ?? [])], [0, 255, 7]);
  });

  it('has secrets without a value, which cannot be read', async () => {
    await using aws = await startAws();
    await aws.secrets.send(new CreateSecretCommand({ Name: 'empty' }));
    assert.equal(
      await errorOf(aws.secrets.send(new GetSecretValueCommand({ SecretId: 'empty' }))),
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  });

  it('keeps a deleted secret for its recovery window, unreadable', async () => {
    await using aws = await startAws();
    const SecretId = 's';
    await aws.secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'x' }));
    await aws.secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    const read = () => aws.secrets.send(new GetSecretValueCommand({ SecretId }));
    assert.equal(
      await errorOf(read()),
      "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
    );
    await aws.secrets.send(new RestoreSecretCommand({ SecretId }));
    assert.equal((await read()).SecretString, 'x');
    await aws.clock.advance(8 * DAY);
    assert.equal((await read()).SecretString, 'x');
    await aws.secrets.send(new DeleteSecretCommand({ SecretId }));
    await aws.clock.advance(31 * DAY);
    await assert.rejects(read(), (error) => error instanceof ResourceNotFoundException);
  });

  it('refuses a name that is taken, and a version id used for another value', async () => {
    await using aws = await startAws();
    const create = () => aws.secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'x' }));
    await create();
    await assert.rejects(create(), (error) => error instanceof ResourceExistsException);
    const ClientRequestToken = '11111111-2222-4333-8444-555555555555';
    const put = (SecretString: string) =>
      aws.secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString, ClientRequestToken }));
    await put('y');
    assert.equal((await put('y')).VersionId, ClientRequestToken);
    assert.match(await errorOf(put('z')), /^ResourceExistsException/);
  });
});
