import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { FileContent } from '../../../engine/config/index.ts';
import type { Tree } from '../../../engine/git/index.ts';
import { cleanUp, type TestRepository, temporaryFolder, testRepository } from './testRepository.ts';

const LIMIT = 1000;

/** Commits everything and opens the commit, or leaves the files on disk and opens the working tree. */
const revisions: Record<string, (repo: TestRepository) => Promise<Tree>> = {
  'a commit': async (repo) => (await repo.open()).tree({ commit: repo.commit({}) }),
  'the working tree': async (repo) => (await repo.open()).tree('worktree'),
};

async function readOne(tree: Tree, path: string): Promise<FileContent | undefined> {
  return (await tree.read([path], LIMIT)).get(path);
}

for (const [name, treeOf] of Object.entries(revisions)) {
  describe(`the files of ${name}`, () => {
    afterEach(cleanUp);

    it('lists the config files, sorted, from the root', async () => {
      const repo = testRepository();
      repo.write({
        'b/x_taskdef.json': '',
        'b/x_svcdef.json': '',
        'a_lambdadef.json': '',
        'README.md': '',
        'c/_input.json': '',
      });
      assert.deepEqual((await treeOf(repo)).paths, ['a_lambdadef.json', 'b/x_svcdef.json', 'b/x_taskdef.json']);
    });

    it('reads names with spaces, quotes, other scripts, line feeds and what looks like an option', async () => {
      const repo = testRepository();
      const names = [
        'a b',
        '"q\'',
        'ünï/日本',
        'line\nfeed',
        '-rf',
        'back\\slash',
        'tab\t',
        ' lead',
        'missing',
        '$(x)',
        '__proto__',
      ];
      const files = Object.fromEntries(names.map((part) => [`${part}_svcdef.json`, part]));
      repo.write(files);
      const tree = await treeOf(repo);
      assert.deepEqual([...tree.paths].sort(), Object.keys(files).sort());
      const contents = await tree.read(tree.paths, LIMIT);
      for (const [path, text] of Object.entries(files)) assert.deepEqual(contents.get(path), { text }, path);
    });

    it('reads other files than config files, each path once, and an entry for every path', async () => {
      const repo = testRepository();
      repo.write({ 'infra/out.json': '{}', 'empty.json': '' });
      const contents = await (await treeOf(repo)).read(
        ['infra/out.json', 'infra/out.json', 'empty.json', 'nope'],
        LIMIT,
      );
      assert.deepEqual(Object.fromEntries(contents), {
        'infra/out.json': { text: '{}' },
        'empty.json': { text: '' },
        nope: { problem: 'missing' },
      });
    });

    it('distinguishes upper and lower case', async () => {
      const repo = testRepository();
      repo.write({ 'Infra/out.json': '{}' });
      assert.deepEqual(await readOne(await treeOf(repo), 'infra/out.json'), { problem: 'missing' });
    });

    it('follows links within the repository, of files and of folders', async () => {
      const repo = testRepository();
      repo.write({
        'a/real.json': 'x',
        'b/x_input.json': { link: '../a/real.json' },
        c: { link: 'a' },
        d: { link: 'c/real.json' },
      });
      const tree = await treeOf(repo);
      assert.deepEqual(tree.paths, ['b/x_input.json']);
      for (const path of ['b/x_input.json', 'c/real.json', 'd'])
        assert.deepEqual(await readOne(tree, path), { text: 'x' }, path);
    });

    it('refuses links that leave the repository, of files and of folders', async () => {
      const repo = testRepository();
      const outside = temporaryFolder();
      execFileSync('sh', ['-c', 'echo secret > "$0/x.json"', outside]);
      const up = `../${outside.split('/').at(-1)}`;
      repo.write({
        'x_input.json': { link: join(outside, 'x.json') },
        'y_input.json': { link: `${up}/x.json` },
        folder: { link: outside },
        near: { link: 'folder/x.json' },
      });
      const tree = await treeOf(repo);
      for (const path of ['x_input.json', 'y_input.json', 'folder/x.json', 'near'])
        assert.deepEqual(await readOne(tree, path), { problem: 'symlink' }, path);
    });

    it('refuses links that lead in a circle and misses what a link leads to when it is not there', async () => {
      const repo = testRepository();
      repo.write({ 'x_input.json': { link: 'y' }, y: { link: 'x_input.json' }, z: { link: 'nothing' } });
      const tree = await treeOf(repo);
      assert.deepEqual(await readOne(tree, 'x_input.json'), { problem: 'symlink' });
      assert.deepEqual(await readOne(tree, 'z'), { problem: 'missing' });
    });

    it('refuses files of a submodule', async () => {
      const inner = testRepository();
      inner.commit({ 'x_svcdef.json': '{}', 'out.json': '{}' });
      const repo = testRepository();
      repo.git('submodule', '--quiet', 'add', inner.root, 'sub');
      const tree = await treeOf(repo);
      assert.deepEqual(tree.paths, []);
      assert.deepEqual(await readOne(tree, 'sub/out.json'), { problem: 'submodule' });
    });

    it('refuses folders, and paths that lead through a file', async () => {
      const repo = testRepository();
      repo.write({ 'a/b.json': '{}' });
      const tree = await treeOf(repo);
      assert.deepEqual(await readOne(tree, 'a'), { problem: 'not-a-file' });
      assert.deepEqual(await readOne(tree, 'a/b.json/c'), { problem: 'missing' });
    });

    it('refuses files over the limit, and goes on after them', async () => {
      const repo = testRepository();
      repo.write({
        full: 'x'.repeat(LIMIT),
        over: 'x'.repeat(LIMIT + 1),
        huge: Buffer.alloc(3_000_000, 'x'),
        after: 'y',
      });
      const contents = await (await treeOf(repo)).read(['over', 'full', 'huge', 'after'], LIMIT);
      assert.equal(contents.get('full')?.text?.length, LIMIT);
      assert.deepEqual(contents.get('over'), { problem: 'too-large' });
      assert.deepEqual(contents.get('huge'), { problem: 'too-large' });
      assert.deepEqual(contents.get('after'), { text: 'y' });
    });

    it('refuses what is not text and drops a byte order mark', async () => {
      const repo = testRepository();
      repo.write({ binary: Buffer.from([0, 1, 2]), latin: Buffer.from('ü', 'latin1'), bom: '\uFEFF{}' });
      const tree = await treeOf(repo);
      assert.deepEqual(await readOne(tree, 'binary'), { problem: 'not-text' });
      assert.deepEqual(await readOne(tree, 'latin'), { problem: 'not-text' });
      assert.deepEqual(await readOne(tree, 'bom'), { text: '{}' });
    });

    it('reads thousands of files in one go', async () => {
      const repo = testRepository();
      const files = Object.fromEntries(
        Array.from({ length: 4000 }, (_, i) => [`d${i % 50}/s${i}_svcdef.json`, `{"n": ${i}}`]),
      );
      repo.write(files);
      const tree = await treeOf(repo);
      const contents = await tree.read(tree.paths, LIMIT);
      assert.deepEqual(Object.fromEntries([...contents].map(([path, content]) => [path, content.text])), files);
    });
  });
}

