/** What quick fixes write, and that they make no other mistake. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../../engine/check/index.ts';
import { parseFixture } from '../../../server/fixture.ts';
import { checkFine, checkRule, sourceOf } from './checkRule.ts';

const SERVICE = '//- web_svcdef.json\n{ "serviceName": "web", "launchType": "EC2" }\n';
const task = (text: string): string => `//- web_taskdef.json\n${text}\n${SERVICE}`;
const container = (more: string): string => `{ "family": "web", "memory": "512", "containerDefinitions": [${more}] }`;
const logging = (options: string): string =>
  container(
    `{ "name": "web", "image": "a", "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-region": "us-east-1", "awslogs-stream-prefix": "a", ${options} } } }`,
  );

describe('a quick fix', () => {
  const CASES: readonly (readonly [what: string, code: string, text: string, fixed: string])[] = [
    [
      'deletes a key that AWS does not know, with its comma',
      'schema.unknown-key',
      '{ "family": "web", $0"revision"$0: { "a": [1] }, "memory": "512", "containerDefinitions": [{ "name": "web", "image": "a" }] }',
      '{ "family": "web", "memory": "512", "containerDefinitions": [{ "name": "web", "image": "a" }] }',
    ],
    [
      'deletes the last key with the comma before it',
      'schema.unknown-key',
      container('{ "name": "web", "image": "a", $0"zzzzzzzz"$0: "x" }'),
      container('{ "name": "web", "image": "a" }'),
    ],
    [
      'makes a list of names and values out of an object',
      'schema.wrong-type',
      container('{ "name": "web", "image": "a", "environment": $0{ "MODE": "prod", "PORT": 80 }$0 }'),
      container(
        '{ "name": "web", "image": "a", "environment": [{ "name": "MODE", "value": "prod" }, { "name": "PORT", "value": "80" }] }',
      ),
    ],
    [
      'corrects the name of a volume',
      'task.unknown-volume',
      container(
        '{ "name": "web", "image": "a", "mountPoints": [{ "sourceVolume": $0"dat"$0, "containerPath": "/a" }, { "sourceVolume": "data", "containerPath": "/b" }] }',
      ).replace('{', '{ "volumes": [{ "name": "data" }],'),
      container(
        '{ "name": "web", "image": "a", "mountPoints": [{ "sourceVolume": "data", "containerPath": "/a" }, { "sourceVolume": "data", "containerPath": "/b" }] }',
      ).replace('{', '{ "volumes": [{ "name": "data" }],'),
    ],
    [
      'corrects an option that has few values',
      'task.log-value',
      logging('"awslogs-group": "a", "mode": $0"nonblocking"$0'),
      logging('"awslogs-group": "a", "mode": "non-blocking"'),
    ],
    [
      'leaves a container alone whose end another waits for',
      'task.no-essential-container',
      container(
        '{ "name": "init", "image": "a", "essential": false }, { "name": "web", "image": "a", "essential": $0false$0, "dependsOn": [{ "containerName": "init", "condition": "SUCCESS" }] }',
      ),
      container(
        '{ "name": "init", "image": "a", "essential": false }, { "name": "web", "image": "a", "essential": true, "dependsOn": [{ "containerName": "init", "condition": "SUCCESS" }] }',
      ),
    ],
  ];
  for (const [what, code, text, fixed] of CASES) {
    it(what, () => {
      checkRule(task(text), { code, fixed });
      checkFine(task(fixed));
    });
  }

  it('adds Fargate to what the task definition allows', () => {
    const text = (allowed: string) =>
      `//- web_taskdef.json\n{ "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ${allowed}, "cpu": "256", "memory": "512", "containerDefinitions": [{ "name": "web", "image": "a" }] }\n//- web_svcdef.json\n{ "serviceName": "web", "launchType": "FARGATE", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-0123abcd"] } } }\n`;
    const { findings } = checkWorkload(sourceOf(parseFixture(text('["EC2"]')).files));
    assert.deepEqual(
      findings.flatMap(({ fix }) => fix?.edits[0]?.text ?? []),
      ['["EC2", "FARGATE"]'],
    );
    checkFine(text('["EC2", "FARGATE"]'));
  });

  it('is none where the name that is near is there already', () => {
    const text = logging('"awslogs-group": "a", "awslogs-grp": "b"');
    const { findings } = checkWorkload(sourceOf(parseFixture(task(text)).files));
    assert.deepEqual(
      findings.map(({ code, hint, fix }) => [code, hint, fix]),
      [['task.unknown-log-option', 'delete it', undefined]],
    );
  });

  it('is none for a key that an expression gives', () => {
    const text =
      '//- web_taskdef.json\n{ "family": "web", "{{ key }}": 1, "containerDefinitions": [{ "name": "web", "image": "a" }] }\n//- web_svcdef.json\n{ "serviceName": "web" }\n//- web_input.json\n{ "key": "zzzzzzzz" }\n';
    const { findings } = checkWorkload(sourceOf(parseFixture(text).files));
    assert.deepEqual(
      findings.map(({ code, fix }) => [code, fix]),
      [['schema.unknown-key', undefined]],
    );
  });
});

describe('a circuit breaker', () => {
  it('is not said to trip or not where the number of tasks is no number of tasks', () => {
    const text = `//- web_depdef.json\n{ "gmDeploymentCircuitBreaker": { "failureThreshold": 3 } }\n//- web_taskdef.json\n${container('{ "name": "web", "image": "a" }')}\n//- web_svcdef.json\n{ "serviceName": "web", "desiredCount": -1 }\n`;
    const { findings } = checkWorkload(sourceOf(parseFixture(text).files));
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['schema.out-of-range'],
    );
  });
});
