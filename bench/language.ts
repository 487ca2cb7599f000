/**
 * Times the language server beside vscode-json-languageserver, each as a program over its standard streams: ours on
 * the template, the other on what it renders to, with the same schema and the same edits.
 *
 *     npm run bench:language
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CompletionRequest,
  createProtocolConnection,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
} from 'vscode-languageserver/node';

const ROOT = resolve(import.meta.dirname, '..');
/** Measured edits, each with a completion and a hover behind it; those before them warm both servers up. */
const EDITS = 100;
const WARM_UP = 10;
const STARTS = 7;

interface Program {
  readonly name: string;
  readonly args: readonly string[];
}

const OURS: Program = { name: 'gitmoxi lsp', args: [join(ROOT, 'cli', 'bin.js'), 'lsp', '--stdio'] };
const OTHER: Program = {
  name: 'vscode-json-languageserver',
  args: [join(ROOT, 'node_modules/vscode-json-languageserver/bin/vscode-json-languageserver'), '--stdio'],
};

/** A task definition of about so many lines. */
function taskDefinition(lines: number, isTemplate: boolean): string {
  const value = (name: string, rendered: string) => (isTemplate ? `{{ ${name} }}` : rendered);
  const container = (i: number) => `    {
      "name": "app-${i}",
      "image": "${value('image', 'public.ecr.aws/nginx/nginx:1.27')}",
      "essential": true,
      "portMappings": [
        { "containerPort": ${8000 + i}, "protocol": "tcp" }
      ],
      "environment": [
        { "name": "MODE", "value": "${value('mode', 'production')}" },
        { "name": "INDEX", "value": "${i}" }
      ],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
          "awslogs-group": "${value('log_group', '/ecs/web')}",
          "awslogs-region": "${value('region', 'eu-west-1')}",
          "awslogs-stream-prefix": "app-${i}"
        }
      }
    }`;
  const count = Math.max(1, Math.round((lines - 10) / 20));
  return `{
  "family": "web",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "1024",
  "memory": "2048",
  "executionRoleArn": "${value('role', 'arn:aws:iam::123456789012:role/tasks')}",
  "containerDefinitions": [
${Array.from({ length: count }, (_, i) => container(i)).join(',\n')}
  ]
}
`;
}

const INPUT = {
  image: 'public.ecr.aws/nginx/nginx:1.27',
  mode: 'production',
  log_group: '/ecs/web',
  region: 'eu-west-1',
  role: 'arn:aws:iam::123456789012:role/tasks',
};

class Client {
  readonly #connection: ProtocolConnection;
  readonly #ended: Promise<unknown>;
  readonly #pid: number;
  #published = Promise.withResolvers<number | undefined>();

  constructor({ args }: Program) {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#pid = child.pid!;
    this.#ended = new Promise((done) => child.once('exit', done));
    this.#connection = createProtocolConnection(child.stdout, child.stdin);
    this.#connection.onNotification(PublishDiagnosticsNotification.type, ({ version }) => {
      this.#published.resolve(version);
      this.#published = Promise.withResolvers();
    });
    this.#connection.onRequest(RegistrationRequest.type, () => {});
    this.#connection.listen();
  }

  async initialize(folder: string, schema: unknown): Promise<void> {
    const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: 'bench' }];
    await this.#connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: workspaceFolders[0]!.uri,
      workspaceFolders,
      capabilities: {
        workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
        textDocument: { completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } } },
      },
    });
    await this.#connection.sendNotification(InitializedNotification.type, {});
    const schemas = [{ url: 'http://json.schemastore.org/bench', fileMatch: ['*_taskdef.json'], schema }];
    await this.#connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { json: { schemas, validate: { enable: true } } },
    });
  }

  /** Until diagnostics about the version come; servers that name none are taken at their next word. */
  async #diagnosed(version: number): Promise<void> {
    for (;;) {
      const published = await this.#published.promise;
      if (published === undefined || published >= version) return;
    }
  }

  open(uri: string, text: string): Promise<void> {
    const languageId = 'json';
    void this.#connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
    return this.#diagnosed(1);
  }

  edit(uri: string, version: number, line: number, character: number, text: string, length: number): Promise<void> {
    const range = { start: { line, character }, end: { line, character: character + length } };
    void this.#connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ range, text }],
    });
    return this.#diagnosed(version);
  }

  complete(uri: string, line: number, character: number): Promise<unknown> {
    return this.#connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri },
      position: { line, character },
    });
  }

  hover(uri: string, line: number, character: number): Promise<unknown> {
    return this.#connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line, character } });
  }

  /** Peak of the resident memory, MB; NaN where the system does not tell. */
  peakMb(): number {
    try {
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'))?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  }

  async end(): Promise<void> {
    await this.#connection.sendRequest(ShutdownRequest.type);
    await this.#connection.sendNotification(ExitNotification.type);
    await this.#ended;
    this.#connection.dispose();
  }
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function starts(program: Program, folder: string, schema: unknown): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    let client: Client | undefined;
    taken.push(
      await time(() => {
        client = new Client(program);
        return client.initialize(folder, schema);
      }),
    );
    await client!.end();
  }
  return percentile(taken, 0.5);
}

