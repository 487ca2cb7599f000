import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsOf, parseTemplate } from '../../../engine/template/index.ts';
import { renamedText } from '../../../server/service/localNames.ts';
import { render } from '../../engine/template/render.ts';

const CASES = readFileSync(join(import.meta.dirname, '../../fixtures/jinja/cases.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as { name: string; template: string; context?: string });

describe('a variable under another name', () => {
  it('gives what it gave, in every template of the corpus', () => {
    let renamed = 0;
    for (const { name, template: source, context } of CASES) {
      const before = render(source, context);
      if (before.problems.length > 0) continue;
      for (const binding of bindingsOf(parseTemplate(source).template)) {
        if (binding.kind === 'special' || binding.isCalledUnseen) continue;
        const after = renamedText(parseTemplate(source).template, binding, 'zz_renamed');
        assert.ok(after !== undefined, `${name}: ${binding.name}`);
        const { text, problems } = render(after, context);
        // A macro can be asked for its own name, and for those of its parameters.
        const shown = text.replaceAll('zz_renamed', binding.name);
        assert.deepEqual([problems, shown], [[], before.text], `${name}: ${source}\n${after}`);
        renamed++;
      }
    }
    assert.ok(renamed > 100, String(renamed));
  });

  it('gives what it gave or is refused, where the name may be taken', () => {
    for (const { name, template: source, context } of CASES) {
      const before = render(source, context);
      if (before.problems.length > 0) continue;
      const { template } = parseTemplate(source);
      const all = bindingsOf(template);
      for (const binding of all) {
        if (binding.kind === 'special' || binding.isCalledUnseen) continue;
        for (const other of new Set(all.map((one) => one.name))) {
          const after = other === binding.name ? undefined : renamedText(template, binding, other);
          if (after === undefined || /loop|caller|varargs|kwargs|super/.test(other)) continue;
          const { text, problems } = render(after, context);
          const same = (shown: string) => shown.replaceAll(other, binding.name);
          assert.deepEqual([problems, same(text)], [[], same(before.text)], `${name}: ${source}\n${after}`);
        }
      }
    }
  });
});
