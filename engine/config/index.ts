/**
 * The door of engine/config: what makes a file a config file, workloads, what inputs refer to, change sets, selection.
 * Pure and synchronous.
 */
export {
  type Affected,
  type ChangedFile,
  type ChangeKind,
  type ChangeSetInput,
  changeSet,
  type FileChange,
  type Relevance,
} from './changeSet.ts';
export {
  decodeText,
  explainFileProblem,
  type FileContent,
  type FileProblem,
  MAX_CONFIG_BYTES,
  MAX_REFERENCED_BYTES,
} from './fileContent.ts';
export {
  type InputReference,
  type InputReferences,
  inputReferences,
  MAX_REFERENCES,
  type MalformedReference,
  normalizePath,
  type PathProblem,
} from './inputReferences.ts';
export { type Selection, selectWorkloads } from './selectors.ts';
export {
  type ConfigPath,
  DEFINITION_SUFFIX,
  type FileRole,
  isConfigPath,
  parseConfigPath,
  SUFFIXES,
  type Suffix,
  type SuffixMeaning,
  type WorkloadKind,
} from './suffixes.ts';
export {
  groupWorkloads,
  type ReferencedFile,
  type SourceFile,
  type WorkloadPaths,
  type WorkloadSource,
  workloadKey,
} from './workloads.ts';
