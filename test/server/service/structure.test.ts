import assert from 'node:assert/strict';
import {
  codeLenses,
  type DocumentSymbol,
  documentSymbols,
  foldingRanges,
  selectionRanges,
  semanticTokens,
} from '../../../server/service/index.ts';
import { input, sceneOf, service, task } from './view.ts';

const outline = (symbols: readonly DocumentSymbol[], depth = 0): string[] =>
  symbols.flatMap(({ name, detail, children }) => [
    `${'  '.repeat(depth)}${name}${detail === '' ? '' : ` = ${detail}`}`,
    ...outline(children, depth + 1),
  ]);

const outlineOf = (fixture: string) => outline(documentSymbols(sceneOf(fixture).view));

describe('document symbols', () => {
  it('show keys, with what expressions give', () =>
    assert.deepEqual(outlineOf(service('{ "serviceName": "{{ cluster }}-web", "desiredCount": {{ port }} }')), [
      'serviceName = "prod-web"',
      'desiredCount = 80',
    ]));
  it('name the items of lists', () =>
    assert.deepEqual(
      outlineOf(task('{ "containerDefinitions": [{ "name": "app", "image": "a" }, { "image": "b" }] }')),
      ['containerDefinitions', '  app', '    name = "app"', '    image = "a"', '  [1]', '    image = "b"'],
    ));
  it('show no secret', () => assert.deepEqual(outlineOf(service('{ "a": "{{ password }}" }')), ['a = "(sensitive)"']));
  it('show the structure of what expressions and loops give', () =>
    assert.deepEqual(
      outlineOf(
        service(
          '{ "net": {{ subnets | tojson }}, "tags": [{% for s in subnets %}{ "key": "{{ s }}" }{% if not loop.last %},{% endif %}{% endfor %}], "{{ cluster }}": 1 }',
        ),
      ),
      [
        'net',
        '  [0] = "subnet-1"',
        '  [1] = "subnet-2"',
        'tags',
        '  subnet-1',
        '    key = "subnet-1"',
        '  subnet-2',
        '    key = "subnet-2"',
        'prod = 1',
      ],
    ));
  it('have ranges that hold one another, in the template', () => {
    const { view } = sceneOf(service('{ "a": [{% for s in subnets %}{ "k": "{{ s }}" },{% endfor %} 1] }'));
    const check = (symbols: readonly DocumentSymbol[]): void => {
      for (const { start, end, selection, children } of symbols) {
        assert.ok(start <= selection.start && selection.end <= end && end <= view.document.text.length);
        check(children);
      }
    };
    check(documentSymbols(view));
  });
  it('name no item by a secret', () =>
    assert.deepEqual(
      outlineOf(service('{ "a": [{ "name": "{{ password }}", "{{ password }}": "x-{{ password }}" }] }')),
      ['a', '  (sensitive)', '    name = "(sensitive)"', '    (sensitive) = "(sensitive)"'],
    ));
  it('are there while the file is half-typed', () =>
    assert.deepEqual(outlineOf(service('{ "a": 1, "b": { "c": "{{ x" , "d": [')), [
      'a = 1',
      'b',
      '  c = "{{ x"',
      '  d',
    ]));
  it('see through loops and conditions', () =>
    assert.deepEqual(
      outlineOf(service('{ {% if enabled %}"a": 1,{% endif %} "b": [{% for s in subnets %}"{{ s }}"{% endfor %}] }')),
      ['a = 1', 'b', '  [0] = "subnet-1"'],
    ));
  it('are there for input files', () => assert.deepEqual(outlineOf(input('{ "name": "web" }')), ['name = "web"']));
});

describe('folding ranges', () => {
  const folds = (text: string) => {
    const { view } = sceneOf(service(text));
    return foldingRanges(view.document).map(({ start, end }) =>
      view.document.text.slice(start, end).replaceAll('\n', '⏎'),
    );
  };
  it('are objects and lists', () => assert.deepEqual(folds('{\n"a": [\n1\n]\n}'), ['{⏎"a": [⏎1⏎]⏎', '[⏎1⏎']));
  it('are blocks of the template', () =>
    assert.ok(folds('{% if enabled %}\n{}\n{% endif %}').includes('{% if enabled %}⏎{}⏎{% endif %}')));
  it('are comments', () => assert.ok(folds('{# a\nb #}{}').includes('{# a⏎b #}')));
});

