/**
 * What a request about a file is answered from: the file as it is in the editor, and its workload's last check.
 *
 * Owns: the parsed documents of the last answers, as long as their texts stay the same.
 */
import { join, relative, sep } from 'node:path';
import type { Position } from 'vscode-languageserver';
import { MAX_CONFIG_BYTES, parseConfigPath } from '../engine/config/index.ts';
import type { Documents } from './documents.ts';
import { Lines } from './lines.ts';
import { uriOfPath } from './lsp.ts';
import { pauses } from './pauses.ts';
import {
  type AwsKnowledge,
  ConfigDocument,
  type FileNames,
  type FileView,
  type InputsView,
  prepareUses,
  referredTypeOf,
  type SharedFile,
  sharedNameAt,
  type WorkloadView,
} from './service/index.ts';
import type { CheckedPlace, Workloads } from './workloads.ts';
import type { FilePlace, WorkloadPlace } from './workspace.ts';

/** Parsed documents that are kept. */
const MOST_DOCUMENTS = 200;

/** A view of a file, and its way to LSP's positions. */
export interface EdgeView extends FileView {
  readonly place: FilePlace;
  /** Of the file itself. */
  readonly lines: Lines;
  /** Of another file that the workload is made of. */
  linesOf(path: string): Lines;
  /** URI of a path from the repository root. */
  uriOf(path: string): string;
}

/** The same of a file that inputs refer to. */
export interface EdgeSharedFile extends SharedFile {
  readonly lines: Lines;
  linesOf(path: string): Lines;
  uriOf(path: string): string;
}

export interface ViewsOptions {
  readonly documents: Documents;
  readonly workloads: Workloads;
  readonly aws: AwsKnowledge;
  /** JSON files of the repository, from its root. */
  readonly files: (root: string) => FileNames;
  /** Resolves when all workloads of the workspace are known. */
  readonly found: () => Promise<void>;
}

/** A workload of several that get inputs from one file. */
export interface SharingWorkload extends InputsView {
  readonly place: WorkloadPlace;
  /** What it says that the files are which it refers to. */
  readonly type: string;
}

/** Positions in the files of workloads. */
export function linesIn(users: readonly InputsView[]): (path: string) => Lines {
  const texts = new Map(users.flatMap(({ sources }) => [...sources]));
  const known = new Map<string, Lines>();
  return (path) => {
    const lines = known.get(path) ?? new Lines(texts.get(path) ?? '');
    known.set(path, lines);
    return lines;
  };
}

export class Views {
  readonly #options: ViewsOptions;
  /** By absolute path, the one used last at the end. */
  readonly #kept = new Map<string, ConfigDocument>();

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  /**
   * @param fresh whether the check has to be of the texts as they are now; otherwise it may be a moment behind
   * @returns undefined where the workload has no files
   */
  async of(place: FilePlace, fresh: boolean): Promise<EdgeView | undefined> {
    const { workloads, aws, files } = this.#options;
    const checked = await workloads.current(place, fresh);
    if (checked === undefined) return undefined;
    const absolute = join(place.root, place.file.path);
    const text = this.#text(absolute, checked.checked.sources.get(place.file.path));
    if (text === undefined) return undefined;
    const document = this.#document(absolute, place.file.path, text);
    const workload = this.#workload(checked, new Map([[document.path, document]]));
    const lines = new Lines(text);
    const textOf = (path: string) => workload.documents.get(path)?.text ?? workload.checked.sources.get(path) ?? '';
    return {
      document,
      workload,
      // Only completion of paths asks for it.
      get files() {
        return files(place.root);
      },
      aws,
      place,
      lines,
      linesOf: (path) => (path === document.path ? lines : new Lines(textOf(path))),
      uriOf: (path) => this.uriOf(place, path),
    };
  }

  /**
   * The workloads that get inputs from a file, those of one repository, by their paths.
   *
   * @param path absolute
   * @param name whose uses will be asked for: what that takes is done here, in slices
   */
  async sharing(path: string, name?: string): Promise<readonly SharingWorkload[]> {
    const { workloads, found } = this.#options;
    await found();
    const places = await workloads.madeOf(path);
    const pause = pauses();
    const sharing: SharingWorkload[] = [];
    for (const place of places.filter(({ root }) => root === places[0]!.root)) {
      await pause();
      const { source, inputs } = await workloads.inputsOf(place);
      const own = source.files.flatMap(({ path: file, text }) =>
        text === undefined ? [] : [[file, this.#document(join(place.root, file), file, text)] as const],
      );
      const all = [...source.files, ...source.references];
      const sources = all.flatMap(({ path: file, text }) => (text === undefined ? [] : [[file, text] as const]));
      const view = { inputs: inputs.values, documents: new Map(own), sources: new Map(sources) };
      const one = { place, type: referredTypeOf(view), ...view };
      if (name !== undefined) prepareUses(one, name);
      sharing.push(one);
    }
    return sharing.sort((a, b) => (a.place.path < b.place.path ? -1 : 1));
  }

  /**
   * A file that inputs refer to, absolute; undefined where none does.
   *
   * @param position where something will be asked about
   */
  async shared(absolute: string, position?: Position): Promise<EdgeSharedFile | undefined> {
    const users = await this.sharing(absolute);
    if (users.length === 0) return undefined;
    const { place } = users[0]!;
    const path = relative(place.root, absolute).split(sep).join('/');
    const text = users.map(({ sources }) => sources.get(path)).find((one) => one !== undefined);
    if (text === undefined) return undefined;
    const uriOf = (file: string) => this.uriOf(place, file);
    const lines = new Lines(text);
    const types = new Set(users.map(({ type }) => type));
    const shared = { path, text, users, types, lines, linesOf: linesIn(users), uriOf };
    const name = position && sharedNameAt(shared, lines.offsetAt(position));
    const pause = pauses();
    for (const user of name === undefined ? [] : users) {
      await pause();
      prepareUses(user, name!);
    }
    return shared;
  }

  uriOf({ root }: WorkloadPlace, path: string): string {
    const absolute = join(root, path);
    return this.#options.documents.get(absolute)?.uri ?? uriOfPath(absolute);
  }

  #workload({ place, checked }: CheckedPlace, given: ReadonlyMap<string, ConfigDocument>): WorkloadView {
    const documents = new Map<string, ConfigDocument>();
    for (const { path, source } of checked.files) {
      const text = this.#text(join(place.root, path), source);
      if (text !== undefined)
        documents.set(path, given.get(path) ?? this.#document(join(place.root, path), path, text));
    }
    const { inputs, sources, inputsComplete = true } = checked;
    return { checked, documents, inputs, sources, inputsComplete };
  }

  /** What a file says now. Of a text that is too long to be checked, nothing is known. */
  #text(absolute: string, checked: string | undefined): string | undefined {
    const text = this.#options.documents.get(absolute)?.text ?? checked;
    return text !== undefined && text.length <= MAX_CONFIG_BYTES ? text : undefined;
  }

  #document(absolute: string, path: string, text: string): ConfigDocument {
    const known = this.#kept.get(absolute);
    const document = known?.text === text ? known : new ConfigDocument(parseConfigPath(path)!, text);
    this.#kept.delete(absolute);
    this.#kept.set(absolute, document);
    if (this.#kept.size > MOST_DOCUMENTS) this.#kept.delete(this.#kept.keys().next().value!);
    return document;
  }
}
