/**
 * Measures the extension inside the extension host of a real VS Code: activation, the rollouts view of 2,000 workloads,
 * and the memory that 20 rollouts in progress take over idle; and the size of the package.
 *
 * Memory is what a task manager shows of the process. How much of it is garbage is chance: an idle window is measured
 * after a collection, the least that it takes, and a busy one as it runs, so the difference between them is never
 * flattered. The simulated AWS runs in this process, outside of the extension host.
 *
 *     npm run build && node bench/host.ts
 */
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { noScenario, speedClock, startSandbox } from '../sandbox/index.ts';
import { bundleForHost } from '../test/editor/host/bundle.ts';
import { installEditor } from '../test/editor/host/codeServer.ts';
import { CACHE, ROOT } from '../test/editor/host/folders.ts';
import { runInHost } from '../test/editor/host/inHost.ts';
import { temporaryFolder } from '../test/editor/host/workspace.ts';
import type { HostFigures } from './inHost.ts';
import { makeRepository } from './repository.ts';

const WORKLOADS = 2000;
const ROLLOUTS = 20;

/** Windows that each figure is the median of. */
const WINDOWS = 3;

async function figuresOf(workloads: number, kind: string, settings = {}, windows = 1): Promise<HostFigures[]> {
  const folder = temporaryFolder('bench-repository');
  const found: HostFigures[] = [];
  try {
    makeRepository(folder, workloads);
    const module = await bundleForHost('bench/inHost.ts');
    for (let i = 0; i < windows; i++) {
      const data = temporaryFolder('bench-editor');
      const quiet = { 'gitmoxi.deployOnCommit': 'off', ...settings };
      const report = await runInHost<HostFigures>({
        module,
        data,
        folder,
        env: { GITMOXI_BENCH: kind },
        settings: quiet,
      });
      rmSync(data, { recursive: true, force: true });
      if (typeof report === 'string') throw new Error(report);
      found.push(report);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function packageSize(): number {
  const file = join(CACHE, 'bench.vsix');
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/package.ts'), file], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return statSync(file).size;
}

const missing = await installEditor();
if (missing !== undefined) {
  console.error(`not measured: ${missing}`);
  process.exit(0);
}

const print = (what: string, figure: string, aim: string) => console.log(`| ${what} | ${figure} | ${aim} |`);
const median = (values: readonly (number | undefined)[]) =>
  values.map((value) => value ?? Number.NaN).toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

print('package', `${(packageSize() / 1_000_000).toFixed(2)} MB`, '4 MB');
const times = await figuresOf(WORKLOADS, 'times', {}, WINDOWS);
const ms = (name: string) => `${median(times.map((one) => one[name])).toFixed(0)} ms`;
print("activation, to activate's return", ms('activate'), '100 ms');
print(`rollouts view of ${WORKLOADS} workloads, opened`, ms('rollouts'), '500 ms');
print('— with its rows in the editor', ms('rows'), '');
print('— refreshed', ms('refresh'), '');
/** A window on a simulated AWS of its own. */
async function memoryOf(): Promise<HostFigures> {
  const sandbox = await startSandbox({
    clock: speedClock(1),
    scenario: { ...noScenario, given: { clusters: ['prod'], alarms: [] } },
  });
  try {
    return (await figuresOf(ROLLOUTS, 'memory', { 'gitmoxi.endpoint': sandbox.endpoint }))[0]!;
  } finally {
    await sandbox.stop();
  }
}

const memory: HostFigures[] = [];
for (let i = 0; i < WINDOWS; i++) memory.push(await memoryOf());
const of = (name: string) => median(memory.map((one) => one[name]));
const over = (name: string, from = 'idle') => `${median(memory.map((one) => one[name]! - one[from]!)).toFixed(0)} MB`;
print(`extension host, ${of('underWay')} rollouts in progress, over idle`, over('usual'), '80 MB');
print('— at most', over('most'), '80 MB');
print('— without garbage', over('kept'), '');
print('— idle, without garbage', `${of('idle').toFixed(0)} MB`, '');
print('— of that the engine, which every window loads', over('idle', 'opened'), '');