describe('selection ranges', () => {
  const CASES: readonly (readonly [text: string, ...ranges: string[]])[] = [
    [
      '{ "a": "{{ tgs.b$0lue }}" }',
      'tgs.blue',
      ' tgs.blue ',
      '{{ tgs.blue }}',
      '"{{ tgs.blue }}"',
      '"a": "{{ tgs.blue }}"',
      ' "a": "{{ tgs.blue }}" ',
      '{ "a": "{{ tgs.blue }}" }',
    ],
    ['{ "a": [1, $02] }', '2', '1, 2', '[1, 2]', '"a": [1, 2]', ' "a": [1, 2] ', '{ "a": [1, 2] }'],
    ['{{ (a + $0b) | int }}', 'b', '(a + b)', '(a + b) | int', ' (a + b) | int '],
    ['{ "ke$0y": 1 }', 'key', '"key"', '"key": 1'],
  ];
  for (const [text, ...ranges] of CASES) {
    it(text, () => {
      const { view, start } = sceneOf(service(text));
      const found = selectionRanges(view.document, start).map((span) => view.document.text.slice(span.start, span.end));
      assert.deepEqual(found.slice(0, ranges.length), ranges);
    });
  }

  it('hold one another, wherever the cursor is', () => {
    const text = '{% for s in subnets %}{ "a": "{{ s }}", "b": [{{ port }}] }{% endfor %}';
    const { view } = sceneOf(service(text));
    for (let offset = 0; offset <= text.length; offset++) {
      const spans = selectionRanges(view.document, offset);
      for (const [i, outer] of spans.entries()) {
        const inner = spans[i - 1];
        if (inner) assert.ok(outer.start <= inner.start && inner.end <= outer.end, `at ${offset}`);
      }
    }
  });
});

describe('semantic tokens over several lines', () => {
  const tokens = (text: string): string[] => {
    const { view } = sceneOf(service(text));
    return semanticTokens(view).map(({ start, end, type }) => `${view.document.text.slice(start, end)}: ${type}`);
  };
  it('are one on each line', () =>
    assert.deepEqual(tokens('{# a\r\n\r\nb #}{{ "x\ny" }}'), [
      '{# a: comment',
      'b #}: comment',
      '{{: keyword',
      '"x: string',
      'y": string',
      '}}: keyword',
    ]));
  it('tell a negated name from a test', () => {
    assert.ok(tokens('{{ not cluster }}').includes('cluster: variable'));
    assert.ok(tokens('{{ cluster is not defined }}').includes('defined: function'));
  });
  it('tell macros, their parameters and methods', () =>
    assert.deepEqual(
      tokens('{% macro m(a) %}{% endmacro %}{{ tgs.items() }}{% filter upper %}{% endfilter %}').filter((one) =>
        /function|parameter/.test(one),
      ),
      ['m: function', 'a: parameter', 'items: function', 'upper: function'],
    ));
});

describe('semantic tokens', () => {
  const tokens = (text: string) => {
    const { view } = sceneOf(service(text));
    return semanticTokens(view).map(
      ({ start, end, type, modifiers }) => `${view.document.text.slice(start, end)} ${[type, ...modifiers].join(' ')}`,
    );
  };
  const CASES: readonly (readonly [text: string, ...tokens: string[]])[] = [
    ['{{ cluster }}', '{{ keyword', 'cluster variable readonly', '}} keyword'],
    ['{{ missing }}', '{{ keyword', 'missing variable', '}} keyword'],
    [
      '{{ tgs.blue | upper }}',
      '{{ keyword',
      'tgs variable readonly',
      '. operator',
      'blue property',
      '| operator',
      'upper function defaultLibrary',
      '}} keyword',
    ],
    [
      '{% if port is defined %}',
      '{% keyword',
      'if keyword',
      'port variable readonly',
      'is keyword',
      'defined function defaultLibrary',
      '%} keyword',
    ],
    ['{# c #}', '{# c #} comment'],
    ["{{ 'a' ~ 1 }}", '{{ keyword', "'a' string", '~ operator', '1 number', '}} keyword'],
    [
      '{{ x | join(d=",") }}',
      '{{ keyword',
      'x variable',
      '| operator',
      'join function defaultLibrary',
      '( operator',
      'd parameter',
      '= operator',
      '"," string',
      ') operator',
      '}} keyword',
    ],
    ['{ "plain": "json" }'],
    [
      '{% for s in subnets %}{{ loop.index }}{{ s }}{% endfor %}',
      '{% keyword',
      'for keyword',
      's variable',
      'in keyword',
      'subnets variable readonly',
      '%} keyword',
      '{{ keyword',
      'loop variable defaultLibrary',
      '. operator',
      'index property',
      '}} keyword',
      '{{ keyword',
      's variable',
      '}} keyword',
      '{% keyword',
      'endfor keyword',
      '%} keyword',
    ],
  ];
  for (const [text, ...expected] of CASES) it(text, () => assert.deepEqual(tokens(text), expected));
});

describe('code lenses', () => {
  const lenses = (fixture: string) => codeLenses(sceneOf(fixture).view).map(({ kind }) => kind);
  it('of a definition are about the workload', () =>
    assert.deepEqual(lenses(service('{}')), ['deploy', 'plan', 'lastRollout', 'preview']));
  it('of another template are about its preview', () => assert.deepEqual(lenses(task('{}')), ['preview']));
  it('are none in an input file', () => assert.deepEqual(lenses(input('{}')), []));
});
