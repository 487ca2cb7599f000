/** A list or object that a template prints into a text. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../engine/check/index.ts';
import { codeActions } from '../../../server/service/index.ts';
import { parseFixture } from '../../server/fixture.ts';
import { edited, sceneOf } from '../../server/service/view.ts';
import { sourceOf } from './rules/checkRule.ts';

const INPUTS =
  '{ "items": ["a", "b"], "ports": [1, 2], "map": { "a": 1 }, "subnets": ["subnet-12345678"], "name": "n", "on": true }';

const task = (container: string, before = '') =>
  `//- web_taskdef.json\n${before}{ "family": "web", "containerDefinitions": [{ "name": "app", "image": "a:1", "memory": 128, ${container} }] }\n//- web_svcdef.json\n{ "serviceName": "web", "desiredCount": 1 }\n//- web_input.json\n${INPUTS}\n`;

/** `severity code "text"` of each finding about the first file. */
function found(fixture: string): string[] {
  const { files } = parseFixture(fixture);
  const [path] = files.keys();
  return checkWorkload(sourceOf(files))
    .findings.filter((one) => one.path === path)
    .map(({ severity, code, start, end }) => `${severity} ${code} ${files.get(path!)!.slice(start, end)}`);
}

describe('a list or object in a text', () => {
  const CASES: readonly (readonly [container: string, expected: readonly string[]])[] = [
    ['"command": ["{{ items }}"]', ['warning json.printed-value "{{ items }}"']],
    ['"command": ["run", "{{ items }}"]', ['warning json.printed-value "{{ items }}"']],
    ['"command": ["--with={{ map }} {{ items }}"]', ['warning json.printed-value "--with={{ map }} {{ items }}"']],
    ['"command": ["{{ (1, 2) }}"]', ['warning json.printed-value "{{ (1, 2) }}"']],
    ['"command": "{{ items }}"', ['error schema.wrong-type "{{ items }}"']],
    ['"command": {{ items | tojson }}', []],
    ['"command": ["{{ items | join(",") }}", "{{ items[0] }}", "{{ on }}", "{{ items | length }}"]', []],
    ['"command": [{% for item in items %}"{{ item }}"{% if not loop.last %},{% endif %}{% endfor %}]', []],
    ['"command": ["{{ name }}"]', []],
    ['"healthCheck": { "command": ["CMD", "x"], "retries": {{ ports[0] }} }', []],
  ];
  for (const [container, expected] of CASES) {
    it(`${container} → ${expected.join() || 'nothing'}`, () => assert.deepEqual(found(task(container)), expected));
  }

  it('is found in a macro', () =>
    assert.deepEqual(found(task('"command": [{{ m(items) }}]', '{% macro m(x) %}"{{ x }}"{% endmacro %}')), [
      'warning json.printed-value "{{ x }}"',
    ]));

  it('is an error where AWS refuses the text, and the only one', () =>
    assert.deepEqual(
      found(
        `//- web_svcdef.json\n{ "serviceName": "web", "desiredCount": 1, "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["{{ subnets }}"] } } }\n//- web_taskdef.json\n{ "family": "web", "networkMode": "awsvpc", "containerDefinitions": [{ "name": "app", "image": "a:1", "memory": 128 }] }\n//- web_input.json\n${INPUTS}\n`,
      ),
      ['error json.printed-value "{{ subnets }}"'],
    ));

  it('is put right by printing the list', () => {
    const { view, start, files } = sceneOf(task('"command": ["{{ it$0ems }}"]'));
    const action = codeActions(view, { start, end: start }).find(
      ({ finding }) => finding?.code === 'json.printed-value',
    );
    assert.ok(action);
    const after = edited(files, action.edits).get('web_taskdef.json')!;
    assert.ok(after.includes('"command": {{ items | tojson }}'), after);
  });

  it('shows no secret', () => {
    const { files } = parseFixture(
      `//- web_taskdef.json\n{ "family": "web", "containerDefinitions": [{ "name": "app", "image": "a:1", "memory": 128, "command": ["{{ secrets }}"] }] }\n//- web_svcdef.json\n{ "serviceName": "web", "desiredCount": 1 }\n//- web_input.json\n{ "ref": { "type": "TERRAFORM", "file": "out.json" } }\n//- out.json\n{ "secrets": { "sensitive": true, "type": "list", "value": ["hunter2"] } }\n`,
    );
    const [only] = checkWorkload(sourceOf(files)).findings;
    assert.equal(only?.code, 'json.printed-value');
    assert.ok(!JSON.stringify(only).includes('hunter2'));
  });
});
