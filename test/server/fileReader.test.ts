import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskReader } from '../../server/index.ts';

describe('the disk reader', () => {
  let folder: string;
  let root: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitmoxi-')));
    root = join(folder, 'repository');
    mkdirSync(join(root, '.git'), { recursive: true });
    mkdirSync(join(root, 'dev'));
    writeFileSync(join(root, '.git', 'config'), 'secret');
    writeFileSync(join(root, 'dev', 'web_svcdef.json'), '\uFEFF{}');
    writeFileSync(join(folder, 'outside.json'), 'secret');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (path: string, limitBytes = 1000) => diskReader.read(root, path, limitBytes);

  it('finds the repository around a folder, and its own when there are several', async () => {
    const inner = join(root, 'modules', 'inner');
    mkdirSync(inner, { recursive: true });
    assert.equal(await diskReader.repositoryAbove(join(root, 'dev')), root);
    writeFileSync(join(inner, '.git'), 'gitdir: elsewhere');
    assert.equal(await diskReader.repositoryAbove(inner), inner);
  });

  it('reads text without its byte order mark, also through a link to the repository', async () => {
    assert.deepEqual(await read('dev/web_svcdef.json'), { text: '{}' });
    const link = join(folder, 'link');
    symlinkSync(root, link);
    assert.deepEqual(await diskReader.read(link, 'dev/web_svcdef.json', 1000), { text: '{}' });
  });

  it('refuses what is outside, even for a path that was not checked', async () => {
    symlinkSync(join(folder, 'outside.json'), join(root, 'link.json'));
    symlinkSync(folder, join(root, 'up'));
    symlinkSync(join(root, '.git'), join(root, 'git'));
    assert.deepEqual(await read('link.json'), { problem: 'symlink' });
    assert.deepEqual(await read('up/outside.json'), { problem: 'symlink' });
    assert.deepEqual(await read('../outside.json'), { problem: 'symlink' });
    assert.deepEqual(await read('git/config'), { problem: 'outside' });
  });

  it('refuses files of a repository inside this one', async () => {
    mkdirSync(join(root, 'inner'));
    writeFileSync(join(root, 'inner', '.git'), 'gitdir: elsewhere');
    writeFileSync(join(root, 'inner', 'x.json'), '{}');
    assert.deepEqual(await read('inner/x.json'), { problem: 'submodule' });
  });

  it('says why there is no text', async () => {
    symlinkSync('circle.json', join(root, 'circle.json'));
    writeFileSync(join(root, 'binary.json'), new Uint8Array([0xff, 0xfe]));
    assert.deepEqual(await read('missing.json'), { problem: 'missing' });
    assert.deepEqual(await read('dev/web_svcdef.json/x'), { problem: 'missing' });
    assert.deepEqual(await read('dev'), { problem: 'not-a-file' });
    assert.deepEqual(await read('circle.json'), { problem: 'symlink' });
    assert.deepEqual(await read('binary.json'), { problem: 'not-text' });
    assert.deepEqual(await read('dev/web_svcdef.json', 4), { problem: 'too-large' });
  });
});
