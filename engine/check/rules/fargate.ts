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

/**
 * CPU units of `"256"`, `".25 vCPU"`; undefined where it is neither.
 * Source of the forms here and below: Amazon ECS API reference, RegisterTaskDefinition, `cpu` and `memory`.
 */
export function cpuUnits(text: string): number | undefined {
  const [, units, vcpus] = /^\s*(?:(\d+)|(\d*\.?\d+)\s*vcpu)\s*$/i.exec(text) ?? [];
  if (units !== undefined) return Number(units);
  return vcpus === undefined ? undefined : Number(vcpus) * 1024;
}

/** MiB of `"512"`, `"1GB"`, `"0.5 GB"`; undefined where it is neither. */
export function memoryMib(text: string): number | undefined {
  const [, mib, gib] = /^\s*(?:(\d+)(?:\s*mb)?|(\d*\.?\d+)\s*gb)\s*$/i.exec(text) ?? [];
  if (mib !== undefined) return Number(mib);
  return gib === undefined ? undefined : Number(gib) * GIB;
}

/** What is probably meant by a CPU size in another spelling; undefined where that is not known. */
export function cpuMeant(text: string): string | undefined {
  const [, vcpus] = /^\s*(\d*\.?\d+)\s*v-?\s?cpu(?:\(s\)|'?s)?\s*$/i.exec(text) ?? [];
  return vcpus === undefined ? undefined : `${vcpus} vCPU`;
}

/** The same of memory. */
export function memoryMeant(text: string): string | undefined {
  const [, amount, unit] = /^\s*(\d*\.?\d+)\s*([gmt])(?:i?bs?|ib)?\s*$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const gib = { g: 1, t: GIB, m: 1 / GIB }[unit!.toLowerCase() as 'g' | 'm' | 't'] * Number(amount);
  const mib = Math.round(gib * GIB);
  return unit!.toLowerCase() === 'm' ? String(mib) : `${gib} GB`;
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
