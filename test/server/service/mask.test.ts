import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseConfigPath } from '../../../engine/config/index.ts';
import { ConfigDocument } from '../../../server/service/document.ts';

const document = (text: string) => new ConfigDocument(parseConfigPath('web_svcdef.json')!, text);

const checkMask = (text: string, mask: string) => assert.equal(document(text).mask, mask);

describe('the mask of a template', () => {
  it('keeps an expression in a string part of the string', () =>
    checkMask('{ "a": "x-{{ b }}-y" }', '{ "a": "x-_______-y" }'));

  it('makes an expression of its own a string', () => checkMask('{ "a": {{ b }} }', '{ "a": "_____" }'));

  it('blanks statements and comments', () =>
    checkMask('[{% for x in y %}{# one #}"a",{% endfor %}]', '[                         "a",            ]'));

  it('keeps line ends outside of strings', () => checkMask('{%\nif x\n%}{}', '  \n    \n  {}'));

  it('takes quotes and braces in expressions for what they are', () =>
    checkMask('{ "a": "{{ b["c"] }}" }', '{ "a": "____________" }'));

  it('ends at an unclosed tag what it begins', () => {
    const { mask } = document('{ "a": "{{ b\n, "c": 1 }');
    assert.equal(mask.length, '{ "a": "{{ b\n, "c": 1 }'.length);
    assert.ok(mask.endsWith('"c": 1 }'));
  });

  it('lets a string that is being typed end with its line', () =>
    checkMask('{ "a": "b\n"c": {{ d }} }', '{ "a": "b\n"c": "_____" }'));

  it('tells where the tags are', () => {
    const { tags } = document('{ "a": "{{ b }}", {# c #} "d": {{ e }} {% if f %}{% endif %} }');
    assert.deepEqual(
      tags.map(({ kind, inString }) => [kind, inString]),
      [
        ['expression', true],
        ['comment', false],
        ['expression', false],
        ['statement', false],
        ['statement', false],
      ],
    );
  });

  it('has the length of the text, whatever it is', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '"',
      '\\',
      '\n',
      ' ',
      'a',
      '{',
      '}',
      '[',
      ',',
      ':',
      'raw',
      'if',
      '-',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const { mask, json } = document(text);
        assert.equal(mask.length, text.length);
        assert.ok(json === undefined || json.offset <= text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('is made for every beginning of the examples', () => {
    const folder = join(import.meta.dirname, '../../../examples/shop');
    for (const name of readdirSync(folder).filter((one) => /(def)\.json$/.test(one))) {
      const text = readFileSync(join(folder, name), 'utf8');
      for (let end = 0; end <= text.length; end++) assert.equal(document(text.slice(0, end)).mask.length, end);
    }
  });
});
