/**
 * The language service: pure functions over texts and knowledge, in offsets and repository paths. One file per feature.
 *
 * Must not: know LSP, files, or time.
 */
export {
  type AwsKind,
  type AwsKnowledge,
  type AwsList,
  type AwsPlace,
  type AwsThing,
  NO_AWS_KNOWLEDGE,
  NOTHING_KNOWN,
} from './aws.ts';
export { askAhead, awsFindings } from './awsFindings.ts';
export { type CodeAction, codeActions } from './codeActions.ts';
export { type CodeLens, codeLenses, type LensKind } from './codeLens.ts';
export { complete } from './complete.ts';
export type { Completion, CompletionKind } from './completion.ts';
export { ConfigDocument } from './document.ts';
export { findingsByPath } from './findings.ts';
export { type FormattingOptions, formatting } from './formatting.ts';
export { type Hover, hover } from './hover.ts';
export { type InlayHint, inlayHints } from './inlayHints.ts';
export { inputAt, prepareUses } from './inputNames.ts';
export { withoutStops } from './json/snippets.ts';
export type { FileNames, FileSpan, FileView, InputsView, Span, WorkloadView } from './knowledge.ts';
export { definition, type Prepared, prepareRename, type Renaming, references, rename } from './navigation.ts';
export { type Preview, type PreviewMapping, previewOf } from './preview.ts';
export { Schemas } from './schemas.ts';
export { type SemanticToken, semanticTokens, TOKEN_MODIFIERS, TOKEN_TYPES } from './semanticTokens.ts';
export {
  prepareSharedRename,
  referredTypeOf,
  renameShared,
  type SharedFile,
  sharedDefinition,
  sharedHover,
  sharedNameAt,
  sharedReferences,
  sharedSymbols,
} from './sharedFile.ts';
export { shortened, shownLine, visible } from './shown.ts';
export {
  type DocumentLink,
  type DocumentSymbol,
  documentLinks,
  documentSymbols,
  foldingRanges,
  selectionRanges,
} from './structure.ts';
