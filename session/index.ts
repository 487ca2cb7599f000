/**
 * What the command and the editor share when they put an engine together: where to deploy when nobody says, who asks,
 * and how to work against a sandbox.
 */
export { type Needs, needsOf, withNeeds } from './needs.ts';
export { person } from './person.ts';
export { findRegion, regionInConfig } from './region.ts';
export { clockFor } from './sandboxEndpoint.ts';
