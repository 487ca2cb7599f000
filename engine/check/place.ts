/**
 * A JSON value of a rendered file, with its place: what rules walk. Missing members are `undefined`, never exceptions.
 *
 * Must not: quote what is secret; `shown` and `bare` are the only ways a rule puts a value into a message.
 */
import type { Node } from 'jsonc-parser';
import type { RelatedPlace } from '../finding.ts';
import { SENSITIVE } from '../redact.ts';
import type { MappedPlace, SourceMap } from '../template/index.ts';
import { quoted } from './schemaWording.ts';

/** Calls that are named, the innermost: of a macro that calls itself there may be hundreds. */
const MOST_CALLS = 5;

/** Where the macro is called that something is wrong in. */
export const callsOf = (path: string, calls: MappedPlace['calls'] = []): RelatedPlace[] =>
  calls.slice(-MOST_CALLS).map(({ start, end }) => ({ path, start, end, message: 'called from here' }));

/** A rendered file whose text is JSON. */
export interface ParsedFile {
  readonly path: string;
  /** Rendered. */
  readonly text: string;
  readonly map: SourceMap;
}

export class Place {
  readonly file: ParsedFile;
  readonly node: Node;
  /** The key that the value belongs to; undefined for items of lists and for the root. */
  readonly keyNode: Node | undefined;
  /** Every rule walks the same values. */
  #members: readonly Place[] | undefined;
  #byName: Map<string, Place> | undefined;
  #items: readonly Place[] | undefined;

  constructor(file: ParsedFile, node: Node, keyNode?: Node) {
    this.file = file;
    this.node = node;
    this.keyNode = keyNode;
  }

  /** The member of an object, the last of that name. */
  get(name: string): Place | undefined {
    this.#byName ??= new Map(this.members().map((place) => [place.key, place]));
    return this.#byName.get(name);
  }

  /** Like `get`, along several keys. */
  at(...names: readonly string[]): Place | undefined {
    return names.reduce<Place | undefined>((place, name) => place?.get(name), this);
  }

  /** The members of an object. */
  members(): readonly Place[] {
    this.#members ??= (this.node.type === 'object' ? (this.node.children ?? []) : []).flatMap(({ children }) =>
      children?.[1] ? [new Place(this.file, children[1], children[0])] : [],
    );
    return this.#members;
  }

  /** The items of a list. */
  items(): readonly Place[] {
    this.#items ??=
      this.node.type === 'array' ? (this.node.children ?? []).map((node) => new Place(this.file, node)) : [];
    return this.#items;
  }

  /** The items of the list that is a member. */
  each(name: string): readonly Place[] {
    return this.get(name)?.items() ?? [];
  }

  /** The items of a member that is a list of objects, or the one object that it is. */
  oneOrMore(name: string): readonly Place[] {
    const place = this.get(name);
    return place?.node.type === 'object' ? [place] : (place?.items() ?? []);
  }

  get key(): string {
    return String(this.keyNode?.value ?? '');
  }

  /** The key as a message may quote it, without quotes. */
  get shownKey(): string {
    const { offset, length } = this.keyNode ?? { offset: 0, length: 0 };
    return this.file.map.toSource(offset, offset + length).sensitive ? SENSITIVE : this.key;
  }

  get text(): string | undefined {
    return this.node.type === 'string' ? String(this.node.value) : undefined;
  }

  get number(): number | undefined {
    return Number.isFinite(this.node.value) ? Number(this.node.value) : undefined;
  }

  get isTrue(): boolean {
    return this.node.value === true;
  }

  /** Whether AWS would take the member as given: present and neither null, an empty list, an empty object nor "". */
  has(name: string): boolean {
    const value = this.get(name);
    if (value === undefined || value.node.type === 'null') return false;
    return value.text !== '' && (value.node.children === undefined || value.node.children.length > 0);
  }

  /** Whether a secret fed it: then nothing is guessed from it, and no fix writes it elsewhere. */
  get isSecret(): boolean {
    const { offset, length } = this.node;
    return this.file.map.toSource(offset, offset + length).sensitive;
  }

  /** The value as a message may quote it. */
  get shown(): string {
    return this.isSecret ? SENSITIVE : quoted(this.node.value);
  }

  /** Likewise, a text without quotes. */
  get bare(): string {
    return this.isSecret ? SENSITIVE : String(this.node.value);
  }
}

/** The text of a member. */
export const textAt = (place: Place | undefined, ...names: readonly string[]): string | undefined =>
  place?.at(...names)?.text;

export const numberAt = (place: Place | undefined, ...names: readonly string[]): number | undefined =>
  place?.at(...names)?.number;
