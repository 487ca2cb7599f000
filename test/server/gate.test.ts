import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, ErrorCodes, LogMessageNotification, ResponseError } from 'vscode-languageserver/node';
import { startServer } from '../../server/index.ts';
import { uriOf, withClient } from './client.ts';
import { memoryReader, ROOT } from './fixture.ts';

const WRONG = '{ "serviceName": "{{ nmae }}", "taskDefinition": "web" }';
const disk = () =>
  new Map([
    ['web_svcdef.json', WRONG],
    ['web_input.json', '{ "name": "web" }'],
  ]);

/** A connection that says whatever it is told to. */
function connect() {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const { ended } = startServer({ input: toServer, output: toClient, reader: memoryReader(disk()) });
  const connection = createMessageConnection(toClient, toServer);
  const notified: string[] = [];
  connection.onNotification((method) => void notified.push(method));
  connection.listen();
  const refused = (method: string, params: unknown = {}) =>
    connection.sendRequest(method, params).then(
      () => undefined,
      (error: unknown) => (error instanceof ResponseError ? error.code : error),
    );
  return { connection, refused, notified, ended };
}

const INITIALIZE = { processId: null, rootUri: pathToFileURL(ROOT).href, capabilities: {} };
const open = { textDocument: { uri: uriOf('web_svcdef.json'), languageId: 'json', version: 1, text: WRONG } };

describe('the life of a connection', () => {
  it('begins with initialize: what comes before is refused, and what is only told is dropped', async () => {
    const { connection, refused, notified, ended } = connect();
    assert.equal(await refused('textDocument/hover'), ErrorCodes.ServerNotInitialized);
    assert.equal(await refused('shutdown'), ErrorCodes.ServerNotInitialized);
    await connection.sendNotification('textDocument/didOpen', open);
    assert.equal(await refused('initialize', { ...INITIALIZE, rootUri: null }), undefined);
    // Whatever it had to say of the document would have come before this answer.
    assert.equal(await refused('workspace/symbol', { query: '' }), undefined);
    assert.deepEqual(notified, []);
    assert.equal(await refused('initialize', INITIALIZE), ErrorCodes.InvalidRequest);
    assert.equal(await refused('shutdown'), undefined);
    await connection.sendNotification('exit');
    assert.equal(await ended, 0);
    connection.dispose();
  });

  it('is over after shutdown, but for exit', async () => {
    const { connection, refused, ended } = connect();
    await refused('initialize', INITIALIZE);
    await refused('shutdown');
    for (const method of ['textDocument/hover', 'shutdown', 'initialize', 'gitmoxi/plan'])
      assert.equal(await refused(method), ErrorCodes.InvalidRequest, method);
    await connection.sendNotification('exit');
    assert.equal(await ended, 0);
    connection.dispose();
  });

  it('begins for a client that says nothing of itself', async () => {
    const { connection, refused, ended } = connect();
    assert.equal(await refused('initialize', {}), undefined);
    assert.equal(await refused('workspace/symbol', { query: '' }), undefined);
    await refused('shutdown');
    await connection.sendNotification('exit');
    assert.equal(await ended, 0);
    connection.dispose();
  });

  it('ends with 1 where exit comes first', async () => {
    const { connection, ended } = connect();
    await connection.sendNotification('exit');
    assert.equal(await ended, 1);
    connection.dispose();
  });
});

describe('a message that is not as LSP has it', () => {
  const textDocument = { uri: uriOf('web_svcdef.json') };
  const position = { line: 0, character: 3 };
  const MALFORMED: readonly [method: string, params: unknown, place: string][] = [
    ['textDocument/hover', {}, 'params.textDocument'],
    ['textDocument/hover', { textDocument: { uri: 5 }, position }, 'params.textDocument.uri'],
    ['textDocument/hover', { textDocument }, 'params.position'],
    ['textDocument/completion', { textDocument, position: { line: -1, character: 0 } }, 'params.position.line'],
    ['textDocument/definition', { textDocument, position: { line: 0, character: 0.5 } }, 'params.position.character'],
    ['textDocument/references', { textDocument, position: { line: null, character: 0 } }, 'params.position.line'],
    ['textDocument/rename', { textDocument, position, newName: 5 }, 'params.newName'],
    ['textDocument/selectionRange', { textDocument, positions: [position, {}] }, 'params.positions[1].line'],
    ['textDocument/inlayHint', { textDocument, range: { start: position } }, 'params.range.end'],
    ['textDocument/formatting', { textDocument }, 'params.options'],
    ['textDocument/codeAction', { textDocument, range: { start: position, end: position } }, 'params.context'],
    ['workspace/symbol', { query: null }, 'params.query'],
    ['gitmoxi/renderPreview', [], 'params'],
  ];

  it('is refused with the place of the mistake, where it is a request', () =>
    withClient(memoryReader(disk()), async ({ connection }) => {
      for (const [method, params, place] of MALFORMED) {
        const failure: unknown = await connection.sendRequest(method, params).then(
          () => undefined,
          (error) => error,
        );
        assert.ok(
          failure instanceof ResponseError && failure.code === ErrorCodes.InvalidParams,
          `${method}: ${failure}`,
        );
        assert.ok(failure.message.startsWith(`${method} was not understood: ${place} has to be `), failure.message);
      }
    }));

  it('is dropped with a word in the log, where it is a notification, and the next one counts', () =>
    withClient(memoryReader(disk()), async (client) => {
      const logged: string[] = [];
      client.connection.onNotification(LogMessageNotification.type, ({ message }) => void logged.push(message));
      const malformed: readonly [string, unknown][] = [
        ['textDocument/didOpen', {}],
        ['textDocument/didOpen', { textDocument: { ...open.textDocument, text: undefined } }],
        ['textDocument/didChange', { textDocument: { ...textDocument, version: 2 } }],
        ['textDocument/didClose', { textDocument: null }],
        ['workspace/didChangeWatchedFiles', { changes: [null] }],
        ['workspace/didChangeWorkspaceFolders', {}],
        ['workspace/didChangeConfiguration', [5]],
      ];
      for (const [method, params] of malformed) await client.connection.sendNotification(method, params);
      await client.open('web_svcdef.json', WRONG);
      await client.until(() => client.published.get(uriOf('web_svcdef.json'))?.version === 1);
      assert.deepEqual(
        logged.map((text) => text.split(' was not understood')[0]),
        malformed.map(([method]) => method),
      );
      assert.ok(!logged.some((text) => text.includes('\n')), logged.join('\n'));
    }));

  it('is taken at its end, where a position is beyond it', () =>
    withClient(memoryReader(disk()), async (client) => {
      await client.open('web_svcdef.json', WRONG);
      for (const beyond of [
        { line: 1e9, character: 0 },
        { line: 0, character: 4294967295 },
      ])
        await client.connection.sendRequest('textDocument/completion', { textDocument, position: beyond });
    }));
});
