import assert from 'node:assert/strict';
import { fitted } from '../../client/rollouts/narrow.ts';

describe('a row of a narrow sidebar', () => {
  it('says everything in full where there is room', () => {
    const parts = ['shifting', '10 %', ['2 min of ~5 min', '2 min']] as const;
    assert.deepEqual(fitted('api', parts), {
      label: 'api',
      description: 'shifting · 10 % · 2 min of ~5 min',
      spoken: 'api, shifting, 10 %, 2 min of ~5 min',
    });
    assert.equal(fitted('api', []).description, '');
  });

  it('takes shorter forms, then leaves out what matters least, and never what comes first', () => {
    const said = (name: string) => fitted(name, ['stabilizing', ['12/20 tasks', '12/20'], '4 min']).description;
    assert.deepEqual(
      [1, 4, 12, 16, 40].map((length) => said('n'.repeat(length))),
      [
        'stabilizing · 12/20 tasks · 4 min',
        'stabilizing · 12/20 · 4 min',
        'stabilizing · 12/20',
        'stabilizing',
        'stabilizing',
      ],
    );
  });

  it('has less room deeper in the tree', () => {
    const words = ['in sync', '12 min ago'];
    assert.equal(fitted('thumbnails', words).description, 'in sync · 12 min ago');
    assert.equal(fitted('thumbnails', words, { depth: 6 }).description, 'in sync');
  });

  it('keeps both ends of a name and the beginning of a sentence', () => {
    const text = 'the first of them and then all of the others until the last';
    assert.match(fitted(text, ['held']).label, /^the first .*….*the last$/);
    assert.match(fitted(text, ['held'], { loses: 'end' }).label, /^the first of .*\S…$/);
  });

  it('cuts no sign in two, and takes wide signs for wide', () => {
    const { label } = fitted('🚀'.repeat(40), ['held']);
    assert.ok(label.isWellFormed(), label);
    assert.ok(Array.from(label).length < 16);
    assert.ok(Array.from(fitted('配置'.repeat(20), ['held']).label).length < 16);
  });
});
