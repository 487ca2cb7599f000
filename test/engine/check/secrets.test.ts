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
});