describe('the files of a commit, apart from those on disk', () => {
  afterEach(cleanUp);

  it('are the committed ones, whatever the working tree has', async () => {
    const repo = testRepository();
    const commit = repo.commit({ 'x_svcdef.json': 'old', 'y_svcdef.json': 'y' });
    repo.write({ 'x_svcdef.json': 'new', 'y_svcdef.json': null, 'z_svcdef.json': 'z' });
    const tree = await (await repo.open()).tree({ commit });
    assert.deepEqual(tree.paths, ['x_svcdef.json', 'y_svcdef.json']);
    assert.deepEqual(await readOne(tree, 'x_svcdef.json'), { text: 'old' });
  });

  it('are all listed, from whichever folder the repository was opened', async () => {
    const repo = testRepository();
    const commit = repo.commit({ 'a/x_svcdef.json': 'a', 'b/x_svcdef.json': 'b', 'b/out.json': 'o' });
    for (const revision of [{ commit }, 'worktree'] as const) {
      const tree = await (await repo.open('a')).tree(revision);
      assert.deepEqual(tree.paths, ['a/x_svcdef.json', 'b/x_svcdef.json']);
      assert.deepEqual(await readOne(tree, 'b/out.json'), { text: 'o' });
    }
  });
});

describe('the files of the working tree, apart from committed ones', () => {
  afterEach(cleanUp);

  it('are those on disk: without what was deleted, with what is new, without what is ignored', async () => {
    const repo = testRepository();
    repo.commit({ 'a_svcdef.json': '1', 'b_svcdef.json': '1', '.gitignore': 'ignored*\n' });
    repo.write({ 'a_svcdef.json': '2', 'b_svcdef.json': null, 'c_svcdef.json': '3', 'ignored_svcdef.json': '4' });
    const tree = await (await repo.open()).tree('worktree');
    assert.deepEqual(tree.paths, ['a_svcdef.json', 'c_svcdef.json']);
    assert.deepEqual(await readOne(tree, 'a_svcdef.json'), { text: '2' });
  });

  it('may be referred to although they are ignored', async () => {
    const repo = testRepository();
    repo.write({ '.gitignore': 'terraform_output.json\n', 'infra/terraform_output.json': '{}' });
    const tree = await (await repo.open()).tree('worktree');
    assert.deepEqual(await readOne(tree, 'infra/terraform_output.json'), { text: '{}' });
  });

  it('are there in a repository without commits', async () => {
    const repo = testRepository();
    repo.write({ 'x_svcdef.json': '{}' });
    assert.deepEqual((await (await repo.open()).tree('worktree')).paths, ['x_svcdef.json']);
  });

  it('never include Git’s own folder, not through a link either', async () => {
    const repo = testRepository();
    repo.write({ link: { link: '.git/config' }, 'y_input.json': { link: '.git/HEAD' } });
    const tree = await (await repo.open()).tree('worktree');
    for (const path of ['.git/config', 'link', 'y_input.json'])
      assert.deepEqual(await readOne(tree, path), { problem: 'outside' }, path);
  });

  it('never include files outside, even for a path that was not checked', async () => {
    const repo = testRepository();
    const tree = await (await repo.open()).tree('worktree');
    assert.notEqual((await readOne(tree, '../../etc/passwd'))?.problem, undefined);
    assert.notEqual((await readOne(tree, '..'))?.problem, undefined);
    assert.deepEqual(await readOne(tree, 'a\0b'), { problem: 'missing' });
  });

  it('are not waited for where they are pipes', async () => {
    const repo = testRepository();
    execFileSync('mkfifo', [join(repo.root, 'x_input.json')]);
    const tree = await (await repo.open()).tree('worktree');
    assert.deepEqual(await readOne(tree, 'x_input.json'), { problem: 'not-a-file' });
  });

  it('are unreadable where the system says so', async function () {
    // The superuser reads everything.
    if (process.getuid?.() === 0) this.skip();
    const repo = testRepository();
    repo.write({ 'x_input.json': '{}' });
    chmodSync(join(repo.root, 'x_input.json'), 0);
    const tree = await (await repo.open()).tree('worktree');
    assert.deepEqual(await readOne(tree, 'x_input.json'), { problem: 'unreadable' });
  });
});
