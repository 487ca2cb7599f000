/**
 * What the command and the editor share when they put an engine or a language server together: where to deploy when
 * nobody says and with whose credentials, who asks, how to work against a sandbox, files of commits, and plans.
 */
export { type Accounts, accountsInFile, accountsOf, accountsOfPairs } from './accounts.ts';
export { type Needs, needsOf, sandboxAccess, withNeeds } from './needs.ts';
export { person } from './person.ts';
export { plansOf } from './plans.ts';
export { findRegion, regionInConfig } from './region.ts';
export { revisions } from './revisions.ts';
export { clockFor } from './sandboxEndpoint.ts';
