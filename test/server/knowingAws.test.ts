/** The language servers of the command and of the extension, as programs, with a simulated AWS behind them. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CompletionRequest,
  createProtocolConnection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  PublishDiagnosticsNotification,
  ShutdownRequest,
} from 'vscode-languageserver/node';
import { readScenario, speedClock, startSandbox } from '../../sandbox/index.ts';
import { type InitializationOptions, type PlanView, planWorkload } from '../../server/index.ts';

const COMMAND = [join(import.meta.dirname, '../../cli/bin.js'), 'lsp', '--stdio'];
/** The extension's own, as its bundle starts it. */
const EXTENSIONS = [join(import.meta.dirname, '../../client/languageServer/start.ts'), '--stdio'];

const FILE = 'web_svcdef.json';
const service = (cluster: string, count = 1) =>
  `{ "serviceName": "web", "cluster": "${cluster}", "taskDefinition": "web:1", "desiredCount": ${count} }\n`;

interface Server {
  /** Resolves with the diagnostics' codes when they fulfil a condition. */
  codes(fulfilled: (codes: readonly unknown[]) => boolean): Promise<readonly unknown[]>;
  change(text: string): Promise<void>;
  plan(live: boolean): Promise<PlanView>;
  labels(character: number): Promise<readonly string[]>;
  hover(): Promise<unknown>;
  configure(gitmoxi: InitializationOptions): Promise<void>;
  readonly logged: readonly string[];
}

interface Setup {
  readonly words: readonly string[];
  readonly options: InitializationOptions;
  readonly environment?: NodeJS.ProcessEnv;
}

async function serving({ words, options, environment = {} }: Setup, use: (server: Server) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-knowing-'));
  const uri = pathToFileURL(join(folder, FILE)).href;
  execFileSync('git', ['init', '-q'], { cwd: folder });
  writeFileSync(join(folder, FILE), service('prod'));
  const env = { ...process.env, GITMOXI_STORE: join(folder, 'store.db'), AWS_REGION: 'eu-west-1', ...environment };
  const program = spawn(process.execPath, words, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'], env });
  const ended = once(program, 'exit');
  const connection = createProtocolConnection(program.stdout, program.stdin);
  let found: readonly Diagnostic[] = [];
  let arrived = Promise.withResolvers<void>();
  const logged: string[] = [];
  connection.onNotification(PublishDiagnosticsNotification.type, (published) => {
    if (published.uri === uri) found = published.diagnostics;
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  connection.onNotification(LogMessageNotification.type, ({ message }) => {
    logged.push(message);
  });
  connection.listen();
  await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: pathToFileURL(folder).href,
    capabilities: {},
    initializationOptions: options,
  });
  await connection.sendNotification(InitializedNotification.type, {});
  const textDocument = { uri, languageId: 'gitmoxi', version: 1, text: service('prod') };
  await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  let version = 1;
  try {
    await use({
      logged,
      async codes(fulfilled) {
        for (;;) {
          const codes = found.map(({ code }) => code);
          if (fulfilled(codes)) return codes;
          await arrived.promise;
        }
      },
      change: (text) =>
        connection.sendNotification(DidChangeTextDocumentNotification.type, {
          textDocument: { uri, version: ++version },
          contentChanges: [{ text }],
        }),
      plan: (live) => connection.sendRequest(planWorkload.method, { uri, live }),
      async labels(character) {
        const position = { line: 0, character };
        const answer = await connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position });
        return (Array.isArray(answer) ? answer : (answer?.items ?? [])).map(({ label }) => label);
      },
      hover: () =>
        connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 0, character: 4 } }),
      configure: (gitmoxi) =>
        connection.sendNotification(DidChangeConfigurationNotification.type, { settings: { gitmoxi } }),
    });
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    assert.deepEqual(await ended, [0, null]);
  } finally {
    program.kill();
    connection.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function simulated(scenario: object, use: (endpoint: string) => Promise<void>) {
  const sandbox = await startSandbox({ clock: speedClock(1), scenario: readScenario(scenario, 'test') });
  try {
    await use(sandbox.endpoint);
  } finally {
    await sandbox.stop();
  }
}

const credentials = { accessKeyId: '123456789012', secretAccessKey: 'sandbox' };
const keys = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
/** Lists that a simulated AWS has only where it is given them. */
const EMPTY = { subnets: [], securityGroups: [], iamRoles: [], images: [] };
const missing = (codes: readonly unknown[]) => codes.includes('aws.no-cluster');

describe('a language server that may ask AWS', () => {
  const SETUPS: readonly (readonly [string, (endpoint: string) => Setup])[] = [
    [
      'the command',
      (endpoint) => ({
        words: COMMAND,
        options: { awsKnowledge: true },
        environment: { ...keys, AWS_ENDPOINT_URL: endpoint },
      }),
    ],
    ['the extension', (endpoint) => ({ words: EXTENSIONS, options: { awsKnowledge: true, endpoint, credentials } })],
  ];
  for (const [name, setup] of SETUPS)
    it(`knows the account, and plans against it what is not saved, as ${name} has it`, () =>
      simulated({ given: { ...EMPTY, clusters: ['prod', 'test'] } }, (endpoint) =>
        serving(setup(endpoint), async (server) => {
          await server.change(service('prdo'));
          await server.codes(missing);
          assert.deepEqual((await server.labels(service('prdo').indexOf('prdo') + 2)).slice(0, 2).sort(), [
            'prod',
            'test',
          ]);
          await server.change(service('test', 3));
          const { live, action, problems } = await server.plan(true);
          assert.deepEqual([live, action, problems], [true, 'create', []]);
          await server.change(service('gone', 3));
          assert.equal((await server.plan(true)).action, 'blocked');
          // The account is no more, as when a sandbox ends: what was known of it is not told any longer.
          await server.codes(missing);
          await server.configure({ awsKnowledge: false, livePlans: false, severity: {} });
          await server.codes((codes) => !missing(codes));
          assert.equal((await server.plan(true)).live, false);
          assert.deepEqual(server.logged, []);
        }),
      ));

  it('says nothing of what AWS refuses to list, and says that once in its log', () =>
    simulated(
      {
        given: { ...EMPTY, clusters: ['prod'] },
        rules: [{ when: { operation: 'ecs:ListClusters' }, then: { error: 'AccessDeniedException' } }],
      },
      (endpoint) =>
        serving(SETUPS[0]![1](endpoint), async (server) => {
          await server.change(service('prdo'));
          while (server.logged.length === 0) await server.hover();
          assert.match(server.logged.join(), /^AWS knowledge: .*AccessDeniedException.*ecs:ListClusters/);
          assert.equal(missing(await server.codes(() => true)), false);
        }),
    ));

  it('answers while AWS does not', () =>
    simulated({ rules: [{ when: { operation: '*:*' }, then: { hang: true } }] }, (endpoint) =>
      serving(SETUPS[0]![1](endpoint), async (server) => {
        await server.change(service('prdo'));
        const plan = server.plan(true);
        let isPlanned = false;
        void plan.then(() => {
          isPlanned = true;
        });
        assert.ok(await server.hover());
        assert.equal((await server.plan(false)).live, false);
        assert.equal(isPlanned, false);
        const { live, problems } = await plan;
        assert.deepEqual([live, problems.at(-1)?.code], [false, 'plan.no-answer']);
      }),
    )).timeout(20_000);
});
