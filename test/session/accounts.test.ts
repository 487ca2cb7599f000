import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../engine/index.ts';
import { accountsInFile, accountsOf, accountsOfPairs } from '../../session/index.ts';

const ROLE = 'arn:aws:iam::222222222222:role/ops/deploy';

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof EngineError);
    assert.deepEqual([error.code, error.kind], ['accounts.not-understood', 'usage']);
    return error.message;
  }
  return assert.fail('it was accepted');
};

describe('accounts', () => {
  it('are worked in with a profile or a role, the same on the command line and in a file', () => {
    const role = { arn: ROLE };
    for (const [access, expected] of [
      ['profile:ops prod', { profile: 'ops prod' }],
      [`role:${ROLE}`, { role }],
      [`role:${ROLE}?external-id=a+b=c:/d`, { role: { ...role, externalId: 'a+b=c:/d' } }],
      [`role:${ROLE}?profile=hub&external-id=xyz`, { role: { ...role, externalId: 'xyz' }, profile: 'hub' }],
    ] as const) {
      assert.deepEqual(accountsOfPairs([`222222222222=${access}`]).get('222222222222'), expected, access);
      assert.deepEqual(accountsOf({ '222222222222': access }, 'here').get('222222222222'), expected, access);
    }
  });

  it('may be in another partition', () => {
    const arn = 'arn:aws-cn:iam::222222222222:role/deploy';
    assert.deepEqual([...accountsOfPairs([`222222222222=role:${arn}`])], [['222222222222', { role: { arn } }]]);
  });

  it('are refused with what is wrong where they are not understood', () => {
    for (const [pair, words] of [
      ['222=profile:a', /not an account id: 222/],
      ['222222222222', /profile or a role, not ""/],
      ['222222222222=profile:', /not "profile:"/],
      ['222222222222=ops', /not "ops"/],
      ['222222222222=role:deploy', /not the ARN of a role: deploy/],
      [`333333333333=role:${ROLE}`, /333333333333 cannot be worked in with a role of account 222222222222/],
      [`222222222222=role:${ROLE}?externalid=x`, /not followed by externalid/],
      [`222222222222=role:${ROLE}?external-id=`, /not an external id/],
      [`222222222222=role:${ROLE}?profile=`, /has no name/],
    ] as const)
      assert.match(
        refusal(() => accountsOfPairs([pair])),
        words,
      );
    for (const [written, words] of [
      [[], /not an object/],
      [null, /not an object/],
      [{ '222222222222': 5 }, /not 5/],
      [JSON.parse('{ "__proto__": "profile:a" }'), /not an account id: __proto__/],
    ] as const)
      assert.match(
        refusal(() => accountsOf(written, 'accounts.json')),
        words,
      );
  });

  it('are read from a file, which is named where it is wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-accounts-'));
    const file = join(folder, 'accounts.json');
    try {
      writeFileSync(file, JSON.stringify({ '222222222222': 'profile:ops' }));
      assert.deepEqual([...(await accountsInFile(file))], [['222222222222', { profile: 'ops' }]]);
      writeFileSync(file, '{ "222222222222": ');
      await assert.rejects(accountsInFile(file), {
        code: 'accounts.not-understood',
        message: /accounts\.json: not JSON/,
      });
      await assert.rejects(accountsInFile(join(folder, 'none.json')), {
        code: 'accounts.no-file',
        kind: 'surroundings',
        message: /none\.json/,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
