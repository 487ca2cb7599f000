import assert from 'node:assert/strict';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  ParameterVersionNotFound,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { ACCOUNT, errorOf, startAws } from '../aws.ts';

describe('the Parameter Store', () => {
  it('gives a parameter by name and by ARN, the last version or one that is named', async () => {
    await using aws = await startAws({ given: { parameters: [{ name: '/app/level', value: 'info' }] } });
    const changed = await aws.ssm.send(
      new PutParameterCommand({ Name: '/app/level', Value: 'debug', Overwrite: true }),
    );
    assert.equal(changed.Version, 2);
    const value = async (Name: string) => (await aws.ssm.send(new GetParameterCommand({ Name }))).Parameter;
    const last = await value('/app/level');
    assert.equal(last?.ARN, `arn:aws:ssm:us-west-2:${ACCOUNT}:parameter/app/level`);
    assert.deepEqual([last?.Value, last?.Version, last?.Type], ['debug', 2, 'String']);
    assert.equal((await value(last!.ARN!))?.Value, 'debug');
    const first = await value('/app/level:1');
    assert.deepEqual([first?.Value, first?.Selector], ['info', ':1']);
    await assert.rejects(value('/app/level:3'), (error) => error instanceof ParameterVersionNotFound);
    await assert.rejects(value('/app'), (error) => error instanceof ParameterNotFound);
  });

  it('shows a secure value only to who asks for it decrypted', async () => {
    await using aws = await startAws();
    await aws.ssm.send(new PutParameterCommand({ Name: 'token', Value: 'hush', Type: 'SecureString' }));
    const value = async (WithDecryption: boolean) =>
      (await aws.ssm.send(new GetParameterCommand({ Name: 'token', WithDecryption }))).Parameter?.Value;
    assert.notEqual(await value(false), 'hush');
    assert.equal(await value(true), 'hush');
  });

  it('gives several at once, and names those that are not there', async () => {
    await using aws = await startAws({ given: { parameters: [{ name: 'a', value: '1' }] } });
    const { Parameters, InvalidParameters } = await aws.ssm.send(
      new GetParametersCommand({ Names: ['a', 'b', '__proto__'] }),
    );
    assert.deepEqual(
      Parameters?.map(({ Name, Value }) => [Name, Value]),
      [['a', '1']],
    );
    assert.deepEqual(InvalidParameters, ['b', '__proto__']);
    const many = new GetParametersCommand({ Names: Array.from({ length: 11 }, (_, i) => `p${i}`) });
    assert.match(await errorOf(aws.ssm.send(many)), /^ValidationException/);
  });

  it('does not overwrite unasked, and forgets what is deleted', async () => {
    await using aws = await startAws();
    const put = () => aws.ssm.send(new PutParameterCommand({ Name: 'a', Value: '1', Type: 'String' }));
    await put();
    await assert.rejects(put(), (error) => error instanceof ParameterAlreadyExists);
    await aws.ssm.send(new DeleteParameterCommand({ Name: 'a' }));
    assert.equal((await put()).Version, 1);
  });
});
