/** The door of the language server. */
export { diskReader, type FileReader } from './fileReader.ts';
export { lateProviders } from './lateProviders.ts';
export { keepMemorySmall } from './memory.ts';
export * from './protocol.ts';
export type {
  AwsListener,
  AwsSettings,
  AwsSource,
  PlanProvider,
  Providers,
  RevisionReader,
  RolloutProvider,
} from './providers.ts';
export { rulesPageOf } from './rulesPage.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export {
  type AwsKind,
  type AwsKnowledge,
  type AwsList,
  type AwsPlace,
  type AwsThing,
  NOTHING_KNOWN,
} from './service/index.ts';
export type { WorkloadPlace } from './workspace.ts';
