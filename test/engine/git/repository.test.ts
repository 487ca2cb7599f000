import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../engine/errors.ts';
import { openRepository } from '../../../engine/git/index.ts';
import { cleanUp, fakeGit, git, openFolder, temporaryFolder, testRepository } from './testRepository.ts';

const coded =
  (code: string, words: RegExp = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof EngineError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    assert.ok(error.hint, 'a hint says what to do');
    return true;
  };

describe('opening a repository', () => {
  afterEach(cleanUp);

  it('finds the root and the place within it from a folder inside', async () => {
    const repo = testRepository();
    repo.commit({ 'a b/ü/x_svcdef.json': '{}' });
    const inner = await repo.open('a b/ü');
    assert.deepEqual([inner.root, inner.folder], [repo.root, 'a b/ü']);
    assert.equal((await repo.open()).folder, '');
  });

  it('opens a linked worktree and a submodule as repositories of their own', async () => {
    const repo = testRepository();
    repo.commit({ 'x_svcdef.json': '{}' });
    const linked = join(temporaryFolder(), 'linked');
    repo.git('worktree', 'add', '--quiet', linked);
    assert.equal((await openFolder(linked)).root, linked);

    const outer = testRepository();
    outer.git('submodule', '--quiet', 'add', repo.root, 'sub');
    const sub = await openFolder(join(outer.root, 'sub'));
    assert.equal(sub.root, join(outer.root, 'sub'));
    assert.equal(sub.identity, repo.root);
  });

  it('opens a bare repository, which has commits and no working tree', async () => {
    const repo = testRepository();
    const commit = repo.commit({ 'x_svcdef.json': '{}' });
    const bare = join(temporaryFolder(), 'bare.git');
    repo.git('clone', '--quiet', '--bare', repo.root, bare);
    const opened = await openFolder(bare);
    assert.equal((await opened.resolve('main')).id, commit);
    assert.deepEqual((await opened.tree({ commit })).paths, ['x_svcdef.json']);
    await assert.rejects(opened.tree('worktree'), coded('git.no-worktree'));
    await assert.rejects(opened.changes(commit, 'worktree'), coded('git.no-worktree'));
  });

  it('says where there is no repository', async () => {
    const folder = temporaryFolder();
    await assert.rejects(openFolder(folder), coded('git.not-a-repository', new RegExp(folder)));
    await assert.rejects(openFolder(join(folder, 'nowhere')), coded('git.not-a-repository', /nowhere/));
    const repo = testRepository();
    await assert.rejects(repo.open('.git'), coded('git.not-a-repository'));
  });

  it('says when git is not installed', async () => {
    await assert.rejects(
      openRepository(temporaryFolder(), { environment: { PATH: '/nowhere' } }),
      coded('git.not-installed'),
    );
  });

  it('passes on that git does not trust a repository of somebody else', async () => {
    const PATH = fakeGit('echo "fatal: detected dubious ownership in repository at \'/srv/x\'" >&2; exit 128');
    await assert.rejects(
      openRepository(temporaryFolder(), { environment: { PATH } }),
      coded('git.dubious-ownership', /detected dubious ownership in repository at '\/srv\/x'$/),
    );
  });

  it('passes on whatever else git says, without credentials in it', async () => {
    const PATH = fakeGit('echo "error: cannot reach https://ada:secret@example.com/x" >&2; exit 1');
    await assert.rejects(
      openRepository(temporaryFolder(), { environment: { PATH } }),
      coded('git.failed', /cannot reach https:\/\/example\.com\/x$/),
    );
  });

  it('ignores variables that point at another repository, as hooks have them', async () => {
    const repo = testRepository();
    const other = testRepository();
    const environment = {
      PATH: process.env.PATH,
      GIT_DIR: join(other.root, '.git'),
      GIT_EDITOR: 'vi',
      EDITOR: 'vi',
      PAGER: 'less',
    };
    const opened = await openRepository(repo.root, { environment });
    assert.equal(opened.root, repo.root);
    await opened.close();
  });

  it('names a repository after its remote, without credentials', async () => {
    const repo = testRepository();
    assert.equal((await repo.open()).identity, repo.root);
    repo.git('remote', 'add', 'origin', 'https://ada:secret@GitHub.com/org/repo.git');
    assert.equal((await repo.open()).identity, 'github.com/org/repo');
  });

  it('knows the branch, and that there is none where HEAD is detached', async () => {
    const repo = testRepository();
    assert.equal(await (await repo.open()).branch(), 'main');
    repo.commit({});
    repo.git('checkout', '--quiet', '--detach');
    assert.equal(await (await repo.open()).branch(), undefined);
  });
});

