import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  CancellationTokenSource,
  createProtocolConnection,
  ExitNotification,
  InitializeRequest,
  LSPErrorCodes,
  ResponseError,
  ShutdownRequest,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import manifest from '../../package.json' with { type: 'json' };
import { PROTOCOL, type RenderedPreview, renderPreview } from '../../server/index.ts';
import { TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const SERVICE = '{ "serviceName": "{{ name }}", "taskDefinition": "web" }';

/** Where the page about codes might be. */
const PAGE = 'file:///gitmoxi/docs/rules.md';

const files = (...more: [string, string][]) =>
  new Map([['web_svcdef.json', SERVICE], ['web_input.json', '{ "name": "web" }'], ...more]);

describe('the language server', () => {
  it('says what it can do, each feature backed by a file', () =>
    withClient(memoryReader(new Map()), async ({ initialized: { capabilities } }) => {
      assert.equal(capabilities.positionEncoding, 'utf-16');
      const names = readdirSync(join(import.meta.dirname, '../../server/features'))
        .map((name) => name.replace('.ts', ''))
        .filter((name) => !['index', 'feature'].includes(name));
      assert.deepEqual(capabilities.experimental.gitmoxi, { protocol: PROTOCOL, features: names.sort() });
    }));

  it('ends with 0 after an orderly shutdown, and with 1 when the client dies', async () => {
    assert.equal(await (await TestClient.start(memoryReader(new Map()))).stop(), 0);
    assert.equal(await (await TestClient.start(memoryReader(new Map()))).die(), 1);
  });

  it('runs as a program over its standard streams', async () => {
    const program = spawn(process.execPath, [join(import.meta.dirname, '../../server/main.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(program, 'exit');
    const connection = createProtocolConnection(program.stdout, program.stdin);
    connection.listen();
    const params = { processId: process.pid, rootUri: null, capabilities: {}, workspaceFolders: null };
    const { serverInfo } = await connection.sendRequest(InitializeRequest.type, params);
    assert.deepEqual(serverInfo, { name: 'gitmoxi', version: manifest.version });
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    assert.deepEqual(await ended, [0, null]);
  });

  it('asks to be told of files that change on disk', () =>
    withClient(memoryReader(new Map()), async (client) => {
      await client.until(() => client.watched.length > 0);
      assert.deepEqual(client.watched, ['**/*.json', '**/*']);
    }));
});

describe('diagnostics', () => {
  it('are placed in UTF-16 characters, with a hint, for the version they are about', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('web_svcdef.json', '{\n"taskDefinition": "😀", "serviceName": "{{ naem }}" }', 7);
      const [finding] = await client.codes('web_svcdef.json', 'template.undefined-name');
      assert.deepEqual(finding!.range, { start: { line: 1, character: 43 }, end: { line: 1, character: 47 } });
      assert.match(String(finding!.message), /naem.*\n.*name/s);
      assert.equal(finding!.source, 'gitmoxi');
      assert.equal(client.published.get(uriOf('web_svcdef.json'))!.version, 7);
    }));

  for (const codeDescriptionSupport of [true, false])
    it(`${codeDescriptionSupport ? 'lead' : 'do not lead'} to the page about their codes, as the client has it`, () =>
      withClient(
        memoryReader(files()),
        async (client) => {
          await client.open('web_svcdef.json', '{ "serviceName": "{{ nme }}", "taskDefinition": "web" }');
          const [found] = await client.codes('web_svcdef.json', 'template.undefined-name');
          assert.equal(
            found?.codeDescription?.href,
            codeDescriptionSupport ? `${PAGE}#templateundefined-name` : undefined,
          );
        },
        { rulesPage: PAGE, capabilities: { textDocument: { publishDiagnostics: { codeDescriptionSupport } } } },
      ));

  it('follow each edit', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('web_svcdef.json', SERVICE);
      await client.codes('web_svcdef.json');
      const at = SERVICE.indexOf('name }}');
      const range = (length: number) => ({
        start: { line: 0, character: at },
        end: { line: 0, character: at + length },
      });
      await client.change('web_svcdef.json', 2, { range: range(4), text: 'nme' });
      await client.codes('web_svcdef.json', 'template.undefined-name');
      await client.change('web_svcdef.json', 3, { range: range(3), text: 'name' });
      await client.codes('web_svcdef.json');
      assert.equal(client.published.get(uriOf('web_svcdef.json'))!.version, 3);
    }));

  it('take unsaved changes of a sibling for its content', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('web_svcdef.json', SERVICE);
      await client.codes('web_svcdef.json');
      await client.open('web_input.json', '{ "title": "web" }');
      await client.codes('web_svcdef.json', 'template.undefined-name');
      await client.close('web_input.json');
      await client.codes('web_svcdef.json');
    }));

  it('follow files that appear and change on disk', () => {
    const disk = files(['web_input.json', '{ "ref": { "type": "JSON", "file": "out/values.json" } }']);
    return withClient(memoryReader(disk), async (client) => {
      await client.open('web_svcdef.json', SERVICE);
      await client.codes('web_input.json', 'file.missing');
      disk.set('out/values.json', '{ "name": "web" }');
      await client.changedOnDisk('out/values.json');
      await client.codes('web_input.json');
      await client.codes('web_svcdef.json');
      disk.set('web_taskdef.json', '{ "family": 5 }');
      await client.changedOnDisk('web_taskdef.json');
      await client.until(() => (client.published.get(uriOf('web_taskdef.json'))?.diagnostics.length ?? 0) > 0);
    });
  });

  it('go when the last document of the workload is closed', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('web_svcdef.json', '{ "serviceName": "{{ a }}", "taskDefinition": "web" }');
      await client.codes('web_svcdef.json', 'template.undefined-name');
      await client.close('web_svcdef.json');
      await client.codes('web_svcdef.json');
    }));

  it('name a mistake in a shared file once, and as long as one workload refers to it', () => {
    const input = '{ "ref": { "type": "TERRAFORM", "file": "out.json" } }';
    const plain = '{ "serviceName": "web", "taskDefinition": "web" }';
    const disk = new Map<string, string>([
      ...['a', 'b'].flatMap((name) => [
        [`${name}_svcdef.json`, plain] as const,
        [`${name}_input.json`, input] as const,
      ]),
      ['out.json', '{ "name": '] as const,
    ]);
    return withClient(memoryReader(disk), async (client) => {
      const diagnostics = () => client.published.get(uriOf('out.json'))?.diagnostics.length;
      await client.open('a_svcdef.json', plain);
      await client.open('b_svcdef.json', plain);
      await client.until(() => client.changedPreviews.includes(uriOf('b_svcdef.json')));
      assert.equal(diagnostics(), 1);
      await client.close('b_svcdef.json');
      await client.close('a_svcdef.json');
      // What the server sends comes in order: an answer shows that everything before it has arrived.
      await client.connection.sendRequest(renderPreview.method, { uri: 'none' });
      assert.equal(diagnostics(), 1);
      for (const name of ['a', 'b']) {
        assert.equal(diagnostics(), 1);
        disk.set(`${name}_input.json`, '{}');
        await client.changedOnDisk(`${name}_input.json`);
      }
      await client.until(() => diagnostics() === 0);
    });
  });

  it('never make the server read a file outside of the repository', () => {
    const asked: string[] = [];
    const input = '{ "ref": { "type": "JSON", "file": ["../../etc/passwd", "/etc/passwd", ".git/config"] } }';
    return withClient(memoryReader(files(['web_input.json', input]), asked), async (client) => {
      await client.open('web_svcdef.json', SERVICE);
      await client.codes('web_input.json', 'file.outside', 'file.absolute', 'file.outside');
      assert.deepEqual(
        asked.filter((path) => !path.startsWith('web_')),
        [],
      );
    });
  });

  it('leave other documents alone, whatever their URI', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('notes.json', '{');
      for (const uri of ['untitled:web_svcdef.json', 'git:/web_svcdef.json', 'file://host/%zz_svcdef.json', 'x']) {
        const textDocument = { uri, languageId: 'gitmoxi', version: 1, text: '{' };
        await client.connection.sendNotification('textDocument/didOpen', { textDocument });
      }
      await client.open('web_svcdef.json', SERVICE);
      await client.codes('web_svcdef.json');
      assert.deepEqual([...client.published.keys()], [uriOf('web_svcdef.json')]);
    }));
});

