/** Clients that can do little: what they get is what they can read. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CodeActionRequest,
  CompletionRequest,
  createProtocolConnection,
  DocumentDiagnosticRequest,
  DocumentSymbolRequest,
  HoverRequest,
  InitializeRequest,
  InsertTextFormat,
  PublishDiagnosticsNotification,
} from 'vscode-languageserver/node';
import { plainOfMarkdown } from '../../server/plain.ts';
import { uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const SERVICE = '{\n  "serviceName": "{{ name }}",\n  \n  "taskDefinition": "{{ family }}"\n}';
const disk = () => new Map([['web_svcdef.json', SERVICE]]);
const textDocument = { uri: uriOf('web_svcdef.json') };
const name = { line: 1, character: 21 };
const key = { line: 2, character: 2 };

describe('a client without capabilities', () => {
  const withPlain = (use: Parameters<typeof withClient>[1]) =>
    withClient(memoryReader(disk().set('web_input.json', '{ "name": "web", "family": "web" }')), use, {
      capabilities: {},
    });

  it('gets completions that it can insert as they are', () =>
    withPlain(async ({ connection }) => {
      const answer = await connection.sendRequest(CompletionRequest.type, { textDocument, position: key });
      assert.ok(answer !== null && 'items' in answer && answer.items.length > 20);
      for (const { insertTextFormat, textEdit, documentation, label } of answer.items) {
        assert.notEqual(insertTextFormat, InsertTextFormat.Snippet, label);
        assert.doesNotMatch(textEdit?.newText ?? '', /\$\{?\d/, label);
        assert.ok(typeof documentation !== 'object' || documentation.kind === 'plaintext', label);
      }
    }));

  it('gets hovers without marks', () =>
    withPlain(async ({ connection }) => {
      const answer = await connection.sendRequest(HoverRequest.type, { textDocument, position: name });
      assert.deepEqual(answer?.contents, {
        kind: 'plaintext',
        value: 'name: text\n\n"web"\n\nname comes from web_input.json, line 1',
      });
    }));

  it('gets symbols side by side', () =>
    withPlain(async ({ connection }) => {
      const answer = await connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
      assert.deepEqual(
        answer?.map((symbol) => ('location' in symbol ? [symbol.name, symbol.location.range.start.line] : undefined)),
        [
          ['serviceName', 1],
          ['taskDefinition', 3],
        ],
      );
    }));

  it('gets a file that has to be made as text to write into it', () =>
    withClient(
      memoryReader(disk()),
      async ({ connection }) => {
        const answer = await connection.sendRequest(CodeActionRequest.type, {
          textDocument,
          range: { start: name, end: name },
          context: { diagnostics: [] },
        });
        const edits = (answer ?? []).flatMap((action) => ('edit' in action && action.edit ? [action.edit] : []));
        assert.ok(edits.some(({ changes }) => changes?.[uriOf('web_input.json')] !== undefined));
        assert.ok(edits.every(({ documentChanges }) => documentChanges === undefined));
      },
      { capabilities: {} },
    ));
});

describe('plain text', () => {
  it('has the words of Markdown without its marks', () => {
    assert.equal(
      plainOfMarkdown('**`a_b`**: [page](https://x.y)\n\n```json\n{ "a": "`" }\n```\n\n\n\n1 \\* 2'),
      'a_b: page (https://x.y)\n\n{ "a": "`" }\n\n1 * 2',
    );
  });
});

describe('a client that names its folder in an older way', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitmoxi-plain-'));
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, 'web_svcdef.json'), SERVICE);
    writeFileSync(join(folder, 'web_input.json'), '{ "name": "web" }');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const [way, params] of [
    ['rootPath', () => ({ rootPath: folder })],
    ['rootUri', () => ({ rootUri: pathToFileURL(folder).href })],
    ['rootUri with a slash', () => ({ rootUri: `${pathToFileURL(folder).href}/` })],
  ] as const)
    it(`has its files checked: ${way}`, async () => {
      const program = spawn(process.execPath, [join(import.meta.dirname, '../../server/main.ts')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const connection = createProtocolConnection(program.stdout, program.stdin);
      const { promise: published, resolve } = Promise.withResolvers<string>();
      connection.onNotification(PublishDiagnosticsNotification.type, ({ uri }) => resolve(uri));
      connection.listen();
      await connection.sendRequest(InitializeRequest.method, { processId: null, capabilities: {}, ...params() });
      await connection.sendNotification('initialized', {});
      assert.equal(await published, pathToFileURL(join(folder, 'web_svcdef.json')).href);
      const ended = once(program, 'exit');
      connection.end();
      await ended;
    });
});

describe('a client that asks for diagnostics', () => {
  const asks = { textDocument: { diagnostic: {} } };
  const wrong = { uri: uriOf('web_svcdef.json') };

  it('is told that it can, and gets those of the text as it is', () =>
    withClient(
      memoryReader(disk().set('web_input.json', '{ "name": "web", "family": "web" }')),
      async (client) => {
        assert.deepEqual(client.initialized.capabilities.diagnosticProvider, {
          interFileDependencies: true,
          workspaceDiagnostics: false,
        });
        const ask = async (uri: string) => {
          const answer = await client.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
          assert.ok(answer.kind === 'full');
          return answer.items.map(({ code, range }) => [code, range.start]);
        };
        const before = await ask(wrong.uri);
        await client.open('web_svcdef.json', SERVICE.replace('name }}', 'nam }}'));
        assert.deepEqual(await ask(wrong.uri), [['template.undefined-name', { line: 1, character: 21 }]]);
        await client.open('web_input.json', '{ "nam": "web", "family": "web" }');
        assert.deepEqual(await ask(wrong.uri), before);
        assert.deepEqual(await ask(uriOf('none.txt')), []);
        assert.deepEqual(await ask('untitled:Untitled-1'), []);
      },
      { capabilities: asks },
    ));

  it('is sent them only, where it can have them both ways', () =>
    withClient(
      memoryReader(disk()),
      async ({ initialized }) => assert.equal(initialized.capabilities.diagnosticProvider, undefined),
      { capabilities: { textDocument: { diagnostic: {}, publishDiagnostics: {} } } },
    ));
});
