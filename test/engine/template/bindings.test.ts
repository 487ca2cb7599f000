import assert from 'node:assert/strict';
import { bindingsOf, parseTemplate } from '../../../engine/template/index.ts';

/** `kind name declarations/uses/keywords`, with `?` behind what may be an input, and `!` where calls are unseen. */
function shownBindings(source: string): string[] {
  return bindingsOf(parseTemplate(source).template).map((binding) => {
    const { name, kind, declarations, uses, keywords, mayBeInput, isCalledUnseen } = binding;
    for (const { start, end } of [...declarations, ...uses, ...keywords]) assert.equal(source.slice(start, end), name);
    const counts = [declarations.length, uses.length, ...(keywords.length > 0 ? [keywords.length] : [])].join('/');
    return `${kind} ${name} ${counts}${mayBeInput ? '?' : ''}${isCalledUnseen ? '!' : ''}`;
  });
}

describe('the names that a template declares', () => {
  const cases: Record<string, [string, string[]]> = {
    'are variables, with their uses': ['{{ x }}{% set x = x + 1 %}{{ x }}{{ x.y }}', ['variable x 1/2']],
    'are one where they are set again': ['{% set x = 1 %}{% set x = x %}{{ x }}', ['variable x 2/2']],
    'are others in each loop': [
      '{% for s in a %}{{ s }}{% endfor %}{% for s in b %}{{ s }}{{ s }}{% endfor %}',
      ['loop variable s 1/1', 'loop variable s 1/2'],
    ],
    'are several in one target': [
      '{% for k, v in a %}{{ k }}{{ v }}{% endfor %}',
      ['loop variable k 1/1', 'loop variable v 1/1'],
    ],
    'are known in the condition of a loop, and not in what follows it': [
      '{% for s in s if s %}{{ s }}{% else %}{{ s }}{% endfor %}{{ s }}',
      ['loop variable s 1/2'],
    ],
    'hide others of the name': [
      '{% set x = 1 %}{% for i in a %}{{ x }}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}',
      ['variable x 1/2', 'loop variable i 1/0', 'variable x 1/1'],
    ],
    'are of a scope with all its branches': [
      '{% if a %}{% set x = 1 %}{{ x }}{% else %}{% set x = 2 %}{% endif %}{{ x }}',
      ['variable x 2/2'],
    ],
    'may be inputs where not every branch declares them': [
      '{% if a %}{% set x = 1 %}{% endif %}{{ x }}',
      ['variable x 1/1?'],
    ],
    'are the same where a branch may hide an outer one': [
      '{% set x = 1 %}{% for i in a %}{% if i %}{% set x = i %}{% endif %}{{ x }}{% endfor %}',
      ['variable x 2/1', 'loop variable i 1/2'],
    ],
    'are macros, and their parameters, which calls name': [
      '{% macro m(a, b=1) %}{{ a }}{{ b }}{{ m(a=1) }}{% endmacro %}{{ m(1, b=2) }}',
      ['macro m 1/2', 'parameter a 1/1/1', 'parameter b 1/1/1'],
    ],
    'are parameters whose calls cannot be followed': [
      '{% macro m(a) %}{% endmacro %}{{ m(**x) }}{% macro n(a) %}{% endmacro %}{% set f = n %}{% macro o(a) %}{% endmacro %}{{ o(a=1) }}',
      [
        'macro m 1/1',
        'parameter a 1/0!',
        'macro n 1/1',
        'parameter a 1/0!',
        'variable f 1/0',
        'macro o 1/1',
        'parameter a 1/0/1',
      ],
    ],
    'are what Jinja declares, where it is used': [
      '{% for i in a %}{{ loop.index }}{% endfor %}{% macro m() %}{{ caller() }}{{ kwargs }}{% endmacro %}',
      ['loop variable i 1/0', 'special loop 0/1', 'macro m 1/0', 'special caller 0/1', 'special kwargs 0/1'],
    ],
    'are parameters of call blocks, which are called as caller': [
      '{% macro m() %}{{ caller(a=1) }}{% endmacro %}{% call(a) m() %}{{ a }}{% endcall %}{% call(b) m() %}{{ b }}{% endcall %}',
      ['macro m 1/2', 'special caller 0/1', 'parameter a 1/1!', 'parameter b 1/1'],
    ],
    'are of a with, whose values are from around it': [
      '{% set x = 1 %}{% with x = x, y = x %}{{ x }}{{ y }}{% endwith %}{{ x }}',
      ['variable x 1/3', 'variable x 1/1', 'variable y 1/1'],
    ],
    'are used where a member is set': ['{% set n = namespace(a=1) %}{% set n.a = 2 %}{{ n.a }}', ['variable n 1/2']],
    'are set from a block of text': [
      '{% set x %}{{ x }}{% set y = 1 %}{% endset %}{{ x }}{{ y }}',
      ['variable x 1/2?', 'variable y 1/0'],
    ],
    'are known to what is inside although they follow': [
      '{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ x }}',
      ['macro m 1/0', 'variable x 1/2?'],
    ],
    'are found beside mistakes': [
      '{% set x = %}{% for i in a %}{{ i }}{{ x',
      ['variable x 1/1', 'loop variable i 1/1'],
    ],
  };
  for (const [what, [source, expected]] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(shownBindings(source).toSorted(), expected.toSorted()));
  }

  it('are found in time, however many there are', () => {
    const macros = Array.from({ length: 3000 }, (_, i) => `{% macro m${i}(a) %}{{ a }}{% endmacro %}{{ m${i}(a=1) }}`);
    const startedAt = performance.now();
    assert.equal(shownBindings(macros.join('')).length, 6000);
    assert.ok(performance.now() - startedAt < 3000);
  });
});
