/**
 * Which memory Fargate tasks may have with which CPU. Source: Amazon ECS Developer Guide, task size.
 */

interface Size {
  /** CPU units, 1024 to a vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: readonly number[];
}

const GIB = 1024;
const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * GIB);

const SIZES: readonly Size[] = [
  { cpu: 256, memory: [512, 1 * GIB, 2 * GIB] },
  { cpu: 512, memory: steps(1, 4, 1) },
  { cpu: 1024, memory: steps(2, 8, 1) },
  { cpu: 2048, memory: steps(4, 16, 1) },
  { cpu: 4096, memory: steps(8, 30, 1) },
  { cpu: 8192, memory: steps(16, 60, 4) },
  { cpu: 16384, memory: steps(32, 120, 8) },
];

/** The size that has at least half as much memory again, MiB; the largest where there is none; undefined at the end. */
export function fargateMemoryAbove(cpu: number, memory: number): number | undefined {
  const sizes = (SIZES.find((size) => size.cpu === cpu)?.memory ?? []).filter((size) => size > memory);
  return sizes.find((size) => size >= 1.5 * memory) ?? sizes.at(-1);
}

/** The smallest CPU, in units and not below what was asked for, that goes with this memory, MiB. */
export function smallestFargateCpu(cpu: number, memory: number): number | undefined {
  return SIZES.find((size) => size.cpu >= cpu && size.memory.includes(memory))?.cpu;
}
