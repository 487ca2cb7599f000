/** The checks by themselves: facts in, obstacles out. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trustedServices } from '../../../engine/aws/lookups/roles.ts';
import type { JsonObject } from '../../../engine/json.ts';
import { type Desired, desiredOf } from '../../../engine/plan/index.ts';
import {
  ecrImage,
  type Facts,
  judge,
  type Looked,
  SKIPPABLE,
  type Subject,
  type Thing,
  thingKey,
  thingsOf,
} from '../../../engine/preflight/index.ts';
import { checkedFrom, type Files } from '../rollout/stage.ts';
import { DEPLOYMENT, FUNCTION, FUNCTION_DEPLOYMENT, group, SECRET, SERVICE, TASK } from './field.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const HERE = { account: '123456789012', region: 'eu-west-1' };
const NOTHING: Subject['past'] = { leftHalfway: false, knows: () => false };

const desired = (files: object): Desired => desiredOf(checkedFrom('dev/web', files as Files), HERE, undefined)!;
const subjectOf = (files: object, more: Partial<Subject> = {}): Subject => ({
  desired: desired(files),
  live: undefined,
  past: NOTHING,
  skips: [],
  ...more,
});

const WEB = { service: SERVICE, task: TASK, ecsDeployment: DEPLOYMENT };
const RESIZE = { function: FUNCTION, lambdaDeployment: FUNCTION_DEPLOYMENT };

/** The same answer to everything that is asked. */
const all = (things: readonly Thing[], answer: (thing: Thing) => Looked<unknown>): Facts =>
  new Map(things.map((thing) => [thingKey(thing), answer(thing)]));

const named = (subject: Subject, answer: (thing: Thing) => Looked<unknown>) =>
  judge(subject, all(thingsOf(subject), answer)).map(({ name }) => name);

