/** What the rollouts view is given to show in repositories of every kind: real ones, with the engine, without AWS. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineSession } from '../../client/engine/session.ts';
import { EngineRollouts } from '../../client/rollouts/engineRollouts.ts';
import type { Rollouts } from '../../client/rollouts/rollout.ts';
import type { Engine } from '../../engine/index.ts';
import { cleanUp, temporaryFolder, testRepository } from '../engine/git/testRepository.ts';
import { offlineEngine } from '../engine/offlineEngine.ts';
import { ecsFiles } from '../engine/workloads.ts';

describe('what the rollouts view reads', () => {
  let engine: Engine;

  beforeEach(() => {
    engine = offlineEngine();
  });

  afterEach(async () => {
    await engine.close();
    await cleanUp();
  });

  const hasWorkloads = async (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith('_svcdef.json'));
  const reading = (...folders: string[]) => {
    const session = { open: async () => ({ engine }) } as unknown as EngineSession;
    return new EngineRollouts({ session, folders: () => folders, hasWorkloads, changed: () => {} });
  };
  const read = (...folders: string[]): Promise<Rollouts> => reading(...folders).read();
  const named = ({ rows }: Rollouts) => rows.map(({ workload, head }) => [workload, head]);

  it('is empty without folders, and outside of repositories', async () => {
    assert.deepEqual(await read(), { rows: [], inRepository: false, failures: [], unversioned: [] });
    assert.deepEqual(await read(temporaryFolder()), { rows: [], inRepository: false, failures: [], unversioned: [] });
  });

  it('has the files of the working tree where nothing was committed yet', async () => {
    const repository = testRepository();
    repository.write(ecsFiles());
    const rollouts = await read(repository.root);
    assert.deepEqual(named(rollouts), [['dev/web', undefined]]);
    assert.deepEqual(rollouts.failures, []);
  });

  it('has the commit of a detached head', async () => {
    const repository = testRepository();
    const first = repository.commit(ecsFiles());
    repository.commit({ 'dev/other_svcdef.json': '{}' });
    repository.git('checkout', '--quiet', '--detach', first);
    assert.deepEqual(named(await read(repository.root)), [['dev/web', first]]);
  });

  it('has a submodule as a repository of its own, and nothing of it in the one around', async () => {
    const inner = testRepository();
    inner.commit(ecsFiles());
    const outer = testRepository();
    outer.commit(ecsFiles({ 'own/job_svcdef.json': '{}' }));
    outer.git('submodule', '--quiet', 'add', inner.root, 'sub');
    outer.git('commit', '--quiet', '--message', 'add the submodule');
    const own = (rollouts: Rollouts) => rollouts.rows.map(({ workload }) => workload).toSorted();
    assert.deepEqual(own(await read(outer.root)), ['dev/web', 'own/job']);
    assert.deepEqual(own(await read(join(outer.root, 'sub'))), ['dev/web']);
    assert.equal((await read(outer.root, join(outer.root, 'sub'))).rows.length, 3);
  });

  it('has one repository once, however many of its folders are open', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    assert.equal((await read(repository.root, join(repository.root, 'dev'))).rows.length, 1);
  });

  it('goes on with the others where one repository is broken, and says which', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    const broken = testRepository();
    broken.commit(ecsFiles());
    broken.write({ '.git/config': '[core\n' });
    const rollouts = await read(broken.root, repository.root);
    assert.deepEqual(
      rollouts.rows.map(({ repo }) => repo),
      [repository.root],
    );
    assert.deepEqual(
      rollouts.failures.map(({ repo }) => repo),
      [broken.root],
    );
  });

  it('names the folder outside of every repository whose workloads it cannot have, and no folder without any', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    const [outside, without] = [temporaryFolder(), temporaryFolder()];
    for (const [path, text] of Object.entries(ecsFiles())) {
      mkdirSync(dirname(join(outside, path)), { recursive: true });
      writeFileSync(join(outside, path), text);
    }
    const rollouts = await read(repository.root, outside, without);
    assert.equal(rollouts.rows.length, 1);
    assert.deepEqual([rollouts.unversioned, rollouts.failures], [[outside], []]);
    // The welcome text says it where there is nothing else.
    assert.deepEqual((await read(outside)).unversioned, []);
  });

  it('does not wait for a folder outside of every repository that takes long to search', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    const outside = temporaryFolder();
    const search = Promise.withResolvers<boolean>();
    const told = Promise.withResolvers<void>();
    const session = { open: async () => ({ engine }) } as unknown as EngineSession;
    const rollouts = new EngineRollouts({
      session,
      folders: () => [repository.root, outside],
      hasWorkloads: () => search.promise,
      changed: () => told.resolve(),
    });
    assert.deepEqual((await rollouts.read()).unversioned, []);
    search.resolve(true);
    await told.promise;
    assert.deepEqual((await rollouts.read()).unversioned, [outside]);
  });

  it('looks at Git again when it is told to, and not before', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    const rollouts = reading(repository.root);
    await rollouts.read();
    repository.commit({ 'dev/other_svcdef.json': '{}' });
    assert.equal((await rollouts.read()).rows.length, 1);
    rollouts.forget();
    assert.equal((await rollouts.read()).rows.length, 2);
  });

  it('has names first where there are many files, and what is in them later', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    const files = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const slow: Engine = { ...engine, plan: (request) => files.promise.then(() => engine.plan(request)) };
    const session = { open: async () => ({ engine: slow }) } as unknown as EngineSession;
    const rollouts = new EngineRollouts({
      session,
      folders: () => [repository.root],
      hasWorkloads,
      changed: () => told.resolve(),
    });
    const [early] = (await rollouts.read()).rows;
    assert.deepEqual([early?.workload, early?.target, early?.errors], ['dev/web', undefined, undefined]);
    files.resolve();
    await told.promise;
    const [late] = (await rollouts.read()).rows;
    assert.deepEqual([late?.id, late?.target?.region, late?.errors], [early?.id, 'eu-west-1', 0]);
  });

  it('reads the files of a commit once', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    let plans = 0;
    const counting: Engine = {
      ...engine,
      plan: (request) => {
        plans += 1;
        return engine.plan(request);
      },
    };
    const session = { open: async () => ({ engine: counting }) } as unknown as EngineSession;
    const rollouts = new EngineRollouts({ session, folders: () => [repository.root], hasWorkloads, changed: () => {} });
    for (let i = 0; i < 3; i++) {
      rollouts.forget();
      await rollouts.read();
    }
    assert.equal(plans, 1);
    repository.commit({ 'dev/web_input.json': JSON.stringify({}) });
    rollouts.forget();
    await rollouts.read();
    assert.equal(plans, 2);
  });

  it('says who holds a workload', async () => {
    const repository = testRepository();
    repository.commit(ecsFiles());
    await engine.hold({ repo: repository.root, selectors: ['dev/web'] }, 'by Ada: the sale');
    assert.deepEqual(
      (await read(repository.root)).rows.map(({ held }) => held),
      ['by Ada: the sale'],
    );
  });
});
