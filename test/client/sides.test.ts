import assert from 'node:assert/strict';
import { withValues } from '../../client/deploying/sides.ts';

describe('what runs, put into the rendered file', () => {
  const file = { desiredCount: 3, list: [{ image: 'b' }], tags: { a: '1' } };

  it('has the live values in their places, also inside lists', () => {
    const differences = [
      { path: '/desiredCount', live: 2, desired: 3 },
      { path: '/list/0/image', live: 'a', desired: 'b' },
    ];
    assert.deepEqual(withValues(file, differences, 'live'), { ...file, desiredCount: 2, list: [{ image: 'a' }] });
    assert.deepEqual(withValues(file, differences, 'desired'), file);
  });

  it('lacks what does not run yet, and has what only runs', () => {
    const differences = [
      { path: '/tags', live: null, desired: { a: '1' } },
      { path: '/role~1name', live: 'old', desired: null },
    ];
    assert.deepEqual(withValues(file, differences, 'live'), { desiredCount: 3, list: file.list, 'role/name': 'old' });
  });

  it('reaches no prototype by the name of a member', () => {
    const changed = withValues({}, [{ path: '/__proto__/polluted', live: true, desired: null }], 'live');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.ok(Object.hasOwn(changed as object, '__proto__'));
  });
});
