/** The door of the language server. */
export { diskReader, type FileReader } from './fileReader.ts';
export { keepMemorySmall } from './memory.ts';
export * from './protocol.ts';
export type { PlanProvider, RevisionReader } from './providers.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export type { AwsKind, AwsKnowledge, AwsList, AwsThing } from './service/index.ts';
export type { WorkloadPlace } from './workspace.ts';
