/** `gitmoxi lsp --stdio` as other editors run it: a program that they start and know nothing of. */
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  CompletionRequest,
  createProtocolConnection,
  type Diagnostic,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
} from 'vscode-languageserver/node';
import { type PlanView, planWorkload, renderPreview } from '../../server/index.ts';

const COMMAND = join(import.meta.dirname, '../../cli/bin.js');
/** The extension's own, as its bundle starts it. */
const EXTENSIONS = join(import.meta.dirname, '../../client/languageServer/start.ts');
const SERVICE = '{ "serviceName": "{{ naem }}", "taskDefinition": "web" }\n';

const NEOVIM = `
local done = function(result)
  io.stdout:write(vim.fn.json_encode(result))
  vim.cmd('qa!')
end
vim.cmd('edit ' .. vim.env.SERVICE_FILE)
local client = vim.lsp.start_client({ name = 'gitmoxi', cmd = { vim.env.NODE, vim.env.COMMAND, 'lsp', '--stdio' }, root_dir = vim.env.FOLDER })
vim.lsp.buf_attach_client(0, client)
local found = vim.wait(15000, function() return #vim.diagnostic.get(0) > 0 end, 20)
if not found then done({ timeout = true }) end
local diagnostics = vim.diagnostic.get(0)
local params = { textDocument = vim.lsp.util.make_text_document_params(0), position = { line = 0, character = 24 } }
local answers = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 10000)
local labels = {}
for _, answer in pairs(answers) do
  for _, item in ipairs(answer.result.items) do table.insert(labels, item.label) end
end
done({ code = diagnostics[1].code, message = diagnostics[1].message, column = diagnostics[1].col, labels = labels })
`;

const PROGRAMS = [
  ['the command', [COMMAND, 'lsp']],
  ['the extension has it', [EXTENSIONS]],
] as const;

describe('gitmoxi lsp --stdio', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitmoxi-editors-'));
    mkdirSync(join(folder, '.git'));
    file = join(folder, 'web_svcdef.json');
    writeFileSync(file, SERVICE);
    writeFileSync(join(folder, 'web_input.json'), '{ "name": "web" }');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('serves a client that knows nothing but the protocol', async () => {
    const program = spawn(process.execPath, [COMMAND, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(program, 'exit');
    const connection = createProtocolConnection(program.stdout, program.stdin);
    const { promise: published, resolve: publish } = Promise.withResolvers<readonly Diagnostic[]>();
    connection.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) => {
      if (diagnostics.length > 0) publish(diagnostics);
    });
    connection.listen();
    // No capability at all: nothing is registered, asked for, or shown.
    await connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: pathToFileURL(folder).href,
      workspaceFolders: null,
      capabilities: {},
    });
    await connection.sendNotification(InitializedNotification.type, {});
    const uri = pathToFileURL(file).href;
    await connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'json', version: 1, text: SERVICE },
    });
    assert.deepEqual(
      (await published).map(({ code }) => code),
      ['template.undefined-name'],
    );
    const list = await connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri },
      position: { line: 0, character: 24 },
    });
    assert.ok(list && 'items' in list && list.items.some(({ label }) => label === 'name'));
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    assert.deepEqual(await ended, [0, null]);
  });

  for (const [name, words] of PROGRAMS)
    it(`links codes to the page that is installed with it, as ${name}`, async () => {
      const program = spawn(process.execPath, [...words, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(program, 'exit');
      const connection = createProtocolConnection(program.stdout, program.stdin);
      const { promise: published, resolve: publish } = Promise.withResolvers<readonly Diagnostic[]>();
      connection.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) => {
        if (diagnostics.length > 0) publish(diagnostics);
      });
      connection.listen();
      await connection.sendRequest(InitializeRequest.type, {
        processId: null,
        rootUri: pathToFileURL(folder).href,
        workspaceFolders: null,
        capabilities: { textDocument: { publishDiagnostics: { codeDescriptionSupport: true } } },
      });
      await connection.sendNotification(InitializedNotification.type, {});
      const [{ codeDescription } = {}] = await published;
      const page = new URL(codeDescription!.href);
      assert.equal(page.hash, '#templateundefined-name');
      assert.match(readFileSync(page, 'utf8'), /^### template\.undefined-name$/m);
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      assert.deepEqual(await ended, [0, null]);
    });

  for (const [name, words] of PROGRAMS)
    it(`previews a commit, and plans offline, as ${name}`, async () => {
      const git = (...rest: string[]) =>
        assert.equal(spawnSync('git', ['-C', folder, ...rest]).status, 0, rest.join(' '));
      rmSync(join(folder, '.git'), { recursive: true });
      writeFileSync(file, '{ "serviceName": "{{ name }}", "taskDefinition": "web" }');
      writeFileSync(join(folder, 'web_depdef.json'), '{ "environment": { "region": "eu-west-1" } }');
      git('init', '-q');
      git('add', '.');
      git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'first');
      writeFileSync(join(folder, 'web_input.json'), '{ "name": "shop" }');
      const program = spawn(process.execPath, [...words, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(program, 'exit');
      const connection = createProtocolConnection(program.stdout, program.stdin);
      connection.listen();
      const params = { processId: null, rootUri: pathToFileURL(folder).href, workspaceFolders: null, capabilities: {} };
      await connection.sendRequest(InitializeRequest.type, params);
      const uri = pathToFileURL(file).href;
      const then = await connection.sendRequest<{ text: string }>(renderPreview.method, { uri, revision: 'HEAD' });
      assert.match(then.text, /"serviceName": "web"/);
      const now = await connection.sendRequest<{ text: string }>(renderPreview.method, { uri });
      assert.match(now.text, /"serviceName": "shop"/);
      await assert.rejects(
        connection.sendRequest(renderPreview.method, { uri, revision: 'none' }),
        /no revision "none"/,
      );
      const plan = await connection.sendRequest<PlanView>(planWorkload.method, { uri });
      assert.deepEqual([plan.workload, plan.action, plan.live, plan.problems], ['web', 'deploy', false, []]);
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      assert.deepEqual(await ended, [0, null]);
    });

  it('serves Neovim, where it is installed', async function () {
    if (spawnSync('nvim', ['--version']).status !== 0) this.skip();
    const script = join(folder, 'drive.lua');
    writeFileSync(script, NEOVIM);
    const { stdout } = await promisify(execFile)(
      'nvim',
      ['--headless', '-u', 'NONE', '-i', 'NONE', '-c', `luafile ${script}`],
      {
        env: { ...process.env, NODE: process.execPath, COMMAND, FOLDER: folder, SERVICE_FILE: file },
        timeout: 30_000,
      },
    );
    const { code, message, column, labels } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(code, 'template.undefined-name');
    assert.match(String(message), /naem.*\n.*name/s);
    assert.equal(column, 21);
    assert.ok((labels as string[]).includes('name'));
  });
});
