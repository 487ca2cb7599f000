/**
 * What bench/host.ts measures, from inside the extension host: how long things take in a window of many workloads, and
 * what rollouts in progress cost in memory.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
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
  const again = await time(() => Promise.resolve(vscode.commands.executeCommand('gitmoxi.refresh')));
  return { activate: measured('gitmoxi.activate')!, rollouts: measured('gitmoxi.rollouts')!, refresh: again };
}

/** Resident memory of this process, the least of some looks, so that what can be freed does not count. */
async function memory(): Promise<number> {
  const looks: number[] = [];
  for (let i = 0; i < LOOKS; i++) {
    looks.push(process.memoryUsage().rss / MB);
    await sleep(500);
  }
  return Math.min(...looks);
}

/** A window whose workloads are all rolled out at once. */
async function ofMemory(): Promise<HostFigures> {
  const idle = await memory();
  await vscode.commands.executeCommand('gitmoxi.rollouts.focus');
  const { engine, rollouts } = extension().exports;
  const plan: PlanReport = await engine.plan({ repo: folder(), all: true });
  const stop = new AbortController();
  const running = engine.deploy(plan, { signal: stop.signal, onEvent: () => {} });
  const underWay = async () =>
    (await rollouts()).filter(({ rollout }) => rollout.endedAt === null && rollout.phase === 'stabilizing').length;
  await until(async () => (await underWay()) === plan.workloads.length);
  const busy = await memory();
  const count = await underWay();
  stop.abort();
  await running;
  return { idle, busy, underWay: count };
}

export async function run(): Promise<void> {
  await extension().activate();
  // The window settles first.
  await sleep(2_000);
  const figures = process.env['GITMOXI_BENCH'] === 'memory' ? await ofMemory() : await ofTimes();
  writeFileSync(process.env['GITMOXI_REPORT']!, JSON.stringify(figures));
}