describe('resolving a revision', () => {
  afterEach(cleanUp);

  it('gives id, author, time and subject', async () => {
    const repo = testRepository();
    const id = repo.commit({}, 'Raise the\nmemory\n\nIt was killed.');
    assert.deepEqual(await (await repo.open()).resolve('HEAD'), {
      id,
      author: 'Ada',
      authorEmail: 'ada@example.com',
      committedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      subject: 'Raise the memory',
    });
  });

  it('understands branches, tags, beginnings of ids and paths through history', async () => {
    const repo = testRepository();
    const first = repo.commit({}, 'the first');
    repo.git('tag', 'light');
    repo.git('tag', '--annotate', 'heavy', '--message', 'x');
    repo.git('tag', '--annotate', 'heavier', 'heavy', '--message', 'x');
    const second = repo.commit({}, 'the second');
    const opened = await repo.open();
    const id = async (revision: string) => (await opened.resolve(revision)).id;
    for (const revision of [
      'light',
      'heavy',
      'heavier',
      'HEAD~1',
      'main^',
      first,
      first.slice(0, 10),
      ':/the first',
      'refs/tags/light',
    ])
      assert.equal(await id(revision), first, revision);
    for (const revision of ['HEAD', '@', 'main']) assert.equal(await id(revision), second, revision);
  });

  it('sees commits that were made after it was opened', async () => {
    const repo = testRepository();
    repo.commit({});
    const opened = await repo.open();
    await opened.resolve('HEAD');
    const later = repo.commit({ 'x_svcdef.json': '{}' });
    assert.equal((await opened.resolve('HEAD')).id, later);
    repo.git('gc', '--quiet', '--prune=now');
    assert.deepEqual((await (await opened.tree({ commit: later })).read(['x_svcdef.json'], 100)).get('x_svcdef.json'), {
      text: '{}',
    });
  });

  it('reads a message in another encoding', async () => {
    const repo = testRepository();
    repo.write({ message: Buffer.from('Gr\xfc\xdfe', 'latin1') });
    repo.git('-c', 'i18n.commitEncoding=ISO-8859-1', 'commit', '--quiet', '--allow-empty', '--file', 'message');
    assert.equal((await (await repo.open()).resolve('HEAD')).subject, 'Grüße');
  });

  it('says so where nothing has that name, whatever the text', async () => {
    const repo = testRepository();
    const id = repo.commit({ 'x_svcdef.json': '{}' });
    const opened = await repo.open();
    const names = [
      'nope',
      '',
      '-h',
      '--batch',
      '--output=/tmp/x',
      'HEAD:x_svcdef.json',
      'HEAD^{tree}',
      'HEAD..main',
      '^HEAD',
      'a\nHEAD',
      'a\0b',
      `${id}0`,
      'HEAD symlink 3',
    ];
    for (const name of names) await assert.rejects(opened.resolve(name), coded('git.unknown-revision'), name);
    assert.equal((await opened.resolve('HEAD')).id, id);
  });

  it('says so where there are no commits yet', async () => {
    const opened = await testRepository().open();
    await assert.rejects(opened.resolve('HEAD'), coded('git.no-commits'));
    await assert.rejects(opened.resolve('main'), coded('git.unknown-revision'));
  });
});

