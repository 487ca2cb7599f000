import assert from 'node:assert/strict';
import { join } from 'node:path';
import { KeptReader } from '../../server/keptReader.ts';
import { memoryReader, ROOT } from './fixture.ts';

describe('the reader that keeps files', () => {
  const started = () => {
    const files = new Map([
      ['in/a.json', 'old'],
      ['out/b.json', 'old'],
    ]);
    const reader = new KeptReader(memoryReader(files));
    const read = async (path: string) => (await reader.read(ROOT, path, 1000)).text;
    return { files, reader, read };
  };

  it('reads anew each time, while nobody tells of changes', async () => {
    const { files, read } = started();
    assert.equal(await read('in/a.json'), 'old');
    files.set('in/a.json', 'new');
    assert.equal(await read('in/a.json'), 'new');
  });

  it('keeps a file until it is told', async () => {
    const { files, reader, read } = started();
    reader.keep((path) => path.startsWith(join(ROOT, 'in')));
    assert.equal(await read('in/a.json'), 'old');
    files.set('in/a.json', 'new');
    assert.equal(await read('in/a.json'), 'old');
    reader.forget(join(ROOT, 'in/a.json'));
    assert.equal(await read('in/a.json'), 'new');
  });

  it('keeps no file that nobody watches', async () => {
    const { files, reader, read } = started();
    reader.keep((path) => path.startsWith(join(ROOT, 'in')));
    assert.equal(await read('out/b.json'), 'old');
    files.set('out/b.json', 'new');
    assert.equal(await read('out/b.json'), 'new');
  });
});
