/**
 * What the parameters of LSP's messages have to look like, as far as somebody here relies on it.
 *
 * Must not: know more of a message than its method and its parameters.
 */

/** Says what is wrong with a value, as the end of a sentence that begins with its place; undefined where nothing is. */
type Shape = (value: unknown, at: string) => string | undefined;

const text: Shape = (value, at) => (typeof value === 'string' ? undefined : `${at} has to be a text`);

/** LSP's `uinteger`; its greatest is left open, since what is beyond the end counts as the end. */
const count: Shape = (value, at) =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : `${at} has to be a whole number of 0 or more`;

const integer: Shape = (value, at) => (Number.isInteger(value) ? undefined : `${at} has to be a whole number`);

const list =
  (item: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at} has to be a list`;
    for (const [i, one] of value.entries()) {
      const problem = item(one, `${at}[${i}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

const object =
  (members: Readonly<Record<string, Shape>>): Shape =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} has to be an object`;
    for (const [name, shape] of Object.entries(members)) {
      const problem = shape((value as Record<string, unknown>)[name], `${at}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

const optional =
  (shape: Shape): Shape =>
  (value, at) =>
    value === undefined || value === null ? undefined : shape(value, at);

const position = object({ line: count, character: count });
const range = object({ start: position, end: position });
const textDocument = object({ uri: text });
const options = object({});

const inFile = object({ textDocument });
const atPosition = object({ textDocument, position });
const events = list(object({ uri: text }));

const SHAPES: Readonly<Record<string, Shape>> = {
  initialize: object({ capabilities: optional(object({})), workspaceFolders: optional(events) }),
  'textDocument/didOpen': object({ textDocument: object({ uri: text, version: integer, text }) }),
  'textDocument/didChange': object({
    textDocument: object({ uri: text, version: integer }),
    contentChanges: list(object({ text, range: optional(range) })),
  }),
  'textDocument/didClose': inFile,
  'textDocument/didSave': inFile,
  'textDocument/willSave': inFile,
  'workspace/didChangeWatchedFiles': object({ changes: events }),
  'workspace/didChangeWorkspaceFolders': object({ event: object({ added: events, removed: events }) }),
  'workspace/didChangeConfiguration': options,
  'gitmoxi/renderPreview': options,
  'gitmoxi/plan': options,
  'workspace/symbol': object({ query: text }),
  'textDocument/completion': atPosition,
  'textDocument/hover': atPosition,
  'textDocument/definition': atPosition,
  'textDocument/references': atPosition,
  'textDocument/documentHighlight': atPosition,
  'textDocument/prepareRename': atPosition,
  'textDocument/rename': object({ textDocument, position, newName: text }),
  'textDocument/diagnostic': inFile,
  'textDocument/documentSymbol': inFile,
  'textDocument/foldingRange': inFile,
  'textDocument/documentLink': inFile,
  'textDocument/codeLens': inFile,
  'textDocument/semanticTokens/full': inFile,
  'textDocument/selectionRange': object({ textDocument, positions: list(position) }),
  'textDocument/inlayHint': object({ textDocument, range }),
  'textDocument/codeAction': object({ textDocument, range, context: object({ diagnostics: list(object({ range })) }) }),
  'textDocument/formatting': object({ textDocument, options }),
  'textDocument/rangeFormatting': object({ textDocument, range, options }),
};

/** What is wrong with the parameters of a request or notification; undefined where nothing is known to be. */
export function problemOf(method: string, params: unknown): string | undefined {
  return Object.hasOwn(SHAPES, method) ? SHAPES[method]!(params, 'params') : undefined;
}
