/**
 * What the command and the editor share when they put an engine or a language server together: where to deploy when
 * nobody says and with whose credentials, who asks, how to work against a sandbox, and what a language server is given.
 */
export { type Accounts, accountsInFile, accountsOf, accountsOfPairs } from './accounts.ts';
export { editorProviders } from './languageServer.ts';
export { type Needs, needsOf, sandboxAccess, withNeeds } from './needs.ts';
export { answering, openEngine, type Place } from './openEngine.ts';
export { person } from './person.ts';
export { findRegion, regionInConfig } from './region.ts';
export { clockFor } from './sandboxEndpoint.ts';
