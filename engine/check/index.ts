/** The door of engine/check. */
export { type CheckedWorkload, hasErrors, objectOf, type RenderedFile } from './checked.ts';
export { checkWorkload } from './workload.ts';
