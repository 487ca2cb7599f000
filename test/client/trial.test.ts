import assert from 'node:assert/strict';
import { openAt } from '../../client/engine/session.ts';
import { startTrial } from '../../client/sandbox/trial.ts';
import { cleanUp, testRepository } from '../engine/git/testRepository.ts';
import { lambdaFiles } from '../engine/workloads.ts';

/** A function in each of these accounts. */
const functionsIn = (accounts: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    accounts.flatMap((account) =>
      Object.entries(
        lambdaFiles({
          'dev/resize_lambdadepdef.json': { alias: 'live', environment: { region: 'eu-west-1', account } },
        }),
      ).map(([path, text]) => [path.replace(/^dev\//, `${account}/`), text]),
    ),
  );

describe('the sandbox of a window', () => {
  afterEach(cleanUp);

  it('has every account that the files name', async () => {
    const repository = testRepository();
    repository.commit(functionsIn(['111111111111', '222222222222', '333333333333']));
    const where = { repo: repository.root };
    const trial = await startTrial({ files: [where], speed: 100, region: '' });
    try {
      const { engine } = await openAt(trial.place);
      const plan = await engine.plan(where);
      await engine.close();
      assert.deepEqual(
        plan.workloads.map(({ target, action }) => [target?.account, action]),
        [
          ['111111111111', 'create'],
          ['222222222222', 'create'],
          ['333333333333', 'create'],
        ],
      );
    } finally {
      await trial.stop();
    }
  });

  it('is not opened with settings that are not understood', async () => {
    const place = { store: '', region: 'eu-west-1', profile: '', endpoint: '', accounts: { prod: 'profile:x' } };
    await assert.rejects(openAt(place), {
      code: 'accounts.not-understood',
      message: 'the setting gitmoxi.accounts: not an account id: prod',
    });
  });
});
