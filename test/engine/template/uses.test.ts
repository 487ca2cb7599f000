import assert from 'node:assert/strict';
import { parseTemplate, templateUses } from '../../../engine/template/index.ts';

/** Uses as `name.member.member`, with `?` behind those that may be absent. */
function usesOf(source: string): string[] {
  return templateUses(parseTemplate(source).template).names.map(({ name, members, optional, start, end }) => {
    assert.equal(source.slice(start, end), name);
    return [name, ...members.map((member) => member.name)].join('.') + (optional ? '?' : '');
  });
}

describe('the uses of a template', () => {
  const cases: Record<string, [string, string[]]> = {
    'are found in expressions': ['{{ a }} {{ b + c | replace(d, "x") }}', ['a', 'b', 'c', 'd']],
    'have the members behind them': [
      "{{ Stack.Output }} {{ arns['blue-tg'][0].x }} {{ a[b].c }}",
      ['Stack.Output', 'arns.blue-tg.0.x', 'a', 'b'],
    ],
    'have the members that are got or asked for': [
      "{{ a.get('x').y }} {{ b.c.get('z', d.e) }} {{ 'k' in f.g }} {{ 'l' not in h }} {{ i.get(j) }} {{ k.get() }}",
      ['a.x.y', 'b.c.z', 'd.e', 'f.g.k', 'h.l', 'i.get', 'j', 'k.get'],
    ],
    'are found in both branches of an if': [
      '{% if a %}{{ b }}{% elif c %}{{ d }}{% else %}{{ e }}{% endif %}',
      ['a', 'b', 'c', 'd', 'e'],
    ],
    'are found in the body of a loop that never runs': [
      '{% for x in xs %}{{ y }}{{ x }}{{ loop.index }}{% else %}{{ z }}{% endfor %}',
      ['xs', 'y', 'z'],
    ],
    'are not what the template sets': ['{% set a = b %}{{ a }}{% set c %}{{ d }}{% endset %}{{ c }}', ['b', 'd']],
    'are names before they are set': ['{{ a }}{% set a = a %}{{ a }}', ['a', 'a']],
    'are names that only some branch sets': ['{% if x %}{% set a = 1 %}{% endif %}{{ a }}', ['x', 'a']],
    'are not names that all branches set': [
      '{% if x %}{% set a = 1 %}{% else %}{% set a = 2 %}{% endif %}{{ a }}',
      ['x'],
    ],
    'are not arguments of macros': [
      '{% macro m(a, b=c) %}{{ a }}{{ b }}{{ caller() }}{{ varargs }}{{ d }}{% endmacro %}{{ m(e) }}',
      ['c', 'd', 'e'],
    ],
    'are not what Jinja2 provides': ['{% set ns = namespace(x=1) %}{% set ns.x = range(a) %}{{ dict(b=1) }}', ['a']],
    'may be optional': ['{{ a is defined }} {{ b | default(c) }} {{ d }}', ['a?', 'b?', 'c', 'd']],
    'are found beside mistakes': ['{{ a + }} {{ b }} {% if c %}{{ d }}', ['b', 'c', 'd']],
    'end with the scope that hides them': [
      '{% for x in [] %}{% set y = 1 %}{{ y }}{% endfor %}{{ x }}{{ y }}',
      ['x', 'y'],
    ],
    'are not local to a with block before it': ['{% with a = b, c = a %}{{ a }}{{ c }}{% endwith %}', ['b', 'a']],
  };
  for (const [name, [source, expected]] of Object.entries(cases))
    it(name, () => assert.deepEqual(usesOf(source), expected));
});
