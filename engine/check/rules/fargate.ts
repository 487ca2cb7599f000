/** What Fargate accepts: sizes of tasks, and what a task definition may not ask for there. Pure data and predicates. */
import type { Place } from '../place.ts';
import type { Subject } from '../rule.ts';

const GIB = 1024;
const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => (from + i * step) * GIB);

/**
 * Memory in MiB by CPU units.
 * Source: Amazon ECS developer guide, "Task definition parameters for Fargate", task size.
 */
export const FARGATE_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, steps(1, 4, 1)],
  [1024, steps(2, 8, 1)],
  [2048, steps(4, 16, 1)],
  [4096, steps(8, 30, 1)],
  [8192, steps(16, 60, 4)],
  [16_384, steps(32, 120, 8)],
  [32_768, [60 * GIB, 120 * GIB, 244 * GIB]],
]);

/** CPU units of `"256"`, `".25 vCPU"`; undefined where it is neither. */
export function cpuUnits(text: string): number | undefined {
  const match = /^\s*(\d*\.?\d+)\s*(vcpus?)?\s*$/i.exec(text);
  if (!match) return undefined;
  return match[2] === undefined ? Number(match[1]) : Number(match[1]) * 1024;
}

/** MiB of `"512"`, `"1GB"`, `"0.5 GB"`; undefined where it is neither. */
export function memoryMib(text: string): number | undefined {
  const match = /^\s*(\d*\.?\d+)\s*(gb|mb)?\s*$/i.exec(text);
  if (!match) return undefined;
  return match[2]?.toLowerCase() === 'gb' ? Number(match[1]) * GIB : Number(match[1]);
}

/** "0.5, 1 or 2 GB", or "4 to 16 GB". */
export function sizesInWords(memories: readonly number[]): string {
  const gib = memories.map((mib) => mib / GIB);
  return gib.length <= 3
    ? `${gib.slice(0, -1).join(', ')} or ${gib.at(-1)} GB`
    : `${gib[0]} to ${gib.at(-1)} GB in steps of ${gib[1]! - gib[0]!} GB`;
}

/** Whether the task definition says that it runs on Fargate. */
export const asksForFargate = (task: Place | undefined): boolean =>
  task?.each('requiresCompatibilities').some(({ text }) => text === 'FARGATE') ?? false;

/** Where the service says that its tasks run; undefined where it leaves that to the cluster, or is not known. */
export function capacityOf(service: Place | undefined): 'FARGATE' | 'EC2' | 'EXTERNAL' | undefined {
  const launchType = service?.get('launchType')?.text;
  if (launchType === 'FARGATE' || launchType === 'EC2' || launchType === 'EXTERNAL') return launchType;
  const providers = service?.each('capacityProviderStrategy').map((item) => item.get('capacityProvider')?.text) ?? [];
  if (providers.length === 0) return undefined;
  return providers.every((name) => name === 'FARGATE' || name === 'FARGATE_SPOT') ? 'FARGATE' : undefined;
}

/** Whether the workload's tasks run on Fargate, by either file. */
export const onFargate = ({ task, service }: Subject): boolean =>
  asksForFargate(task) || capacityOf(service) === 'FARGATE';
