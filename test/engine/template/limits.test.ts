import assert from 'node:assert/strict';
import { render } from './render.ts';

/** What is not bounded runs into the suite's own time-out; how long it takes is measured by the bench. */
function checkLimited(source: string, inputs?: string): void {
  const { problems, complete } = render(source, inputs);
  assert.equal(complete, false);
  assert.ok(
    problems.some(({ code }) => code === 'template.limit'),
    JSON.stringify(problems.slice(0, 3)),
  );
  for (const { hint } of problems) assert.ok(hint === undefined || hint !== '');
}

describe('the bounds of a rendering', () => {
  const endless: Record<string, string> = {
    'a range of a thousand million': '{% for i in range(10**9) %}{% endfor %}',
    'a list of it': '{{ range(10**9) | list }}',
    'nested loops': '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}',
    'fifty megabytes of output': "{% for i in range(100000) %}{{ 'x' * 500 }}{% endfor %}",
    'a long repetition': "{{ 'x' * 10**9 }}",
    'a text that doubles':
      "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    'a list that doubles':
      '{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}',
    'a list that grows while it is walked': '{% set l = [1] %}{% for i in l %}{% set _ = l.append(1) %}{% endfor %}',
    'a large power': '{{ 9 ** (10 ** 8) }}',
    'wide padding': "{{ 'x'.center(10**9) }}",
    'a wide % format': "{{ '%1000000000d' % 1 }}",
    'a wide {} format': "{{ '{:1000000000}'.format(1) }}",
    'a deep indent': "{{ 'a\nb' | indent(10**9) }}",
    'a large batch': "{{ [1] | batch(10**9, 'x') | list }}",
    'an expanding replacement': "{{ ('a' * 1000000) | replace('a', 'b' * 1000) }}",
    'a macro that calls itself': '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    'a loop that calls itself': '{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}',
    'a block that renders itself': '{% block b %}{{ self.b() }}{% endblock %}',
    'a list in a list in a list':
      '{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}',
    'work on a long text': "{% set s = 'x' * 1000000 %}{% for i in range(10000) %}{% set x = s | upper %}{% endfor %}",
    'ten thousand parentheses': `{{ ${'('.repeat(10_000)} }}`,
    'ten thousand brackets': `{{ ${'['.repeat(10_000)}${']'.repeat(10_000)} }}`,
    'ten thousand tags': '{% if a %}'.repeat(10_000),
    'ten thousand signs': `{{ ${'-'.repeat(10_000)}1 }}`,
    'ten thousand negations': `{{ ${'not '.repeat(10_000)}1 }}`,
    'ten thousand members': `{{ a${'.a'.repeat(10_000)} }}`,
    'ten thousand filters': `{{ 1${'|abs'.repeat(10_000)} }}`,
    'ten thousand sums': `{{ 1${'+1'.repeat(10_000)} }}`,
  };
  for (const [name, source] of Object.entries(endless)) it(`stop ${name}`, () => checkLimited(source));

  it('can be set lower', () => {
    assert.equal(
      render('{% for i in range(50) %}x{% endfor %}', '{}', { steps: 100 }).problems[0]!.code,
      'template.limit',
    );
    assert.equal(render("{{ 'x' * 50 }}", '{}', { size: 49 }).problems[0]!.code, 'template.limit');
    assert.equal(render("{{ 'x' * 50 }}", '{}', { size: 50 }).text, 'x'.repeat(50));
  });

  it('keep what was rendered before', () => {
    assert.equal(render('before {% for i in range(10**9) %}{% endfor %} after').text, 'before ');
  });

  it('are far from what a real template needs', () => {
    const source =
      '{"a": {{ xs | tojson }}, "b": [{% for x in xs %}"{{ x | upper }}"{{ "," if not loop.last }}{% endfor %}]}';
    const inputs = JSON.stringify({ xs: Array.from({ length: 2000 }, (_, index) => `subnet-${index}`) });
    assert.deepEqual(render(source, inputs).problems, []);
  });
});

describe('a template', () => {
  const ways = [
    'constructor',
    '__proto__',
    'prototype',
    '__class__',
    '__globals__',
    '__init__',
    'toString',
    'hasOwnProperty',
  ];
  const values = [
    'text',
    'list',
    'dict',
    'number',
    'range(3)',
    'range',
    'namespace()',
    'cycler(1)',
    'text.upper',
    'dict.items()',
  ];
  const inputs = '{"text": "a", "list": [1], "dict": {"a": 1}, "number": 1}';

  for (const way of ways) {
    it(`reaches nothing by .${way}`, () => {
      for (const value of values) {
        for (const source of [`{{ ${value}.${way} }}`, `{{ ${value}['${way}'] }}`, `{{ ${value} | attr('${way}') }}`]) {
          const { text, problems } = render(source, inputs);
          assert.equal(text, '', source);
          assert.equal(problems[0]?.code, 'template.undefined-name', source);
        }
      }
    });
  }

  it('treats such names as keys where a dict has them', () => {
    const { text, problems } = render(
      '{{ d.constructor }} {{ d["__proto__"] }} {{ d | tojson }} {{ __proto__ }}',
      '{"d": {"constructor": 1, "__proto__": 2}, "__proto__": 3}',
    );
    assert.deepEqual(problems, []);
    assert.equal(text, '1 2 {"__proto__": 2, "constructor": 1} 3');
  });

  it('cannot change the inputs of the next rendering', () => {
    const source = '{% set _ = xs.append(4) %}{% set _ = d.update(b=1) %}{{ xs }} {{ d }}';
    for (let round = 0; round < 2; round++) {
      assert.equal(render(source, '{"xs": [1], "d": {"a": 0}}').text, "[1, 4] {'a': 0, 'b': 1}");
    }
  });

  it('is refused what differs from run to run', () => {
    for (const source of ['{{ [1, 2] | random }}', '{{ lipsum() }}', "{{ 'a'.upper }}", "{{ [1] | map('upper') }}"]) {
      assert.equal(render(source).problems[0]?.code, 'template.not-deterministic', source);
    }
  });
});
