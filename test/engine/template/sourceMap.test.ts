import assert from 'node:assert/strict';
import type { ReferencedFile } from '../../../engine/config/index.ts';
import { parseTemplate, readInputs, renderTemplate, scopeOf } from '../../../engine/template/index.ts';
import { render } from './render.ts';

describe('the source map', () => {
  it('leads from rendered text to the same text in the template', () => {
    const source = '{ "a": "{{ a }}", "b": 1 }';
    const { text, map } = render(source, '{"a": "xyz"}');
    const place = map.toSource(text.indexOf('"b"'));
    assert.equal(source.slice(place.start, place.start + 3), '"b"');
    assert.equal(place.end, place.start);
  });

  it('leads from what an expression gave to the expression and its inputs', () => {
    const source = '{ "a": "{{ a ~ b }}" }';
    const { text, map } = render(source, '{"a": "x", "b": "yz", "c": 0}');
    const { start, end, names, sensitive } = map.toSource(text.indexOf('yz'), text.indexOf('yz') + 2);
    assert.equal(source.slice(start, end), 'a ~ b');
    assert.deepEqual([[...names].sort(), sensitive], [['a', 'b'], false]);
  });

  it('covers a range that spans text and expressions', () => {
    const source = '{ "a": "x-{{ a }}-y" }';
    const { text, map } = render(source, '{"a": "b"}');
    const { start, end } = map.toSource(text.indexOf('"x-'), text.indexOf('-y"') + 3);
    assert.equal(source.slice(start, end), '"x-{{ a }}-y"');
  });

  it('leads from one place of a loop to every round', () => {
    const source = '{% for x in xs %}<{{ x }}>{% endfor %}';
    const { text, map } = render(source, '{"xs": [1, 22, 3]}');
    const parts = (offset: number) => map.toRendered(offset).map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(parts(source.indexOf('{{ x') + 3), ['1', '22', '3']);
    assert.deepEqual(parts(source.indexOf('<')), ['<', '<', '<']);
    assert.deepEqual(parts(3), []);
  });

  it('leads into the macro that gave a text, and to where it is called', () => {
    const source = '{% macro m(p) %}<{{ p }}>{% endmacro %}[{{ m(a) }},{{ m(2) | trim }}]';
    const { text, map } = render(source, '{"a": 1}');
    assert.equal(text, '[<1>,<2>]');
    const place = map.toSource(text.indexOf('1'), text.indexOf('1') + 1);
    assert.equal(source.slice(place.start, place.end), 'p');
    assert.deepEqual([place.names, place.calls?.map(({ start, end }) => source.slice(start, end))], [['a'], ['m(a)']]);
    const second = map.toSource(text.indexOf('<2'), text.indexOf('<2') + 1);
    assert.equal(second.start, source.indexOf('<{{'));
    assert.deepEqual(map.verbatim(text.indexOf('<2'), text.indexOf('<2') + 1), {
      start: second.start,
      end: second.end,
    });
    const whole = map.toBody(text.indexOf('<1'), text.indexOf('<1') + 3);
    assert.equal(source.slice(whole.start, whole.end), 'm(a)');
    const rounds = map.toRendered(source.indexOf('<{{')).map(({ start, end }) => `${start} ${text.slice(start, end)}`);
    assert.deepEqual(rounds, ['1 <', '5 <']);
  });

  it('covers what a macro and the text around it give at the call', () => {
    const source = '{% macro m() %}"b"{% endmacro %}["a", {{ m() }}, "c"]';
    const { text, map } = render(source);
    const { start, end, calls } = map.toSource(0, text.length);
    assert.deepEqual([source.slice(start, end), calls], ['["a", {{ m() }}, "c"]', undefined]);
  });

  it('stays exact where lines end with two characters', () => {
    const source = 'a\r\nb {{ x }}\r\nc';
    const { text, map } = render(source, '{"x": 1}');
    assert.equal(text, 'a\nb 1\nc');
    assert.equal(map.toSource(text.indexOf('b')).start, source.indexOf('b'));
    assert.equal(map.toSource(text.indexOf('c')).start, source.indexOf('c'));
  });

  it('follows inputs through variables, loops, macros and namespaces', () => {
    const source = `{% set v = a %}{{ v }}|{% for x in xs %}{{ x }}{% endfor %}|{% macro m(p) %}{{ p }}{% endmacro %}{{ m(b) }}|{% set ns = namespace() %}{% set ns.q = c %}{{ ns.q }}|{% set l = [] %}{% set _ = l.append(d) %}{{ l }}`;
    const { text, map } = render(source, '{"a": "A", "xs": ["X"], "b": "B", "c": "C", "d": "D"}');
    const namesAt = (part: string) => map.toSource(text.indexOf(part)).names;
    assert.deepEqual(
      [namesAt('A'), namesAt('X'), namesAt('B'), namesAt('C'), namesAt("['D")],
      [['a'], ['xs'], ['b'], ['c'], ['d']],
    );
  });
});

