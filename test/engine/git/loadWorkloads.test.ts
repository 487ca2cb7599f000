import assert from 'node:assert/strict';
import { groupWorkloads, MAX_CONFIG_BYTES, MAX_REFERENCED_BYTES } from '../../../engine/config/index.ts';
import { affectedWorkloads, loadWorkloads, type Tree } from '../../../engine/git/index.ts';
import { cleanUp, testRepository } from './testRepository.ts';

const input = (...file: string[]) => JSON.stringify({ ref: { file, type: 'JSON' } });

describe('loading workloads', () => {
  afterEach(cleanUp);

  it('gives every file with its text, and what the input refers to with text and place', async () => {
    const repo = testRepository();
    const text = '{"ref": {"file": ["./infra/../infra/out.json", "infra/gone.json", "../secret", "/etc/passwd"]}}';
    const commit = repo.commit({ 'a/x_svcdef.json': '{{ s }}', 'a/x_input.json': text, 'infra/out.json': '{"s": 1}' });
    const tree = await (await repo.open()).tree({ commit });
    const [workload, ...others] = await loadWorkloads(tree, groupWorkloads(tree.paths));
    assert.deepEqual(others, []);
    assert.deepEqual([workload?.path, workload?.kind], ['a/x', 'ecs']);
    assert.deepEqual(
      workload?.files.map((file) => [file.path, file.role, file.text]),
      [
        ['a/x_input.json', 'input', text],
        ['a/x_svcdef.json', 'service', '{{ s }}'],
      ],
    );
    assert.deepEqual(
      workload?.references.map(({ path, text, problem }) => ({ path, text, problem })),
      [
        { path: 'infra/out.json', text: '{"s": 1}', problem: undefined },
        { path: 'infra/gone.json', text: undefined, problem: 'missing' },
        { path: '../secret', text: undefined, problem: 'outside' },
        { path: '/etc/passwd', text: undefined, problem: 'absolute' },
      ],
    );
    for (const { raw, start, end } of workload!.references) assert.equal(text.slice(start, end), JSON.stringify(raw));
  });

  it('reads a file that many workloads refer to once', async () => {
    const repo = testRepository();
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`w${i}_input.json`, input('out.json')]));
    const tree = await (await repo.open()).tree({ commit: repo.commit({ ...files, 'out.json': '{}' }) });
    const reads: string[] = [];
    const counting: Tree = {
      ...tree,
      read(paths, limitBytes) {
        const once = [...new Set(paths)];
        reads.push(...once);
        return tree.read(once, limitBytes);
      },
    };
    const workloads = await loadWorkloads(counting, groupWorkloads(tree.paths));
    assert.ok(workloads.every((workload) => workload.references[0]?.text === '{}'));
    assert.equal(reads.filter((path) => path === 'out.json').length, 1);
  });

  it('allows referenced files to be larger than config files, and neither without bound', async () => {
    const repo = testRepository();
    const commit = repo.commit({
      'x_svcdef.json': 'x'.repeat(MAX_CONFIG_BYTES + 1),
      'x_input.json': input('fits.json', 'over.json'),
      'fits.json': 'x'.repeat(MAX_CONFIG_BYTES + 1),
      'over.json': 'x'.repeat(MAX_REFERENCED_BYTES + 1),
    });
    const tree = await (await repo.open()).tree({ commit });
    const [workload] = await loadWorkloads(tree, groupWorkloads(tree.paths));
    assert.equal(workload?.files.find((file) => file.role === 'service')?.problem, 'too-large');
    assert.deepEqual(
      workload?.references.map((reference) => [reference.text?.length, reference.problem]),
      [
        [MAX_CONFIG_BYTES + 1, undefined],
        [undefined, 'too-large'],
      ],
    );
  });

  it('loads a workload whose input is not JSON, and one without input', async () => {
    const repo = testRepository();
    repo.write({ 'a_input.json': '{"ref": ', 'b_lambdadef.json': '{}' });
    const tree = await (await repo.open()).tree('worktree');
    const workloads = await loadWorkloads(tree, groupWorkloads(tree.paths));
    assert.deepEqual(
      workloads.map(({ path, references }) => [path, references]),
      [
        ['a', []],
        ['b', []],
      ],
    );
  });
});

describe('affected workloads', () => {
  afterEach(cleanUp);

  it('are those with a changed file or a changed reference, and deleted ones', async () => {
    const repo = testRepository();
    const base = repo.commit({
      'a_svcdef.json': '1',
      'a_input.json': input('tf.json'),
      'b_lambdadef.json': '1',
      'b_lambdainput.json': input('other.json', './x/../tf.json'),
      'c_svcdef.json': '1',
      'c_input.json': input('other.json'),
      'd_svcdef.json': '1',
      'd_taskdef.json': '1',
      'tf.json': '1',
      'other.json': '1',
    });
    const head = repo.commit({ 'tf.json': '2', 'c_depdef.json': '1', 'd_svcdef.json': null, 'README.md': 'x' });
    const opened = await repo.open();
    const tree = await opened.tree({ commit: head });
    const affected = await affectedWorkloads(tree, await opened.changes(base, { commit: head }));
    assert.deepEqual(
      affected.map(({ workload, relevance, changedFiles }) => [
        workload.path,
        relevance,
        changedFiles.map((file) => file.path),
      ]),
      [
        ['a', 'deploy', ['tf.json']],
        ['b', 'deploy', ['tf.json']],
        ['c', 'settings-only', ['c_depdef.json']],
        ['d', 'delete', ['d_svcdef.json']],
      ],
    );
  });

  it('are all of them where nothing was processed before', async () => {
    const repo = testRepository();
    const commit = repo.commit({ 'a_svcdef.json': '1', 'b_lambdadef.json': '1' });
    const opened = await repo.open();
    const affected = await affectedWorkloads(
      await opened.tree({ commit }),
      await opened.changes(undefined, { commit }),
    );
    assert.deepEqual(
      affected.map(({ workload, relevance }) => [workload.path, relevance]),
      [
        ['a', 'deploy'],
        ['b', 'deploy'],
      ],
    );
  });
});
