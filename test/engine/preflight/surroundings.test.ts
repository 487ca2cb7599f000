/** What files name and is not as they need it: found at its place, let through when asked, and unknown is never wrong. */
import assert from 'node:assert/strict';
import { cleanUp } from '../git/testRepository.ts';
import { Field, GIVEN, group, IMAGE, LAYER, resizeFiles, role, SECRET, webFiles } from './field.ts';

interface Case {
  readonly code: string;
  /** Completes "finds …". */
  readonly what: string;
  readonly files?: Record<string, string>;
  /** What there is instead. */
  readonly given: object;
  /** What the problem points at; undefined for a file as a whole. */
  readonly at?: string;
  readonly says: RegExp;
  /** The call that, refused, leaves it unknown, and the permission that is then named. */
  readonly asks: string;
  readonly permission?: string;
}

const quoted = (value: string) => JSON.stringify(value);
const only = <T extends { name: string }>(all: readonly T[], without: string) =>
  all.filter(({ name }) => !name.endsWith(without));
const STRICT = {
  strict: true,
  secrets: [{ name: 'other', value: 'x' }],
  parameters: [{ name: '/shop/token', value: 'x' }],
  logGroups: ['/shop/web'],
};

const CASES: readonly Case[] = [
  {
    code: 'subnet-missing',
    what: 'a subnet that does not exist',
    given: { subnets: [{ id: 'subnet-a' }] },
    at: quoted('subnet-b'),
    says: /there is no subnet subnet-b in eu-west-1/,
    asks: 'ec2:DescribeSubnets',
  },
  {
    code: 'security-group-missing',
    what: 'a security group that does not exist',
    given: { securityGroups: [] },
    at: quoted('sg-web'),
    says: /there is no security group sg-web/,
    asks: 'ec2:DescribeSecurityGroups',
  },
  {
    code: 'network-split',
    what: 'a security group of another VPC',
    given: { securityGroups: [{ id: 'sg-web', vpc: 'vpc-other' }] },
    at: quoted('sg-web'),
    says: /sg-web is in vpc-other, and subnet subnet-a is in vpc-0a1b/,
    asks: 'ec2:DescribeSecurityGroups',
  },
  {
    code: 'role-missing',
    what: 'a task role that does not exist',
    given: { iamRoles: only(GIVEN.iamRoles, 'web-task') },
    at: quoted(role('web-task')),
    says: /there is no role .*web-task, which is to be the task role/,
    asks: 'iam:GetRole',
  },
  {
    code: 'role-not-trusted',
    what: 'an execution role that ECS may not assume',
    given: {
      iamRoles: [...only(GIVEN.iamRoles, 'execution'), { name: role('web-execution'), trusts: ['ec2.amazonaws.com'] }],
    },
    at: quoted(role('web-execution')),
    says: /ecs-tasks.amazonaws.com may not assume role .*its trust policy names ec2.amazonaws.com/,
    asks: 'iam:GetRole',
  },
  {
    code: 'image-missing',
    what: 'an image that was not pushed',
    given: { images: ['*:2'] },
    at: quoted(IMAGE),
    says: /there is no image .*shop\/web:1/,
    asks: 'ecr:DescribeImages',
  },
  {
    code: 'secret-missing',
    what: 'a secret that does not exist',
    given: STRICT,
    at: quoted(`${SECRET}:password::`),
    says: /there is no secret .*:secret:database-AbCdEf$/,
    asks: 'secretsmanager:DescribeSecret',
  },
  {
    code: 'parameter-missing',
    what: 'a parameter that does not exist',
    files: webFiles({
      task: {
        containerDefinitions: [
          {
            name: 'web',
            image: 'web',
            portMappings: [{ containerPort: 8080 }],
            secrets: [{ name: 'TOKEN', valueFrom: '/shop/token' }],
          },
        ],
      },
    }),
    given: { strict: true },
    at: quoted('/shop/token'),
    says: /there is no SSM parameter \/shop\/token in eu-west-1/,
    asks: 'ssm:DescribeParameters',
  },
  {
    code: 'log-group-missing',
    what: 'a log group that does not exist',
    files: webFiles({
      task: {
        containerDefinitions: [
          {
            name: 'web',
            image: 'web',
            portMappings: [{ containerPort: 8080 }],
            logConfiguration: {
              logDriver: 'awslogs',
              options: { 'awslogs-group': '/shop/web', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'web' },
            },
          },
        ],
      },
    }),
    given: { strict: true, logGroups: ['/shop/web/other'] },
    at: quoted('/shop/web'),
    says: /there is no log group \/shop\/web in eu-west-1/,
    asks: 'logs:DescribeLogGroups',
  },
  {
    code: 'target-group-missing',
    what: 'a target group that does not exist',
    given: { targetGroups: [{ arn: group('other'), loadBalancer: 'shop' }] },
    at: quoted(group('web')),
    says: /there is no target group .*\/web\//,
    asks: 'elasticloadbalancing:DescribeTargetGroups',
  },
  {
    code: 'target-group-type',
    what: 'a target group of another type',
    given: { targetGroups: [{ arn: group('web'), loadBalancer: 'shop', type: 'instance' }] },
    at: quoted(group('web')),
    says: /takes targets of type instance, and the tasks are of type ip/,
    asks: 'elasticloadbalancing:DescribeTargetGroups',
  },
  {
    code: 'target-group-unused',
    what: 'a target group that no load balancer forwards to',
    given: { targetGroups: [{ arn: group('web') }] },
    at: quoted(group('web')),
    says: /no load balancer forwards to target group/,
    asks: 'elasticloadbalancing:DescribeTargetGroups',
  },
  {
    code: 'capacity-provider-missing',
    what: 'a fallback that the cluster does not have',
    files: webFiles({ deployment: { fallbackCapacityProviderStrategy: [{ capacityProvider: 'reserve', weight: 1 }] } }),
    given: {},
    at: quoted('reserve'),
    says: /cluster prod has no capacity provider reserve/,
    asks: 'ecs:DescribeClusters',
  },
  {
    code: 'alarm-missing',
    what: 'an alarm of the service definition that does not exist',
    files: webFiles({
      service: { deploymentConfiguration: { alarms: { alarmNames: ['nobody'], enable: true, rollback: true } } },
      deployment: { alarms: undefined },
    }),
    given: {},
    at: quoted('nobody'),
    says: /there is no alarm nobody/,
    asks: 'monitoring:DescribeAlarms',
    permission: 'cloudwatch:DescribeAlarms',
  },
  {
    code: 'role-not-trusted',
    what: "a function's role that Lambda may not assume",
    files: resizeFiles(),
    given: { iamRoles: [{ name: role('resize'), trusts: ['ecs-tasks.amazonaws.com'] }] },
    at: quoted(role('resize')),
    says: /lambda.amazonaws.com may not assume role .*which is to be the execution role/,
    asks: 'iam:GetRole',
  },
  {
    code: 'subnet-missing',
    what: "a function's subnet that does not exist",
    files: resizeFiles(),
    given: { subnets: [] },
    at: quoted('subnet-a'),
    says: /there is no subnet subnet-a/,
    asks: 'ec2:DescribeSubnets',
  },
  {
    code: 'object-missing',
    what: 'code that was not uploaded',
    files: resizeFiles(),
    given: { objects: ['artifacts/other/*'] },
    at: quoted('resize/1.zip'),
    says: /there is no s3:\/\/artifacts\/resize\/1.zip/,
    asks: 's3:HeadObject',
    permission: 's3:GetObject',
  },
  {
    code: 'layer-missing',
    what: 'a version of a layer that was not published',
    files: resizeFiles(),
    given: { layers: ['*:tools:2'] },
    at: quoted(LAYER),
    says: /there is no layer version .*:tools:3/,
    asks: 'lambda:GetLayerVersionByArn',
    permission: 'lambda:GetLayerVersion',
  },
];

