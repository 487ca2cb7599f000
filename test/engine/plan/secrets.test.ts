import assert from 'node:assert/strict';
import type { CheckedWorkload } from '../../../engine/check/index.ts';
import { maskSecrets } from '../../../engine/plan/secrets.ts';
import { redactor, secretTexts } from '../../../engine/redact.ts';

/** A task definition whose second environment value came from a sensitive input. */
const WORKLOAD: CheckedWorkload = {
  path: 'dev/web',
  kind: 'ecs',
  files: [
    {
      path: 'dev/web_taskdef.json',
      suffix: '_taskdef.json',
      role: 'task',
      source: '',
      text: '',
      value: {
        containerDefinitions: [
          {
            environment: [
              { name: 'STAGE', value: 'prod' },
              { name: 'DSN', value: 'postgres://u:p@db' },
              { name: 'API_TOKEN', value: 'abc' },
            ],
          },
        ],
      },
      map: undefined,
      sensitive: new Set(['/containerDefinitions/0/environment/1/value']),
    },
  ],
  inputs: new Map(),
  findings: [],
  sources: new Map(),
};

const AT = '/taskDefinition/containerDefinitions/0/environment';

describe('differences that people see', () => {
  it('hide both sides of a value that came from a sensitive input', () => {
    assert.deepEqual(maskSecrets([{ path: `${AT}/1/value`, live: 'old', desired: 'new' }], WORKLOAD), [
      { path: `${AT}/1/value`, live: '(sensitive)', desired: '(sensitive)' },
    ]);
  });

  it('hide a whole that holds such a value', () => {
    const [masked] = maskSecrets(
      [{ path: AT, live: null, desired: [{ name: 'DSN', value: 'postgres://u:p@db' }] }],
      WORKLOAD,
    );
    assert.deepEqual(masked, { path: AT, live: null, desired: '(sensitive)' });
  });

  it('hide values by their name where nobody knows where they came from', () => {
    const removed = { path: `${AT}/7`, live: { name: 'DB_PASSWORD', value: 'hunter2' }, desired: null };
    assert.deepEqual(maskSecrets([removed], WORKLOAD)[0]?.live, { name: 'DB_PASSWORD', value: '(sensitive)' });
    const variable = { path: '/Environment/Variables/STRIPE_SECRET', live: 'sk', desired: null };
    assert.deepEqual(maskSecrets([variable], WORKLOAD)[0]?.live, '(sensitive)');
    const all = { path: '/Environment/Variables', live: { STAGE: 'prod', API_KEY: 'k' }, desired: null };
    assert.deepEqual(maskSecrets([all], WORKLOAD)[0]?.live, { STAGE: 'prod', API_KEY: '(sensitive)' });
  });

  it('show everything else', () => {
    const image = { path: '/taskDefinition/containerDefinitions/0/image', live: 'web:1', desired: 'web:2' };
    assert.deepEqual(maskSecrets([image], WORKLOAD), [image]);
  });
});

describe('texts from AWS', () => {
  it('lose the secrets that AWS quotes, the longer first', () => {
    const redact = redactor(secretTexts({ a: 'hunter2', nested: ['hunter2-and-more'], short: 'ab' }));
    assert.deepEqual(redact({ message: 'invalid value hunter2-and-more for X', list: ['hunter2', 'ab', 3] }), {
      message: 'invalid value (sensitive) for X',
      list: ['(sensitive)', 'ab', 3],
    });
  });
});
