import assert from 'node:assert/strict';
import { storePath } from '../../client/storePath.ts';

describe('the setting of the store', () => {
  const around = { home: '/home/ada', folder: '/work/$& shop' };

  it('is the same file wherever the editor was started', () => {
    for (const [setting, path] of [
      ['/var/rollouts.db', '/var/rollouts.db'],
      ['~/rollouts.db', '/home/ada/rollouts.db'],
      [`\${userHome}/rollouts.db`, '/home/ada/rollouts.db'],
      [`\${workspaceFolder}/.rollouts.db`, '/work/$& shop/.rollouts.db'],
      ['../rollouts.db', '/work/rollouts.db'],
      ['~ada.db', '/work/$& shop/~ada.db'],
    ] as const) {
      assert.equal(storePath(setting, around), path);
    }
  });

  it('counts from the own folder in a window without one, and is left empty', () => {
    assert.equal(storePath('rollouts.db', { home: '/home/ada', folder: undefined }), '/home/ada/rollouts.db');
    assert.equal(storePath('', around), '');
  });
});
