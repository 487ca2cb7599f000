/** A file that inputs refer to, open in the editor. */
import assert from 'node:assert/strict';
import {
  DefinitionRequest,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  type FormattingOptions,
  HoverRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
} from 'vscode-languageserver/node';
import { TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const OUTPUT = `{
  "cluster": { "sensitive": false, "type": "string", "value": "prod" },
  "token": { "sensitive": true, "type": "string", "value": "hunter2" }
}
`;

const disk = (type = 'TERRAFORM') =>
  new Map([
    ['infra/out.json', OUTPUT],
    ['package.json', '{ "cluster": 1 }'],
    ...['dev/web', 'dev/api'].flatMap((path) => [
      [`${path}_svcdef.json`, '{ "cluster": "{{ cluster }}", "taskDefinition": "x", "serviceName": "x" }'] as const,
      [`${path}_input.json`, JSON.stringify({ ref: { type, file: ['infra/out.json'] } })] as const,
    ]),
  ]);

const textDocument = { uri: uriOf('infra/out.json') };
/** Inside of `cluster`. */
const position = { line: 1, character: 5 };

describe('a file that inputs refer to, open in the editor', () => {
  it('is known as soon as it is open, whatever was looked at until then', () =>
    withClient(memoryReader(disk()), async (client) => {
      await client.open('infra/out.json', OUTPUT);
      const found = await client.connection.sendRequest(ReferencesRequest.type, {
        textDocument,
        position,
        context: { includeDeclaration: true },
      });
      assert.deepEqual(
        found?.map(({ uri, range }) => [uri, range.start.character]),
        [
          [textDocument.uri, 2],
          [uriOf('dev/api_svcdef.json'), 17],
          [uriOf('dev/web_svcdef.json'), 17],
        ],
      );
    }));

  it('answers definition, hover and symbols of its text as it is in the editor', () =>
    withClient(memoryReader(disk()), async ({ connection }) => {
      const text = `\n${OUTPUT}`;
      await connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { ...textDocument, languageId: 'json', version: 1, text },
      });
      const below = { line: 2, character: 5 };
      const key = { start: { line: 2, character: 2 }, end: { line: 2, character: 11 } };
      assert.deepEqual(await connection.sendRequest(DefinitionRequest.type, { textDocument, position: below }), {
        uri: textDocument.uri,
        range: key,
      });
      const hover = await connection.sendRequest(HoverRequest.type, { textDocument, position: below });
      assert.match(JSON.stringify(hover?.contents), /prod.*dev\/api_svcdef\.json.*dev\/web_svcdef\.json/s);
      assert.deepEqual(hover?.range, key);
      const symbols = await connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
      assert.deepEqual(
        symbols?.map(({ name }) => name),
        ['cluster', 'token'],
      );
      assert.ok(!JSON.stringify(symbols).includes('hunter2'));
    }));

  it('refuses to rename what Terraform names', () =>
    withClient(memoryReader(disk()), async ({ connection }) => {
      const refusal = /infra\/out\.json is written by Terraform/;
      await assert.rejects(connection.sendRequest(PrepareRenameRequest.type, { textDocument, position }), refusal);
      await assert.rejects(
        connection.sendRequest(RenameRequest.type, { textDocument, position, newName: 'name' }),
        refusal,
      );
    }));

  it('is renamed in where it is plain JSON', () => {
    const files = disk('JSON').set('infra/out.json', '{\n  "cluster": "prod"\n}');
    return withClient(memoryReader(files), async ({ connection }) => {
      const edit = await connection.sendRequest(RenameRequest.type, { textDocument, position, newName: 'name' });
      assert.deepEqual(
        Object.entries(edit?.changes ?? {}).map(([uri, edits]) => [uri, edits.map(({ newText }) => newText)]),
        [
          [textDocument.uri, ['"name"']],
          [uriOf('dev/api_svcdef.json'), ['name']],
          [uriOf('dev/web_svcdef.json'), ['name']],
        ],
      );
    });
  });

  it('shows what is wrong with it while somebody types', () =>
    withClient(memoryReader(disk()), async (client) => {
      await client.open('infra/out.json', OUTPUT);
      await client.scanned('dev/web');
      await client.change('infra/out.json', 2, { text: OUTPUT.replace('"prod" }', '"prod"') });
      await client.codes('infra/out.json', 'input.syntax');
      await client.change('infra/out.json', 3, { text: OUTPUT.replace('cluster', 'clusters') });
      await client.codes('infra/out.json');
      await client.codes('dev/web_svcdef.json', 'template.undefined-name');
    }));

  it('is one among others: of those that nobody refers to, nothing is said', () =>
    withClient(memoryReader(disk()), async ({ connection }) => {
      const other = { uri: uriOf('package.json') };
      const at = { textDocument: other, position: { line: 0, character: 4 } };
      assert.equal(await connection.sendRequest(DefinitionRequest.type, at), null);
      assert.equal(await connection.sendRequest(HoverRequest.type, at), null);
      assert.equal(await connection.sendRequest(PrepareRenameRequest.type, at), null);
      const options: FormattingOptions = { tabSize: 2, insertSpaces: true };
      assert.equal(await connection.sendRequest(DocumentFormattingRequest.type, { textDocument, options }), null);
    }));

  it('is asked for where the client tells of some languages only', async () => {
    const client = await TestClient.start(memoryReader(disk()), {
      capabilities: {
        textDocument: {
          synchronization: { dynamicRegistration: true },
          references: { dynamicRegistration: true },
          rename: { dynamicRegistration: true, prepareSupport: true },
          formatting: { dynamicRegistration: true },
        },
      },
    });
    await client.until(() => client.registered.length >= 5);
    assert.deepEqual(client.registered.toSorted(), [
      'textDocument/didChange',
      'textDocument/didClose',
      'textDocument/didOpen',
      'textDocument/references',
      'textDocument/rename',
    ]);
    await client.stop();
  });
});
