/**
 * `npm test`: everything that must hold, one after the other, stopping at the first that does not: generated files,
 * types, lint, then the suites. Runs the same on Windows, macOS and Linux.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** The script behind a package's command, run by this very Node: no shell, no `.cmd`. */
const bin = (...path: string[]) => join(ROOT, 'node_modules', ...path);

/** What `npm test -- FILE…` names, or all. */
const isWhole = process.argv.length === 2;
const suites = isWhole ? ['test/**/*.test.ts'] : process.argv.slice(2);

/**
 * Random schedules of faults that everything is tested by: as many as leave the whole run its time on two cores. A file
 * run alone has fewer, so that its answer comes soon.
 */
const SCHEDULES = '6000';

const STEPS: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ['schemas are up to date', join(ROOT, 'scripts', 'schemas.ts'), '--check'],
  ['documentation of rules is up to date', join(ROOT, 'scripts', 'rules.ts'), '--check'],
  ['types', bin('typescript', 'bin', 'tsc'), '--noEmit'],
  ['lint', bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'],
  ['bundle', join(ROOT, 'scripts', 'build.ts')],
  ['suites', bin('mocha', 'bin', 'mocha.js'), ...suites],
  // What is named by file is all that is wanted.
  ...(isWhole ? ([['inside the editor', join(ROOT, 'scripts', 'editorTests.ts')]] as const) : []),
];

// Everything that the suites start runs on the Node that runs this, whatever else is installed.
const env = {
  ...(isWhole ? { GITMOXI_SCHEDULES: SCHEDULES } : {}),
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(process.platform === 'win32' ? ';' : ':'),
};

for (const [name, script, ...args] of STEPS) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit', env });
  if (status !== 0) {
    console.error(`\nnpm test stopped: ${name} failed`);
    process.exit(status ?? 1);
  }
}
