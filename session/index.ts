/**
 * What the command and the editor share when they put an engine or a language server together: where to deploy when
 * nobody says, who asks, how to work against a sandbox, and files of commits.
 */
export { type Needs, needsOf, withNeeds } from './needs.ts';
export { person } from './person.ts';
export { findRegion, regionInConfig } from './region.ts';
export { revisions } from './revisions.ts';
export { clockFor } from './sandboxEndpoint.ts';
