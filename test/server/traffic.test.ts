import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { NotificationMessage, RequestMessage, ResponseMessage } from 'vscode-languageserver/node';
import { systemClock } from '../../engine/clock.ts';
import { Documents } from '../../server/documents.ts';
import { SLICE_MS } from '../../server/pauses.ts';
import { Traffic } from '../../server/traffic.ts';
import { Workloads } from '../../server/workloads.ts';
import { Workspace } from '../../server/workspace.ts';
import { memoryReader, ROOT } from './fixture.ts';

/** Both ends of a connection, and what the server has read of it. */
function connect(longestMs?: number) {
  const traffic = new Traffic(longestMs);
  const input = new PassThrough();
  const output = new PassThrough();
  const writer = traffic.writer(output);
  let read = Promise.withResolvers<void>();
  traffic.reader(input).listen(() => {
    read.resolve();
    read = Promise.withResolvers();
  });
  const send = async (message: object) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    input.write(`Content-Length: ${text.length}\r\n\r\n${text}`);
    await read.promise;
  };
  const ask = (id: number) => send({ id, method: 'textDocument/hover' } satisfies Partial<RequestMessage>);
  const answer = (id: number) => writer.write({ jsonrpc: '2.0', id, result: null } as ResponseMessage);
  /** Whether it has become quiet since. */
  const becomesQuiet = () => {
    const seen = { isQuiet: false };
    const quiet = traffic.quiet().then(() => {
      seen.isQuiet = true;
    });
    return { seen, quiet };
  };
  return { traffic, send, ask, answer, becomesQuiet };
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await turn();
};

describe('traffic', () => {
  it('is quiet where nobody asks anything', async () => {
    const { traffic, send } = connect();
    await traffic.quiet();
    await send({ method: 'initialized' });
    await traffic.quiet();
  });

  it('is not quiet before the last of what was asked has its answer', async () => {
    const { ask, answer, becomesQuiet } = connect(60_000);
    await ask(1);
    await ask(2);
    const { seen, quiet } = becomesQuiet();
    await answer(1);
    await turns(20);
    assert.equal(seen.isQuiet, false);
    await answer(2);
    await quiet;
  });

  it('waits a while only, so that work goes on under a flood of requests', async () => {
    const { ask, becomesQuiet } = connect(5);
    await ask(0);
    const { seen, quiet } = becomesQuiet();
    for (let id = 1; !seen.isQuiet; id++) await ask(id);
    await quiet;
  });

  it('does not wait for an answer that takes long', async () => {
    const { traffic, ask } = connect(1);
    await ask(1);
    await traffic.quiet();
  });
});

describe('what is written', () => {
  it('leaves in one piece each, in the order said, and counted in bytes', async () => {
    const output = new PassThrough({ encoding: 'utf8' });
    const writer = new Traffic().writer(output);
    const pieces: string[] = [];
    output.on('data', (piece: string) => pieces.push(piece));
    const say = (method: string) => writer.write({ jsonrpc: '2.0', method } as NotificationMessage);
    await Promise.all([say('a'), say('é')]);
    assert.deepEqual(pieces, [
      'Content-Length: 30\r\n\r\n{"jsonrpc":"2.0","method":"a"}',
      'Content-Length: 31\r\n\r\n{"jsonrpc":"2.0","method":"é"}',
    ]);
  });

  it('is an error where nobody reads any more, told to who listens', async () => {
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    const writer = new Traffic().writer(output);
    const errors: string[] = [];
    writer.onError(([{ message }]) => errors.push(message));
    await assert.rejects(writer.write({ jsonrpc: '2.0', method: 'a' } as NotificationMessage), /gone/);
    assert.deepEqual([...new Set(errors)], ['gone']);
  });
});

describe('workloads that nobody looks at', () => {
  it('are checked when it is quiet, not before', async () => {
    const documents = new Documents();
    const disk = new Map([['web_svcdef.json', '{ "serviceName": "web" }']]);
    const { promise: quiet, resolve: becomeQuiet } = Promise.withResolvers<void>();
    const workloads = new Workloads({
      workspace: new Workspace(memoryReader(disk), documents),
      documents,
      clock: systemClock(),
      quiet: () => quiet,
      failed: (what, error) => assert.fail(`${what}: ${String(error)}`),
    });
    const checked = new Promise<string>((resolve) => {
      workloads.listen({ checked: ({ place }) => resolve(place.path), gone() {} });
    });
    // The first slice is the time in which nothing can have been asked.
    await sleep(SLICE_MS + 1);
    workloads.add({ root: ROOT, path: 'web', kind: 'ecs' });
    await turns(20);
    assert.equal(workloads.due, 1);
    becomeQuiet();
    assert.equal(await checked, 'web');
    workloads.close();
  });
});
