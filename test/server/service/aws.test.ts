/** Names of an account: which are offered at which key, and which are said not to exist. */
import assert from 'node:assert/strict';
import {
  type AwsKind,
  type AwsKnowledge,
  askAhead,
  awsFindings,
  codeActions,
  complete,
  NOTHING_KNOWN,
  Schemas,
} from '../../../server/service/index.ts';
import { edited, sceneOf } from './view.ts';

const ACCOUNT = '111111111111';
const REGISTRY = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const arn = (service: string, resource: string, region = 'eu-west-1', account = ACCOUNT) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const GROUP = arn('elasticloadbalancing', 'targetgroup/web/1');
const ROLE = arn('iam', 'role/app/web', '');

/** What there is in `eu-west-1`, where it is asked for there; `of` follows a colon. */
const THERE: Readonly<Record<string, readonly string[]>> = {
  cluster: ['prod', 'test'],
  'service:prod': ['web', 'api'],
  targetGroup: [GROUP],
  alarm: ['errors', 'latency'],
  subnet: ['subnet-1', 'subnet-2'],
  securityGroup: ['sg-1'],
  role: [ROLE],
  repository: [`${REGISTRY}/web`],
  [`image:${REGISTRY}/web`]: [`${REGISTRY}/web:2`, `${REGISTRY}/web:1`],
  logGroup: ['/ecs/web', 'web'],
  function: ['resize'],
  queue: [arn('sqs', 'jobs')],
  capacityProvider: ['FARGATE', 'FARGATE_SPOT', 'own'],
};

const aws = (isComplete = true): AwsKnowledge => ({
  list(kind: AwsKind, { account = ACCOUNT, region = 'eu-west-1' }, of) {
    const ids = THERE[of === undefined ? kind : `${kind}:${of}`];
    if (region !== 'eu-west-1' || account !== ACCOUNT || ids === undefined) return NOTHING_KNOWN;
    return { things: ids.map((id) => ({ id })), complete: isComplete, account, region };
  },
});

const found = (fixture: string, knowledge = aws()): string[] =>
  awsFindings(sceneOf(fixture, knowledge).view.workload.checked, knowledge).map(
    ({ code, message, path, start, end }) => {
      const text = sceneOf(fixture).files.get(path)!.slice(start, end);
      return `${code} at ${text}: ${message}`;
    },
  );

const service = (text: string, more = ''): string =>
  `//- web_svcdef.json\n${text}\n//- web_taskdef.json\n{ "family": "web", "containerDefinitions": [] }\n${more}`;
const task = (text: string, more = ''): string =>
  `//- web_taskdef.json\n${text}\n//- web_svcdef.json\n{ "serviceName": "web", "cluster": "prod" }\n${more}`;
const logs = (options: string, driver = 'awslogs'): string =>
  task(`{ "containerDefinitions": [{ "logConfiguration": { "logDriver": "${driver}", "options": ${options} } }] }`);

