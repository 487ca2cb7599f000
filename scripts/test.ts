/**
 * `npm test`: everything that must hold: generated files, types and lint one after the other, stopping at the first that
 * does not; then the suites in two lanes, side by side, because one of them mostly waits for processes and the other
 * computes. Counts of all are the last line. Runs the same on Windows, macOS and Linux.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');

/** The script behind a package's command, run by this very Node: no shell, no `.cmd`. */
const bin = (...path: string[]) => join(ROOT, 'node_modules', ...path);

/** What `npm test -- FILE…` names, or all. */
const isWhole = process.argv.length === 2;

/**
 * Random schedules of faults that everything is tested by: as many as leave the whole run its time on two cores. A file
 * run alone has fewer, so that its answer comes soon.
 */
const SCHEDULES = '6000';

/** A script and its arguments, under a name for people. */
type Step = readonly [name: string, script: string, ...args: string[]];

const mocha = bin('mocha', 'bin', 'mocha.js');

/** On virtual clocks, with as many processes as there are cores for the schedules. */
const COMPUTING = ['engine', 'sandbox'].map((part) => `test/${part}/**/*.test.ts`);

const FIRST: readonly Step[] = [
  ['schemas are up to date', join(ROOT, 'scripts', 'schemas.ts'), '--check'],
  ['documentation of rules is up to date', join(ROOT, 'scripts', 'rules.ts'), '--check'],
  ['types', bin('typescript', 'bin', 'tsc'), '--noEmit'],
  ['lint', bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'],
  ['bundle', join(ROOT, 'scripts', 'build.ts')],
];

// What is named by file is all that is wanted. A lane gives way to those before it: who clicks waits for answers.
const LANES: readonly (readonly Step[])[] = isWhole
  ? [
      [
        ['suites', mocha, 'test/**/*.test.ts', ...COMPUTING.flatMap((files) => ['--ignore', files])],
        ['inside the editor', join(ROOT, 'scripts', 'editorTests.ts')],
      ],
      [['suites of the engine and the sandbox', mocha, ...COMPUTING]],
    ]
  : [[['suites', mocha, ...process.argv.slice(2)]]];

// Everything that the suites start runs on the Node that runs this, whatever else is installed.
const env = {
  ...(isWhole ? { GITMOXI_SCHEDULES: SCHEDULES } : {}),
  ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(process.platform === 'win32' ? ';' : ':'),
};

const { PRIORITY_NORMAL: NORMAL, PRIORITY_BELOW_NORMAL: LOW } = constants.priority;

interface Ended {
  readonly name: string;
  readonly status: number;
  readonly output: string;
}

/**
 * @param say is given the output as it comes
 * @param priority of the process and of all that it starts
 */
function run([name, script, ...args]: Step, say: (text: string) => void, priority = NORMAL): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env });
    if (priority !== NORMAL && child.pid !== undefined) setPriority(child.pid, priority);
    let output = '';
    say(`\n— ${name}\n`);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        say(text);
      });
    }
    child.on('error', reject).on('close', (status) => resolve({ name, status: status ?? 1, output }));
  });
}

/** Runs steps one after the other; all of them, or those up to the first that fails. */
async function runAll(
  steps: readonly Step[],
  say: (text: string) => void,
  all: boolean,
  priority = NORMAL,
): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const step of steps) {
    ended.push(await run(step, say, priority));
    if (!all && ended.at(-1)!.status !== 0) break;
  }
  return ended;
}

const print = (text: string) => void process.stdout.write(text);

/** What a lane says while another one has the screen is shown when that one is done. */
async function runLanes(lanes: readonly (readonly Step[])[]): Promise<Ended[]> {
  let turn = 0;
  const kept = lanes.map(() => '');
  const done = lanes.map(() => false);
  const show = () => {
    for (; turn < lanes.length; turn++) {
      print(kept[turn]!);
      kept[turn] = '';
      if (!done[turn]) return;
    }
  };
  const ended = await Promise.all(
    lanes.map(async (steps, lane) => {
      const keep = (text: string) => {
        if (lane === turn) print(text);
        else kept[lane] += text;
      };
      const results = await runAll(steps, keep, true, lane === 0 ? NORMAL : LOW);
      done[lane] = true;
      if (lane === turn) show();
      return results;
    }),
  );
  return ended.flat();
}

/** The lines that mocha closes with begin here: its counts, then every failure. */
const CLOSING = /^ {2}\d+ passing /m;

/** What is kept of a failed step that has no such lines, from its end, in lines. */
const LAST_LINES = 60;

/** Why a step failed, without what passed. */
function failure({ output }: Ended): string {
  const plain = stripVTControlCharacters(output);
  const from = plain.search(CLOSING);
  return from < 0 ? plain.split('\n').slice(-LAST_LINES).join('\n') : plain.slice(from);
}

/** The counts that suites close with, added up. */
function counts(ended: readonly Ended[]): string {
  const found = ended.flatMap(({ output }) => [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)]);
  const [passed, failed, skipped] = [1, 2, 3].map((at) => found.reduce((sum, match) => sum + Number(match[at]), 0));
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const first = await runAll(FIRST, print, false);
const suites = first.every(({ status }) => status === 0) ? await runLanes(LANES) : [];
const failed = [...first, ...suites].filter(({ status }) => status !== 0);
if (suites.length > 0) print(`\n— in all\n${counts(suites)}\n`);
// Said once more where everybody looks: one lane's failures are followed by thousands of lines of the other.
for (const step of suites.filter(({ status }) => status !== 0))
  console.error(`\n— ${step.name}: what failed\n${failure(step).trimEnd()}`);
for (const { name } of failed) console.error(`\nnpm test failed: ${name}`);
process.exitCode = failed.length > 0 ? 1 : 0;