describe('preflight of surroundings', () => {
  after(cleanUp);

  it('has nothing to say where everything is there', async () => {
    await using field = await Field.open();
    for (const files of [webFiles(), resizeFiles()]) field.commit(files);
    const { workloads } = await field.plan();
    assert.deepEqual(
      workloads.map(({ workload, action, problems }) => [workload, action, problems.map(({ code }) => code)]),
      [
        ['dev/resize', 'create', []],
        ['dev/web', 'create', []],
      ],
    );
  });

  for (const { code, what, files = webFiles(), given, at, says, asks, permission = asks } of CASES) {
    const lambda = Object.keys(files)[0]!.includes('resize');

    it(`finds ${what}, and lets it through when it is told to`, async () => {
      await using field = await Field.open(given);
      field.commit(files);
      const { action, reason, found } = await field.looked();
      const [problem] = found;
      assert.deepEqual(
        found.map((one) => [one.code, one.severity]),
        [[`preflight.${code}`, 'error']],
        JSON.stringify(found),
      );
      assert.equal(problem?.at, at);
      assert.match(problem?.message ?? '', says);
      assert.match(problem?.hint ?? '', new RegExp(`--skip-preflight ${code}.*"ignore": \\["${code}"\\]`));
      assert.deepEqual([action, reason], ['blocked', problem?.message]);

      const skipped = await field.looked([code]);
      assert.deepEqual([skipped.action, skipped.found[0]?.severity], ['create', 'warning']);

      const path = lambda ? 'dev/resize_lambdadepdef.json' : 'dev/web_depdef.json';
      const said = { ...JSON.parse(files[path]!), preflight: { ignore: [code] } };
      field.commit({ [path]: JSON.stringify(said) });
      const ignored = await field.looked();
      assert.deepEqual([ignored.action, ignored.found[0]?.severity], ['create', 'warning']);
    });

    it(`does not know of ${what} where ${asks} is denied, and refuses nothing`, async () => {
      await using field = await Field.open(given, [
        { when: { operation: asks }, then: { error: 'AccessDenied', status: 403 } },
      ]);
      field.commit(files);
      const { action, found } = await field.looked();
      assert.equal(action, 'create', JSON.stringify(found));
      assert.deepEqual(
        found.map((one) => [one.code, one.severity]),
        [['preflight.not-checked', 'info']],
      );
      assert.match(found[0]?.message ?? '', /could not be looked at: AWS said (AccessDenied|HTTP 403)/);
      assert.match(found[0]?.hint ?? '', new RegExp(`allow ${permission}; nothing is refused for it`));
    });
  }

  it('warns where subnets have fewer free addresses than there are new tasks', async () => {
    const subnets = [
      { id: 'subnet-a', freeAddresses: 1 },
      { id: 'subnet-b', freeAddresses: 0 },
    ];
    await using field = await Field.open({ subnets });
    field.commit(webFiles());
    const { action, found } = await field.looked();
    assert.deepEqual(
      [action, found.map(({ code, severity }) => [code, severity])],
      ['create', [['preflight.few-addresses', 'warning']]],
    );
    assert.match(found[0]?.message ?? '', /have 1 free addresses, and the new tasks need 2/);
  });

  it('knows what other error codes say, and asks for each thing alone where one of many is missing', async () => {
    await using field = await Field.open({}, [
      { when: { operation: 'ec2:DescribeSubnets' }, then: { error: 'InvalidSubnetID.NotFound', message: 'gone' } },
      { when: { operation: 'iam:GetRole' }, then: { error: 'NoSuchEntity', status: 404 } },
    ]);
    field.commit(webFiles());
    const { found } = await field.looked();
    assert.deepEqual(
      found.map(({ code, at }) => [code, at]),
      [
        ['preflight.subnet-missing', '"subnet-a"'],
        ['preflight.subnet-missing', '"subnet-b"'],
        ['preflight.role-missing', quoted(role('web-task'))],
        ['preflight.role-missing', quoted(role('web-execution'))],
      ],
    );
  });

  it('takes an image for given whose repository fills itself from another registry', async () => {
    await using field = await Field.open({ images: [], pullThroughCaches: ['shop'] });
    field.commit(webFiles());
    assert.deepEqual((await field.looked()).found, []);
  });

  it('asks no registry but ECR', async () => {
    await using field = await Field.open({ images: [] });
    field.commit(
      webFiles({
        task: { containerDefinitions: [{ name: 'web', image: 'nginx:1', portMappings: [{ containerPort: 8080 }] }] },
      }),
    );
    assert.deepEqual((await field.looked()).found, []);
  });

  it('finds secrets that are marked for deletion or have no value, without ever reading one', async () => {
    await using field = await Field.open({ ...STRICT, secrets: [{ name: 'database', value: 'hunter2' }] });
    const { SecretsManagerClient, CreateSecretCommand, DeleteSecretCommand } = await import(
      '@aws-sdk/client-secrets-manager'
    );
    const manager = new SecretsManagerClient({
      endpoint: field.sandbox.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
    });
    const made = async (Name: string, SecretString?: string) =>
      (await manager.send(new CreateSecretCommand({ Name, SecretString }))).ARN!;
    const [good, empty, gone] = [await made('good', 'hunter3'), await made('empty'), await made('gone', 'hunter4')];
    await manager.send(new DeleteSecretCommand({ SecretId: gone }));
    manager.destroy();
    const secrets = [good, empty, gone].map((valueFrom, i) => ({ name: `S${i}`, valueFrom }));
    const before = field.sandbox.calls.length;
    field.commit(
      webFiles({
        task: {
          containerDefinitions: [{ name: 'web', image: 'web', portMappings: [{ containerPort: 8080 }], secrets }],
        },
      }),
    );
    const { found } = await field.looked();
    assert.deepEqual(
      found.map(({ code, at, message }) => [code, at, message.replace(/^.*secret:\w+-\w+ /, '')]),
      [
        ['preflight.secret-without-value', quoted(empty), 'has no value labelled AWSCURRENT'],
        ['preflight.secret-missing', quoted(gone), 'is marked for deletion'],
      ],
    );
    const asked = field.sandbox.calls.slice(before).map(({ operation }) => operation);
    assert.ok(asked.includes('DescribeSecret'));
    assert.deepEqual(
      asked.filter((name) => /GetSecretValue|BatchGetSecretValue|GetParameter/.test(name)),
      [],
    );
    assert.doesNotMatch(JSON.stringify(found), /hunter/);
  });

  it('does not print what a sensitive input says', async () => {
    await using field = await Field.open({ subnets: [] });
    const { SERVICE } = await import('./field.ts');
    field.commit({
      ...webFiles(),
      'dev/web_svcdef.json': JSON.stringify(SERVICE).replace('"subnet-a"', '"{{ hidden }}"'),
      'dev/web_input.json': JSON.stringify({ ref: { file: ['out.json'], type: 'TERRAFORM' } }),
      'out.json': JSON.stringify({ hidden: { sensitive: true, type: 'string', value: 'subnet-secret' } }),
    });
    const plan = await field.plan();
    assert.match(JSON.stringify(plan.workloads[0]?.problems), /subnet-missing/);
    assert.doesNotMatch(JSON.stringify(plan.workloads[0]?.problems) + plan.workloads[0]?.reason, /subnet-secret/);
  });

  it('takes what never answers for unknown', async () => {
    await using field = await Field.open({ iamRoles: [] }, [
      { when: { operation: 'iam:GetRole' }, then: { error: 'ServiceUnavailable', status: 503 } },
    ]);
    field.commit(webFiles());
    const { action, found } = await field.looked();
    assert.deepEqual([action, found.map(({ code }) => code)], ['create', ['preflight.not-checked']]);
    assert.match(found[0]?.message ?? '', /role .*web-task, and 1 more, could not be looked at/);
  });
});