describe('many edits in a row', () => {
  const edit = fc.record({
    at: fc.nat(1000),
    length: fc.nat(12),
    text: fc.constantFrom('', '{{', '}}', '{% if name %}', '"', '\n', 'name', '😀', ', "desiredCount": -1', '}'),
  });

  /** The diagnostics of the template, once they are about a version. */
  async function diagnosticsOf(client: TestClient, version: number): Promise<readonly unknown[]> {
    await client.until(() => client.published.get(uriOf('web_svcdef.json'))?.version === version);
    return client.published.get(uriOf('web_svcdef.json'))!.diagnostics;
  }

  it('end in what a server says that was only shown the result', () =>
    fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 30 }), async (edits) => {
        let document = TextDocument.create('file:///x', 'gitmoxi', 1, SERVICE);
        await withClient(memoryReader(files()), async (edited) => {
          await edited.open('web_svcdef.json', SERVICE);
          for (const { at, length, text } of edits) {
            const range = { start: document.positionAt(at), end: document.positionAt(at + length) };
            document = TextDocument.update(document, [{ range, text }], document.version + 1);
            await edited.change('web_svcdef.json', document.version, { range, text });
          }
          await withClient(memoryReader(files()), async (fresh) => {
            await fresh.open('web_svcdef.json', document.getText(), document.version);
            assert.deepEqual(
              await diagnosticsOf(edited, document.version),
              await diagnosticsOf(fresh, document.version),
            );
          });
        });
      }),
      { numRuns: 25 },
    ));
});

