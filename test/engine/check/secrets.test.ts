/** What is found says nothing of values that Terraform marks as secret, whatever is wrong beside them. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../engine/check/index.ts';
import { parseFixture } from '../../server/fixture.ts';
import { sourceOf } from './rules/checkRule.ts';

const SECRETS = { password: 'hunter2', conf: { user: 'admin-user', pass: 'swordfish' }, list: ['first-secret'] };

const fixtureOf = (service: string): string => `//- web_svcdef.json
${service}
//- web_taskdef.json
{ "family": "web", "containerDefinitions": [{ "name": "app", "image": "nginx" }] }
//- web_input.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" } }
//- out.json
${JSON.stringify(Object.fromEntries(Object.entries(SECRETS).map(([name, value]) => [name, { sensitive: true, type: 'string', value }])))}
`;

const VALUES = ['hunter2', 'admin-user', 'swordfish', 'first-secret'];

describe('what is found beside a secret', () => {
  const CASES: readonly [what: string, service: string][] = [
    ['a comma that is missing behind it', '{ "cluster": "{{ password }}" "serviceName": "web" }'],
    ['a brace too many on its line', '{ "cluster": "{{ password }}" }}'],
    ['a comma too many on its line', '{ "cluster": "{{ conf.pass }}", }'],
    ['a comment on its line', '{ "cluster": "{{ list[0] }}" } // done'],
    [
      'a comma that is missing behind a macro',
      '{% macro m(x) %}"{{ x.user }}"{% endmacro %}{ "a": {{ m(conf) }} "b": 1 }',
    ],
    ['a comma that is missing in a loop', '{ "a": [{% for one in list %}"{{ one }}" 1{% endfor %}] }'],
    ['no quotes around it', '{ "cluster": {{ password }} }'],
    ['a key that it is, twice', '{ "{{ password }}": 1, "{{ password }}": 2 }'],
    ['a number that is expected', '{ "desiredCount": "{{ password }}" }'],
    ['a member that it has not', '{ "cluster": "{{ password.nothing.more }}" }'],
    ['an operator that it does not know', '{ "cluster": "{{ password + 1 }}" }'],
  ];
  for (const [what, service] of CASES) {
    it(`does not show it: ${what}`, () => {
      const { findings } = checkWorkload(sourceOf(parseFixture(fixtureOf(service)).files));
      assert.ok(findings.some(({ severity, path }) => severity !== 'info' && path === 'web_svcdef.json'));
      const said = JSON.stringify(findings);
      assert.deepEqual(
        VALUES.filter((value) => said.includes(value)),
        [],
      );
    });
  }

  it('shows the rendered line where the secret is on another', () => {
    const service = '{ "cluster": "{{ password }}",\n"serviceName": "web" "taskDefinition": "web" }';
    const { findings } = checkWorkload(sourceOf(parseFixture(fixtureOf(service)).files));
    assert.match(findings.find(({ code }) => code === 'json.syntax')!.message, /rendered: "serviceName": "web"/);
  });

  it('names no secret that would be right, and writes none into another file', () => {
    const outputs = Object.entries({
      main: 'secret-main',
      side: 'secret-side',
      port: 8099,
      disk: 'secret-disk',
      region: 'eu-central-1',
    });
    const files = new Map([
      [
        'web_svcdef.json',
        '{ "serviceName": "web", "launchType": "EC2", "cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/c", "loadBalancers": [{ "containerName": "secret-mai", "containerPort": 80, "targetGroupArn": "t" }, { "containerName": "{{ main }}", "containerPort": 80, "targetGroupArn": "t" }], "serviceConnectConfiguration": { "enabled": true, "services": [{ "portName": "secret-por" }] } }',
      ],
      [
        'web_taskdef.json',
        '{ "family": "web", "networkMode": "host", "volumes": [{ "name": "{{ disk }}" }], "containerDefinitions": [{ "name": "{{ main }}", "image": "nginx", "memory": 64, "dependsOn": [{ "containerName": "{{ main }}", "condition": "START" }], "mountPoints": [{ "sourceVolume": "secret-dis", "containerPath": "/a" }], "portMappings": [{ "containerPort": {{ port }}, "hostPort": 80, "name": "secret-port{{ side }}" }], "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "g", "awslogs-region": "us-east-1", "{{ side }}": "x" } } }, { "name": "other", "image": "nginx", "memory": 64, "dependsOn": [{ "containerName": "secret-mai", "condition": "START" }] }] }',
      ],
      ['web_depdef.json', '{ "environment": { "region": "{{ region }}" } }'],
      ['web_input.json', '{ "ref": { "type": "TERRAFORM", "file": "out.json" } }'],
      [
        'out.json',
        JSON.stringify(
          Object.fromEntries(outputs.map(([name, value]) => [name, { sensitive: true, type: 'string', value }])),
        ),
      ],
    ]);
    const { findings } = checkWorkload(sourceOf(files));
    const codes = new Set(findings.map(({ code }) => code));
    for (const code of [
      'service.unknown-container',
      'service.unknown-port',
      'service.unknown-port-name',
      'task.unknown-dependency',
      'task.dependency-cycle',
      'task.unknown-volume',
      'task.host-port',
      'task.unknown-log-option',
      'environment.other-region',
      'environment.log-region',
    ])
      assert.ok(codes.has(code), code);
    for (const { code, message, hint, fix } of findings) {
      const said = JSON.stringify([message, hint, fix]);
      for (const [, value] of outputs) assert.ok(!said.includes(String(value)), `${code}: ${said}`);
    }
  });

  it('hides an object as a whole where one of its keys is one', () => {
    const service =
      '{ "serviceName": "web", "labels": { "a/{{ password | upper }}": "b", "c": "d" }, "x": { "y": "{{ conf.pass }}" } }';
    const { files } = checkWorkload(sourceOf(parseFixture(fixtureOf(service)).files));
    assert.deepEqual([...files.find(({ role }) => role === 'service')!.sensitive], ['/labels', '/x/y']);
  });
});
