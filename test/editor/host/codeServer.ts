/**
 * A real VS Code without a screen: the npm package `code-server` carries the whole product, with the web workbench, the
 * extension host and the built-in Git extension.
 *
 * Owns: the installed editor in the cache folder; a started one until `stop`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CACHE } from './folders.ts';

const run = promisify(execFile);

/** VS Code 1.139.1. */
const VERSION = '4.139.1';

/** Downloads and unpacks about 600 MB, ms. */
const INSTALL_MS = 300_000;
const START_MS = 180_000;

const folder = join(CACHE, `code-server-${VERSION}`);
const product = join(folder, 'node_modules/code-server/lib/vscode');
const main = join(product, 'out/server-main.js');

/** npm, by the Node that runs this. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const options = { cwd, timeout: INSTALL_MS, maxBuffer: 2 ** 24, shell: process.platform === 'win32' };
  await run('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], options);
}

/**
 * Installs the editor where it is not there yet. Native modules are left out: they cost log files only.
 *
 * @returns why it cannot be had; undefined when it is there
 */
export async function installEditor(): Promise<string | undefined> {
  if (process.platform === 'win32') return 'code-server does not run on Windows: use `npm run test:desktop`';
  if (existsSync(main)) return undefined;
  const making = `${folder}.making`;
  try {
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true });
    await writeFile(join(making, 'package.json'), '{ "private": true }\n');
    await npm(making, 'install', `code-server@${VERSION}`);
    await npm(join(making, 'node_modules/code-server/lib/vscode'), 'install', '--omit=dev', '--no-save');
    await rename(making, folder);
    return undefined;
  } catch (error) {
    return `code-server ${VERSION} could not be installed from the npm registry: ${String(error).split('\n')[0]}`;
  }
}

export interface EditorOptions {
  /** For the server's data, the user's settings and extensions; made where it is not there. */
  readonly data: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The window runs a test suite in its extension host; notifications are not shown then. @default false */
  readonly forSuite?: boolean;
}

export interface Editor {
  readonly url: string;
  stop(): Promise<void>;
}

const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  // In a browser VS Code saves by itself: what a test types would be there for the next.
  'files.autoSave': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const places = (data: string) => ['--server-data-dir', data, '--extensions-dir', join(data, 'extensions')];

export async function writeSettings(data: string, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const path = join(data, 'data/User/settings.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
}

export async function startEditor({ data, settings, env, forSuite = false }: EditorOptions): Promise<Editor> {
  await writeSettings(data, settings);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = ['--without-connection-token', '--accept-server-license-terms'];
  // A built product honours the development payload of a window's address only with this.
  if (forSuite) flags.push('--enable-smoke-test-driver');
  const child = spawn(
    process.execPath,
    [main, '--host', '127.0.0.1', '--port', String(port), ...flags, ...places(data)],
    {
      env: { ...withoutAws(process.env), ...env },
      stdio: 'ignore',
      // Its own group, so that the extension hosts that it starts end with it.
      detached: true,
    },
  );
  const until = Date.now() + START_MS;
  while (
    !(await fetch(url)
      .then(({ ok }) => ok)
      .catch(() => false))
  ) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop(child);
      throw new Error(`the editor did not start${child.exitCode === null ? '' : `: it ended with ${child.exitCode}`}`);
    }
    await sleep(100);
  }
  return { url, stop: () => stop(child) };
}

/** Keeps the tests away from the person's own AWS. */
const withoutAws = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ ...environment, AWS_EC2_METADATA_DISABLED: 'true' }).filter(
      ([name]) => !name.startsWith('AWS_') || name === 'AWS_EC2_METADATA_DISABLED',
    ),
  );

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    return;
  }
  await ended;
}

export async function installExtension(data: string, vsix: string): Promise<void> {
  await run(process.execPath, [main, ...places(data), '--install-extension', vsix]);
}
