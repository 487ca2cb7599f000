/**
 * Measures what the README claims, each figure beside something known in the same run, so that a slow machine shows:
 *
 *     npm run bench
 *
 * Prints a table, and writes nothing. Never asserts: a figure is for people to judge.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { timeChecks } from './checks.ts';
import { makeRepository, oneWorkload } from './repository.ts';

const ROOT = resolve(import.meta.dirname, '..');
const CLI = join(ROOT, 'cli', 'bin.js');

interface Figure {
  readonly what: string;
  readonly median: number;
  readonly p95: number;
  readonly unit: string;
  readonly aim: string;
}

const figures: Figure[] = [];

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function add(what: string, values: readonly number[], unit: string, aim = ''): void {
  figures.push({ what, median: percentile(values, 0.5), p95: percentile(values, 0.95), unit, aim });
}

/** Wall time in ms and peak memory in MB of a whole Node process. */
function run(args: readonly string[], cwd: string): { ms: number; peakMb: number } {
  const report = join(cwd, '.peak');
  const hook = pathToFileURL(join(ROOT, 'bench', 'peak.js')).href;
  const env = { ...process.env, GITMOXI_STORE: join(cwd, '.git', 'bench.db'), GITMOXI_BENCH_PEAK: report };
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', hook, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const ms = performance.now() - started;
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
  return { ms, peakMb: Number(readFileSync(report, 'utf8')) / 1024 };
}

function times(n: number, args: readonly string[], cwd: string) {
  run(args, cwd);
  return Array.from({ length: n }, () => run(args, cwd));
}

const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-bench-'));
try {
  const { check, parse, languageService } = await timeChecks(oneWorkload());
  add('render and check one ECS workload (4 files)', check, 'ms', '1 ms');
  add('  beside: JSON.parse of the rendered files', parse, 'ms');
  add('  beside: JSON language service validating them', languageService, 'ms');

  const version = times(15, [CLI, '--version'], folder);
  add(
    'gitmoxi --version, cold',
    version.map(({ ms }) => ms),
    'ms',
    '100 ms',
  );
  const nothing = times(15, ['-e', '0'], folder);
  add(
    '  beside: node -e 0',
    nothing.map(({ ms }) => ms),
    'ms',
  );

  makeRepository(folder, 1000);
  const plan = times(9, [CLI, 'plan', '--offline', '--since', 'HEAD~1', '--json'], folder);
  add(
    'plan --offline, 1,000 workloads, one changed file',
    plan.map(({ ms }) => ms),
    'ms',
    '500 ms',
  );
  add(
    '  its peak memory',
    plan.map(({ peakMb }) => peakMb),
    'MB',
    '150 MB',
  );
  add(
    '  beside: peak memory of node -e 0',
    nothing.map(({ peakMb }) => peakMb),
    'MB',
  );
  const diff = Array.from({ length: 9 }, () => {
    const started = performance.now();
    spawnSync('git', ['diff', '--stat', 'HEAD~1', 'HEAD'], { cwd: folder });
    return performance.now() - started;
  });
  add('  beside: git diff --stat HEAD~1', diff, 'ms');
  const everything = times(3, [CLI, 'plan', '--offline', '--json'], folder);
  add(
    'plan --offline, 1,000 workloads, all new',
    everything.map(({ ms }) => ms),
    'ms',
  );
  add(
    '  its peak memory',
    everything.map(({ peakMb }) => peakMb),
    'MB',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const width = Math.max(...figures.map(({ what }) => what.length));
const number = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0)).padStart(8);
console.log(`${'figure'.padEnd(width)}    median       p95  unit  aim`);
for (const { what, median, p95, unit, aim } of figures) {
  console.log(`${what.padEnd(width)}  ${number(median)}  ${number(p95)}  ${unit.padEnd(4)}  ${aim}`);
}

interface ManyRollouts {
  readonly count: number;
  readonly reads: number;
  readonly changes: number;
  readonly naiveReads: number;
  readonly throttled: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

console.log("\nrollouts at once   reads  a naive loop's  changes  throttled  CPU s  peak MB, simulated AWS apart");
for (const count of ['10', '100', '1000']) {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'bench', 'manyRollouts.ts'), count], { encoding: 'utf8' });
  const many = JSON.parse(stdout) as ManyRollouts;
  const { reads, naiveReads, changes, throttled, cpuSeconds, peakMb } = many;
  const cells = [count.padStart(16), ...[reads, naiveReads, changes, throttled, cpuSeconds, peakMb].map(String)];
  const widths = [16, 6, 14, 7, 9, 5, 7];
  console.log(cells.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
}

console.log(
  '\nfrom an alarm until everything is sent back (by ECS itself: until it is asked to); aim: one look and two calls',
);
const rung = spawnSync(process.execPath, [join(ROOT, 'bench', 'alarm.ts')], { encoding: 'utf8' });
for (const line of rung.stdout.trim().split('\n')) {
  const { strategy, longestMs, pollMs, callMs } = JSON.parse(line) as Record<string, number>;
  console.log(`  ${strategy}: at most ${longestMs} ms, with looks every ${pollMs} ms and calls of ${callMs} ms`);
}

interface Preflight {
  readonly services: number;
  readonly planSeconds: number;
  readonly planCalls: number;
  readonly preflightSeconds: number;
  readonly preflightCalls: number;
  readonly throttled: number;
}

console.log('\nservices planned against an AWS that answers after 120 ms; aim: one with preflight in less than 3 s');
console.log('services  plan s  calls  with --preflight s  calls  throttled');
for (const count of ['1', '20', '200']) {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'bench', 'preflight.ts'), count], { encoding: 'utf8' });
  const { services, planSeconds, planCalls, preflightSeconds, preflightCalls, throttled } = JSON.parse(
    stdout,
  ) as Preflight;
  const cells = [services, planSeconds, planCalls, preflightSeconds, preflightCalls, throttled].map(String);
  const widths = [8, 6, 5, 18, 5, 9];
  console.log(cells.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
}
