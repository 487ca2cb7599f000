/** Each feature once over the protocol: what the wiring does. What the features give is tested without it. */
import assert from 'node:assert/strict';
import {
  CodeActionRequest,
  CodeLensRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentLinkRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  SelectionRangeRequest,
  SemanticTokensRequest,
  WorkspaceSymbolRequest,
} from 'vscode-languageserver/node';
import { LENS_COMMANDS, planWorkload, type RenderedPreview, renderPreview } from '../../server/index.ts';
import { type StartOptions, type TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const SERVICE = `{
  "serviceName": "{{ name }}",
  "taskDefinition": "web",
  "desiredCount": {{ count }}
}
`;

const disk = () =>
  new Map<string, string>([
    ['dev/web_svcdef.json', SERVICE],
    ['dev/web_input.json', '{ "ref": { "type": "JSON", "file": "out.json" }, "count": 2 }'],
    ['dev/api_svcdef.json', '{ "serviceName": "{{ name }}-api", "taskDefinition": "api" }'],
    ['dev/api_input.json', '{ "ref": { "type": "JSON", "file": "out.json" } }'],
    ['out.json', '{ "name": "shop" }'],
  ]);

const PATH = 'dev/web_svcdef.json';
const textDocument = { uri: uriOf(PATH) };
/** Inside `name`. */
const position = { line: 1, character: 24 };
const whole = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };

function withOpen(use: (client: TestClient) => Promise<void>, options: StartOptions = {}): Promise<void> {
  return withClient(
    memoryReader(disk()),
    async (client) => {
      await client.open(PATH, SERVICE);
      await client.codes(PATH);
      await use(client);
    },
    options,
  );
}