describe('a secret', () => {
  const file: ReferencedFile = {
    path: 'tf.json',
    raw: 'tf.json',
    start: 0,
    end: 0,
    text: '{"pw": {"sensitive": true, "type": "string", "value": "hunter2"}, "db": {"sensitive": true, "type": "object", "value": {"user": "u", "pw": "hunter2"}}, "open": {"sensitive": false, "type": "string", "value": "o"}}',
  };
  const inputs = readInputs(
    { path: 'x_input.json', text: '{"ref": {"file": "tf.json", "type": "TERRAFORM"}, "own": "o"}' },
    [file],
  );
  const rendered = (source: string) => renderTemplate(parseTemplate(source).template, scopeOf(inputs));

  const ways = [
    '{{ pw }}',
    '{{ pw | upper }}',
    '{{ own ~ pw }}',
    '{{ {"a": pw} | tojson }}',
    '{{ db.pw }}',
    '{{ db | tojson }}',
    '{% set x = pw %}{{ x }}',
    '{% set x %}a{{ pw }}{% endset %}{{ x }}',
    '{% for k, v in db.items() %}{{ v }}{% endfor %}',
    '{% for c in pw %}{{ c }}{% endfor %}',
    '{% macro m(p) %}{{ p }}{% endmacro %}{{ m(pw) }}',
    '{% macro m() %}{{ pw }}{% endmacro %}{{ m() }}',
    '{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ pw }}{% endcall %}',
    '{% filter upper %}{{ pw }}{% endfilter %}',
    '{% with x = pw %}{{ x }}{% endwith %}',
    '{% set ns = namespace() %}{% set ns.x = pw %}{{ ns.x }}',
    '{% set l = [] %}{% set _ = l.append(pw) %}{{ l }}',
    '{% set d = {} %}{% set _ = d.update(a=pw) %}{{ d }}',
    '{% for x in [pw] recursive %}{{ x }}{% endfor %}',
    '{{ "%s" % pw }}',
    '{{ pw if own else 1 }}',
  ];
  for (const source of ways) {
    it(`stays one through ${source}`, () => {
      const { map, text } = rendered(source);
      assert.ok(map.hasSensitive);
      for (const piece of map.pieces)
        if (/hunter2|HUNTER2/.test(text.slice(piece.start, piece.end))) assert.ok(piece.sensitive);
    });
  }

  it('makes nothing else secret', () => {
    const { map, text } = rendered('{{ own }}{{ open }} text {% if pw %}{{ own }}{% endif %}');
    assert.equal(text, 'oo text o');
    assert.equal(map.hasSensitive, false);
  });

  it('is in no message', () => {
    const sources = [
      '{{ pw | int(base=99) }}',
      '{{ pw + 1 }}',
      '{{ (pw ~ "{") .format() }}',
      '{{ pw.index("z") }}',
      '{{ {pw: 1}[pw ~ "x"] }}',
      '{{ db.nope }}',
      '{{ pw | map(pw) | list }}',
      '{{ own | attr(pw) }}',
      '{{ [1][pw] }}',
      '{{ pw | float | string | int(base=pw) }}',
      '{{ dict(**{pw: 1}).x }}',
      '{{ 1 is in pw }}',
    ];
    for (const source of sources) {
      const { problems } = rendered(source);
      assert.doesNotMatch(JSON.stringify(problems), /hunter2/i, source);
    }
  });
});
