/** `textDocument/completion`. */
import { setImmediate as turn } from 'node:timers/promises';
import {
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  type CompletionList,
  type CompletionParams,
  CompletionRequest,
  InsertTextFormat,
  type MarkupKind,
} from 'vscode-languageserver';
import { toMarkup } from '../lsp.ts';
import { answerFromView, describe } from '../requests.ts';
import { type Completion, type CompletionKind, complete, shownLine, withoutStops } from '../service/index.ts';
import type { EdgeView } from '../views.ts';
import type { Feature, Surroundings } from './feature.ts';

const KINDS: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  variable: CompletionItemKind.Variable,
  member: CompletionItemKind.Field,
  filter: CompletionItemKind.Function,
  test: CompletionItemKind.Function,
  keyword: CompletionItemKind.Keyword,
  file: CompletionItemKind.File,
  snippet: CompletionItemKind.Snippet,
  function: CompletionItemKind.Function,
};

export const completion: Feature = {
  capabilities: { completionProvider: { triggerCharacters: ['"', ':', '{', '.', '|', '[', "'", ' ', '%', '/'] } },
  register(surroundings) {
    answerFromView<CompletionParams, CompletionList>(
      surroundings,
      CompletionRequest.method,
      async (view, { position }) => {
        const can = surroundings.settings().capabilities.textDocument?.completion?.completionItem ?? {};
        const items = await complete(view, view.lines.offsetAt(position), surroundings.schemas);
        return { isIncomplete: false, items: items.map((item) => toItem(item, view, can)) };
      },
      // The inputs and siblings do not change with this text: the last check does.
      { fresh: false },
    );
    prepareAhead(surroundings);
  },
};

/** While the person reads or thinks, the document in front of them is made ready for the next request. */
function prepareAhead({ workloads, workspace, documents, views, schemas, connection }: Surroundings): void {
  const prepare = async (): Promise<void> => {
    await turn();
    const path = documents.latest;
    const place = path === undefined || workloads.due > 0 ? undefined : await workspace.locate(path);
    const view = place && (await views.of(place, false));
    if (view) await schemas.prepare(view.document, turn);
  };
  workloads.listen({
    checked({ isOpen }) {
      if (isOpen) prepare().catch((error) => connection.console.error(`preparing failed: ${describe(error)}`));
    },
    gone() {},
  });
}

/** What the client can do with an item. */
interface ItemAbilities {
  readonly snippetSupport?: boolean;
  readonly documentationFormat?: readonly MarkupKind[];
}

function toItem(item: Completion, { lines }: EdgeView, can: ItemAbilities): CompletionItem {
  const { label, kind, detail, documentation, replace, text, extra, isSnippet, order, filter, isDeprecated } = item;
  const shown = shownLine(label);
  return {
    label: shown,
    kind: KINDS[kind],
    ...(detail !== undefined && { detail: shownLine(detail) }),
    ...(documentation !== undefined && { documentation: toMarkup(documentation, can.documentationFormat) }),
    textEdit: {
      range: lines.rangeOf(replace),
      newText: isSnippet && !can.snippetSupport ? withoutStops(text) : text,
    },
    ...(extra && { additionalTextEdits: extra.map((edit) => ({ range: lines.rangeOf(edit), newText: edit.text })) }),
    ...(isSnippet && can.snippetSupport && { insertTextFormat: InsertTextFormat.Snippet }),
    ...(isDeprecated && { tags: [CompletionItemTag.Deprecated] }),
    ...(order !== undefined && { sortText: order }),
    // Without one, clients compare what is typed with the label.
    ...((filter !== undefined || shown !== label) && { filterText: filter ?? label }),
  };
}
