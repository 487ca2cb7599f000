/**
 * The real command in processes of its own, real Git repositories and real sandboxes, for the tests in this folder.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = resolve(import.meta.dirname, '..', '..');
const LAUNCHER = join(ROOT, 'cli', 'bin.js');

/** Fast enough for short tests, slow enough for a busy machine to keep up with the time-outs of the example. */
const FAST = '100x';

let isBuilt = false;

/** Bundles the command as it is now, so that what ships is what is tested. For `before`. */
export function buildCommand(): void {
  if (isBuilt) return;
  isBuilt = true;
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.ts')], { cwd: ROOT, stdio: 'pipe' });
}

const folders: string[] = [];
const running = new Set<ChildProcess>();

/** Ends what the tests started and removes what they made. For `afterEach` or `after`. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((child) => ended(child, () => child.kill('SIGKILL'))));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once('exit', () => done());
    end();
  });
}

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitmoxi-cli-')));
  folders.push(folder);
  return folder;
}

/** Nothing of the person's own: neither AWS settings, nor a store, nor colours. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|GITMOXI_|FORCE_COLOR|NO_COLOR|CI$)/.test(name));
  const home = join(tmpdir(), 'gitmoxi-no-home');
  return { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home, AWS_EC2_METADATA_DISABLED: 'true', ...more };
}

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Lines of stdout as they come. */
  readonly lines: AsyncIterator<string>;
  readonly result: Promise<Result>;
}

export interface Surroundings {
  /** @default the temporary folder of the system */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default the Node that runs the tests */
  readonly node?: string;
}

/** Starts `gitmoxi` with these words. */
export function start(words: readonly string[], { cwd = tmpdir(), env = {}, node }: Surroundings = {}): Running {
  const child = spawn(node ?? process.execPath, [LAUNCHER, ...words], {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const result = new Promise<Result>((done) => {
    child.once('close', (status) => {
      running.delete(child);
      done({ status, stdout, stderr });
    });
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), result };
}

/** Runs `gitmoxi` with these words to its end. */
export const gitmoxi = (words: readonly string[], surroundings?: Surroundings): Promise<Result> =>
  start(words, surroundings).result;

/** A file, or what would be in it. */
type Scenario = string | object;

function scenarioFile(scenario: Scenario): string {
  if (typeof scenario === 'string') return scenario;
  const file = join(temporaryFolder(), 'scenario.json');
  writeFileSync(file, JSON.stringify(scenario));
  return file;
}

/** A sandbox in a process of its own. */
export async function startSandbox(scenario?: Scenario, clock = FAST): Promise<{ readonly endpoint: string }> {
  const options = scenario === undefined ? [] : ['--scenario', scenarioFile(scenario)];
  const { lines } = start(['sandbox', '--json', '--clock', clock, ...options]);
  const first = await lines.next();
  return JSON.parse(first.value) as { endpoint: string };
}

export interface TestRepository {
  readonly root: string;
  /** Writes files (`null` deletes) and commits everything. Gives the commit's id. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): string;
}

function git(folder: string, ...words: string[]): string {
  const settings = ['user.name=Ada', 'user.email=ada@example.com', 'commit.gpgsign=false'];
  return execFileSync('git', [...settings.flatMap((setting) => ['-c', setting]), ...words], {
    cwd: folder,
    env: { ...process.env, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' },
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

export function repository(): TestRepository {
  const root = temporaryFolder();
  git(root, 'init', '--quiet', '--initial-branch=main');
  return {
    root,
    commit(files, message = 'change') {
      for (const [path, content] of Object.entries(files)) {
        const file = join(root, path);
        mkdirSync(dirname(file), { recursive: true });
        if (content === null) rmSync(file);
        else writeFileSync(file, content);
      }
      git(root, 'add', '--all');
      git(root, 'commit', '--quiet', '--allow-empty', '--message', message);
      return git(root, 'rev-parse', 'HEAD');
    },
  };
}

export const SHOP = 'examples/shop';
export const SCENARIO = join(ROOT, SHOP, 'scenario.json');

/** Text of a file of the example. */
export const shopFile = (name: string): string => readFileSync(join(ROOT, SHOP, name), 'utf8');

/** The example in a repository of its own, in one commit. */
export function shopRepository(): TestRepository & { readonly first: string } {
  const made = repository();
  cpSync(join(ROOT, SHOP), join(made.root, SHOP), { recursive: true });
  return { ...made, first: made.commit({}, 'first version') };
}

/** A repository, a sandbox and a store, and the command with them. */
export interface Desk {
  readonly endpoint: string;
  readonly folder: string;
  run(...words: string[]): Promise<Result>;
  begin(...words: string[]): Running;
}

export async function openDesk(
  { root }: TestRepository,
  scenario: Scenario,
  { clock, env = {} }: { readonly clock?: string | undefined; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Desk> {
  const { endpoint } = await startSandbox(scenario, clock);
  const folder = temporaryFolder();
  const store = { GITMOXI_STORE: join(folder, 'store.db'), AWS_ENDPOINT_URL: endpoint };
  const surroundings = { cwd: root, env: { ...store, ...env } };
  return {
    endpoint,
    folder,
    run: (...words) => gitmoxi(words, surroundings),
    begin: (...words) => start(words, surroundings),
  };
}

/** Reads events of a running command until one is in this phase. */
export async function untilPhase(running: Running, phase: string): Promise<void> {
  for (;;) {
    const { value, done } = await running.lines.next();
    if (done) assert.fail(`it ended before ${phase}: ${(await running.result).stderr}`);
    if ((JSON.parse(value) as { phase?: string }).phase === phase) return;
  }
}

/** Output of `--json`, one value a line. */
export const jsonLines = <T>({ stdout }: Result): T[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** Is there an escape sequence, such as a colour? */
export const hasEscapes = (text: string): boolean => text.includes('\u001b');
