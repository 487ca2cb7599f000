import assert from 'node:assert/strict';
import { previewText } from '../../client/previewText.ts';
import type { PreviewProblem } from '../../server/protocol.ts';

const problem = (message: string, hint?: string): PreviewProblem => ({
  range: { start: { line: 2, character: 7 }, end: { line: 2, character: 8 } },
  severity: 'error',
  code: 'template.undefined-name',
  message,
  ...(hint === undefined ? {} : { hint }),
});

describe('the text of a preview', () => {
  it('is what the template gave, as it is', () => {
    assert.equal(previewText('a.json', { text: '{\n}\n', problems: [problem('x')], map: [] }), '{\n}\n');
  });

  it('says in comments why there is none, with lines and columns from 1', () => {
    const text = previewText('dev/a.json', {
      text: null,
      problems: [problem('no input x\nat all', 'add it')],
      map: [],
    });
    assert.equal(
      text,
      ['// dev/a.json cannot be rendered', '//', '// dev/a.json:3:8 no input x', '// at all', '//   add it'].join('\n'),
    );
  });

  it('says so where there is no template', () => {
    assert.match(previewText('a.json', null), /^\/\/ a\.json is not a template/);
  });
});
