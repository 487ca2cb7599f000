import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EngineError } from '../../../engine/errors.ts';
import { ObjectReader } from '../../../engine/git/objectReader.ts';
import { cleanUp, fakeGit, temporaryFolder, testRepository } from './testRepository.ts';

const environment = { PATH: process.env.PATH ?? '' };
const coded =
  (code: string, words = /./) =>
  (error: unknown) =>
    error instanceof EngineError && error.code === code && words.test(error.message);

describe('object reader', () => {
  const readers: ObjectReader[] = [];
  const reader = (folder: string, PATH = environment.PATH) => {
    const made = new ObjectReader(folder, { PATH });
    readers.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((made) => made.close()));
    await cleanUp();
  });

  it('answers in the order asked, whatever the sizes, with and without the bytes', async () => {
    const repo = testRepository();
    const sizes = [0, 1, 10, 65_535, 65_536, 65_537, 300_000];
    repo.commit(Object.fromEntries(sizes.map((size) => [`f${size}`, Buffer.alloc(size, '\n')])));
    const objects = reader(repo.root);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.constantFrom(...sizes, -1), limit: fc.constantFrom(0, 65_536, 1_000_000) }), {
          maxLength: 30,
        }),
        async (requests) => {
          const answers = await Promise.all(requests.map(({ size, limit }) => objects.read(`HEAD:f${size}`, limit)));
          answers.forEach((answer, i) => {
            const { size, limit } = requests[i]!;
            if (size < 0) assert.deepEqual(answer, { type: 'missing' });
            else
              assert.ok(
                'id' in answer && answer.size === size && answer.bytes?.length === (size <= limit ? size : undefined),
              );
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('uses one process for all reads', async () => {
    const repo = testRepository();
    repo.commit({ a: '1' });
    const log = join(temporaryFolder(), 'starts');
    const objects = reader(repo.root, fakeGit(`echo x >> ${log}; PATH='${process.env.PATH}'; exec git "$@"`));
    await Promise.all(Array.from({ length: 100 }, () => objects.read('HEAD:a', 10)));
    await objects.read('HEAD:a', 10);
    assert.equal(readFileSync(log, 'utf8'), 'x\n');
  });

  it('passes on git’s last words when it dies midway, and starts it anew for the next read', async () => {
    const repo = testRepository();
    repo.commit({ a: '1' });
    const mark = join(temporaryFolder(), 'died');
    const PATH = fakeGit(`
      if [ -e ${mark} ]; then PATH='${process.env.PATH}'; exec git "$@"; fi
      read name; printf '%040d blob 100\\nhalf of it' 0; touch ${mark}
      echo 'error: packfile is broken' >&2; exit 128`);
    const objects = reader(repo.root, PATH);
    const first = objects.read('HEAD:a', 1000);
    const second = objects.read('HEAD:a', 1000);
    await assert.rejects(first, coded('git.failed', /packfile is broken/));
    await assert.rejects(second, coded('git.failed', /packfile is broken/));
    const again = await objects.read('HEAD:a', 1000);
    assert.equal('id' in again && again.bytes?.toString(), '1');
  });

  it('stops at an answer that it does not understand', async () => {
    const objects = reader(temporaryFolder(), fakeGit("read name; echo 'hello there'; read name"));
    await assert.rejects(objects.read('HEAD', 10), coded('git.failed', /hello there/));
  });

  it('says when git is not installed', async () => {
    await assert.rejects(reader(temporaryFolder(), '/nowhere').read('HEAD', 10), coded('git.not-installed'));
  });

  it('is gone after close, with what was not answered rejected', async () => {
    const mark = join(temporaryFolder(), 'pid');
    const objects = reader(temporaryFolder(), fakeGit(`echo $$ > ${mark}; echo started >&2; exec sleep 100`));
    const waiting = objects.read('HEAD', 10);
    waiting.catch(() => {});
    while (true) {
      try {
        if (readFileSync(mark, 'utf8').endsWith('\n')) break;
      } catch {}
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await objects.close();
    await assert.rejects(waiting, coded('git.closed'));
    await assert.rejects(objects.read('HEAD', 10), coded('git.closed'));
    assert.throws(() => process.kill(Number(readFileSync(mark, 'utf8')), 0), { code: 'ESRCH' });
    await objects.close();
  });
});