describe('changes between revisions', () => {
  afterEach(cleanUp);

  const short = (changes: readonly { path: string; change: string }[]) =>
    changes.map(({ path, change }) => `${change} ${path}`);

  it('lists additions, modifications and deletions, a rename as two, a new mode or type as a modification', async () => {
    const repo = testRepository();
    const base = repo.commit({ a: '1', 'b b': '1', 'dir/c': 'content to rename', t: '1', same: '1' });
    const head = repo.commit({
      a: '2',
      'b b': null,
      'dir/c': null,
      'dir/d': 'content to rename',
      'e "ü"\n\t': '1',
      t: { link: 'a' },
    });
    const opened = await repo.open();
    assert.deepEqual(short(await opened.changes(base, { commit: head })), [
      'modified a',
      'deleted b b',
      'deleted dir/c',
      'added dir/d',
      'added e "ü"\n\t',
      'modified t',
    ]);
    assert.deepEqual(await opened.changes(head, { commit: head }), []);
  });

  it('counts every file as added without a base', async () => {
    const repo = testRepository();
    const commit = repo.commit({ b: '1', 'a/c': '1' });
    const opened = await repo.open('a');
    assert.deepEqual(short(await opened.changes(undefined, { commit })), ['added a/c', 'added b']);
    repo.write({ d: '1', b: null });
    assert.deepEqual(short(await opened.changes(undefined, 'worktree')), ['added a/c', 'added d']);
  });

  it('compares across a force push and over a merge', async () => {
    const repo = testRepository();
    const start = repo.commit({ a: '1' });
    const lost = repo.commit({ a: '2', gone: '1' });
    repo.git('reset', '--quiet', '--hard', start);
    repo.git('checkout', '--quiet', '-b', 'side');
    repo.commit({ side: '1' });
    repo.git('checkout', '--quiet', 'main');
    repo.commit({ main: '1' });
    repo.git('merge', '--quiet', '--no-edit', 'side');
    const opened = await repo.open();
    const head = await opened.resolve('HEAD');
    assert.deepEqual(short(await opened.changes(start, { commit: head.id })), ['added main', 'added side']);
    assert.deepEqual(short(await opened.changes(lost, { commit: head.id })), [
      'modified a',
      'deleted gone',
      'added main',
      'added side',
    ]);
  });

  it('compares a commit with the working tree: staged, unstaged, untracked, but not ignored files', async () => {
    const repo = testRepository();
    const base = repo.commit({
      staged: '1',
      unstaged: '1',
      gone: '1',
      untracked: '1',
      same: '1',
      '.gitignore': '*.log\n',
    });
    repo.write({ staged: '2', unstaged: '2', gone: null, new: '1', same: '1', 'x.log': '1' });
    repo.git('add', 'staged');
    repo.git('rm', '--quiet', '--cached', 'untracked');
    const opened = await repo.open();
    assert.deepEqual(short(await opened.changes(base, 'worktree')), [
      'deleted gone',
      'added new',
      'modified staged',
      'modified unstaged',
      'modified untracked',
    ]);
  });

  it('says that the base is not in a shallow clone', async () => {
    const repo = testRepository();
    const base = repo.commit({ a: '1' });
    const commit = repo.commit({ a: '2' });
    const shallow = join(temporaryFolder(), 'shallow');
    git(repo.root, 'clone', '--quiet', '--depth', '1', `file://${repo.root}`, shallow);
    const opened = await openFolder(shallow);
    await assert.rejects(opened.changes(base, { commit }), coded('git.unknown-revision', /not in this clone/));
  });

  it('takes only full ids, so that no text becomes an option', async () => {
    const repo = testRepository();
    const commit = repo.commit({ a: '1' });
    const opened = await repo.open();
    await assert.rejects(opened.changes('--output=x', { commit }), coded('git.unknown-revision'));
    await assert.rejects(opened.changes(commit, { commit: 'HEAD' }), coded('git.unknown-revision'));
    await assert.rejects(opened.tree({ commit: '-z' }), coded('git.unknown-revision'));
  });

  it('does not run programs that the repository’s configuration or attributes name', async () => {
    const repo = testRepository();
    const base = repo.commit({ 'a.txt': '1', '.gitattributes': '*.txt diff=own\n' });
    const witness = join(repo.root, 'ran');
    repo.git('config', 'diff.external', `touch ${witness}`);
    repo.git('config', 'diff.own.textconv', `touch ${witness}; cat`);
    repo.git('config', 'core.fsmonitor', `touch ${witness}; false`);
    repo.write({ 'a.txt': '2' });
    const opened = await repo.open();
    assert.deepEqual(short(await opened.changes(base, 'worktree')), ['modified a.txt']);
    assert.equal(existsSync(witness), false);
  });
});
