/**
 * The JSON language service over masks, with our schemas: completion and hover of keys and values. Loaded when it is
 * first asked for.
 *
 * Owns: the language service, which keeps the schemas that it has read, and the parsed forms of documents in use.
 */
import type { JSONDocument, JSONSchema, LanguageService } from 'vscode-json-languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Suffix } from '../../engine/config/index.ts';
import { EngineError } from '../../engine/errors.ts';
import { documentedSchema, type SchemaFile, schemaFileOf } from '../../schemas/index.ts';
import type { Completion, CompletionKind } from './completion.ts';
import type { ConfigDocument } from './document.ts';
import { type Excerpt, isWhole } from './json/excerpt.ts';
import type { Span } from './knowledge.ts';

/** Schemas are named relative to their folder; the service wants absolute names. */
const BASE = 'gitmoxi://schemas/';

export interface KeyHover extends Span {
  /** Markdown. */
  readonly text: string;
}

export class Schemas {
  /** One for each kind of file, because a service is given its schemas all at once. */
  readonly #services = new Map<Suffix, Promise<LanguageService>>();
  readonly #prepared = new Set<Suffix>();
  readonly #parsed = new WeakMap<Excerpt, Parsed>();

  /**
   * Does beforehand what the next request about the document would wait for.
   *
   * @param pause lets others have their turn, between steps that each take a while
   */
  async prepare(document: ConfigDocument, pause: () => Promise<void>): Promise<void> {
    const { suffix } = document;
    const isNew = !this.#prepared.has(suffix);
    this.#prepared.add(suffix);
    const service = await this.#service(suffix, pause);
    if (isNew) await pause();
    // Of a large document, the part that matters is known when somebody asks.
    if (isWhole(document.mask)) await this.#parse(document, 0);
    if (!isNew) return;
    await pause();
    // The first question makes the service put the schema's parts together.
    const text = textOf(document, '{}');
    await service.doHover(text, text.positionAt(1), service.parseJSONDocument(text));
  }

  /** Keys and values at an offset of the mask. */
  async complete(document: ConfigDocument, offset: number): Promise<Completion[]> {
    const { service, text, json, shift } = await this.#parse(document, offset);
    const list = await service.doComplete(text, text.positionAt(offset - shift), json);
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
          replace: { start: text.offsetAt(edit.range.start) + shift, end: text.offsetAt(edit.range.end) + shift },
          text: edit.newText,
          isSnippet: item.insertTextFormat === 2,
          ...(item.sortText !== undefined && { order: item.sortText }),
          ...(item.filterText !== undefined && { filter: item.filterText }),
        },
      ];
    });
  }

  async hover(document: ConfigDocument, offset: number): Promise<KeyHover | undefined> {
    const { service, text, json, shift } = await this.#parse(document, offset);
    const hover = await service.doHover(text, text.positionAt(offset - shift), json);
    if (!hover) return undefined;
    const parts = Array.isArray(hover.contents) ? hover.contents : [hover.contents];
    const markdown = parts.map((part) => (typeof part === 'string' ? part : part.value)).join('\n\n');
    if (markdown.trim() === '') return undefined;
    if (!hover.range) return { text: markdown, start: offset, end: offset };
    const { start, end } = hover.range;
    return { text: markdown, start: text.offsetAt(start) + shift, end: text.offsetAt(end) + shift };
  }

  async #parse(document: ConfigDocument, offset: number) {
    const service = await this.#service(document.suffix);
    const excerpt = document.excerptAt(offset);
    const parsed = this.#parsed.get(excerpt) ?? parse(service, document, excerpt);
    this.#parsed.set(excerpt, parsed);
    return { service, ...parsed };
  }

  #service(suffix: Suffix, pause = async () => {}): Promise<LanguageService> {
    const known = this.#services.get(suffix) ?? load(suffix, pause);
    this.#services.set(suffix, known);
    return known;
  }
}

interface Parsed {
  readonly text: TextDocument;
  readonly json: JSONDocument;
  /** What to add to an offset of `text` to get that of the document. */
  readonly shift: number;
}

const textOf = ({ suffix }: ConfigDocument, content: string): TextDocument =>
  TextDocument.create(`${BASE}files/x${suffix}`, 'json', 1, content);

function parse(service: LanguageService, document: ConfigDocument, { text: content, shift }: Excerpt): Parsed {
  const text = textOf(document, content);
  return { text, json: service.parseJSONDocument(text), shift };
}

async function load(suffix: Suffix, pause: () => Promise<void>): Promise<LanguageService> {
  const { getLanguageService } = await import('vscode-json-languageservice');
  await pause();
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
  const file = schemaFileOf[suffix];
  // A copy: the service writes into its schemas.
  const schema = structuredClone(await documentedSchema(file)) as JSONSchema;
  service.configure({
    validate: false,
    allowComments: false,
    schemas: [{ uri: BASE + file, fileMatch: [`*${suffix}`], schema }],
  });
  return service;
}

/** LSP's numbers: 10 is a property, 12 a value, 13 an enum's. */
function kindOf(kind: number | undefined): CompletionKind {
  return kind === 10 ? 'key' : 'value';
}
