/** Half-typed, truncated and mangled files: nothing throws, and what is said in the end depends on the text alone. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CodeActionRequest,
  CompletionRequest,
  type Diagnostic,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  ReferencesRequest,
  SelectionRangeRequest,
  SemanticTokensRequest,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { checkWorkload } from '../../engine/check/index.ts';
import { groupWorkloads, inputReferences, parseConfigPath } from '../../engine/config/index.ts';
import {
  ConfigDocument,
  codeActions,
  codeLenses,
  complete,
  definition,
  documentLinks,
  documentSymbols,
  type FileView,
  foldingRanges,
  formatting,
  hover,
  inlayHints,
  NO_AWS_KNOWLEDGE,
  prepareRename,
  references,
  rename,
  Schemas,
  selectionRanges,
  semanticTokens,
} from '../../server/service/index.ts';
import { RIGHT } from '../engine/check/rules/workloads.ts';
import { type TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const schemas = new Schemas();

function viewOf(files: ReadonlyMap<string, string>, path: string): FileView {
  const [workload] = groupWorkloads(files.keys());
  const own = workload!.files.map((file) => ({ ...file, text: files.get(file.path)! }));
  const input = own.find(({ role }) => role === 'input')?.text ?? '';
  const referenced = inputReferences(input).references.flatMap((written) => {
    const text = files.get(written.path);
    return text === undefined ? [] : [{ ...written, problem: undefined, text }];
  });
  const checked = checkWorkload({ path: workload!.path, kind: workload!.kind, files: own, references: referenced });
  const documents = new Map(own.map((file) => [file.path, new ConfigDocument(parseConfigPath(file.path)!, file.text)]));
  return {
    document: documents.get(path)!,
    workload: { checked, documents, inputs: checked.inputs, inputsComplete: checked.inputsComplete ?? true },
    files: { paths: [...files.keys()], complete: true },
    aws: NO_AWS_KNOWLEDGE,
  };
}

/** Asks every feature, with the cursor at an offset. */
async function askEverything(view: FileView, offset: number): Promise<void> {
  const { document } = view;
  const { length } = document.text;
  const inside = ({ start, end }: { start: number; end: number }) => start >= 0 && start <= end && end <= length;
  for (const { replace } of await complete(view, offset, schemas)) assert.ok(inside(replace));
  const hovered = await hover(view, offset, schemas);
  assert.ok(hovered === undefined || inside(hovered));
  definition(view, offset);
  references(view, offset, true);
  prepareRename(view, offset);
  rename(view, offset, 'other', []);
  for (const span of selectionRanges(document, offset)) assert.ok(inside(span));
  for (const span of foldingRanges(document)) assert.ok(inside(span));
  for (const span of semanticTokens(view)) assert.ok(inside(span));
  for (const span of documentSymbols(view)) assert.ok(inside(span));
  for (const { offset: at } of inlayHints(view, { start: 0, end: length })) assert.ok(at <= length);
  for (const span of formatting(document, { tabSize: 2, insertSpaces: true })) assert.ok(inside(span));
  codeActions(view, { start: offset, end: offset });
  codeLenses(view);
  documentLinks(view);
}

describe('a truncated file', () => {
  for (const [name, texts] of Object.entries(RIGHT)) {
    for (const path of Object.keys(texts).filter((one) => one !== 'tf.json')) {
      it(`gives answers wherever it ends: ${path} of ${name}`, async () => {
        const whole = texts[path]!;
        // Every offset of the short files, and a prime stride through the long ones.
        const stride = whole.length > 400 ? 7 : 1;
        for (let end = 0; end <= whole.length; end += stride) {
          const files = new Map(Object.entries(texts)).set(path, whole.slice(0, end));
          await askEverything(viewOf(files, path), end);
        }
      });
    }
  }

  it('is one finding, where it is an input file: no name is undefined', () => {
    const texts = RIGHT.rolling;
    const whole = texts['web_input.json']!.trimEnd();
    for (let end = 1; end < whole.length; end++) {
      const files = new Map(Object.entries(texts)).set('web_input.json', whole.slice(0, end));
      const { findings } = viewOf(files, 'web_input.json').workload.checked;
      assert.deepEqual(
        findings.filter(({ code }) => code === 'template.undefined-name' || code === 'workload.no-input'),
        [],
        whole.slice(0, end),
      );
      const errors = findings.filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        errors.map(({ path }) => path),
        ['web_input.json'],
        whole.slice(0, end),
      );
    }
  });

  it('is one finding, where it is the output of Terraform', () => {
    const whole = RIGHT.rolling['tf.json']!.trimEnd();
    for (let end = 1; end < whole.length; end += 3) {
      const files = new Map(Object.entries(RIGHT.rolling)).set('tf.json', whole.slice(0, end));
      const { findings } = viewOf(files, 'web_input.json').workload.checked;
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'error').map(({ path, code }) => [path, code]),
        [['tf.json', 'input.syntax']],
        whole.slice(0, end),
      );
    }
  });
});