describe('what does not exist in the account', () => {
  const MISSING: readonly (readonly [string, string, string])[] = [
    ['a cluster', service('{ "cluster": "prdo" }'), 'aws.no-cluster at "prdo"'],
    ['a cluster by its ARN', service(`{ "cluster": "${arn('ecs', 'cluster/prdo')}" }`), 'aws.no-cluster'],
    [
      'a target group',
      service(`{ "loadBalancers": [{ "targetGroupArn": "${GROUP}2" }] }`),
      'aws.no-target-group at "arn:aws:elasticloadbalancing',
    ],
    [
      'the other target group',
      service(`{ "loadBalancers": [{ "advancedConfiguration": { "alternateTargetGroupArn": "${GROUP}2" } }] }`),
      'aws.no-target-group',
    ],
    [
      'a subnet',
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-9"] } } }'),
      'aws.no-subnet at "subnet-9": there is no subnet "subnet-9" in 111111111111, eu-west-1',
    ],
    [
      'a security group',
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "securityGroups": ["sg-9"] } } }'),
      'aws.no-security-group at "sg-9"',
    ],
    [
      'a capacity provider',
      service('{ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE" }, { "capacityProvider": "onw" }] }'),
      'aws.no-capacity-provider at "onw"',
    ],
    [
      "an alarm of the service's own",
      service('{ "deploymentConfiguration": { "alarms": { "alarmNames": ["errors", "erors"] } } }'),
      'aws.no-alarm at "erors"',
    ],
    [
      'an alarm of the deployment',
      service('{ "cluster": "prod" }', '//- web_depdef.json\n{ "alarms": { "alarmNames": ["erors"] } }\n'),
      'aws.no-alarm at "erors"',
    ],
    ['a role', task(`{ "taskRoleArn": "${ROLE}2" }`), 'aws.no-role at "arn:aws:iam'],
    ['an image', task(`{ "containerDefinitions": [{ "image": "${REGISTRY}/web:3" }] }`), 'aws.no-image'],
    [
      'an image whose tag is an input',
      task(
        `{ "containerDefinitions": [{ "image": "${REGISTRY}/web:{{ tag }}" }] }`,
        '//- web_input.json\n{ "tag": 9 }\n',
      ),
      `aws.no-image at "${ACCOUNT}`,
    ],
    ['a log group', logs('{ "awslogs-group": "/ecs/api" }'), 'aws.no-log-group at "/ecs/api"'],
    [
      "a function's role",
      `//- f_lambdadef.json\n{ "FunctionName": "f", "Role": "${ROLE}2" }\n`,
      'aws.no-role at "arn:aws:iam',
    ],
    [
      "a function's subnet",
      '//- f_lambdadef.json\n{ "FunctionName": "f", "VpcConfig": { "SubnetIds": ["subnet-9"] } }\n',
      'aws.no-subnet',
    ],
    [
      'a queue, if all of them were known',
      `//- f_lambdadef.json\n{ "FunctionName": "f" }\n//- f_lambdaeventsourcedef.json\n{ "PullEventSources": { "EventSourceMapping": [{ "EventSourceArn": "${arn('sqs', 'jbos')}" }] } }\n`,
      'aws.no-queue',
    ],
  ];
  for (const [what, fixture, expected] of MISSING) {
    it(`is ${what}`, () => {
      const [first = '', ...more] = found(fixture);
      assert.ok(first.startsWith(expected), `${first} instead of ${expected}`);
      assert.deepEqual(more, []);
      assert.deepEqual(found(fixture, aws(false)), []);
    });
  }

  const SILENT: readonly (readonly [string, string])[] = [
    ['of what exists', service(`{ "cluster": "prod", "loadBalancers": [{ "targetGroupArn": "${GROUP}" }] }`)],
    ['of roles by their name alone', task('{ "executionRoleArn": "web" }')],
    [
      'of an alarm by its ARN',
      service('{}', `//- web_depdef.json\n{ "alarms": { "alarmNames": ["${arn('cloudwatch', 'alarm:errors')}"] } }\n`),
    ],
    [
      'of a region that is not known',
      service('{ "cluster": "prdo" }', '//- web_depdef.json\n{ "environment": { "region": "us-east-1" } }\n'),
    ],
    [
      'of another account',
      service('{ "cluster": "prdo" }', '//- web_depdef.json\n{ "environment": { "account": "222222222222" } }\n'),
    ],
    [
      'of an ARN in another region',
      service(
        `{ "loadBalancers": [{ "targetGroupArn": "${arn('elasticloadbalancing', 'targetgroup/web/2', 'us-east-1')}" }] }`,
      ),
    ],
    ['of an ARN in another account', task(`{ "taskRoleArn": "${arn('iam', 'role/x', '', '222222222222')}" }`)],
    [
      'while the file that says where cannot be read',
      service('{ "cluster": "prdo" }', '//- web_depdef.json\n{ "environment": { "region": \n'),
    ],
    [
      "while the service's own file cannot be read",
      `//- web_taskdef.json\n{ "taskRoleArn": "${ROLE}2" }\n//- web_svcdef.json\n{ "cluster": \n`,
    ],
    [
      'of capacity that everybody has',
      service('{ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT" }] }'),
    ],
    ['of a log group that is created', logs('{ "awslogs-group": "/ecs/api", "awslogs-create-group": "true" }')],
    ['of a log group in another region', logs('{ "awslogs-group": "/ecs/api", "awslogs-region": "us-east-1" }')],
    ["of another driver's options", logs('{ "awslogs-group": "/ecs/api" }', 'fluentd')],
    [
      'of images in other registries',
      task('{ "containerDefinitions": [{ "image": "nginx:1" }, { "image": "public.ecr.aws/x/y:1" }] }'),
    ],
    [
      'of images by their digest, or without a tag',
      task(
        `{ "containerDefinitions": [{ "image": "${REGISTRY}/web@sha256:${'0'.repeat(64)}" }, { "image": "${REGISTRY}/web" }] }`,
      ),
    ],
    ['of repositories that are not known', task(`{ "containerDefinitions": [{ "image": "${REGISTRY}/other:1" }] }`)],
    [
      'of streams where queues are known',
      `//- f_lambdadef.json\n{ "FunctionName": "f" }\n//- f_lambdaeventsourcedef.json\n{ "PullEventSources": { "EventSourceMapping": [{ "EventSourceArn": "${arn('kinesis', 'stream/x')}" }] } }\n`,
    ],
    ['of a service that is yet to be created', service('{ "serviceName": "new", "cluster": "prod" }')],
    [
      'of names that are empty or no text',
      service('{ "cluster": "", "capacityProviderStrategy": [{ "capacityProvider": 7 }] }'),
    ],
  ];
  for (const [what, fixture] of SILENT) it(`is not said ${what}`, () => assert.deepEqual(found(fixture), []));

  it('is put right by what was meant', () => {
    const { view, start, end, files } = sceneOf(service('{ "cluster": "pr$0do" }'), aws());
    const [action] = codeActions(view, { start, end });
    assert.equal(action?.title, 'Change to "prod"');
    assert.equal(edited(files, action.edits).get('web_svcdef.json'), '{ "cluster": "prod" }\n');
  });

  it('is put right by hand where a template gave it', () => {
    const fixture = service('{ "cluster": "{{ $0name }}" }', '//- web_input.json\n{ "name": "prdo" }\n');
    const { view, start, end } = sceneOf(fixture, aws());
    assert.deepEqual(
      codeActions(view, { start, end }).filter(({ title }) => title.includes('prod')),
      [],
    );
  });

  it('shows no sensitive value, and nothing like it', () => {
    const fixture = service(
      '{ "cluster": "{{ secret }}" }',
      '//- web_input.json\n{ "ref": { "type": "TERRAFORM", "file": "out.json" } }\n//- out.json\n{ "secret": { "sensitive": true, "type": "string", "value": "prdo" } }\n',
    );
    const [only, ...more] = awsFindings(sceneOf(fixture).view.workload.checked, aws());
    assert.deepEqual([only?.code, more], ['aws.no-cluster', []]);
    assert.doesNotMatch(JSON.stringify(only), /prdo|"prod/);
  });
});

