import assert from 'node:assert/strict';
import { languageSettings } from '../../client/languageSettings.ts';

const place = { store: '/s', region: 'eu-west-1', profile: 'ops', endpoint: '', accounts: { '1': 'profile:x' } };

describe('what the window tells its language server', () => {
  const told = (isTrusted: boolean, wantsKnowledge: boolean, isSandbox: boolean) => {
    const { commands, awsKnowledge, livePlans } = languageSettings({ isTrusted, wantsKnowledge, isSandbox, place });
    return [commands.length, awsKnowledge, livePlans];
  };

  it('lets AWS be asked nothing without trust, whatever is set', () => {
    for (const wants of [true, false])
      for (const sandbox of [true, false]) {
        assert.deepEqual(told(false, wants, sandbox), [1, false, false]);
      }
  });

  it('lets AWS be asked where the person wants it, and a sandbox be compared with in any case', () => {
    assert.deepEqual(told(true, false, false), [4, false, false]);
    assert.deepEqual(told(true, true, false), [4, true, true]);
    assert.deepEqual(told(true, false, true), [4, false, true]);
  });

  it('says where the window works, and that credentials are no more', () => {
    const surroundings = { isTrusted: true, wantsKnowledge: true, isSandbox: true };
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'sandbox' };
    const inSandbox = languageSettings({ ...surroundings, place: { ...place, endpoint: 'http://x', credentials } });
    assert.deepEqual([inSandbox.endpoint, inSandbox.credentials], ['http://x', credentials]);
    const after = languageSettings({ ...surroundings, place });
    const { store, region, profile, endpoint, accounts } = after;
    assert.deepEqual({ store, region, profile, endpoint, accounts }, place);
    assert.equal(after.credentials, null);
  });
});