describe('ten thousand random edits', () => {
  const PATHS = ['web_svcdef.json', 'web_taskdef.json', 'web_depdef.json', 'web_input.json'];
  const EDITS = 10_000;
  const PIECES = [
    '',
    '{{',
    '}}',
    '{% if port %}',
    '{% endif %}',
    '{#',
    '"',
    '\\',
    '\n',
    '\r\n',
    'port',
    '😀',
    ', "desiredCount": -1',
    '}',
    '[',
    ': ',
    ',',
    '{{ tgs.blue }}',
    ' ',
  ];

  /** A sequence of numbers below a bound, the same for each seed. */
  function numbers(seed: number): (below: number) => number {
    let state = seed | 1;
    return (below) => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      state ^= state >>> 13;
      return (state >>> 0) % below;
    };
  }

  const diagnosticsOf = (client: TestClient): Diagnostic[][] =>
    [...PATHS, 'tf.json'].map((path) => [...(client.published.get(uriOf(path))?.diagnostics ?? [])]);

  /** Waits until every open document's last version was checked. */
  async function settled(client: TestClient, versions: ReadonlyMap<string, number>): Promise<void> {
    await client.until(() =>
      [...versions].every(([path, version]) => client.published.get(uriOf(path))?.version === version),
    );
  }

  it('end in what a server says that was only shown the result', async function () {
    this.timeout(180_000);
    const seed = fc.sample(fc.integer(), 1)[0]!;
    const next = numbers(seed);
    const disk = new Map(Object.entries(RIGHT.blueGreen));
    const documents = new Map(
      PATHS.map((path) => [path, TextDocument.create('file:///x', 'gitmoxi', 1, disk.get(path)!)]),
    );
    const failures: unknown[] = [];
    const onRejection = (reason: unknown) => failures.push(reason);
    process.on('unhandledRejection', onRejection);
    await withClient(memoryReader(disk), async (client) => {
      for (const [path, document] of documents) await client.open(path, document.getText());
      for (let i = 0; i < EDITS; i++) {
        const path = PATHS[next(PATHS.length)]!;
        const old = documents.get(path)!;
        // Mended now and then, so that the files are mostly nearly right, as when somebody types.
        const isMended = next(40) === 0;
        const from = isMended ? 0 : next(old.getText().length + 1);
        const to = isMended ? old.getText().length : from + next(6);
        const range = { start: old.positionAt(from), end: old.positionAt(to) };
        const text = isMended ? disk.get(path)! : PIECES[next(PIECES.length)]!;
        const document = TextDocument.update(old, [{ range, text }], old.version + 1);
        documents.set(path, document);
        await client.change(path, document.version, { range, text });
        if (i % 100 === 99) await ask(client, path, document.positionAt(from));
      }
      await settled(client, new Map(Array.from(documents, ([path, { version }]) => [path, version])));
      await withClient(memoryReader(disk), async (fresh) => {
        for (const [path, document] of documents) await fresh.open(path, document.getText(), document.version);
        await settled(fresh, new Map(Array.from(documents, ([path, { version }]) => [path, version])));
        assert.deepEqual(diagnosticsOf(client), diagnosticsOf(fresh), `seed ${seed}`);
      });
    });
    process.off('unhandledRejection', onRejection);
    assert.deepEqual(failures, [], `seed ${seed}`);
  });

  async function ask(
    { connection }: TestClient,
    path: string,
    position: { line: number; character: number },
  ): Promise<void> {
    const textDocument = { uri: uriOf(path) };
    const range = { start: position, end: position };
    await Promise.all([
      connection.sendRequest(CompletionRequest.type, { textDocument, position }),
      connection.sendRequest(HoverRequest.type, { textDocument, position }),
      connection.sendRequest(ReferencesRequest.type, { textDocument, position, context: { includeDeclaration: true } }),
      connection.sendRequest(DocumentSymbolRequest.type, { textDocument }),
      connection.sendRequest(FoldingRangeRequest.type, { textDocument }),
      connection.sendRequest(SelectionRangeRequest.type, { textDocument, positions: [position] }),
      connection.sendRequest(SemanticTokensRequest.type, { textDocument }),
      connection.sendRequest(InlayHintRequest.type, { textDocument, range }),
      connection.sendRequest(CodeActionRequest.type, { textDocument, range, context: { diagnostics: [] } }),
      connection.sendRequest(DocumentFormattingRequest.type, {
        textDocument,
        options: { tabSize: 2, insertSpaces: true },
      }),
    ]);
  }
});