describe('what may be completed in the files of a workload', () => {
  it('is asked for ahead, once for each kind', () => {
    const asked = new Set<string>();
    const knowledge: AwsKnowledge = {
      list(kind, { region }, of) {
        asked.add([kind, region, of].filter(Boolean).join(' '));
        return kind === 'cluster' ? { things: [{ id: 'prod' }], complete: false } : NOTHING_KNOWN;
      },
    };
    const ahead = (fixture: string) => {
      asked.clear();
      askAhead(sceneOf(fixture).view.workload.checked, knowledge);
      return [...asked].sort().join(', ');
    };
    const where = '//- web_depdef.json\n{ "environment": { "region": "eu-west-1" } }\n';
    assert.equal(
      ahead(service('{ "cluster": "prod" }', where)),
      'alarm, capacityProvider, cluster, logGroup, repository, role, securityGroup, service prod, subnet, targetGroup'
        .split(', ')
        .map((kind) => kind.replace(/^\w+/, '$& eu-west-1'))
        .join(', '),
    );
    assert.doesNotMatch(ahead(service('{ "cluster": "pro" }', where)), /service/);
    assert.equal(ahead('//- f_lambdadef.json\n{}\n'), 'logGroup, repository, role, securityGroup, subnet');
    assert.equal(ahead(service('{}', '//- web_depdef.json\n{ "environment": \n')), '');
  });
});

