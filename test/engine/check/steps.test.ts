import assert from 'node:assert/strict';
import { checkInSteps, checkWorkload } from '../../../engine/check/index.ts';
import { sourceOf } from './rules/checkRule.ts';
import { RIGHT } from './rules/workloads.ts';

describe('a check in steps', () => {
  for (const [name, texts] of Object.entries(RIGHT))
    it(`comes to what the check at once says, and pauses twice in each template and after each file: ${name}`, () => {
      const source = sourceOf(new Map(Object.entries(texts)).set('web_svcdef.json', '{ "serviceName": "{{ nmae }}" }'));
      const steps = checkInSteps(source);
      let pauses = 0;
      let step = steps.next();
      for (; !step.done; step = steps.next()) pauses++;
      assert.deepEqual(step.value.findings, checkWorkload(source).findings);
      const templates = source.files.filter(({ role }) => role !== 'input');
      assert.equal(pauses, 1 + 2 * templates.length + source.files.length);
    });
});