describe('over the protocol', () => {
  const KEY = '{ "cluster": "a"\n  "desi" }';
  const completeKey = (client: TestClient) =>
    client.open('dev/api_svcdef.json', KEY).then(() =>
      client.connection.sendRequest(CompletionRequest.type, {
        textDocument: { uri: uriOf('dev/api_svcdef.json') },
        position: { line: 1, character: 7 },
      }),
    );

  for (const snippetSupport of [true, false]) {
    it(`completion adds a comma elsewhere, and ${snippetSupport ? 'a snippet' : 'plain text'} here`, () =>
      withOpen(
        async (client) => {
          const answer = await completeKey(client);
          const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
          const item = items.find(({ label }) => label === 'desiredCount');
          assert.equal(item?.insertTextFormat, snippetSupport ? 2 : undefined);
          const range = { start: { line: 1, character: 2 }, end: { line: 1, character: 8 } };
          assert.deepEqual(item?.textEdit, { range, newText: `"desiredCount": ${snippetSupport ? `\${1:1}` : '1'}` });
          const comma = { line: 0, character: 16 };
          assert.deepEqual(item?.additionalTextEdits, [{ range: { start: comma, end: comma }, newText: ',' }]);
        },
        { capabilities: { textDocument: { completion: { completionItem: { snippetSupport } } } } },
      ));
  }

  it('completion replaces what is typed', () =>
    withOpen(async ({ connection }) => {
      const list = await connection.sendRequest(CompletionRequest.type, { textDocument, position });
      assert.ok(list && 'items' in list);
      const item = list.items.find(({ label }) => label === 'count');
      assert.deepEqual(item?.textEdit, {
        range: { start: { line: 1, character: 21 }, end: { line: 1, character: 25 } },
        newText: 'count',
      });
    }));

  it('hover tells the value', () =>
    withOpen(async ({ connection }) => {
      const hover = await connection.sendRequest(HoverRequest.type, { textDocument, position });
      assert.match(JSON.stringify(hover?.contents), /shop.*out\.json/s);
      assert.deepEqual(hover?.range?.start, { line: 1, character: 21 });
    }));

  it('definition leads to another file', () =>
    withOpen(async ({ connection }) => {
      const location = await connection.sendRequest(DefinitionRequest.type, { textDocument, position });
      assert.deepEqual(location, {
        uri: uriOf('out.json'),
        range: { start: { line: 0, character: 2 }, end: { line: 0, character: 8 } },
      });
    }));

  it('references are of all workloads that share the file, and highlights of the file', () =>
    withOpen(async (client) => {
      const { connection } = client;
      await client.scanned('dev/api');
      const references = await connection.sendRequest(ReferencesRequest.type, {
        textDocument,
        position,
        context: { includeDeclaration: true },
      });
      assert.deepEqual(
        references?.map(({ uri, range }) => [uri, range.start]),
        [
          [uriOf('out.json'), { line: 0, character: 2 }],
          [uriOf(PATH), { line: 1, character: 21 }],
          [uriOf('dev/api_svcdef.json'), { line: 0, character: 21 }],
        ],
      );
      assert.equal(
        (await connection.sendRequest(DocumentHighlightRequest.type, { textDocument, position }))?.length,
        1,
      );
    }));

  it('rename reaches every workload that shares the file', () =>
    withOpen(async (client) => {
      const { connection } = client;
      assert.deepEqual(await connection.sendRequest(PrepareRenameRequest.type, { textDocument, position }), {
        range: { start: { line: 1, character: 21 }, end: { line: 1, character: 25 } },
        placeholder: 'name',
      });
      // The other workload is found by the scan of the workspace.
      await client.scanned('dev/api');
      const edit = await connection.sendRequest(RenameRequest.type, { textDocument, position, newName: 'title' });
      assert.deepEqual(Object.keys(edit?.changes ?? {}).sort(), [
        uriOf('dev/api_svcdef.json'),
        uriOf(PATH),
        uriOf('out.json'),
      ]);
      assert.deepEqual(edit?.changes?.[uriOf('dev/api_svcdef.json')], [
        { range: { start: { line: 0, character: 21 }, end: { line: 0, character: 25 } }, newText: 'title' },
      ]);
      await assert.rejects(
        connection.sendRequest(RenameRequest.type, { textDocument, position, newName: 'no name' }),
        /cannot be a name/,
      );
    }));

  it('symbols, folding and selection follow the structure', () =>
    withOpen(async (client) => {
      const { connection } = client;
      const symbols = await connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
      assert.deepEqual(
        symbols?.map(({ name }) => name),
        ['serviceName', 'taskDefinition', 'desiredCount'],
      );
      assert.deepEqual(await connection.sendRequest(FoldingRangeRequest.type, { textDocument }), [
        { startLine: 0, endLine: 3 },
      ]);
      const [selection] = (await connection.sendRequest(SelectionRangeRequest.type, {
        textDocument,
        positions: [position],
      }))!;
      assert.deepEqual(selection?.range, { start: { line: 1, character: 21 }, end: { line: 1, character: 25 } });
      assert.ok(selection?.parent);
    }));

  it('workspace symbols are the workloads', () =>
    withOpen(async (client) => {
      await client.scanned('dev/api');
      const symbols = await client.connection.sendRequest(WorkspaceSymbolRequest.type, { query: 'API' });
      assert.deepEqual(
        symbols?.map(({ name }) => name),
        ['dev/api'],
      );
    }));

  it('workspace symbols lead to a file that is there', () =>
    withClient(
      memoryReader(
        new Map([
          ['half_taskdef.json', '{ "family": "half" }'],
          ['whole_svcdef.json', '{ "serviceName": "whole" }'],
        ]),
      ),
      async (client) => {
        await client.scanned('half');
        const symbols = await client.connection.sendRequest(WorkspaceSymbolRequest.type, { query: '' });
        assert.deepEqual(
          symbols?.map(({ location }) => location.uri),
          [uriOf('half_taskdef.json'), uriOf('whole_svcdef.json')],
        );
      },
    ));

  it('workspace symbols are found by characters in their order', () =>
    withOpen(async (client) => {
      await client.scanned('dev/api');
      const search = (query: string) => client.connection.sendRequest(WorkspaceSymbolRequest.type, { query });
      assert.deepEqual(
        (await search('dvap'))?.map(({ name }) => name),
        ['dev/api'],
      );
      assert.deepEqual(await search('ipa'), []);
    }));

  it('links lead from input files', () =>
    withOpen(async (client) => {
      await client.open('dev/web_input.json', disk().get('dev/web_input.json')!);
      const [link] = (await client.connection.sendRequest(DocumentLinkRequest.type, {
        textDocument: { uri: uriOf('dev/web_input.json') },
      }))!;
      assert.equal(link?.target, uriOf('out.json'));
    }));

  it('inlay hints and semantic tokens are placed in lines', () =>
    withOpen(async ({ connection }) => {
      const hints = await connection.sendRequest(InlayHintRequest.type, { textDocument, range: whole });
      assert.deepEqual(
        hints?.map(({ label, position: at }) => [label, at.line]),
        [
          ['shop', 1],
          ['2', 3],
        ],
      );
      const tokens = await connection.sendRequest(SemanticTokensRequest.type, { textDocument });
      assert.deepEqual(tokens?.data.slice(0, 5), [1, 18, 2, 4, 0]);
    }));

  it('formatting and code actions give edits', () =>
    withOpen(async (client) => {
      const { connection } = client;
      const edits = await connection.sendRequest(DocumentFormattingRequest.type, {
        textDocument,
        options: { tabSize: 4, insertSpaces: true },
      });
      assert.ok(edits?.every(({ newText }) => newText.trim() === ''));
      await client.change(PATH, 2, { text: SERVICE.replace('{{ name }}', '{{ nmae }}') });
      const [diagnostic] = await client.codes(PATH, 'template.undefined-name');
      const actions = await connection.sendRequest(CodeActionRequest.type, {
        textDocument,
        range: diagnostic!.range,
        context: { diagnostics: [diagnostic!], only: ['quickfix'] },
      });
      const [fix] = actions as {
        title: string;
        diagnostics: unknown[];
        edit: { changes: Record<string, { newText: string }[]> };
      }[];
      assert.equal(fix?.title, 'Change to name');
      assert.equal(fix?.diagnostics.length, 1);
      assert.equal(fix?.edit.changes[uriOf(PATH)]?.[0]?.newText, 'name');
    }));

  const ONLY: readonly (readonly [only: string[] | undefined, kinds: string[]])[] = [
    [undefined, ['refactor.extract']],
    [[''], ['refactor.extract']],
    [['refactor'], ['refactor.extract']],
    [['refactor.extract'], ['refactor.extract']],
    [['refactor.inline', 'quickfix'], []],
    [['source.fixAll'], []],
  ];
  for (const [only, kinds] of ONLY) {
    it(`code actions are of the kinds asked for: ${JSON.stringify(only) ?? 'any'}`, () =>
      withOpen(async (client) => {
        const actions = await client.connection.sendRequest(CodeActionRequest.type, {
          textDocument,
          range: { start: { line: 2, character: 22 }, end: { line: 2, character: 22 } },
          context: { diagnostics: [], ...(only && { only }) },
        });
        assert.deepEqual(
          actions?.map((action) => ('kind' in action ? action.kind : undefined)),
          kinds,
        );
      }));
  }

  it('a file is made first, where there is none', () =>
    withOpen(async (client) => {
      const uri = uriOf('dev/lone_svcdef.json');
      await client.open('dev/lone_svcdef.json', '{ "serviceName": "x" }');
      const at = { line: 0, character: 19 };
      const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri },
        range: { start: at, end: at },
        context: { diagnostics: [] },
      })) as {
        title: string;
        edit: { documentChanges: { kind?: string; uri?: string; edits?: { newText: string }[] }[] };
      }[];
      const made = actions.find(({ title }) => title === 'Move the value to the input service_name');
      const [create, fill, change] = made!.edit.documentChanges;
      assert.deepEqual([create?.kind, create?.uri], ['create', uriOf('dev/lone_input.json')]);
      assert.equal(fill?.edits?.[0]?.newText, '{\n  "service_name": "x"\n}\n');
      assert.equal(change?.edits?.[0]?.newText, '"{{ service_name }}"');
    }));

  it('code lenses carry the commands that the client has', () =>
    withOpen(
      async ({ connection }) => {
        const lenses = await connection.sendRequest(CodeLensRequest.type, { textDocument });
        assert.deepEqual(
          lenses?.map(({ command }) => command?.command),
          [LENS_COMMANDS.plan],
        );
        assert.equal((lenses![0]!.command!.arguments![0] as { workload: string }).workload, 'dev/web');
      },
      { initializationOptions: { commands: [LENS_COMMANDS.plan] } },
    ));

  it('a plan is asked of who can plan, and kept until a file changes', () => {
    let asked = 0;
    const plans = {
      plan: async (place: { readonly path: string }, live: boolean) => {
        asked++;
        return {
          workload: place.path,
          action: 'update' as const,
          reason: 'changed',
          differences: [],
          problems: [],
          live,
        };
      },
    };
    return withOpen(
      async (client) => {
        const plan = () => client.connection.sendRequest(planWorkload.method, { uri: uriOf(PATH) });
        assert.deepEqual(await plan(), {
          workload: 'dev/web',
          action: 'update',
          reason: 'changed',
          differences: [],
          problems: [],
          live: false,
        });
        await plan();
        assert.equal(asked, 1);
        await client.change(PATH, 2, { text: SERVICE.replace('{{ count }}', '3') });
        await client.until(() => client.published.get(uriOf(PATH))?.version === 2);
        await plan();
        assert.equal(asked, 2);
      },
      { plans },
    );
  });

  it('a plan is null where nobody can plan', () =>
    withOpen(async ({ connection }) =>
      assert.equal(await connection.sendRequest(planWorkload.method, { uri: uriOf(PATH) }), null),
    ));

  it('a preview of a commit reads that commit', () => {
    const then = new Map(disk()).set('out.json', '{ "name": "old" }');
    const revisions = {
      at: async (_root: string, revision: string) => (revision === 'v1' ? memoryReader(then) : undefined),
    };
    return withOpen(
      async ({ connection }) => {
        const preview = (revision: string) =>
          connection.sendRequest(renderPreview.method, { uri: uriOf(PATH), revision });
        assert.match(((await preview('v1')) as { text: string }).text, /"serviceName": "old"/);
        await assert.rejects(preview('v2'), /no revision "v2"/);
        then.delete(PATH);
        const { text, problems } = (await preview('v1')) as RenderedPreview;
        assert.deepEqual(
          [text, problems.map(({ code, message }) => [code, message])],
          [null, [['file.missing', `there is no ${PATH} in "v1"`]]],
        );
      },
      { revisions },
    );
  });

  it('severities are as the person wants them', () =>
    withOpen(
      async (client) => {
        await client.change(PATH, 2, { text: SERVICE.replace('{{ name }}', '{{ nmae }}') });
        await client.until(() => client.published.get(uriOf(PATH))?.version === 2);
        assert.deepEqual(client.published.get(uriOf(PATH))?.diagnostics, []);
      },
      { initializationOptions: { severity: { 'template.*': 'off' } } },
    ));

  it('what is unknown in the account is told by who knows', () =>
    withOpen(
      async (client) => {
        await client.change(PATH, 2, {
          text: SERVICE.replace('"taskDefinition"', '"cluster": "prdo", "taskDefinition"'),
        });
        const [found] = await client.codes(PATH, 'aws.no-cluster');
        assert.equal(found?.severity, 2);
      },
      {
        aws: { list: (kind) => ({ things: kind === 'cluster' ? [{ id: 'prod' }] : [], complete: kind === 'cluster' }) },
      },
    ));

  it('findings of workloads that nobody opened are shown', () =>
    withClient(memoryReader(disk().set('dev/api_input.json', '{}')), async (client) => {
      await client.codes('dev/api_svcdef.json', 'template.undefined-name');
    }));

  it('requests about other files are answered null', () =>
    withOpen(async ({ connection }) => {
      const other = { textDocument: { uri: uriOf('out.json') }, position };
      assert.equal(await connection.sendRequest(HoverRequest.type, other), null);
      assert.equal(await connection.sendRequest(DefinitionRequest.type, other), null);
    }));
});