describe('preflight, by facts alone', () => {
  it('asks before it judges for all that it judges by', () => {
    for (const subject of [subjectOf(WEB), subjectOf(RESIZE)]) {
      const asked = thingsOf(subject);
      assert.ok(asked.length >= 5);
      assert.deepEqual(
        named(subject, () => ({ state: 'unknown', code: 'X', why: 'x' })).filter((name) => name !== 'not-checked'),
        [],
      );
      const unasked = judge(
        subject,
        all(asked, () => ({ state: 'unknown', code: 'X', why: 'x' })),
      ).filter(({ message }) => message.includes('it was not asked for'));
      assert.deepEqual(unasked, []);
    }
  });

  it('has an error for each kind of thing that is absent', () => {
    const absent = () => ({ state: 'absent' }) as const;
    assert.deepEqual(named(subjectOf(WEB), absent), [
      'cluster-missing',
      'subnet-missing',
      'subnet-missing',
      'security-group-missing',
      'role-missing',
      'role-missing',
      'target-group-missing',
      'image-missing',
      'secret-missing',
      'parameter-missing',
      'log-group-missing',
    ]);
    assert.deepEqual(named(subjectOf(RESIZE), absent), [
      'role-missing',
      'subnet-missing',
      'security-group-missing',
      'object-missing',
      'layer-missing',
    ]);
  });

  it('lets through only what may be let through', () => {
    const things = thingsOf(subjectOf(WEB));
    const facts = all(things, () => ({ state: 'absent' }));
    const severities = (skips: readonly string[]) =>
      new Set(judge(subjectOf(WEB, { skips }), facts).map(({ severity }) => severity));
    assert.deepEqual(severities([...SKIPPABLE]), new Set(['warning']));
    assert.deepEqual(severities(['__proto__', 'constructor', '']), new Set(['error']));
  });

  it('takes odd values for what they are: nothing to look for', () => {
    const odd = [null, 7, true, '', [], {}, [[]], [null], { subnets: 'subnet-a' }, [{ valueFrom: 3 }]];
    for (const value of odd as JsonObject[]) {
      const service = { ...SERVICE, networkConfiguration: { awsvpcConfiguration: value }, loadBalancers: value };
      const task = { ...TASK, containerDefinitions: value, taskRoleArn: value, executionRoleArn: value };
      const files = { service: { ...service, capacityProviderStrategy: value }, task, ecsDeployment: DEPLOYMENT };
      const subject = subjectOf(files);
      for (const { id } of thingsOf(subject)) assert.equal(typeof id, 'string');
      assert.deepEqual(
        named(subject, () => ({ state: 'absent' })).filter((name) => name !== 'cluster-missing'),
        [],
      );
    }
    const hostile = JSON.parse(
      '{"__proto__": {"subnets": ["subnet-x"]}, "awsvpcConfiguration": {"subnets": ["__proto__"]}}',
    );
    const things = thingsOf(subjectOf({ ...WEB, service: { ...SERVICE, networkConfiguration: hostile } }));
    assert.deepEqual(
      things.filter(({ kind }) => kind === 'subnet').map(({ id }) => id),
      ['__proto__'],
    );
  });

  it('looks for secrets and parameters where they are, and not for those of other accounts', () => {
    const container = TASK.containerDefinitions[0]!;
    const parameter = (name: string, account = '123456789012') => `arn:aws:ssm:us-east-1:${account}:parameter${name}`;
    const froms = [
      `${SECRET}:key:AWSPREVIOUS:`,
      `${SECRET}:key::0f3a0b1c-0000-4000-8000-000000000000`,
      parameter('/a/b'),
      parameter('/plain'),
      parameter('/shared', '999999999999'),
      '/aws/reference/secretsmanager/database',
      parameter('/aws/service/ami'),
      'local',
    ];
    const secrets = froms.map((valueFrom, i) => ({ name: `S${i}`, valueFrom }));
    const subject = subjectOf({ ...WEB, task: { ...TASK, containerDefinitions: [{ ...container, secrets }] } });
    const found = thingsOf(subject).filter(({ kind }) => kind === 'secret' || kind === 'parameter');
    assert.deepEqual(
      found.map(({ kind, region, id }) => `${kind} ${region} ${id}`),
      [
        `secret eu-west-1 ${SECRET}`,
        'parameter us-east-1 /a/b',
        'parameter us-east-1 plain',
        'parameter eu-west-1 local',
      ],
    );
    const stages = (...labels: string[]) => {
      const facts = all(thingsOf(subject), ({ kind }) =>
        kind === 'secret'
          ? { state: 'found', fact: { isDeleted: false, stages: labels } }
          : { state: 'unknown', code: 'X', why: 'x' },
      );
      return judge(subject, facts).flatMap(({ name, path }) => (name === 'secret-without-value' ? [path.at(-2)] : []));
    };
    assert.deepEqual([stages('AWSPREVIOUS'), stages('AWSCURRENT')], [[], [0]]);
  });

  it('needs no log group that the driver makes, and none of other drivers', () => {
    const groups = (logConfiguration: object) => {
      const containerDefinitions = [{ name: 'web', image: 'web', logConfiguration }];
      const subject = subjectOf({ ...WEB, task: { ...TASK, containerDefinitions } });
      return thingsOf(subject).filter(({ kind }) => kind === 'log-group').length;
    };
    const options = { 'awslogs-group': 'web', 'awslogs-region': 'eu-west-1' };
    assert.deepEqual(
      [
        groups({ logDriver: 'awslogs', options }),
        groups({ logDriver: 'awslogs', options: { ...options, 'awslogs-create-group': 'true' } }),
        groups({ logDriver: 'awsfirelens', options }),
      ],
      [1, 0, 0],
    );
  });

  it('counts the addresses of tasks that run beside those of now', () => {
    const warns = (service: object, live: Subject['live'] = undefined, free = 3) => {
      const subject = subjectOf({ ...WEB, service: { ...SERVICE, ...service } }, { live });
      const facts = all(thingsOf(subject), ({ kind }) =>
        kind === 'subnet'
          ? { state: 'found', fact: { vpc: 'vpc-1', freeAddresses: free } }
          : { state: 'unknown', code: 'X', why: 'x' },
      );
      return judge(subject, facts).some(({ name }) => name === 'few-addresses');
    };
    const live = { kind: 'ecs', service: { desiredCount: 8 }, taskDefinition: undefined } as const;
    assert.deepEqual(
      [
        warns({ desiredCount: 6 }),
        warns({ desiredCount: 7 }),
        warns({ desiredCount: 8 }, live),
        warns({ desiredCount: 8, deploymentConfiguration: { maximumPercent: 150 } }, live),
      ],
      [false, true, true, false],
    );
  });

  it('knows deployments and task sets that rollouts of this store began', () => {
    const service = {
      deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2 }],
      taskSets: [{ id: 'ecs-svc/9', status: 'ACTIVE', stabilityStatus: 'STABILIZING', externalId: 'ro-1' }],
    };
    const found = (knows: (id: string) => boolean) => {
      const live = { kind: 'ecs', service, taskDefinition: undefined } as const;
      const subject = subjectOf(WEB, { live, past: { leftHalfway: false, knows } });
      return judge(subject, new Map()).filter(({ name }) => name === 'deployment-in-progress').length;
    };
    assert.deepEqual(
      [found(() => false), found((id) => id === 'ecs-svc/1'), found((id) => id === 'ecs-svc/1' || id === 'ro-1')],
      [1, 1, 0],
    );
  });

  it('asks for the health of what serves, wherever its target group is named', () => {
    const primary = { status: 'PRIMARY', loadBalancers: [{ targetGroupArn: group('green') }] };
    const service = { desiredCount: 2, loadBalancers: [{ targetGroupArn: group('blue') }], taskSets: [primary] };
    const subject = subjectOf(WEB, { live: { kind: 'ecs', service, taskDefinition: undefined } });
    const health = (healthy: number, other: number) =>
      judge(
        subject,
        all(thingsOf(subject), ({ kind, id }) =>
          kind !== 'targets'
            ? { state: 'unknown', code: 'X', why: 'x' }
            : {
                state: 'found',
                fact: id.includes('green')
                  ? { healthy, unhealthy: 2, draining: 1, other }
                  : { healthy: 0, unhealthy: 0, draining: 0, other: 0 },
              },
        ),
      ).filter(({ name }) => name === 'no-healthy-target').length;
    assert.deepEqual([health(0, 0), health(1, 0), health(0, 1)], [1, 0, 0]);
  });
});