interface Row {
  readonly lines: number;
  readonly server: string;
  readonly figures: readonly number[];
}

async function measure(program: Program, lines: number, folder: string, schema: unknown): Promise<Row> {
  const isOurs = program === OURS;
  const text = taskDefinition(lines, isOurs);
  const path = join(folder, 'web_taskdef.json');
  writeFileSync(path, text);
  const uri = pathToFileURL(path).href;
  const client = new Client(program);
  await client.initialize(folder, schema);
  const opened = await time(() => client.open(uri, text));
  const rows = text.split('\n');
  const line = rows.findIndex((row, i) => i >= rows.length / 2 && row.includes('"INDEX"'));
  const character = rows[line]!.indexOf('INDEX') + 2;
  const edits: number[] = [];
  const completions: number[] = [];
  const hovers: number[] = [];
  for (let i = 0; i < WARM_UP + EDITS; i++) {
    const [insert, remove] = i % 2 === 0 ? ['x', 0] : (['', 1] as const);
    const edited = await time(() => client.edit(uri, i + 2, line, character, insert as string, remove as number));
    // A key of a container: where most of the schema is looked at.
    const completed = await time(() => client.complete(uri, line + 2, 6));
    const hovered = await time(() => client.hover(uri, line + 2, 10));
    if (i < WARM_UP) continue;
    edits.push(edited);
    completions.push(completed);
    hovers.push(hovered);
  }
  const figures = [
    opened,
    percentile(edits, 0.5),
    percentile(edits, 0.95),
    percentile(completions, 0.95),
    percentile(hovers, 0.95),
    client.peakMb(),
  ];
  await client.end();
  return { lines: rows.length - 1, server: program.name, figures };
}

const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-language-'));
try {
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'web_svcdef.json'), '{ "serviceName": "web" }');
  writeFileSync(join(folder, 'web_input.json'), JSON.stringify(INPUT));
  const schema: unknown = JSON.parse(
    readFileSync(join(ROOT, 'schemas/aws/registerTaskDefinition.schema.json'), 'utf8'),
  );
  for (const program of [OURS, OTHER]) {
    console.log(
      `${program.name}: start to initialized ${(await starts(program, folder, schema)).toFixed(0)} ms (median of ${STARTS})`,
    );
  }
  console.log('\nlines  server                        open   edit p50   edit p95  completion p95  hover p95  memory');
  for (const lines of [60, 400, 5000]) {
    for (const program of [OURS, OTHER]) {
      const { lines: count, server, figures } = await measure(program, lines, folder, schema);
      const [open, p50, p95, completion, hover, memory] = figures.map((value) => value.toFixed(value < 100 ? 1 : 0));
      console.log(
        `${String(count).padStart(5)}  ${server.padEnd(26)} ${open!.padStart(6)}   ${p50!.padStart(8)}   ${p95!.padStart(8)}  ${completion!.padStart(14)}  ${hover!.padStart(9)}  ${memory!.padStart(6)}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