describe('names of the account', () => {
  const schemas = new Schemas();
  const labels = async (fixture: string): Promise<string[]> => {
    const { view, start } = sceneOf(fixture, aws());
    const items = await complete(view, start, schemas);
    return items.filter(({ kind }) => kind === 'value').map(({ label }) => label);
  };
  const OFFERED: readonly (readonly [string, string, readonly string[]])[] = [
    ['clusters', service('{ "cluster": "$0" }'), ['prod', 'test']],
    ['services of the cluster', service('{ "cluster": "prod", "serviceName": "$0" }'), ['web', 'api']],
    ['target groups', service('{ "loadBalancers": [{ "targetGroupArn": "$0" }] }'), [GROUP]],
    [
      'subnets',
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["$0"] } } }'),
      ['subnet-1', 'subnet-2'],
    ],
    [
      'subnets without quotes',
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": [$0] } } }'),
      ['subnet-1', 'subnet-2'],
    ],
    [
      'security groups',
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "securityGroups": ["$0"] } } }'),
      ['sg-1'],
    ],
    [
      'capacity providers',
      service('{ "capacityProviderStrategy": [{ "capacityProvider": "$0" }] }'),
      ['FARGATE', 'FARGATE_SPOT', 'own'],
    ],
    ['roles', task('{ "executionRoleArn": "$0" }'), [ROLE]],
    ['log groups', logs('{ "awslogs-group": "$0" }'), ['/ecs/web', 'web']],
    ['repositories', task('{ "containerDefinitions": [{ "image": "$0" }] }'), [`${REGISTRY}/web`]],
    [
      'tags of a repository, the newest first',
      task(`{ "containerDefinitions": [{ "image": "${REGISTRY}/web:$0" }] }`),
      [`${REGISTRY}/web:2`, `${REGISTRY}/web:1`],
    ],
    ['alarms', '//- web_depdef.json\n{ "alarms": { "alarmNames": ["$0"] } }\n', ['errors', 'latency']],
    [
      'queues',
      '//- f_lambdaeventsourcedef.json\n{ "PullEventSources": { "EventSourceMapping": [{ "EventSourceArn": "$0" }] } }\n//- f_lambdadef.json\n{ "FunctionName": "f" }\n',
      [arn('sqs', 'jobs')],
    ],
    [
      'the function of the workload and others',
      '//- f_lambdaeventsourcedef.json\n{ "PullEventSources": { "EventSourceMapping": [{ "FunctionName": "$0" }] } }\n//- f_lambdadef.json\n{ "FunctionName": "f" }\n',
      ['f', 'resize'],
    ],
    ['names while the file is being written', service('{ "cluster": "$0'), ['prod', 'test']],
  ];
  for (const [what, fixture, expected] of OFFERED) {
    it(`are ${what}`, async () => assert.deepEqual((await labels(fixture)).slice(0, 5), expected));
  }

  it('are those of the region that the deployment names', async () => {
    const elsewhere = '//- web_depdef.json\n{ "environment": { "region": "us-east-1" } }\n';
    assert.deepEqual(await labels(service('{ "cluster": "$0" }', elsewhere)), []);
  });
});
