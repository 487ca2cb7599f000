/** The sandbox: simulated AWS over the real wire protocols. What it imitates, and what not: SPEC.md. */
export type { CallRecord } from './callLog.ts';
export { SandboxError } from './fault.ts';
export type { LocalRequest, WireResponse } from './http/index.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';
export { noScenario, parseScenario, readScenario, type Scenario } from './scenario/index.ts';
export type { ApiSnapshot, FunctionSnapshot, RegionSnapshot, Snapshot } from './snapshot/index.ts';
export { realClock, type SandboxClock, speedClock, VirtualClock } from './time/index.ts';
export type { SourceReport, Tally } from './traffic/index.ts';
export type { World } from './world.ts';
