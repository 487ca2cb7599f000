/**
 * What bench/host.ts measures, from inside the extension host: how long things take in a window of many workloads, and
 * what rollouts in progress cost in memory.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import type { GitMoxiApi } from '../client/api.ts';
import type { PlanReport } from '../engine/index.ts';

/** Times in ms, memory in MB. */
export type HostFigures = Readonly<Record<string, number>>;

const MB = 1024 * 1024;

/** Looks at the memory, half a second apart. */
const LOOKS = 30;

const measured = (name: string): number | undefined => performance.getEntriesByName(name)[0]?.duration;

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(20);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const extension = () => vscode.extensions.getExtension<GitMoxiApi>('gitmoxi.gitmoxi')!;
const folder = () => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

/** A window of many workloads. */
async function ofTimes(): Promise<HostFigures> {
  await vscode.commands.executeCommand('gitmoxi.rollouts.focus');
  await until(() => measured('gitmoxi.rollouts') !== undefined);
  // The editor asks for the rows of groups next, and is given them before anything else has its turn.
  await until(() => performance.getEntriesByName('gitmoxi.rows').length > 0);
  const rows = performance.now() - performance.getEntriesByName('gitmoxi.rollouts')[0]!.startTime;
  const again = await time(() => Promise.resolve(vscode.commands.executeCommand('gitmoxi.refresh')));
  return { activate: measured('gitmoxi.activate')!, rollouts: measured('gitmoxi.rollouts')!, rows, refresh: again };
}

setFlagsFromString('--expose_gc');
const collect: (how: object) => void = runInNewContext('gc');

/** Resident memory of this process: all that a task manager shows, of every extension. */
const resident = (): number => process.memoryUsage().rss / MB;

/** Resident memory without garbage, and without what V8 keeps for the garbage to come. */
async function collected(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await sleep(400);
  }
  return resident();
}

/** Resident memory as it is, garbage and all: in the middle of some looks, and at the most. */
async function asItRuns(): Promise<{ usual: number; most: number }> {
  const looks: number[] = [];
  for (let i = 0; i < LOOKS; i++) {
    looks.push(resident());
    await sleep(500);
  }
  return { usual: looks.toSorted((a, b) => a - b)[Math.floor(LOOKS / 2)]!, most: Math.max(...looks) };
}

/** A window whose workloads are all rolled out at once. */
async function ofMemory(): Promise<HostFigures> {
  const opened = await collected();
  // Every window loads the engine soon, to look after rollouts that nobody runs.
  await until(() => performance.getEntriesByName('gitmoxi.engine').length > 0);
  await sleep(2_000);
  const idle = await collected();
  await vscode.commands.executeCommand('gitmoxi.rollouts.focus');
  const { engine, rollouts } = extension().exports;
  const plan: PlanReport = await engine.plan({ repo: folder(), all: true });
  const stop = new AbortController();
  const running = engine.deploy(plan, { signal: stop.signal, onEvent: () => {} });
  const underWay = async () =>
    (await rollouts()).filter(({ rollout }) => rollout.endedAt === null && rollout.phase === 'stabilizing').length;
  await until(async () => (await underWay()) === plan.workloads.length);
  const busy = await asItRuns();
  const count = await underWay();
  const kept = await collected();
  stop.abort();
  await running;
  return { opened, idle, ...busy, kept, underWay: count };
}

export async function run(): Promise<void> {
  await extension().activate();
  const isOfMemory = process.env['GITMOXI_BENCH'] === 'memory';
  // The window settles first.
  if (!isOfMemory) await sleep(2_000);
  const figures = isOfMemory ? await ofMemory() : await ofTimes();
  writeFileSync(process.env['GITMOXI_REPORT']!, JSON.stringify(figures));
}
