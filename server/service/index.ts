/**
 * The language service: pure functions over checked workloads, in offsets and repository paths.
 *
 * Must not: know LSP, files, or time.
 */
export { findingsByPath } from './findings.ts';
export { type Preview, type PreviewMapping, previewOf } from './preview.ts';
