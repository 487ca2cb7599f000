/**
 * The door of engine/git: repositories, the files of a revision, and what changed between two. The only part that runs
 * git.
 */
export type { Commit } from './commit.ts';
export { withTexts } from './editorTexts.ts';
export { affectedWorkloads, loadWorkloads } from './loadWorkloads.ts';
export { type OpenOptions, openRepository, type Repository } from './repository.ts';
export type { Revision, Tree } from './tree.ts';
