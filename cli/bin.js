#!/usr/bin/env node
/**
 * The launcher of the `gitmoxi` command: plain JavaScript that Node 14 and later understand. It finds a Node that can
 * run the program, answers `--version` by itself, and loads the bundle, or the sources where nothing was bundled.
 *
 * Must not: know anything about the program beyond where it is.
 */
import { existsSync, readFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The first version that has SQLite without a flag and runs TypeScript sources. */
const NEEDED = [22, 18];
/** Set for the process that the launcher starts, so that it never starts another. */
const RELAUNCHED = 'GITMOXI_RELAUNCHED';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);

if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  console.log(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
} else if (isEnough(process.versions.node)) {
  await load();
} else {
  await relaunch(suppliedNode());
}

function isEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

async function load() {
  dieWithLauncher();
  // The program uses SQLite knowingly; other warnings stay.
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental')) emitWarning.call(process, warning, ...rest);
  };
  nodeModule.enableCompileCache?.();
  const bundle = join(root, 'dist', 'cli.js');
  await import(pathToFileURL(existsSync(bundle) ? bundle : join(root, 'cli', 'main.ts')).href);
}

/** A launcher that is killed takes the program along, as if they were the one process that people see. */
function dieWithLauncher() {
  if (process.env[RELAUNCHED] === undefined || process.channel === undefined) return;
  delete process.env[RELAUNCHED];
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

/** The Node of the package `node`, which is installed beside the program where the machine's own is too old. */
function suppliedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const file = join(dirname(manifest), 'bin', name);
    if (existsSync(file) && process.env[RELAUNCHED] === undefined) return file;
  } catch {
    // Not installed: said below.
  }
  console.error(`gitmoxi needs Node ${NEEDED.join('.')} or later, this is ${process.versions.node}`);
  console.error('  hint: install a newer Node, or `npm install node` beside gitmoxi');
  process.exit(3);
}

async function relaunch(node) {
  // Loading it takes a while, which the usual start does without.
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [fileURLToPath(import.meta.url), ...words], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [RELAUNCHED]: '1' },
  });
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  // A terminal sends Ctrl-C to both processes; passing it on would make it two.
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`gitmoxi cannot start ${node}: ${error.message}`);
    process.exit(3);
  });
  child.on('exit', (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
