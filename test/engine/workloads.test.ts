/** Which workloads a repository has, by the names of its files. */
import assert from 'node:assert/strict';
import type { Engine } from '../../engine/index.ts';
import { cleanUp, testRepository } from './git/testRepository.ts';
import { offlineEngine } from './offlineEngine.ts';
import { ecsFiles } from './workloads.ts';

describe('the workloads of a repository', () => {
  let engine: Engine;

  beforeEach(() => {
    engine = offlineEngine();
  });

  afterEach(async () => {
    await engine.close();
    await cleanUp();
  });

  const names = async (repo: string, revision?: string | { worktree: true }) => {
    const { workloads } = await engine.workloads({ repo, ...(revision === undefined ? {} : { revision }) });
    return workloads.map(({ workload }) => workload);
  };

  it('are those of the commit that is asked about, whatever was asked about before', async () => {
    const repository = testRepository();
    const first = repository.commit(ecsFiles());
    assert.deepEqual(await names(repository.root), ['dev/web']);
    repository.commit({ 'dev/other_svcdef.json': '{}' });
    assert.deepEqual(await names(repository.root), ['dev/other', 'dev/web']);
    assert.deepEqual(await names(repository.root), ['dev/other', 'dev/web']);
    assert.deepEqual(await names(repository.root, first), ['dev/web']);
    repository.git('reset', '--quiet', '--hard', first);
    assert.deepEqual(await names(repository.root), ['dev/web']);
  });

  it('are those of the working tree as it is now', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    assert.deepEqual(await names(repository.root, { worktree: true }), ['dev/web']);
    repository.write({ 'dev/new_svcdef.json': '{}' });
    assert.deepEqual(await names(repository.root, { worktree: true }), ['dev/new', 'dev/web']);
    assert.deepEqual(await names(repository.root), ['dev/web']);
  });

  it('are those of one repository, where another has the same commit', async () => {
    const one = testRepository();
    const other = testRepository();
    assert.equal(one.commit(ecsFiles()), other.commit(ecsFiles()));
    await engine.hold({ repo: one.root, selectors: ['dev/web'] }, 'not on Fridays');
    const held = async (repo: string) => (await engine.workloads({ repo })).workloads.map((one) => one.held);
    assert.deepEqual(await held(one.root), ['not on Fridays']);
    assert.deepEqual(await held(other.root), [undefined]);
    await engine.release({ repo: one.root, selectors: ['dev/web'] });
    assert.deepEqual(await held(one.root), [undefined]);
  });
});
