import assert from 'node:assert/strict';
import { request } from 'node:http';
import { GetDashboardCommand, ResourceNotFound, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  ClusterNotFoundException,
  CreateClusterCommand,
  DescribeClustersCommand,
  ECSClient,
  ListAttributesCommand,
  ListClustersCommand,
  ListServicesCommand,
  paginateListTaskDefinitions,
} from '@aws-sdk/client-ecs';
import { GetFunctionCommand, GetLayerVersionCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { ACCOUNT, type Aws, createCluster, errorOf, register, SECOND, startAws } from './aws.ts';

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function raw(aws: Aws, method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(`${aws.sandbox.endpoint}${path}`, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const ECS_TARGET = {
  'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
  'content-type': 'application/x-amz-json-1.1',
};
const SIGNED = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-west-2/ecs/aws4_request, SignedHeaders=host, Signature=0',
};

describe('the wire protocols', () => {
  it('take an access key of twelve digits for the account, and any other for the default one', async () => {
    await using own = await startAws();
    assert.equal((await own.sts.send(new GetCallerIdentityCommand({}))).Account, ACCOUNT);
    await using other = await startAws({ accessKeyId: 'AKIDEXAMPLE' });
    assert.equal((await other.sts.send(new GetCallerIdentityCommand({}))).Account, '123456789012');
  });

  it('keep accounts and regions apart', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    const elsewhere = new ECSClient({
      endpoint: aws.sandbox.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
    });
    assert.deepEqual((await elsewhere.send(new ListClustersCommand({}))).clusterArns, []);
    elsewhere.destroy();
    assert.equal((await aws.ecs.send(new ListClustersCommand({}))).clusterArns?.length, 1);
  });

  it('work in the account of an assumed role', async () => {
    await using aws = await startAws();
    const { Credentials } = await aws.sts.send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::444455556666:role/deploy', RoleSessionName: 'ci' }),
    );
    const sts = new STSClient({
      endpoint: aws.sandbox.endpoint,
      region: 'us-west-2',
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();
    assert.equal(identity.Arn, 'arn:aws:sts::444455556666:assumed-role/deploy/ci');
    assert.ok(Credentials?.Expiration && Credentials.Expiration.getTime() > Date.now());
  });

  it('deny a role that the scenario does not list, and what a rule denies to a caller on a resource', async () => {
    const role = 'arn:aws:iam::444455556666:role/deploy';
    await using aws = await startAws({
      given: { roles: [role], clusters: ['main'] },
      rules: [
        {
          when: { operation: 'ecs:ListServices', caller: '*assumed-role/deploy/*', resource: 'ma*' },
          then: { error: 'AccessDeniedException' },
        },
      ],
    });
    const assume = (RoleArn: string) => aws.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ci' }));
    assert.equal(
      await errorOf(assume(`${role}er`)),
      `AccessDenied: User: arn:aws:iam::${ACCOUNT}:user/sandbox is not authorized to perform: sts:AssumeRole on resource: ${role}er`,
    );
    const { Credentials } = await assume(role);
    const ecs = new ECSClient({
      endpoint: aws.sandbox.endpoint,
      region: 'us-west-2',
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    });
    assert.equal(
      await errorOf(ecs.send(new ListServicesCommand({ cluster: 'main' }))),
      'AccessDeniedException: User: arn:aws:sts::444455556666:assumed-role/deploy/ci is not authorized to perform: ecs:ListServices on resource: * because no identity-based policy allows the ecs:ListServices action',
    );
    assert.match(await errorOf(ecs.send(new ListServicesCommand({ cluster: 'other' }))), /^ClusterNotFound/);
    ecs.destroy();
    assert.equal(await errorOf(aws.ecs.send(new ListServicesCommand({ cluster: 'main' }))), 'no error');
  });

  it('give errors that become the SDK’s modelled classes, with a request id', async () => {
    await using aws = await startAws();
    await assert.rejects(aws.ecs.send(new ListServicesCommand({ cluster: 'nowhere' })), (error) => {
      assert.ok(error instanceof ClusterNotFoundException);
      assert.equal(error.message, 'Cluster not found.');
      assert.match(error.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
      return true;
    });
    await assert.rejects(aws.lambda.send(new GetFunctionCommand({ FunctionName: 'none' })), (error) => {
      assert.ok(error instanceof ResourceNotFoundException);
      assert.equal(error.message, `Function not found: arn:aws:lambda:us-west-2:${ACCOUNT}:function:none`);
      return true;
    });
    const unknown = new SetAlarmStateCommand({ AlarmName: 'none', StateValue: 'OK', StateReason: 'x' });
    await assert.rejects(aws.cloudwatch.send(unknown), (error) => error instanceof ResourceNotFound);
  });

  it('answer what they do not know with AWS’s own unknown-operation error', async () => {
    await using aws = await startAws();
    const attributes = new ListAttributesCommand({ cluster: 'main', targetType: 'container-instance' });
    assert.match(await errorOf(aws.ecs.send(attributes)), /^UnknownOperationException/);
    const layer = new GetLayerVersionCommand({ LayerName: 'l', VersionNumber: 1 });
    assert.match(await errorOf(aws.lambda.send(layer)), /^UnknownOperationException/);
    const dashboard = new GetDashboardCommand({ DashboardName: 'd' });
    assert.match(await errorOf(aws.cloudwatch.send(dashboard)), /^UnknownOperationException/);
    assert.match(await errorOf(aws.sts.send(new GetSessionTokenCommand({}))), /^InvalidAction/);
    const inherited = await raw(
      aws,
      'POST',
      '/',
      { ...SIGNED, ...ECS_TARGET, 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.constructor' },
      '{}',
    );
    assert.equal(inherited.status, 404);
  });

  it('refuse an unsigned request, and one that is not JSON or too large', async () => {
    await using aws = await startAws();
    const unsigned = await raw(aws, 'POST', '/', ECS_TARGET, '{}');
    assert.deepEqual([unsigned.status, JSON.parse(unsigned.body).__type], [403, 'MissingAuthenticationTokenException']);
    const broken = await raw(aws, 'POST', '/', { ...ECS_TARGET, ...SIGNED }, '{"a":');
    assert.deepEqual([broken.status, JSON.parse(broken.body).__type], [400, 'SerializationException']);
    const deep = await raw(
      aws,
      'POST',
      '/',
      { ...ECS_TARGET, ...SIGNED },
      `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
    );
    assert.deepEqual([deep.status, JSON.parse(deep.body).__type], [400, 'SerializationException']);
    const large = await raw(aws, 'POST', '/', { ...ECS_TARGET, ...SIGNED }, `{"a":"${'x'.repeat(1024 * 1024)}"}`);
    assert.equal(large.status, 413);
  });

  it('send the real date, so that signers never see a skewed clock', async () => {
    await using aws = await startAws();
    const answer = await raw(aws, 'POST', '/', { ...ECS_TARGET, ...SIGNED }, '{}');
    assert.ok(Math.abs(Date.parse(String(answer.headers['date'])) - Date.now()) < 60_000);
  });

  it('take hostile names for names', async () => {
    await using aws = await startAws();
    const body =
      '{"clusterName":"__proto__","tags":[{"key":"__proto__","value":"constructor"}],"__proto__":{"polluted":true}}';
    const created = await raw(
      aws,
      'POST',
      '/',
      { ...ECS_TARGET, ...SIGNED, 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.CreateCluster' },
      body,
    );
    assert.equal(JSON.parse(created.body).cluster.clusterName, '__proto__');
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    const { failures } = await aws.ecs.send(new DescribeClustersCommand({ clusters: ['constructor'] }));
    assert.equal(failures?.[0]?.reason, 'MISSING');
  });

  it('cut lists into pages that hold everything once', async () => {
    await using aws = await startAws({ pageSize: 3 });
    for (let i = 0; i < 8; i++) await register(aws, `app:${i}`);
    const seen: string[] = [];
    let pages = 0;
    for await (const page of paginateListTaskDefinitions({ client: aws.ecs }, {})) {
      seen.push(...(page.taskDefinitionArns ?? []));
      pages++;
    }
    assert.deepEqual([pages, new Set(seen).size, seen.length], [3, 8, 8]);
    const bad = aws.ecs.send(new ListClustersCommand({ nextToken: 'nonsense' }));
    assert.equal(await errorOf(bad), 'InvalidParameterException: Invalid token.');
  });

  it('throttle at the published rates, and refill by the sandbox’s clock', async () => {
    await using aws = await startAws();
    const create = (name: string) => aws.ecs.send(new CreateClusterCommand({ clusterName: name }));
    for (let i = 0; i < 20; i++) await create(`c${i}`);
    assert.equal(await errorOf(create('one-more')), 'ThrottlingException: Rate exceeded');
    await aws.clock.advance(SECOND);
    assert.equal(await errorOf(create('one-more')), 'no error');
    assert.equal(await errorOf(create('another')), 'ThrottlingException: Rate exceeded');
    const get = () => aws.lambda.send(new GetFunctionCommand({ FunctionName: 'none' }));
    const errors = await Promise.all(Array.from({ length: 101 }, () => errorOf(get())));
    assert.equal(errors.filter((error) => error === 'TooManyRequestsException: Rate exceeded').length, 1);
  });

  it('do not throttle when told so', async () => {
    await using aws = await startAws({ throttling: false });
    for (let i = 0; i < 30; i++) await aws.ecs.send(new CreateClusterCommand({ clusterName: `c${i}` }));
  });

  it('record every call', async () => {
    await using aws = await startAws();
    await createCluster(aws);
    await errorOf(aws.ecs.send(new ListServicesCommand({ cluster: 'nowhere' })));
    const calls = aws.sandbox.calls.map(({ service, operation, status, error, mutating, region }) => ({
      service,
      operation,
      status,
      error,
      mutating,
      region,
    }));
    assert.deepEqual(calls, [
      {
        service: 'ecs',
        operation: 'CreateCluster',
        status: 200,
        error: undefined,
        mutating: true,
        region: 'us-west-2',
      },
      {
        service: 'ecs',
        operation: 'ListServices',
        status: 400,
        error: 'ClusterNotFoundException',
        mutating: false,
        region: 'us-west-2',
      },
    ]);
  });
});

describe('the control surface', () => {
  it('tells the clock, moves it, takes scenarios and lists calls', async () => {
    await using aws = await startAws();
    const before = JSON.parse((await raw(aws, 'GET', '/_sandbox')).body);
    assert.equal(before.clock.speed, 0);
    const moved = JSON.parse((await raw(aws, 'POST', '/_sandbox/advance', {}, '{"ms":5000}')).body);
    assert.equal(moved.clock.now, before.clock.now + 5000);
    assert.equal((await raw(aws, 'POST', '/_sandbox/advance', {}, '{"ms":-1}')).status, 400);
    assert.equal((await raw(aws, 'POST', '/_sandbox/scenario', {}, '{"rules":[]}')).status, 200);
    const wrong = await raw(aws, 'POST', '/_sandbox/scenario', {}, '{"rule":[]}');
    assert.deepEqual([wrong.status, JSON.parse(wrong.body).code], [400, 'scenario.unknown-key']);
    await createCluster(aws);
    const { calls, next } = JSON.parse((await raw(aws, 'GET', '/_sandbox/calls?since=0')).body);
    assert.deepEqual([calls.length, next], [1, 1]);
    assert.equal((await raw(aws, 'GET', '/_sandbox/elsewhere')).status, 404);
  });

  it('is closed to web pages', async () => {
    await using aws = await startAws();
    assert.equal((await raw(aws, 'GET', '/_sandbox', { origin: 'http://example.com' })).status, 403);
  });
});

describe('API errors of a scenario', () => {
  const rule = (operation: string, then: object, when: object = {}) => ({ when: { operation, ...when }, then });

  it('hit the nth call, as often as told', async () => {
    await using aws = await startAws({
      rules: [rule('ecs:ListClusters', { error: 'AccessDeniedException', times: 2 }, { nth: 2 })],
    });
    const list = () => errorOf(aws.ecs.send(new ListClustersCommand({})));
    const outcomes = [await list(), await list(), await list(), await list()].map((outcome) => outcome.split(':')[0]);
    assert.deepEqual(outcomes, ['no error', 'AccessDeniedException', 'AccessDeniedException', 'no error']);
  });

  it('lose the answer after the effect', async () => {
    await using aws = await startAws({ rules: [rule('ecs:CreateCluster', { loseAnswer: true }, { nth: 1 })] });
    assert.notEqual(await errorOf(aws.ecs.send(new CreateClusterCommand({ clusterName: 'main' }))), 'no error');
    assert.equal((await aws.ecs.send(new ListClustersCommand({}))).clusterArns?.length, 1);
  });

  it('delay an answer by the sandbox’s clock', async () => {
    await using aws = await startAws({ rules: [rule('ecs:*', { delaySeconds: 30 })] });
    const before = aws.clock.now();
    await aws.clock.run(aws.ecs.send(new ListClustersCommand({})));
    assert.equal(aws.clock.now() - before, 30 * SECOND);
  });

  it('hang until the caller gives up, while time goes on', async () => {
    await using aws = await startAws({ rules: [rule('ecs:ListClusters', { hang: true })] });
    const abort = new AbortController();
    const hanging = errorOf(aws.ecs.send(new ListClustersCommand({}), { abortSignal: abort.signal }));
    await aws.clock.run(aws.clock.sleepUntil(aws.clock.now() + 60 * SECOND).then(() => abort.abort()));
    assert.match(await hanging, /^AbortError/);
  });
});