describe('the preview request', () => {
  const preview = (client: TestClient, uri: unknown): Promise<RenderedPreview | null> =>
    client.connection.sendRequest(renderPreview.method, { uri });

  it('answers with the text, unsaved changes included, and the ranges it came from', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('web_input.json', '{ "name": "shop" }');
      const answer = await preview(client, uriOf('web_svcdef.json'));
      assert.equal(answer?.text, '{ "serviceName": "shop", "taskDefinition": "web" }');
      assert.deepEqual(answer.problems, []);
      assert.deepEqual(
        answer.map.find(({ verbatim }) => !verbatim),
        {
          rendered: { start: { line: 0, character: 18 }, end: { line: 0, character: 22 } },
          source: { start: { line: 0, character: 21 }, end: { line: 0, character: 25 } },
          verbatim: false,
        },
      );
    }));

  it('answers with the problems where there is no text', () =>
    withClient(memoryReader(files(['web_svcdef.json', '{{ naem }}'])), async (client) => {
      const answer = await preview(client, uriOf('web_svcdef.json'));
      assert.equal(answer?.text, null);
      assert.deepEqual(
        answer.problems.map(({ code, severity }) => [code, severity]),
        [['template.undefined-name', 'error']],
      );
    }));

  it('answers null where the file is no template of ours, and to what is no URI', () =>
    withClient(memoryReader(files()), async (client) => {
      const others = [
        uriOf('web_input.json'),
        uriOf('package.json'),
        uriOf('other_svcdef.json'),
        'git:/web_svcdef.json',
      ];
      for (const uri of [...others, 'file://%', 5, undefined]) assert.equal(await preview(client, uri), null, `${uri}`);
    }));

  it('answers a cancelled request as cancelled', () => {
    const { promise: blocked, resolve: release } = Promise.withResolvers<void>();
    const reader = memoryReader(files());
    const slow = {
      ...reader,
      read: (...words: Parameters<typeof reader.read>) => blocked.then(() => reader.read(...words)),
    };
    return withClient(slow, async (client) => {
      const source = new CancellationTokenSource();
      const answer = client.connection.sendRequest(
        renderPreview.method,
        { uri: uriOf('web_svcdef.json') },
        source.token,
      );
      const refused = assert.rejects(
        answer,
        (error) => error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled,
      );
      source.cancel();
      // Anything that is answered later than the cancellation shows that it has arrived.
      assert.equal(await preview(client, 'x'), null);
      // Before the file was read.
      await refused;
      release();
    });
  });

  it('is followed by word of each change', () =>
    withClient(memoryReader(files()), async (client) => {
      await client.open('web_input.json', '{ "name": "shop" }');
      await client.until(() => client.changedPreviews.includes(uriOf('web_svcdef.json')));
    }));
});
