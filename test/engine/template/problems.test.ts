import assert from 'node:assert/strict';
import { parseTemplate, readInputs, renderTemplate, scopeOf } from '../../../engine/template/index.ts';
import { problemOf, render } from './render.ts';

const INPUTS =
  '{"image_tag": "1.4.2", "Stack": {"Output": "x"}, "arns": {"blue-tg": "a", "green-tg": "b"}, "n": 5, "xs": [1]}';

describe('a problem in a template', () => {
  it('names an undefined name where it stands, and the one that was meant', () => {
    const { code, text, name, message, hint } = problemOf('{ "image": "web:{{ image_tga }}" }', INPUTS);
    assert.deepEqual({ code, text, name }, { code: 'template.undefined-name', text: 'image_tga', name: 'image_tga' });
    assert.equal(message, "'image_tga' is undefined");
    assert.equal(hint, "did you mean 'image_tag'?");
  });

  it('names a wrong member of a known value, and the one that was meant', () => {
    const dotted = problemOf('{{ Stack.Outptu }}', INPUTS);
    assert.deepEqual([dotted.text, dotted.hint], ['Outptu', "did you mean 'Output'?"]);
    const subscript = problemOf("{{ arns['bleu-tg'] }}", INPUTS);
    assert.deepEqual([subscript.text, subscript.hint], ["'bleu-tg'", "did you mean 'blue-tg'?"]);
    assert.match(problemOf('{{ arns.zebra }}', INPUTS).hint!, /its members are: blue-tg, green-tg/);
  });

  it('is found for every undefined name at once, each place once', () => {
    const source = '{{ a }}{% for i in range(3) %}{{ b }}{% endfor %}{% set c = d %}{{ c }}{{ c.x }}{{ a }}';
    const { problems, complete, text } = render(source);
    assert.deepEqual(
      problems.map(({ name, start }) => [name, start]),
      [
        ['a', 3],
        ['b', 33],
        ['d', 60],
        ['a', source.lastIndexOf('a')],
      ],
    );
    assert.equal(complete, false);
    assert.equal(text, '');
  });

  it('leaves out the branches of a condition that is unknown', () => {
    assert.equal(problemOf('{% if mode == 1 %}{{ a }}{% else %}{{ b }}{% endif %}').name, 'mode');
  });

  it('is not reported for a name that may exist in an input that could not be read', () => {
    const inputs = readInputs({ path: 'x_input.json', text: '{"a": 1' }, []);
    assert.equal(inputs.complete, false);
    for (const source of [
      '{{ b }}',
      '{% if b is defined %}x{% endif %}',
      '{{ b | default(1) }}',
      '{% for x in b %}{% endfor %}',
      '{% set c = b %}{{ c.d + 1 }}',
    ]) {
      const { problems, complete } = renderTemplate(parseTemplate(source).template, scopeOf(inputs));
      assert.deepEqual([problems, complete], [[], false], source);
    }
    assert.equal(renderTemplate(parseTemplate('{{ a }}').template, scopeOf(inputs)).text, '1');
  });

  it('says what to do about text and numbers', () => {
    const { text, message, hint } = problemOf('"{{ "port-" + n }}"', INPUTS);
    assert.equal(text, '"port-" + n');
    assert.match(message, /'str' and 'int'/);
    assert.match(hint!, /"~"/);
  });

  it('stands at the expression that failed, not at the whole tag', () => {
    assert.equal(problemOf('{{ [1, n / 0, 2] | length }}', INPUTS).text, 'n / 0');
    assert.equal(problemOf('{{ n | upper | nosuch }}', INPUTS).text, 'nosuch');
    assert.equal(problemOf('{% set x = xs | map("nosuch") | list %}', INPUTS).text, 'xs | map("nosuch") | list');
  });

  it('suggests the filter and test that were meant', () => {
    assert.equal(problemOf('{{ n | uper }}', INPUTS).hint, "did you mean 'upper'?");
    assert.equal(problemOf('{{ n is defned }}', INPUTS).hint, "did you mean 'defined'?");
  });

  it('says that files are self-contained', () => {
    for (const tag of ['include "a.json"', 'import "a.json" as a', 'from "a.json" import b', 'extends "a.json"']) {
      const { code, text } = problemOf(`{% ${tag} %}`);
      assert.deepEqual([code, text], ['template.not-self-contained', tag.split(' ')[0]]);
    }
  });

  it('does not hide the rest of the template', () => {
    const { problems, text } = render('a {{ ) }} b {% nope %} c {{ n }} d {{ x', INPUTS);
    assert.equal(text, 'a  b  c 5 d ');
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['template.syntax', 'template.syntax', 'template.syntax', 'template.undefined-name'],
    );
  });

  it('closes an open tag at the end of its line', () => {
    const { text, problems } = render('{ "a": "{{ n",\n  "b": "{{ n }}" }', INPUTS);
    assert.equal(problems.length > 0, true);
    assert.match(text, /"b": "5" \}$/);
  });

  it('starts with a lower case letter and has no full stop', () => {
    const sources = [
      '{{ a }}',
      '{{ 1/0 }}',
      '{% if %}',
      '{{ "',
      '{% x %}',
      '{{ 1|x }}',
      '{{ range(10**9)|list }}',
      '{% for',
      '{{ [1]|random }}',
      '{% include "x" %}',
      '{{ 1 + "a" }}',
      '{{ "x"|int(base=99) }}',
      '{{ (1 }}',
    ];
    for (const { message, hint } of sources.flatMap((source) => render(source).problems)) {
      for (const words of [message, hint ?? 'none']) assert.doesNotMatch(words, /^[A-Z]|\.$/, words);
    }
  });
});
