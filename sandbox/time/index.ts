export { realClock, type SandboxClock, speedClock } from './clock.ts';
export { DueHeap } from './heap.ts';
export { VirtualClock } from './virtualClock.ts';
