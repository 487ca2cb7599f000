/** A mistake in a macro is shown in the macro, with the call beside it. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../engine/check/index.ts';
import { parseFixture } from '../../server/fixture.ts';
import { sourceOf } from './rules/checkRule.ts';

/** `code "text" < "call" …` of each finding of the first file. */
function found(template: string, inputs = '{ "image": "a:1", "vcpu": 256 }'): string[] {
  const { files } = parseFixture(
    `//- web_taskdef.json\n${template}\n//- web_svcdef.json\n{ "serviceName": "web", "desiredCount": 1 }\n//- web_input.json\n${inputs}\n`,
  );
  const text = files.get('web_taskdef.json')!;
  return checkWorkload(sourceOf(files))
    .findings.filter(({ path }) => path === 'web_taskdef.json')
    .map(({ code, start, end, related = [] }) => {
      const calls = related.filter(({ message }) => message === 'called from here');
      return [`${code} ${text.slice(start, end)}`, ...calls.map((call) => text.slice(call.start, call.end))].join(
        ' < ',
      );
    });
}

const task = (container: string, before = '') => `${before}{ "family": "web", "containerDefinitions": [${container}] }`;
const macro = (body: string, parameters = '') => `{% macro m(${parameters}) %}${body}{% endmacro %}`;

describe('a mistake in a macro', () => {
  const CASES: readonly (readonly [what: string, template: string, expected: readonly string[]])[] = [
    [
      'of the schema',
      task('{{ m() }}', macro('{ "name": "app", "image": "a:1", "essential": "yes" }')),
      ['schema.wrong-type "yes" < m()'],
    ],
    [
      'of a key',
      task('{{ m() }}', macro('{ "name": "app", "image": "a:1", "memmory": 512 }')),
      ['schema.unknown-key "memmory" < m()'],
    ],
    [
      'that a value of the call makes',
      task("{{ m('yes') }}", macro('{ "name": "app", "image": "a:1", "essential": {{ e | tojson }} }', 'e')),
      ["schema.wrong-type e | tojson < m('yes')"],
    ],
    [
      'of a name',
      task('{{ m() }}', macro('{ "name": "app", "image": "{{ imag }}" }')),
      ['template.undefined-name imag < m()'],
    ],
    [
      'of a name that the call hands in is in the call',
      task('{{ m(imag) }}', macro('{ "name": "app", "image": "{{ i }}" }', 'i')),
      ['template.undefined-name imag'],
    ],
    [
      'of an operation',
      task('{{ m() }}', macro('{ "name": "app", "image": "{{ 1 + image }}" }')),
      ['template.evaluation 1 + image < m()'],
    ],
    [
      'two calls deep',
      task(
        '{{ m() }}',
        `{% macro n(x) %}"essential": {{ x }}{% endmacro %}${macro('{ "name": "app", "image": "a:1", {{ n(7) }} }')}`,
      ),
      ['schema.wrong-type x < m() < n(7)'],
    ],
    [
      'whose text is trimmed',
      task('{{ m() | trim }}', macro('\n  { "name": "app", "image": "a:1", "essential": 7 }\n')),
      ['schema.wrong-type 7 < m() | trim'],
    ],
    [
      'that is called with a block, in the block',
      task('{% call m() %}"essential": 7{% endcall %}', macro('{ "name": "app", "image": "a:1", {{ caller() }} }')),
      ['schema.wrong-type 7 < m() < caller()'],
    ],
    [
      'that each call makes is one',
      task("{{ m('a') }}, {{ m('b') }}", macro('{ "name": "{{ n }}", "image": "a:1", "essential": 7 }', 'n')),
      ["schema.wrong-type 7 < m('a')"],
    ],
    ['of JSON', task('{{ m() }}', macro('{ "name": "app" "image": "a:1" }')), ['json.syntax "image" < m()']],
    [
      'that only its text with others makes is at the call',
      task('{{ m() }}"b"', macro('{ "name": "app", "image": "a:1" }')),
      ['json.syntax "b"'],
    ],
    [
      'of a recursive loop',
      task('{% for x in [7] recursive %}{ "name": "app", "image": "a:1", "essential": {{ x }} }{% endfor %}'),
      ['schema.wrong-type x < [7]'],
    ],
    [
      'that a filter changes is at the call',
      task('{{ m() | lower }}', macro('{ "name": "APP", "image": "a:1", "essential": 7 }')),
      ['schema.wrong-type m() | lower'],
    ],
  ];
  for (const [what, template, expected] of CASES) {
    it(what, () => assert.deepEqual(found(template), expected));
  }

  it('names the innermost calls of many', () => {
    const [only] = found(
      task('{{ m(40) }}', macro('{% if n > 0 %}{{ m(n - 1) }}{% else %}{{ nope }}{% endif %}', 'n')),
    );
    assert.equal(only, `template.undefined-name nope${' < m(n - 1)'.repeat(5)}`);
  });

  it('is put right in the macro', () => {
    const text = task('{{ m() }}', macro('{ "name": "app", "image": "a:1", "memmory": 512 }'));
    const { files } = parseFixture(`//- web_taskdef.json\n${text}\n`);
    const finding = checkWorkload(sourceOf(files)).findings.find(({ code }) => code === 'schema.unknown-key');
    const [edit] = finding?.fix?.edits ?? [];
    assert.equal(text.slice(edit?.start, edit?.end), '"memmory"');
  });
});
