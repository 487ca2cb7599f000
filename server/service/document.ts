/**
 * One config file as the features see it: its text, its Jinja tags, its syntax tree, and the JSON that shows through
 * when the tags are masked. Pure; made anew for each text, in parts, as they are asked for.
 */
import { type Node, parseTree } from 'jsonc-parser';
import type { ConfigPath, FileRole, Suffix, WorkloadKind } from '../../engine/config/index.ts';
import {
  type NameUse,
  parseTemplate,
  type Template,
  type Token,
  templateUses,
  tokenize,
} from '../../engine/template/index.ts';
import { covers, type Excerpt, excerptAt } from './json/excerpt.ts';
import { maskTemplate, type Tag } from './mask.ts';

/** Brackets of JSON that is nested deeper are blanks in the mask: parsers recurse. */
const MOST_NESTING = 200;

export class ConfigDocument {
  readonly path: string;
  readonly suffix: Suffix;
  readonly role: FileRole;
  readonly kind: WorkloadKind;
  /** The last segment of the workload's path. */
  readonly name: string;
  readonly text: string;
  #tokens: readonly Token[] | undefined;
  #template: Template | undefined;
  #uses: readonly NameUse[] | undefined;
  #masked: { readonly text: string; readonly tags: readonly Tag[] } | undefined;
  #json: { readonly root: Node | undefined } | undefined;
  #excerpt: Excerpt | undefined;

  constructor({ path, suffix, role, kind, name }: ConfigPath, text: string) {
    this.path = path;
    this.suffix = suffix;
    this.role = role;
    this.kind = kind;
    this.name = name;
    this.text = text;
  }

  get isTemplate(): boolean {
    return this.role !== 'input';
  }

  /** Of templates; an input file has none. */
  get tokens(): readonly Token[] {
    this.#tokens ??= this.isTemplate ? tokenize(this.text).tokens : [];
    return this.#tokens;
  }

  /** Undefined for an input file. */
  get template(): Template | undefined {
    if (this.isTemplate) this.#template ??= parseTemplate(this.text).template;
    return this.#template;
  }

  /** The names that it has from its inputs; none of an input file. */
  get uses(): readonly NameUse[] {
    this.#uses ??= this.template === undefined ? [] : templateUses(this.template).names;
    return this.#uses;
  }

  /** In the order of the text. */
  get tags(): readonly Tag[] {
    return this.#mask.tags;
  }

  /** JSON of the same length: offsets in it are offsets in the text. */
  get mask(): string {
    return this.#mask.text;
  }

  /** The tree of the mask, as far as it can be parsed. */
  get json(): Node | undefined {
    this.#json ??= { root: parseTree(this.mask, [], { allowTrailingComma: true }) };
    return this.#json.root;
  }

  /** The part of the mask that matters at an offset: the same object as for the offset before, where it covers both. */
  excerptAt(offset: number): Excerpt {
    if (this.#excerpt === undefined || !covers(this.#excerpt, offset, this.mask.length))
      this.#excerpt = excerptAt(this.mask, offset);
    return this.#excerpt;
  }

  /** The tag that an offset is inside of, its delimiters excluded. */
  tagAt(offset: number): Tag | undefined {
    return this.tags.find(({ innerStart, innerEnd }) => innerStart <= offset && offset <= innerEnd);
  }

  /** Whether any of a range comes from a tag. */
  hasTag(start: number, end: number): boolean {
    return this.tags.some((tag) => tag.start < end && start < tag.end);
  }

  get #mask(): { readonly text: string; readonly tags: readonly Tag[] } {
    if (this.#masked === undefined) {
      const { text, tags } = this.isTemplate ? maskTemplate(this.text, this.tokens) : { text: this.text, tags: [] };
      this.#masked = { text: withoutDepth(text), tags };
    }
    return this.#masked;
  }
}

/** The tree of a file that is no template, as far as it can be parsed and is not nested too deep. */
export const treeOf = (text: string): Node | undefined =>
  parseTree(withoutDepth(text), [], { allowTrailingComma: true });

/** The text with blanks for the brackets that are nested too deep. */
function withoutDepth(text: string): string {
  let depth = 0;
  let shown = '';
  let end = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|[[{\]}]/g)) {
    const isOpen = token === '[' || token === '{';
    if (!isOpen && token !== ']' && token !== '}') continue;
    if ((isOpen ? ++depth : depth--) <= MOST_NESTING) {
      if (depth < 0) depth = 0;
      continue;
    }
    shown += `${text.slice(end, index)} `;
    end = index + 1;
  }
  return end === 0 ? text : shown + text.slice(end);
}
