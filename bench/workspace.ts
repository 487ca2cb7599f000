/**
 * Times the language server on a workspace of 2,000 workloads that share one Terraform output: the first look, and an
 * edit of the output, while somebody types in one of the files.
 *
 *     npm run bench:workspace
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  CompletionRequest,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
} from 'vscode-languageserver/node';

const ROOT = resolve(import.meta.dirname, '..');
const WORKLOADS = 2000;
/** Between two keys, ms: a very fast typist. */
const KEY_EVERY_MS = 30;

const output = (value: unknown, type: unknown = 'string') => ({ sensitive: false, type, value });

const outputs: Record<string, unknown> = {
  ...Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`output_${i}`, output(`value-${i}`)])),
  cluster: output('prod'),
  image: output('nginx:1.27'),
  subnets: output(['subnet-1', 'subnet-2'], ['list', 'string']),
  role: output('arn:aws:iam::123456789012:role/tasks'),
  region: output('eu-west-1'),
};

const service = (i: number) => `{
  "cluster": "{{ cluster }}",
  "serviceName": "service-${i}",
  "desiredCount": 2,
  "launchType": "FARGATE",
  "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ subnets | tojson }} } }
}
`;

const task = (i: number) => `{
  "family": "service-${i}",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "{{ role }}",
  "containerDefinitions": [
    {
      "name": "app",
      "image": "{{ image }}",
      "portMappings": [{ "containerPort": 80 }],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": { "awslogs-group": "/ecs/web", "awslogs-region": "{{ region }}", "awslogs-stream-prefix": "ecs" }
      }
    }
  ]
}
`;

/** Each workload has one finding, in its input file: so it is seen when it has been checked. */
const input = '{ "ref": { "file": ["output.json"], "type": "TERRAFORM" }, "unused": 1 }\n';
const deployment = '{ "environment": { "region": "{{ region }}" }, "stabilityCheck": { "timeout": 300 } }\n';

const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-workspace-'));
const uriOf = (path: string) => pathToFileURL(join(folder, path)).href;
const writeOutputs = () => writeFileSync(join(folder, 'output.json'), JSON.stringify(outputs, null, 2));

function makeWorkspace(): void {
  mkdirSync(join(folder, '.git'));
  writeOutputs();
  for (let i = 0; i < WORKLOADS; i++) {
    const base = join(folder, `team-${i % 50}`, `service-${i}`);
    mkdirSync(join(base, '..'), { recursive: true });
    writeFileSync(`${base}_svcdef.json`, service(i));
    writeFileSync(`${base}_taskdef.json`, task(i));
    writeFileSync(`${base}_depdef.json`, deployment);
    writeFileSync(`${base}_input.json`, input);
  }
}

async function measure(): Promise<void> {
  const watch = ['--import', pathToFileURL(join(ROOT, 'bench', 'blocks.js')).href];
  const program = spawn(process.execPath, [...watch, join(ROOT, 'cli', 'bin.js'), 'lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  const connection = createProtocolConnection(program.stdout!, program.stdin!);
  /** Codes by URI. */
  const found = new Map<string, readonly unknown[]>();
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
    found.set(
      uri,
      diagnostics.map(({ code }) => code),
    );
  });
  connection.onRequest(RegistrationRequest.type, () => {});
  connection.listen();
  const count = (suffix: string, code: string) =>
    [...found].filter(([uri, codes]) => uri.endsWith(suffix) && codes.includes(code)).length;
  const peakMb = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) / 1024;

  /** The longest block of the server's event loop since the last call. */
  const longestBlock = () =>
    new Promise<{ ms: number; workMs: number }>((resolve) => {
      program.once('message', (message) => resolve(message as { ms: number; workMs: number }));
      program.send('look');
    });

  const startedAt = performance.now();
  await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'bench' }],
    capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
  });
  // Loading the program is no part of it.
  await longestBlock();
  await connection.sendNotification(InitializedNotification.type, {});
  const uri = uriOf('team-0/service-0_svcdef.json');
  let version = 1;
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: 'gitmoxi', version, text: service(0) },
  });

  /** Types and asks for completion until a condition holds; gives the times of the answers, ms. */
  const typeUntil = async (fulfilled: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!fulfilled()) {
      const from = performance.now();
      const at = { line: 2, character: 25 };
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version: ++version },
        contentChanges: [{ range: { start: at, end: at }, text: 'x' }],
      });
      await connection.sendRequest(CompletionRequest.type, {
        textDocument: { uri },
        position: { line: 1, character: 18 },
      });
      times.push(performance.now() - from);
      await pause(KEY_EVERY_MS);
    }
    return times;
  };
  const report = async (what: string, from: number, times: readonly number[]) => {
    const tookMs = performance.now() - from;
    const block = await longestBlock();
    const sorted = times.toSorted((a, b) => a - b);
    const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
    console.log(
      `${what}: ${(tookMs / 1000).toFixed(1)} s; typing meanwhile answered in p95 ${p95.toFixed(0)} ms, at most ${sorted.at(-1)?.toFixed(0)} ms; longest block ${block.ms.toFixed(0)} ms (${block.workMs.toFixed(0)} ms at work); peak memory ${peakMb().toFixed(0)} MB`,
    );
  };

  const first = await typeUntil(() => count('_input.json', 'input.unused') === WORKLOADS);
  await report(`${WORKLOADS} workloads diagnosed`, startedAt, first);

  delete outputs['region'];
  writeOutputs();
  const changedAt = performance.now();
  await connection.sendNotification(DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: uriOf('output.json'), type: FileChangeType.Changed }],
  });
  const second = await typeUntil(() => count('_depdef.json', 'template.undefined-name') === WORKLOADS);
  await report('right again after an edit of the shared output', changedAt, second);

  const ended = new Promise((done) => program.once('exit', done));
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  await ended;
  connection.dispose();
}

try {
  makeWorkspace();
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
