/**
 * The JSON language service over masks, with our schemas: completion and hover of keys and values. Loaded when it is
 * first asked for.
 *
 * Owns: the language service, which keeps the schemas that it has read, and the parsed forms of documents in use.
 */
import type { JSONDocument, LanguageService } from 'vscode-json-languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { EngineError } from '../../engine/errors.ts';
import { documentedSchema, type SchemaFile, schemaFileOf } from '../../schemas/index.ts';
import type { Completion, CompletionKind } from './completion.ts';
import type { ConfigDocument } from './document.ts';
import type { Span } from './knowledge.ts';

/** Schemas are named relative to their folder; the service wants absolute names. */
const BASE = 'gitmoxi://schemas/';

export interface KeyHover extends Span {
  /** Markdown. */
  readonly text: string;
}

export class Schemas {
  #service: Promise<LanguageService> | undefined;
  readonly #loaded = new Set<string>();
  readonly #parsed = new WeakMap<ConfigDocument, { readonly text: TextDocument; readonly json: JSONDocument }>();

  /** Does beforehand what the next request about the document would wait for. */
  async prepare(document: ConfigDocument): Promise<void> {
    const { service, text, json } = await this.#parse(document);
    if (this.#loaded.has(document.suffix)) return;
    this.#loaded.add(document.suffix);
    // The first question makes the service read the schema.
    await service.doHover(text, text.positionAt(0), json);
  }

  /** Keys and values at an offset of the mask. */
  async complete(document: ConfigDocument, offset: number): Promise<Completion[]> {
    const { service, text, json } = await this.#parse(document);
    const list = await service.doComplete(text, text.positionAt(offset), json);
    return (list?.items ?? []).flatMap((item): Completion[] => {
      const edit = item.textEdit;
      if (edit === undefined || !('range' in edit)) return [];
      const documentation = typeof item.documentation === 'string' ? item.documentation : item.documentation?.value;
      return [
        {
          label: item.label,
          kind: kindOf(item.kind),
          ...(item.detail !== undefined && { detail: item.detail }),
          ...(documentation !== undefined && documentation !== '' && { documentation }),
          replace: { start: text.offsetAt(edit.range.start), end: text.offsetAt(edit.range.end) },
          text: edit.newText,
          isSnippet: item.insertTextFormat === 2,
          ...(item.sortText !== undefined && { order: item.sortText }),
          ...(item.filterText !== undefined && { filter: item.filterText }),
        },
      ];
    });
  }

  async hover(document: ConfigDocument, offset: number): Promise<KeyHover | undefined> {
    const { service, text, json } = await this.#parse(document);
    const hover = await service.doHover(text, text.positionAt(offset), json);
    if (!hover) return undefined;
    const parts = Array.isArray(hover.contents) ? hover.contents : [hover.contents];
    const markdown = parts.map((part) => (typeof part === 'string' ? part : part.value)).join('\n\n');
    const start = hover.range ? text.offsetAt(hover.range.start) : offset;
    return { text: markdown, start, end: hover.range ? text.offsetAt(hover.range.end) : offset };
  }

  async #parse(document: ConfigDocument) {
    this.#service ??= load();
    const service = await this.#service;
    const known = this.#parsed.get(document);
    if (known) return { service, ...known };
    const text = TextDocument.create(`${BASE}files/x${document.suffix}`, 'json', 1, document.mask);
    const parsed = { text, json: service.parseJSONDocument(text) };
    this.#parsed.set(document, parsed);
    return { service, ...parsed };
  }
}

async function load(): Promise<LanguageService> {
  const { getLanguageService } = await import('vscode-json-languageservice');
  const service = getLanguageService({
    clientCapabilities: {
      textDocument: {
        completion: { completionItem: { documentationFormat: ['markdown'] } },
        hover: { contentFormat: ['markdown'] },
      },
    },
    schemaRequestService: async (uri) => {
      if (!uri.startsWith(BASE)) throw new EngineError('server.unknown-schema', `no schema is called ${uri}`);
      return JSON.stringify(await documentedSchema(uri.slice(BASE.length) as SchemaFile));
    },
    workspaceContext: { resolveRelativePath: (path, from) => new URL(path, from).href },
  });
  service.configure({
    validate: false,
    allowComments: false,
    schemas: Object.entries(schemaFileOf).map(([suffix, file]) => ({ uri: BASE + file, fileMatch: [`*${suffix}`] })),
  });
  return service;
}

/** LSP's numbers: 10 is a property, 12 a value, 13 an enum's. */
function kindOf(kind: number | undefined): CompletionKind {
  return kind === 10 ? 'key' : 'value';
}
