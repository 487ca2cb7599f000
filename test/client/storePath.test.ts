import assert from 'node:assert/strict';
import { storePath } from '../../client/storePath.ts';

describe('the setting of the store', () => {
  const around = { home: '/users/ada', folder: '/shops/$& shop' };

  it('is the same file wherever the editor was started', () => {
    for (const [setting, path] of [
      ['/var/rollouts.db', '/var/rollouts.db'],
      ['~/rollouts.db', '/users/ada/rollouts.db'],
      [`\${userHome}/rollouts.db`, '/users/ada/rollouts.db'],
      [`\${workspaceFolder}/.rollouts.db`, '/shops/$& shop/.rollouts.db'],
      ['../rollouts.db', '/shops/rollouts.db'],
      ['~ada.db', '/shops/$& shop/~ada.db'],
    ] as const) {
      assert.equal(storePath(setting, around), path);
    }
  });

  it('counts from the own folder in a window without one, and is left empty', () => {
    assert.equal(storePath('rollouts.db', { home: '/users/ada', folder: undefined }), '/users/ada/rollouts.db');
    assert.equal(storePath('', around), '');
  });
});