describe('names that preflight reads', () => {
  it('are images of ECR by tag, by digest, in China, and by nothing', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    const read = (uri: string) => {
      const image = ecrImage(uri);
      return image && [image.repository, image.tag, image.digest];
    };
    assert.deepEqual(read(`${host}/shop/web:1.2`), ['shop/web', '1.2', undefined]);
    assert.deepEqual(read(`${host}/web@${digest}`), ['web', undefined, digest]);
    assert.deepEqual(read(`${host}/web:1@${digest}`), ['web', '1', digest]);
    assert.deepEqual(read(`${host}/web`), ['web', 'latest', undefined]);
    assert.deepEqual(read('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1'), ['web', '1', undefined]);
    for (const other of ['nginx:1', 'public.ecr.aws/nginx/nginx:1', `${host}/`, `${host}/we b`, `x${host}/web`])
      assert.equal(ecrImage(other), undefined, other);
  });

  it('are trust policies, of which the involved ones say nothing', () => {
    const policy = (...Statement: object[]) => encodeURIComponent(JSON.stringify({ Statement }));
    const allow = { Effect: 'Allow', Action: 'sts:AssumeRole' };
    assert.deepEqual(trustedServices(policy({ ...allow, Principal: { Service: 'lambda.amazonaws.com' } })), [
      'lambda.amazonaws.com',
    ]);
    assert.deepEqual(
      trustedServices(
        policy({ ...allow, Action: ['sts:TagSession', 'sts:AssumeRole'], Principal: { Service: ['a', 'b'] } }),
      ),
      ['a', 'b'],
    );
    assert.deepEqual(trustedServices(policy({ ...allow, Principal: '*' })), ['*']);
    assert.deepEqual(trustedServices(policy({ ...allow, Principal: { AWS: 'arn:aws:iam::1:root' } })), []);
    assert.deepEqual(
      trustedServices(policy({ ...allow, Action: 'sts:AssumeRoleWithWebIdentity', Principal: '*' })),
      [],
    );
    for (const involved of [
      policy({ ...allow, Principal: { Service: 'a' }, Condition: { StringEquals: {} } }),
      policy({ ...allow, Effect: 'Deny', Principal: '*' }),
      policy({ ...allow, NotPrincipal: { Service: 'a' } }),
      '%',
      'not json',
      undefined,
    ])
      assert.equal(trustedServices(involved), null);
  });
});

describe('the checks of preflight', () => {
  it('are those that a deployment definition may name', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'schemas', 'depdef.schema.json'), 'utf8'));
    assert.deepEqual(schema.definitions.preflight.properties.ignore.items.enum, SKIPPABLE);
  });

  it('are documented as they are', () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'preflight.ts'), '--check']);
  });
});
