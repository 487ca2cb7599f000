/** Formatting and code actions. */
import {
  type ClientCapabilities,
  CodeActionKind,
  type CodeActionParams,
  CodeActionRequest,
  type DocumentFormattingParams,
  DocumentFormattingRequest,
  type DocumentRangeFormattingParams,
  DocumentRangeFormattingRequest,
  type CodeAction as LspAction,
  type TextEdit,
} from 'vscode-languageserver';
import { toWorkspaceEdit } from '../lspEdits.ts';
import { answerFromView } from '../requests.ts';
import {
  type CodeAction,
  codeActions,
  type FormattingOptions,
  formatting,
  type Span,
  shownLine,
} from '../service/index.ts';
import type { EdgeView } from '../views.ts';
import type { Feature } from './feature.ts';

const KINDS = ['quickfix', 'refactor.extract', 'refactor.inline', 'refactor.rewrite'] satisfies CodeAction['kind'][];

export const editing: Feature = {
  capabilities: {
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.Refactor, ...KINDS.slice(1)] },
  },
  register(surroundings) {
    const format = (view: EdgeView, options: FormattingOptions, range?: Span): TextEdit[] =>
      formatting(view.document, options, range).map((edit) => ({
        range: view.lines.rangeOf(edit),
        newText: edit.text,
      }));
    answerFromView<DocumentFormattingParams, TextEdit[]>(
      surroundings,
      DocumentFormattingRequest.method,
      (view, { options }) => format(view, options),
      { fresh: false },
    );
    answerFromView<DocumentRangeFormattingParams, TextEdit[]>(
      surroundings,
      DocumentRangeFormattingRequest.method,
      (view, { options, range }) =>
        format(view, options, { start: view.lines.offsetAt(range.start), end: view.lines.offsetAt(range.end) }),
      { fresh: false },
    );
    answerFromView<CodeActionParams, LspAction[]>(
      surroundings,
      CodeActionRequest.method,
      (view, { range, context }) => {
        const span = { start: view.lines.offsetAt(range.start), end: view.lines.offsetAt(range.end) };
        const { only } = context;
        const { workspaceEdit } = surroundings.settings().capabilities.workspace ?? {};
        // Clients that do not say what they can do are able to more often than not.
        const canCreate = workspaceEdit?.resourceOperations?.includes('create') ?? true;
        return codeActions(view, span)
          .filter(({ creates }) => creates === undefined || canCreate)
          .filter(
            ({ kind }) =>
              only === undefined ||
              only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`)),
          )
          .map((action) => toAction(action, view, context.diagnostics, surroundings.settings().capabilities));
      },
    );
  },
};

function toAction(
  { title, kind, edits, creates, finding, isPreferred }: CodeAction,
  view: EdgeView,
  diagnostics: CodeActionParams['context']['diagnostics'],
  can: ClientCapabilities,
): LspAction {
  const mended = finding
    ? diagnostics.filter(
        ({ code, range }) => code === finding.code && view.lines.offsetAt(range.start) === finding.start,
      )
    : [];
  return {
    title: shownLine(title),
    kind,
    edit: toWorkspaceEdit(view, edits, creates, can),
    ...(mended.length > 0 && { diagnostics: mended }),
    ...(isPreferred && { isPreferred }),
  };
}
